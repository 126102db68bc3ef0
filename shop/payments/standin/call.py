"""One call of the API or of a page: who is asked, with which parameters, at which address, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shop.payments.standin.account import Account
from shop.payments.standin.events import Cause
from shop.payments.standin.store import Store


@dataclass(frozen=True)
class Call:
    """What a handler gets. `origin` is the stand-in's own address as the caller wrote it; `path_id` an id in
    the path.
    """

    account: Account
    origin: str
    params: dict[str, Any] = field(default_factory=dict)
    path_id: str = ""
    path: str = ""
    cause: Cause = field(default_factory=Cause)

    @property
    def store(self) -> Store:
        """The store, inside the call's transaction."""
        return self.account.store

    @property
    def now(self) -> int:
        """The stand-in's time."""
        return self.account.now()
