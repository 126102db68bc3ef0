"""What tells a robot from a person who fills in one field, without asking the person anything."""

from collections.abc import Mapping

# A field that nobody sees, with a name that form fillers like.
HONEYPOT = "website"
# What a script writes in the field of this name when the form is sent: the seconds the page was looked at.
SECONDS = "seconds"
# Nobody reads a line and types an address faster.
FASTEST_SECONDS = 2.0


def by_robot(fields: Mapping[str, str]) -> bool:
    """Whether a form was filled in by a program: the hidden field is not empty, or no time has passed.

    The page is the same for everybody and may come from a cache, so the shop cannot know when it was read. Where
    scripts run, the browser says how long, and waits for the rest when somebody is faster (static/js/shop.js); where
    they do not, the hidden field and the throttles have to do.
    """
    if fields.get(HONEYPOT, ""):
        return True
    try:
        return float(fields.get(SECONDS) or FASTEST_SECONDS) < FASTEST_SECONDS
    except ValueError:
        return True
