"""What the editor of a campaign sends: read into the rules it means, and written back as it was typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import get_args
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from shop import money
from shop.admin.narrowing import local_moment
from shop.discounts import soundness
from shop.discounts.campaigns import Notes
from shop.discounts.rules import Kind, Terms
from shop.discounts.soundness import Fault, Ware

KINDS: Mapping[str, str] = {
    "percent": "A percentage off",
    "fixed_order": "An amount off the order",
    "fixed_item": "An amount off each piece",
    "set_price": "A set price for a piece",
    "bundle_price": "A price for products together",
    "buy_get": "Buy some, get some",
    "free_shipping": "Free shipping",
    "reduced_shipping": "An amount off shipping",
}
# Which fields mean something for which kind; the others are neither shown nor read.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "percent": ("percent", "max_units", "max_discount", "minimum_quantity"),
    "fixed_order": ("amount", "minimum_quantity"),
    "fixed_item": ("amount", "max_units", "max_discount", "minimum_quantity"),
    "set_price": ("amount", "max_units", "max_discount", "minimum_quantity"),
    "bundle_price": ("amount", "max_units", "max_discount"),
    "buy_get": ("percent", "buy_quantity", "get_quantity", "max_units", "max_discount"),
    "free_shipping": ("max_discount", "minimum_quantity"),
    "reduced_shipping": ("amount", "minimum_quantity"),
}
OF_SOME_KINDS = frozenset(name for names in FIELDS.values() for name in names)
PARTS = {"": "like all others", "in": "it is for this", "out": "never for this", "get": "given or reduced"}
SWITCHES = ("excludes_reduced", "first_order_only", "public")
_MONEY = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,7}", re.ASCII)


@dataclass(frozen=True)
class Read:
    """A form as it was read. typed: name -> text, to show again. ``faults`` is empty when it can be saved."""

    terms: Terms
    notes: Notes
    faults: list[Fault]
    typed: Mapping[str, str]
    countries: frozenset[str]


class _Reader:
    """Reads fields one by one and keeps what is wrong with them."""

    def __init__(self, form: MultiDict[str, str], kind: str, currency: str, zone: ZoneInfo) -> None:
        self.form, self.kind, self.currency, self.zone = form, kind, currency, zone
        self.faults: list[Fault] = []

    def text(self, name: str) -> str:
        if name in OF_SOME_KINDS and name not in FIELDS.get(self.kind, ()):
            return ""
        return self.form.get(name, "").strip()

    def amount(self, name: str, *, places: int | None = None) -> int | None:
        """Minor units (or hundredths of a percent), None for an empty field."""
        text = re.sub(r"[$€£¥%,\s]", "", self.text(name))
        if not text:
            return None
        places = money.decimals(self.currency) if places is None else places
        if not _MONEY.fullmatch(text) or (not places and "." in text):
            self.faults.append(Fault(name, "not_a_number"))
            return None
        return int(Decimal(text).scaleb(places))

    def whole(self, name: str) -> int | None:
        text = self.text(name)
        if text and not (_WHOLE.fullmatch(text) and int(text)):
            self.faults.append(Fault(name, "not_a_whole_number"))
            return None
        return int(text) if text else None

    def moment(self, name: str) -> datetime | None:
        text = self.text(name)
        moment = local_moment(text, self.zone) if text else None
        if text and moment is None:
            self.faults.append(Fault(name, "not_a_moment"))
        return moment


def read(
    form: MultiDict[str, str],
    kept: Terms,
    wares: Mapping[str, Ware],
    countries: frozenset[str],
    zone: ZoneInfo,
) -> Read:
    """Read the editor's form. ``kept``: the campaign as it is now, or an empty one: id, counters and whether it is
    switched on are its own.
    """
    kind = form.get("kind", "")
    reader = _Reader(form, kind, kept.currency, zone)
    known: Kind = kind if kind in get_args(Kind) else "percent"  # type: ignore[assignment]
    parts = {sku: form.get(f"part-{sku}", "") for sku in wares}
    if known != "buy_get" and "get" in parts.values():
        reader.faults.append(Fault("parts", "given_without_gift"))
    sent = frozenset(form.getlist("countries")) & countries
    terms = replace(
        kept,
        name=" ".join(form.get("name", "").split())[:120],
        kind=known,
        percent_basis_points=reader.amount("percent", places=2) or 0,
        amount=reader.amount("amount") or 0,
        buy_quantity=reader.whole("buy_quantity") or 0,
        get_quantity=reader.whole("get_quantity") or 0,
        automatic=form.get("way") == "automatic",
        combinable=form.get("company") != "alone",
        skus=frozenset(sku for sku, part in parts.items() if part == "in"),
        excluded_skus=frozenset(sku for sku, part in parts.items() if part == "out"),
        get_skus=frozenset(sku for sku, part in parts.items() if part == "get" and known == "buy_get"),
        countries=sent,
        minimum_subtotal_amount=reader.amount("minimum_subtotal") or 0,
        minimum_quantity=reader.whole("minimum_quantity") or 0,
        max_discount_amount=reader.amount("max_discount") or None,
        max_units=reader.whole("max_units"),
        max_uses=reader.whole("max_uses"),
        max_uses_per_customer=reader.whole("max_uses_per_customer"),
        budget_amount=reader.amount("budget") or None,
        starts_at=reader.moment("starts_at"),
        ends_at=reader.moment("ends_at"),
        excludes_reduced=bool(form.get("excludes_reduced")),
        first_order_only=bool(form.get("first_order_only")),
        public=bool(form.get("public")),
    )
    if kind != known:
        reader.faults.append(Fault("kind", "kind_unknown"))
    broken = {fault.name for fault in reader.faults}
    found = soundness.faults(terms, wares, countries)
    return Read(
        terms,
        Notes(form.get("tag", "").strip()[:40], form.get("comment", "").strip()[:400]),
        [*reader.faults, *(_placed(fault) for fault in found if fault.name not in broken)],
        {name: form.get(name, "") for name in form},
        sent,
    )


def typed_of(terms: Terms, notes: Notes, zone: ZoneInfo) -> dict[str, str]:
    """Return a campaign as its editor shows it: name of the field -> text."""

    def amount(value: int | None) -> str:
        return money.plain(value, terms.currency) if value else ""

    typed = {
        "name": terms.name,
        "kind": terms.kind,
        "percent": f"{terms.percent_basis_points / 100:g}" if terms.percent_basis_points else "",
        "amount": amount(terms.amount),
        "max_discount": amount(terms.max_discount_amount),
        "minimum_subtotal": amount(terms.minimum_subtotal_amount),
        "budget": amount(terms.budget_amount),
        "way": "automatic" if terms.automatic else "code",
        "company": "combines" if terms.combinable else "alone",
        "starts_at": _local(terms.starts_at, zone),
        "ends_at": _local(terms.ends_at, zone),
        "tag": notes.tag,
        "comment": notes.comment,
    }
    for name in (
        "buy_quantity",
        "get_quantity",
        "minimum_quantity",
        "max_units",
        "max_uses",
        "max_uses_per_customer",
    ):
        typed[name] = str(getattr(terms, name) or "")
    typed |= {name: "yes" for name in SWITCHES if getattr(terms, name)}
    for part, skus in (("in", terms.skus), ("out", terms.excluded_skus), ("get", terms.get_skus)):
        typed |= {f"part-{sku}": part for sku in skus}
    return typed


def empty(currency: str) -> Terms:
    """Return the rules that the editor of a new campaign begins with."""
    return Terms(0, "", "percent", currency, percent_basis_points=1000)


def _placed(fault: Fault) -> Fault:
    """The products of a campaign are all chosen in one place of the form."""
    return replace(fault, name="parts") if fault.name in ("skus", "excluded_skus", "get_skus") else fault


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}" if at else ""
