"""GitHub's expressions, as far as our workflows have them: `always() && contains(needs.*.result, 'failure')`.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions says what they mean.
"""

import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(r"\s*(\|\||&&|==|!=|[!(),]|'(?:[^']|'')*'|[\w*.-]+)")
_STATUS = ("always", "cancelled", "failure", "success")
_INSERTED = re.compile(r"\$\{\{(.*?)\}\}", re.S)


class Expression:
    """One expression over contexts: `github`, `steps`, `needs`, ...; `job` holds the status so far."""

    def __init__(self, text: str, contexts: Mapping[str, Any]) -> None:
        self.tokens = _TOKEN.findall(text)
        assert "".join(self.tokens) == re.sub(r"\s+(?=(?:[^']*'[^']*')*[^']*$)", "", text), f"not understood: {text}"
        self.contexts = contexts

    @property
    def value(self) -> Any:
        """What it comes to."""
        found = self._any()
        assert not self.tokens, f"left over: {self.tokens}"
        return found

    def _next(self, *wanted: str) -> str:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in wanted else ""

    def _any(self) -> Any:
        left = self._all()
        while self._next("||"):
            right = self._all()
            left = left or right
        return left

    def _all(self) -> Any:
        left = self._compared()
        while self._next("&&"):
            right = self._compared()
            left = left and right
        return left

    def _compared(self) -> Any:
        left = self._one()
        sign = self._next("==", "!=")
        return left if not sign else (str(left or "") == str(self._one() or "")) == (sign == "==")

    def _one(self) -> Any:
        if self._next("!"):
            return not self._one()
        if self._next("("):
            found = self._any()
            assert self._next(")")
            return found
        word = self.tokens.pop(0)
        if word.startswith("'"):
            return word[1:-1].replace("''", "'")
        if self._next("("):
            given = []
            while not self._next(")"):
                given.append(self._any())
                self._next(",")
            return self._called(word, given)
        return self._looked_up(word)

    def _called(self, name: str, given: list[Any]) -> Any:
        status = self.contexts["job"]["status"]
        if name == "hashFiles":  # of a cache's key, which nothing keeps here
            return "0"
        if name == "contains":
            return bool(given[1] in given[0])
        assert name in _STATUS, f"not understood: {name}()"
        return name == "always" or status == {"failure": "failure", "cancelled": "cancelled"}.get(name, "success")

    def _looked_up(self, path: str) -> Any:
        found: Any = self.contexts
        parts = path.split(".")
        for number, part in enumerate(parts):
            if part == "*":
                return [each.get(parts[number + 1]) for each in found.values()]
            found = found.get(part) if isinstance(found, Mapping) else None
        return found


def holds(condition: str, contexts: Mapping[str, Any]) -> bool:
    """Return whether a step or job runs: one that asks for no status runs where all before it went well."""
    text = condition.strip().removeprefix("${{").removesuffix("}}")
    if not re.search(rf"\b({'|'.join(_STATUS)})\(", text):
        text = f"success() && ({text})" if text.strip() else "success()"
    return bool(Expression(text, contexts).value)


def filled_in(text: str, contexts: Mapping[str, Any]) -> str:
    """Return a text with what its expressions come to."""
    return _INSERTED.sub(lambda found: str(Expression(found[1], contexts).value or ""), text)
