"""The local payment page, a program of its own with its own port and file."""

from argparse import ArgumentParser, Namespace
from urllib.parse import urlsplit

from shop.config import Config
from shop.errors import SettingRefused
from shop.payments.standin import serve
from shop.preflight import HOST, refuse_taken_port, refuse_unwritable_folder


def arguments(_parser: ArgumentParser) -> None:
    """There is nothing to choose: the settings say where it listens."""


def command(config: Config, _asked: Namespace) -> int:
    """Run it until told to stop."""
    if not config.stripe_api_base:
        raise SettingRefused("STRIPE_API_BASE is empty, so the shop does not use the local payment page.")
    port = urlsplit(config.stripe_api_base).port or 80
    refuse_unwritable_folder(config)
    refuse_taken_port(HOST, port)
    serve(
        port=port,
        database=config.var / "payment-service.sqlite",
        webhook_url=f"http://{HOST}:{config.port}/webhooks/stripe",
        webhook_secret=config.webhook_secrets[0],
        accepted_key=config.stripe_secret_key,
    )
    return 0
