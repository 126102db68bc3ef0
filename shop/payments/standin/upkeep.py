"""What happens by itself as the stand-in's time goes on: sessions expire, refunds end, old keys are
forgotten.
"""

from __future__ import annotations

from shop.payments.standin import refunds, sessions
from shop.payments.standin.account import Account
from shop.payments.standin.api import KEY_SECONDS
from shop.payments.standin.events import Cause


def bring_up_to_date(account: Account) -> None:
    """Do everything that is due by the stand-in's time. Inside a transaction."""
    now = account.now()
    for record in account.store.due(now):
        if record.kind == "checkout.session":
            sessions.close(account, record, Cause())
        else:
            refunds.finish(account, record)
    account.store.execute("DELETE FROM idempotency_keys WHERE created <= ?", (now - KEY_SECONDS,))
