"""What every step of a reader's way needs at hand."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shop.config import Config
from shop.content import Content
from shop.tokens import fresh_seed


@dataclass(frozen=True)
class Desk:
    """The settings, the words, and where randomness comes from."""

    config: Config
    content: Content
    seed: Callable[[], str] = fresh_seed
    choose: Callable[[Sequence[str]], str] = secrets.choice

    @property
    def base(self) -> str:
        """The beginning of every address in a letter: BASE_URL and nothing else."""
        return self.config.base_url.rstrip("/")

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the shop's days begin."""
        return self.config.time_zone
