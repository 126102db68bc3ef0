"""Makes the resources of an answer from their tables."""

import copy
import secrets
import string
from typing import Any

from shop.payments.standin.tables import NEEDED, SOMETIMES, TABLES

Resource = dict[str, Any]
_ALPHABET = string.ascii_letters + string.digits


def build(kind: str, **values: Any) -> Resource:
    """Return a resource of that kind with the given values over the table's defaults.

    Raise TypeError for a name that the table does not have and for a needed value that is missing, so that a
    slip in the stand-in is seen at once.
    """
    table = TABLES[kind]
    unknown = values.keys() - table.keys() - SOMETIMES.get(kind, frozenset())
    missing = [name for name, default in table.items() if default is NEEDED and name not in values]
    if unknown or missing:
        message = f"{kind}: unknown {sorted(unknown)}, missing {missing}"
        raise TypeError(message)
    resource: Resource = {"id": values["id"], "object": kind}
    for name, default in table.items():
        if name in values:
            resource[name] = values[name]
        else:
            resource[name] = copy.deepcopy(default) if isinstance(default, (dict, list)) else default
    for name in SOMETIMES.get(kind, frozenset()) & values.keys():
        resource[name] = values[name]
    return resource


def new_id(prefix: str, length: int = 24) -> str:
    """Return an unguessable id such as `re_` and 24 letters and digits."""
    return prefix + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(length))


def listing(url: str, members: list[Resource], *, has_more: bool = False) -> Resource:
    """Return Stripe's list object around the members."""
    return {"object": "list", "data": members, "has_more": has_more, "url": url}
