"""Text as it is compared: in small letters, without accents. One way for all that is searched, on every database."""

import unicodedata

# Letters that Unicode does not take apart, as people write them who do not have their keys.
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def fold(text: str) -> str:
    """Return ``text`` in small letters without accents; other scripts stay as they are."""
    # Compatible forms first (𝓐 is an A), or a capital among them would stay one.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(PLAIN)
