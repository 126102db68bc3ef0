"""When readers get which letter, from content/series.yaml: the timing is words, not program."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from shop.content.header import Header, read_yaml

FILE = "series.yaml"
SERIES = ("welcome", "bought")
# What a letter may be sent for only.
ONLY = ("", "code_unused")


@dataclass(frozen=True)
class Step:
    """One letter of a series and the day it is due, counted from the day the series begins.

    ``by_activity``: it has versions, such as ``<letter>_drive``, for what a reader does all day. ``only``: a condition
    (one of ONLY) without which it is left out.
    """

    letter: str
    day: int
    by_activity: bool = False
    only: str = ""


@dataclass(frozen=True)
class SeriesPlan:
    """All series, and the hours of the shop's day in which their letters may leave: from ``opens`` until ``closes``."""

    opens: int = 9
    closes: int = 18
    reminder_hours: int = 24
    steps: Mapping[str, tuple[Step, ...]] | None = None

    def of(self, series: str) -> tuple[Step, ...]:
        """Return the steps of a series, in their order."""
        return (self.steps or {}).get(series, ())


def read_series(folder: Path, letters: Collection[str]) -> SeriesPlan:
    """Read the series; ``letters`` are the names there are in emails/. Without the file there is no series.

    Raises WordsRefused with file and line.
    """
    if not (folder / FILE).exists():
        return SeriesPlan()
    header = read_yaml(folder / FILE, folder)
    header.only({"hours", "reminder_after_hours", *SERIES}, FILE)
    steps = {series: _steps(header, series, letters) for series in SERIES}
    plan = SeriesPlan(
        header.number("hours.from"),
        header.number("hours.until"),
        header.number("reminder_after_hours"),
        steps,
    )
    if not plan.opens < plan.closes <= 24:
        header.complain("hours", "hours: needs from: and until:, whole hours of one day, such as 9 and 18.")
    header.settle()
    return plan


def _steps(header: Header, series: str, letters: Collection[str]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for index, entry in enumerate(header.entries(series, ("letter", "day"), ("by", "only"))):
        way = f"{series}.{index}"
        step = Step(
            entry["letter"], header.number(f"{way}.day"), bool(entry["by"]), entry["only"].replace(" ", "_")
        )
        if step.letter not in letters:
            header.complain(f"{way}.letter", f"there is no letter emails/{step.letter}.md.")
        if entry["by"] not in ("", "activity") or step.only not in ONLY:
            header.complain(way, "by: may be activity, and only: may be code unused.")
        if steps and step.day <= steps[-1].day:
            header.complain(f"{way}.day", "each letter of a series needs a later day than the one before it.")
        steps.append(step)
    return tuple(steps)
