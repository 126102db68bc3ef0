"""Reads the imports of a tree like shop/ and says which of them go up, aside, or where they must not."""

import ast
from collections.abc import Iterator
from pathlib import Path

FLOORS = {  # from the ground up
    "the ground": {
        "db",
        "money",
        "errors",
        "clock",
        "config",
        "email_address",
        "folding",
        "migration",
        "on_demand",
        "tokens",
        "turns",
        "driver",
        "plain_rows",
        "statements",
        "together",
    },
    "the words": {"content"},
    "tools that reach outside": {"payments", "mail", "typesetter"},
    "domains": {
        "catalog",
        "cart",
        "discounts",
        "shipping",
        "orders",
        "subscribers",
        "articles",
        "chapter",
        "search",
        "staff",
    },
    "flows": {"checkout", "welcome", "reports"},
    "the flow over all flows": {"privacy"},
    "what every view shares": {"web"},
    "forms": {"forms"},
    "views": {"views", "admin"},
    "the top": {
        "app",
        "cli",
        "commands",
        "worker",
        "preflight",
        "heap",
        "lifeline",
        "logs",
        "seed",
        "demo",
        "tables",
        "__main__",
    },
}
NAMES = list(FLOORS)
ONE_ROOM = {NAMES.index("the ground"), NAMES.index("the top")}  # its modules may use each other
MAY_IMPORT_FLASK = {"web", "forms", "views", "admin", "app", "cli", "standin"}
NOT_A_NAME = {"services", "utils", "helpers", "common", "manager", "base"}
ADVICE = {
    "domains": "what needs two domains belongs in a flow (checkout, welcome, reports), or in a view",
    "flows": "flows do not know each other: what both need belongs in a domain",
    "views": "views do not know each other: what both need belongs in web, or in queries.py of its domain",
    "what every view shares": "what a flow or a domain needs is passed down as a value",
    "the top": "what others need belongs on a floor of its own; the top only puts things together",
}


def room(module: str) -> str:
    """The room of `shop.orders.views`: views. Of `shop.orders.actions`: orders."""
    parts = module.split(".")[1:]
    if parts[:2] == ["payments", "standin"]:
        return "standin"
    if parts[-1] in ("views", "forms") and parts[0] != "admin":
        return parts[-1]
    return parts[0]


def floor(module: str) -> int:
    """How high the module's room lies, 0 being the ground. Raises StopIteration for a room on no floor."""
    return next(height for height, name in enumerate(NAMES) if room(module) in FLOORS[name])


def faults(shop: Path) -> list[str]:
    """One sentence for each line below the folder that breaks a rule of the house."""
    found = []
    for file in sorted(shop.rglob("*.py")):
        tree = ast.parse(file.read_text())
        module = ".".join(file.relative_to(shop.parent).with_suffix("").parts).removesuffix(".__init__")
        where = file.relative_to(shop.parent)
        if file.stem in NOT_A_NAME:
            found.append(f"{where}: a file called {file.stem} says nothing; name it after what is in it")
        if module != "shop":
            found += [f"{where}:{fault}" for fault in _import_faults(module, tree, shop)]
            found += [f"{where}:{fault}" for fault in _environment_faults(module, tree)]
    return found


def _import_faults(module: str, tree: ast.Module, shop: Path) -> Iterator[str]:
    top_level = {
        id(node) for node in ast.walk(tree) if isinstance(node, ast.If | ast.Module) for node in node.body
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if id(node) not in top_level:
            yield f"{node.lineno} hides an import: imports stand at the top, where everyone sees them"
        for target in _targets(node, shop):
            fault = _fault(module, target)
            if fault:
                yield f"{node.lineno} imports {target}: {fault}"


def _targets(node: ast.Import | ast.ImportFrom, shop: Path) -> list[str]:
    """The modules an import reaches: `from shop.orders import rules` is shop.orders.rules."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    modules = [f"{node.module}.{alias.name}" for alias in node.names]
    return [name if _is_module(name, shop) else str(node.module) for name in modules]


def _is_module(name: str, shop: Path) -> bool:
    path = shop.parent / Path(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def _fault(module: str, target: str) -> str | None:
    ours, package = room(module), target.split(".")[0]
    if package in ("flask", "werkzeug") and ours not in MAY_IMPORT_FLASK:
        return "HTTP belongs in views.py, forms.py, web or admin; take the values as arguments"
    if package == "stripe" and module != "shop.payments.stripe":
        return "only shop/payments/stripe.py speaks Stripe; use the words of shop/payments/gateway.py"
    if module.endswith(".rules") and (
        package == "sqlalchemy" or target.endswith((".db", ".actions", ".queries"))
    ):
        return "rules take values and give values; rows belong in queries.py and actions.py"
    if package != "shop" or target == "shop":
        return None
    if "standin" in (ours, room(target)):
        return _standin_fault(module, target)
    return _floor_fault(module, target)


def _standin_fault(module: str, target: str) -> str | None:
    if room(module) == room(target) or (room(module) != "standin" and floor(module) == len(NAMES) - 1):
        return None
    return "payments/standin is a program of its own: no code is shared with it, and only the cli starts it"


def _floor_fault(module: str, target: str) -> str | None:
    for name in (module, target):
        if not any(room(name) in rooms for rooms in FLOORS.values()):
            return f"{room(name)} is on no floor: give it one here and in the docstring of shop/__init__.py"
    ours, theirs = floor(module), floor(target)
    same_package = module.split(".")[1] == target.split(".")[1]
    if theirs < ours or (theirs == ours and (same_package or ours in ONE_ROOM)):
        return None
    side = "is beside it on the same floor" if theirs == ours else f"is above it ({NAMES[theirs]})"
    return f"{room(target)} {side}; {ADVICE.get(NAMES[theirs], 'imports only go down')}"


def _environment_faults(module: str, tree: ast.Module) -> Iterator[str]:
    """Only config reads it; the top may hand it on whole: load(os.environ), or to a process it starts."""
    if module == "shop.config":
        return
    on_top = room(module) in FLOORS["the top"]
    parts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Subscript)]
    for node in ast.walk(tree):
        read = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if read in ("os.getenv", "os.environb") or (read == "os.environ" and (node in parts or not on_top)):
            yield f"{node.lineno} reads the environment: settings are read in shop/config.py and passed on"
        if isinstance(node, ast.ImportFrom) and node.module == "os" and node.names[0].name == "environ":
            yield f"{node.lineno} imports environ: settings are read in shop/config.py and passed on"
