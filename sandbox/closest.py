"""What somebody may have meant by a word that is none of the known ones."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Ask about the known word that a word is most like; what is like none gets the other sentence."""
    near = difflib.get_close_matches(word, [*known], n=1)
    return f"did you mean {near[0]}?" if near else otherwise
