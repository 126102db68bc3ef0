"""The only reader of the environment. Settings are read once, checked, and frozen."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from shop.errors import SettingRefused

ROOT = Path(__file__).resolve().parent.parent
LOCAL_KEY = "sk_test_local_demo"
SHORTEST_SECRET = 32


@dataclass(frozen=True)
class Config:
    """The shop's settings; each field's ``metadata["about"]`` is its row in the README's table."""

    shop_mode: str = field(default="demo", metadata={"about": "`demo` or `live`"})
    shop_name: str = field(default="Aletha", metadata={"about": "the name in the header and in mails"})
    shop_address: str = field(
        default="",
        metadata={
            "about": "the postal address under pages and letters (the law asks for it); semicolons part its lines"
        },
    )
    shop_author: str = field(
        default="",
        metadata={"about": "who writes the articles, with a credential if there is one; else the shop"},
    )
    shop_reviewer: str = field(
        default="", metadata={"about": "the clinician who has reviewed the articles; empty while nobody has"}
    )
    base_url: str = field(
        default="http://127.0.0.1:8000",
        metadata={
            "about": "where people reach the shop; every link in a mail begins with it; https in live mode"
        },
    )
    port: int = field(
        default=8000, metadata={"about": "the shop's port; the local payment page takes the next one"}
    )
    database_url: str = field(
        default="sqlite:///var/shop.sqlite",
        metadata={"about": "`sqlite:///path` or `postgresql://user:password@host/name`"},
    )
    secret_key: str = field(
        default="",
        repr=False,
        metadata={
            "about": "signs cookies, 32 characters or more; demo mode makes one and keeps it under var/"
        },
    )
    stripe_secret_key: str = field(
        default=LOCAL_KEY,
        repr=False,
        metadata={"about": "`sk_test_…`, or `sk_live_…` / `rk_live_…` in live mode"},
    )
    stripe_webhook_secret: str = field(
        default="whsec_local_demo",
        repr=False,
        metadata={
            "about": "the webhook endpoint's signing secret; two, comma separated, while one is rolled"
        },
    )
    stripe_api_base: str = field(
        default="http://127.0.0.1:8001",
        metadata={"about": "only for the local payment page; leave empty for Stripe itself"},
    )
    shop_email: str = field(
        default="",
        metadata={"about": "where letters come from and customers write to; empty: `ADMIN_EMAIL`"},
    )
    smtp_url: str = field(
        default="mailbox:",
        repr=False,
        metadata={
            "about": "`smtp://user:password@host:587` or `smtps://…`; `mailbox:` keeps mail at /demo/mailbox"
        },
    )
    mail_webhook_secret: str = field(
        default="",
        repr=False,
        metadata={
            "about": "what the mail service sends with its bounces to `/webhooks/mail`; empty: it is closed"
        },
    )
    checkout_reminder: str = field(
        default="off",
        metadata={"about": "`on` sends one letter about a checkout that was left, to who agreed to letters"},
    )
    low_stock_mail: str = field(
        default="on",
        metadata={"about": "`off` sends no letter when a product lasts less than two weeks"},
    )
    admin_email: str = field(
        default="owner@example.com",
        metadata={"about": "the first owner's address; flagged orders and low stock are reported to it"},
    )

    @property
    def live(self) -> bool:
        """Whether real money moves."""
        return self.shop_mode == "live"

    @property
    def postal_lines(self) -> tuple[str, ...]:
        """The lines of the postal address."""
        return tuple(line.strip() for line in self.shop_address.split(";") if line.strip())

    @property
    def public_email(self) -> str:
        """The address that customers see: letters come from it, and they may write to it."""
        return self.shop_email or self.admin_email

    @property
    def https(self) -> bool:
        """Whether people reach the shop over https: a proxy in front of it speaks that."""
        return self.base_url.startswith("https://")

    def cookie(self, name: str, *, everywhere: bool = True) -> str:
        """Return the name of a cookie as browsers keep it.

        Over https it has the prefix that keeps other hosts of the same domain, and whoever can change a line
        without encryption, from planting one (RFC 6265bis, 4.1.3). ``everywhere``: it is for all paths.
        """
        return f"{'__Host-' if everywhere else '__Secure-'}{name}" if self.https else name

    @property
    def livemode(self) -> bool:
        """Whether the payment key is a live one; a payment of the other mode never settles an order."""
        return self.stripe_secret_key.startswith(("sk_live_", "rk_live_"))

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The signing secrets that are valid now."""
        return tuple(part.strip() for part in self.stripe_webhook_secret.split(",") if part.strip())

    @property
    def payment_origin(self) -> str:
        """The origin of the payment page, for the form-action of the Content-Security-Policy."""
        return self.stripe_api_base or "https://checkout.stripe.com"

    @property
    def var(self) -> Path:
        """The folder for what the shop writes: that of the SQLite file, or ``var`` beside the code."""
        path = sqlite_path(self.database_url)
        return path.parent if path else ROOT / "var"

    @property
    def time_zone(self) -> ZoneInfo:
        """The time zone in which the shop's days begin and delivery dates are promised."""
        return ZoneInfo("America/New_York")


def sqlite_path(database_url: str) -> Path | None:
    """Return the file of a SQLite address (relative ones lie beside the code), or None for another database."""
    if not database_url.startswith("sqlite:///"):
        return None
    path = Path(database_url.removeprefix("sqlite:///"))
    return path if path.is_absolute() else ROOT / path


def from_environment() -> Config:
    """Read the settings of this process. Raises SettingRefused as ``load`` does."""
    return load(os.environ)


def load(environment: Mapping[str, str]) -> Config:
    """Read the settings from ``environment`` and check them.

    Raises SettingRefused with one sentence that names the variable. In demo mode a missing SECRET_KEY is
    made once and kept under var/, so that carts survive a restart.
    """
    given = {
        name: environment[name.upper()].strip()
        for name in Config.__dataclass_fields__
        if environment.get(name.upper(), "").strip()
    }
    port = _port(given.pop("port", "8000"))
    mode = given.get("shop_mode", "demo")
    if mode not in ("demo", "live"):
        raise SettingRefused(f"SHOP_MODE is {mode!r}; it must be demo or live.")
    if mode == "live":
        _refuse_half_configured(given)
    given.setdefault("base_url", f"http://127.0.0.1:{port}")
    key = given.get("stripe_secret_key", LOCAL_KEY)
    given.setdefault(
        "stripe_api_base", f"http://127.0.0.1:{port + 1}" if key.startswith("sk_test_local") else ""
    )
    config = Config(port=port, **given)
    _check(config)
    return config if config.secret_key else _with_kept_secret(config)


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65534:
        raise SettingRefused(
            f"PORT is {text!r}; it must be a number from 1 to 65534 (the payment page takes the next one)."
        )
    return int(text)


def _refuse_half_configured(given: Mapping[str, str]) -> None:
    wanted = [
        "base_url",
        "secret_key",
        "stripe_secret_key",
        "stripe_webhook_secret",
        "smtp_url",
        "admin_email",
    ]
    missing = [name.upper() for name in wanted if name not in given]
    if missing:
        raise SettingRefused(f"SHOP_MODE=live also needs {', '.join(missing)}.")
    if not given["base_url"].startswith("https://"):
        raise SettingRefused("BASE_URL must begin with https:// in live mode.")
    if given.get("stripe_api_base"):
        raise SettingRefused(
            "STRIPE_API_BASE must be empty in live mode: it is only for the local payment page."
        )
    if not given["stripe_secret_key"].startswith(("sk_live_", "rk_live_")):
        raise SettingRefused(
            "STRIPE_SECRET_KEY must be a live key in live mode; rehearse with SHOP_MODE=demo and your sk_test_ key.",
        )
    if given["smtp_url"].startswith("mailbox:"):
        raise SettingRefused("SMTP_URL must name a real mail server in live mode.")
    if given["stripe_webhook_secret"].startswith("whsec_local"):
        raise SettingRefused(
            "STRIPE_WEBHOOK_SECRET is the demo's; write the live endpoint's signing secret there."
        )


def _check(config: Config) -> None:
    base = urlsplit(config.base_url)
    if base.scheme not in ("http", "https") or not base.netloc or base.path not in ("", "/") or base.query:
        raise SettingRefused(f"BASE_URL is {config.base_url!r}; it must look like https://shop.example.com.")
    if not config.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise SettingRefused("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    if config.secret_key and len(config.secret_key) < SHORTEST_SECRET:
        raise SettingRefused(f"SECRET_KEY is too short; use {SHORTEST_SECRET} characters or more.")
    _check_payment(config)
    if not config.smtp_url.startswith(("mailbox:", "smtp://", "smtps://")):
        raise SettingRefused("SMTP_URL must begin with smtp://, smtps:// or be mailbox: (demo only).")
    if config.mail_webhook_secret and len(config.mail_webhook_secret) < SHORTEST_SECRET:
        raise SettingRefused(f"MAIL_WEBHOOK_SECRET is too short; use {SHORTEST_SECRET} characters or more.")
    if config.checkout_reminder not in ("on", "off"):
        raise SettingRefused(f"CHECKOUT_REMINDER is {config.checkout_reminder!r}; it must be on or off.")
    if config.low_stock_mail not in ("on", "off"):
        raise SettingRefused(f"LOW_STOCK_MAIL is {config.low_stock_mail!r}; it must be on or off.")
    for name, address in (("ADMIN_EMAIL", config.admin_email), ("SHOP_EMAIL", config.public_email)):
        if "@" not in address:
            raise SettingRefused(f"{name} is {address!r}; it must be an e-mail address.")


def _check_payment(config: Config) -> None:
    if not re.match(r"(sk|rk)_(test|live)_", config.stripe_secret_key):
        raise SettingRefused("STRIPE_SECRET_KEY must begin with sk_test_, sk_live_, rk_test_ or rk_live_.")
    if config.livemode and not config.live:
        raise SettingRefused(
            "STRIPE_SECRET_KEY is a live key but SHOP_MODE is demo; real money needs SHOP_MODE=live."
        )
    if not config.webhook_secrets:
        raise SettingRefused("STRIPE_WEBHOOK_SECRET is empty.")
    if config.stripe_api_base:
        base = urlsplit(config.stripe_api_base)
        if base.scheme != "http" or base.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise SettingRefused("STRIPE_API_BASE may only name the local payment page (http://127.0.0.1:…).")


def _with_kept_secret(config: Config) -> Config:
    path = config.var / "secret-key"
    try:
        config.var.mkdir(parents=True, exist_ok=True)
        if not path.exists() or len(path.read_text().strip()) < SHORTEST_SECRET:
            _write_secret(path)
        return replace(config, secret_key=path.read_text().strip())
    except OSError as error:
        raise SettingRefused(
            f"The folder {config.var} cannot be written ({error.strerror}); DATABASE_URL decides where it is."
        ) from error


def _write_secret(path: Path) -> None:
    """Put a new secret in place whole: a full disk or a kill leaves none at all, rather than an empty one."""
    part = path.with_name(f"secret-key-{secrets.token_hex(4)}")
    try:
        part.touch(mode=0o600)
        part.write_text(secrets.token_urlsafe(48))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
