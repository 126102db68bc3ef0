"""The Hip Hook shop.

Floors. A package imports only from the floors below it, and on its own floor only itself:

    cli commands app worker demo preflight lifeline
      logs heap                                         put everything together
    views admin                                         HTTP in, HTTP out
    forms                                               what a visitor may send
    web                                                 what every view shares
    privacy                                             the flow that asks every other what it keeps of a person
    checkout welcome reports                            flows: where domains meet
    catalog cart discounts shipping orders
      subscribers articles chapter search staff         domains: strangers to one another
    payments mail typesetter                            tools that reach outside
    content                                             the words
    db statements together driver plain_rows turns migration money errors clock config tokens
      folding on_demand                                 the ground

Only web, forms, views, admin, app and cli import flask; only payments/stripe.py imports stripe;
only config.py reads the environment. `payments/standin` is a program of its own that shares no code.
tests/policy/test_floors.py holds all of this.
"""
