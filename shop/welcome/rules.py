"""How a reader's code is spelled, and which version of a letter she gets: values in, values out."""

from collections.abc import Callable, Collection, Mapping, Sequence

from shop.content import Article, Step

# No letter that looks like a figure or another letter, and no vowel: nothing rude can be spelled.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
SPELLINGS = 8
# Versions of the letter about the day; what else a reader does has no version of its own.
ACTIVITIES = ("sit", "drive", "run")
# An article that names more is about none of them in particular.
MOST_NAMED = 2


def spellings(choose: Callable[[Sequence[str]], str], count: int = SPELLINGS) -> list[str]:
    """Return a few spellings for a new code, such as CH-7KQX-M4: 27 to the power of 6 there are."""
    return [f"CH-{_some(choose, 4)}-{_some(choose, 2)}" for _ in range(count)]


def _some(choose: Callable[[Sequence[str]], str], count: int) -> str:
    return "".join(choose(ALPHABET) for _ in range(count))


def activity(source: str, articles: Mapping[str, Article]) -> str:
    """Return what a reader does all day, as far as the article she came from tells; an overview tells nothing."""
    article = articles.get(source)
    named = article.activities if article else ()
    return named[0] if 0 < len(named) <= MOST_NAMED and named[0] in ACTIVITIES else ""


def letter_of(step: Step, doing: str, letters: Collection[str]) -> str:
    """Return the name of the letter of a step: its version for what a reader does, where there is one."""
    version = f"{step.letter}_{doing}"
    return version if step.by_activity and doing and version in letters else step.letter
