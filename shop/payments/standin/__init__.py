"""A local stand-in for Stripe: a program of its own, with its own port and its own SQLite file.

It knows nothing of the shop and the shop knows nothing of it: both speak Stripe's API over HTTP. No money
ever moves.

    parameters, accepted     what a request may say          resources     what an answer looks like
    api, lists, expand       the API under /v1               errors        what it refuses, in Stripe's words
    sessions, totals, coupons, paying, refunds, disputes, endpoints, past  what the requests and the buyer do
    hosted, buyer, buyer_form, cards                         the payment page
    events, delivery         signed webhooks                 control, actions, faults, upkeep   time, banks, mishaps
    account, store           what it remembers               server        the program
"""

from shop.payments.standin.server import Standin, create_standin, serve

__all__ = ["Standin", "create_standin", "serve"]
