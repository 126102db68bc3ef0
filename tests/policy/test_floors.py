"""Imports only go down, and each kind of line has its room (the docstring of shop/__init__.py)."""

from pathlib import Path

import pytest

import shop
from shop import tables
from tests.policy.floors import FLOORS, NOT_A_NAME, faults

SHOP = Path(shop.__file__).parent


def test_every_import_goes_down_and_every_line_is_in_its_room() -> None:
    found = faults(SHOP)
    assert not found, "\n" + "\n".join(found)


def test_the_floors_are_those_that_the_package_describes() -> None:
    words = set(shop.__doc__.split())
    missing = set().union(*FLOORS.values()) - words - {"email_address", "seed", "tables", "__main__"}
    assert not missing, f"the docstring of shop/__init__.py does not name {sorted(missing)}"


def test_tables_of_two_domains_meet_only_in_foreign_keys() -> None:
    across = [
        str(link)
        for mapper in tables.Base.registry.mappers
        for link in mapper.relationships
        if mapper.class_.__module__ != link.mapper.class_.__module__
    ]
    assert not across, f"{across}: use ForeignKey, and let a flow read both sides"


def test_a_file_is_named_after_what_is_in_it() -> None:
    vague = [str(file) for file in (SHOP.parent / "tests").rglob("*.py") if file.stem in NOT_A_NAME]
    assert not vague


@pytest.mark.parametrize(
    ("file", "line", "advice"),
    [
        ("cart/actions.py", "from shop.orders import models", "belongs in a flow"),
        ("orders/actions.py", "from shop.checkout.actions import settle", "is above it (flows)"),
        ("checkout/actions.py", "import shop.reports.queries", "flows do not know each other"),
        ("orders/actions.py", "from shop.orders.views import page", "is above it (views)"),
        ("orders/views.py", "from shop.catalog.views import shelf", "views do not know each other"),
        ("db.py", "from shop import content", "imports only go down"),
        ("orders/actions.py", "from shop import worker", "only puts things together"),
        ("orders/actions.py", "import flask", "HTTP belongs in views.py"),
        ("worker.py", "from werkzeug.exceptions import NotFound", "HTTP belongs in views.py"),
        ("checkout/actions.py", "import stripe", "use the words of shop/payments/gateway.py"),
        ("orders/rules.py", "from sqlalchemy import select", "rules take values"),
        ("orders/rules.py", "from shop.orders import queries", "rules take values"),
        ("payments/standin/app.py", "from shop import money", "a program of its own"),
        ("payments/stripe.py", "from shop.payments.standin import app", "a program of its own"),
        ("orders/actions.py", "def ship():\n    from shop import money", "hides an import"),
        ("orders/actions.py", "import os\nname = os.environ['SHOP_NAME']", "reads the environment"),
        ("worker.py", "import os\nname = os.environ.get('SHOP_NAME')", "reads the environment"),
        ("cli.py", "import os\nname = os.getenv('SHOP_NAME')", "reads the environment"),
        ("orders/actions.py", "import os\nload(os.environ)", "reads the environment"),
        ("web/tools.py", "from os import environ", "passed on"),
        ("orders/helpers.py", "", "says nothing"),
        ("pricing/rules.py", "from shop import money", "is on no floor"),
    ],
)
def test_a_line_in_the_wrong_room_is_told_where_it_belongs(
    tmp_path: Path, file: str, line: str, advice: str
) -> None:
    tree(tmp_path, file, line)
    [fault] = faults(tmp_path / "shop")
    assert fault.startswith(f"shop/{file}")
    assert advice in fault


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("orders/views.py", "import flask\nfrom shop.checkout import actions\nfrom shop.orders import forms"),
        ("orders/actions.py", "from shop.orders import models, rules\nfrom shop import db, money"),
        ("admin/forms.py", "import flask\nfrom shop.admin import views"),
        ("payments/stripe.py", "import stripe\nfrom shop.payments import gateway"),
        ("payments/standin/app.py", "import flask\nfrom shop.payments.standin import hosted"),
        (
            "cli.py",
            "import flask\nfrom shop import app, worker\nfrom shop.payments.standin import app as standin",
        ),
        ("config.py", "import os\nname = os.environ['SHOP_NAME']"),
        ("app.py", "import os\nload(os.environ)\nstart({**os.environ, 'PORT': '1'})"),
        ("web/tools.py", "def agent(request):\n    return request.environ['HTTP_USER_AGENT']"),
    ],
)
def test_a_line_in_its_room_is_left_alone(tmp_path: Path, file: str, line: str) -> None:
    tree(tmp_path, file, line)
    assert faults(tmp_path / "shop") == []


def tree(folder: Path, file: str, line: str) -> None:
    """A tree with one module in it, and the modules it may name."""
    others = ["worker", "app", "content", "money", "db", "orders/models", "orders/rules", "orders/queries",
              "orders/forms", "checkout/actions", "payments/gateway", "payments/standin/hosted",
              "payments/standin/app", "admin/views"]  # fmt: skip
    for name in [*(f"{other}.py" for other in others), file]:
        (folder / "shop" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "shop" / name).touch()
    (folder / "shop" / file).write_text(line)
