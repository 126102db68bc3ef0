"""What follows from moments and words alone: when a letter may leave, what is kept of a consent."""

import hashlib
from datetime import datetime, time, timedelta
from ipaddress import ip_network
from zoneinfo import ZoneInfo

LINK_LIFETIME = timedelta(days=7)
# Who never confirmed is forgotten after so long.
KEPT_UNCONFIRMED = timedelta(days=30)


def wording_version(words: str) -> str:
    """Return the version of a sentence people agree to: other letters, another version."""
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def coarse_network(address: str) -> str:
    """Return the network an address is in, too wide to name a household: the /24 of IPv4, the /48 of IPv6."""
    try:
        bits = 24 if ip_network(address, strict=False).version == 4 else 48
        return str(ip_network(f"{address.partition('/')[0]}/{bits}", strict=False))
    except ValueError:
        return ""


def is_open(moment: datetime, opens: int, closes: int, zone: ZoneInfo) -> bool:
    """Whether letters may leave at ``moment`` (aware): from hour ``opens`` until hour ``closes`` in ``zone``."""
    return opens <= moment.astimezone(zone).hour < closes


def next_opening(moment: datetime, opens: int, closes: int, zone: ZoneInfo) -> datetime:
    """Return the first moment from ``moment`` on at which letters may leave (aware, in the zone of ``moment``)."""
    local = moment.astimezone(zone)
    if opens <= local.hour < closes:
        return moment
    day = local.date() + timedelta(days=1 if local.hour >= closes else 0)
    return datetime.combine(day, time(opens), tzinfo=zone).astimezone(moment.tzinfo)


def days_later(moment: datetime, days: int, opens: int, closes: int, zone: ZoneInfo) -> datetime:
    """Return the same time of day ``days`` days on (1 or more), or the opening after it."""
    local = moment.astimezone(zone)
    later = datetime.combine(local.date() + timedelta(days=days), local.time(), tzinfo=zone)
    return next_opening(later.astimezone(moment.tzinfo), opens, closes, zone)


def next_day(moment: datetime, opens: int, zone: ZoneInfo) -> datetime:
    """Return the opening of the day after ``moment``."""
    day = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(opens), tzinfo=zone).astimezone(moment.tzinfo)
