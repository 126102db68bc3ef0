"""Form-encoded parameters as Stripe's API takes them: `line_items[0][price_data][currency]=usd`.

`parsed` turns pairs into nested dicts of strings; the kinds below turn those strings into values or refuse
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from shop.payments.standin.errors import ApiError, missing_parameter, not_modelled, unknown_parameter

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")
_INTEGER = re.compile(r"-?[0-9]{1,15}\Z", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?\Z", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+\Z")
_DEEPEST = 8
_MOST_PAIRS = 5000

Nested = str | dict[str, Any]


class Kind(Protocol):
    """What a parameter may hold."""

    def read(self, raw: Nested, param: str) -> Any:
        """Return the value of the raw text or dict; raise ApiError with `param` as its place."""


def words(text: str) -> tuple[str, ...]:
    """Return the words of a table that is easier to read without quotation marks."""
    return tuple(text.split())


def parsed(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the pairs of a form or query as nested dicts; lists become dicts with the keys "0", "1" and so
    on.

    Raise ApiError for names that are no names, for more than 5000 pairs and for more than 8 levels.
    """
    result: dict[str, Any] = {}
    for count, (name, value) in enumerate(pairs):
        if count >= _MOST_PAIRS:
            raise ApiError("Too many parameters.")
        match = _NAME.match(name)
        if not match:
            raise unknown_parameter(name[:200])
        keys = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        if len(keys) > _DEEPEST:
            raise unknown_parameter(name[:200])
        _place(result, keys, value, name)
    return result


def _place(tree: dict[str, Any], keys: list[str], value: str, name: str) -> None:
    for key in keys[:-1]:
        tree = tree.setdefault(key or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise ApiError("Invalid object", param=name[:200])
    last = keys[-1] or str(len(tree))
    if isinstance(tree.get(last), dict):
        raise ApiError("Invalid object", param=name[:200])
    tree[last] = value


def _text(raw: Nested, param: str, expected: str = "string") -> str:
    if isinstance(raw, dict):
        message = f"Invalid {expected}: {{...}}"
        raise ApiError(message, param=param)
    if raw == "":
        message = (
            f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset a "
            f"parameter; "
            f"however '{param}' cannot be unset. You should remove '{param}' from your request or supply a "
            "non-empty value."
        )
        raise ApiError(message, code="parameter_invalid_empty", param=param)
    return raw


@dataclass(frozen=True)
class Text:
    """A string of at most `longest` characters; `pattern` names what else it must look like."""

    longest: int = 5000
    pattern: str | None = None
    unset: bool = False

    def read(self, raw: Nested, param: str) -> str:
        if raw == "" and self.unset:
            return ""
        text = _text(raw, param)
        if len(text) > self.longest:
            message = f"Invalid string: {text[:20]}...; must be at most {self.longest} characters"
            raise ApiError(message, param=param)
        if self.pattern and not re.fullmatch(self.pattern, text, re.ASCII):
            message = f"Invalid string: {text[:40]}"
            raise ApiError(message, param=param)
        return text


@dataclass(frozen=True)
class Email:
    """An e-mail address."""

    def read(self, raw: Nested, param: str) -> str:
        text = _text(raw, param)
        if not is_email(text):
            message = f"Invalid email address: {text[:100]}"
            raise ApiError(message, code="email_invalid", param=param)
        return text


def is_email(text: str) -> bool:
    """Tell whether the text looks like one e-mail address of at most 254 characters."""
    return len(text) <= 254 and _EMAIL.match(text) is not None


@dataclass(frozen=True)
class Url:
    """An absolute address; Stripe allows `{CHECKOUT_SESSION_ID}` in it."""

    schemes: tuple[str, ...] = ("http", "https")
    longest: int = 5000

    def read(self, raw: Nested, param: str) -> str:
        text = Text(self.longest).read(raw, param)
        try:
            parts = urlsplit(text)
            valid = parts.scheme in self.schemes and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            valid = False
        if not valid or re.search(r"[\s\x00-\x1f\x7f]", text):
            raise ApiError("Not a valid URL", code="url_invalid", param=param)
        return text


@dataclass(frozen=True)
class Integer:
    """A whole number, written in plain digits."""

    least: int = 0
    most: int = 99_999_999

    def read(self, raw: Nested, param: str) -> int:
        text = _text(raw, param, "integer")
        if not _INTEGER.match(text):
            message = f"Invalid integer: {text[:40]}"
            raise ApiError(message, code="parameter_invalid_integer", param=param)
        number = int(text)
        if number < self.least:
            message = f"This value must be greater than or equal to {self.least}."
            raise ApiError(message, code="parameter_invalid_integer", param=param)
        if number > self.most:
            message = f"This value must be less than or equal to {self.most}."
            raise ApiError(message, code="parameter_invalid_integer", param=param)
        return number


@dataclass(frozen=True)
class Number:
    """A number that may have decimals, between two bounds that belong to it."""

    least: float
    most: float

    def read(self, raw: Nested, param: str) -> float:
        text = _text(raw, param, "decimal")
        if not _NUMBER.match(text) or not self.least <= float(text) <= self.most:
            message = f"Invalid decimal: {text[:40]}; must be between {self.least:g} and {self.most:g}"
            raise ApiError(message, param=param)
        return float(text)


@dataclass(frozen=True)
class Boolean:
    """`true` or `false`."""

    def read(self, raw: Nested, param: str) -> bool:
        text = _text(raw, param, "boolean")
        if text not in ("true", "false"):
            message = f"Invalid boolean: {text[:40]}"
            raise ApiError(message, param=param)
        return text == "true"


@dataclass(frozen=True)
class OneOf:
    """One of the listed words; `unmodelled` are words that Stripe knows and the stand-in has no use for."""

    words: tuple[str, ...]
    unmodelled: tuple[str, ...] = ()

    def read(self, raw: Nested, param: str) -> str:
        text = _text(raw, param)
        if text in self.unmodelled:
            message = f"{param}={text}"
            raise not_modelled(message)
        if text not in self.words:
            message = f"Invalid {param}: must be one of {', '.join(self.words)}"
            raise ApiError(message, param=param)
        return text


@dataclass(frozen=True)
class Currency:
    """A three-letter code; Stripe takes capitals and answers in small letters."""

    known: frozenset[str]

    def read(self, raw: Nested, param: str) -> str:
        text = _text(raw, param).lower()
        if text not in self.known:
            known = ", ".join(sorted(self.known))
            message = f"Invalid currency: {text[:10]}. Stripe currently supports these currencies: {known}"
            raise ApiError(message, param=param)
        return text


@dataclass(frozen=True)
class Metadata:
    """Up to 50 pairs, keys up to 40, values up to 500 characters (https://docs.stripe.com/api/metadata)."""

    def read(self, raw: Nested, param: str) -> dict[str, str]:
        if raw == "":
            return {"": ""}
        if not isinstance(raw, dict):
            raise ApiError("Invalid object", param=param)
        if len(raw) > 50:
            message = f"You can only specify up to 50 keys in {param}."
            raise ApiError(message, param=param)
        for key, value in raw.items():
            place = f"{param}[{key[:60]}]"
            if len(key) > 40:
                raise ApiError("Metadata keys can be at most 40 characters.", param=place)
            if isinstance(value, dict):
                raise ApiError("Metadata values must be strings.", param=place)
            if len(value) > 500:
                raise ApiError("Metadata values can have up to 500 characters.", param=place)
        return dict(raw)


def merged_metadata(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Return the old pairs with the new ones over them; an empty value removes its key, `{"": ""}` removes
    all.
    """
    if "" in new:
        return {}
    return {key: value for key, value in {**old, **new}.items() if value != ""}


@dataclass(frozen=True)
class Many:
    """A list of at most `most` members of one kind."""

    member: Kind
    most: int = 100
    least: int = 0
    unset: bool = False

    def read(self, raw: Nested, param: str) -> list[Any]:
        if raw == "" and self.unset:
            return []
        if not isinstance(raw, dict) or not all(re.fullmatch(r"[0-9]{1,6}", key, re.ASCII) for key in raw):
            raise ApiError("Invalid array", param=param)
        if not self.least <= len(raw) <= self.most:
            message = f"{param} must have between {self.least} and {self.most} entries; it has {len(raw)}."
            raise ApiError(message, param=param)
        return [self.member.read(raw[key], f"{param}[{key}]") for key in sorted(raw, key=int)]


@dataclass(frozen=True)
class Fields:
    """An object with named parameters. Names in `unmodelled` exist at Stripe and are refused with that
    reason.
    """

    known: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    unmodelled: frozenset[str] = field(default_factory=frozenset)
    unset: bool = False

    def read(self, raw: Nested, param: str = "") -> dict[str, Any]:
        if raw == "" and self.unset:
            return {}
        if not isinstance(raw, dict):
            raise ApiError("Invalid object", param=param)
        values: dict[str, Any] = {}
        for name, value in raw.items():
            place = f"{param}[{name}]" if param else name
            if name in self.unmodelled:
                raise not_modelled(place)
            if name not in self.known:
                raise unknown_parameter(place[:200])
            values[name] = self.known[name].read(value, place)
        for name in self.required:
            if name not in values:
                raise missing_parameter(f"{param}[{name}]" if param else name)
        return values


@dataclass(frozen=True)
class Moments:
    """The `created` filter of lists: one moment, or any of gt, gte, lt, lte; in seconds since 1970."""

    def read(self, raw: Nested, param: str) -> dict[str, int]:
        moment = Integer(least=0, most=99_999_999_999)
        if isinstance(raw, dict):
            return Fields({"gt": moment, "gte": moment, "lt": moment, "lte": moment}).read(raw, param)
        exact = moment.read(raw, param)
        return {"gte": exact, "lte": exact}
