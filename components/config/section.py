"""What every section of the configuration is made of."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from .problems import Problem, raise_all

# PutRetentionPolicy accepts these numbers of days and no others.
LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
Cidr = Annotated[str, StringConstraints(pattern=r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$")]

# "large" of db.t4g.large: what EC2, RDS and ElastiCache call sizes.
SIZE = r"(nano|micro|small|medium|large|\d*xlarge)"
# "t4g" of it: since the sixth generation (t: the fourth) a family's name has the letter of its processors (EC2 user
# guide, naming conventions): there is no t4, m6 or r7. What AWS brings tomorrow has one, too.
FAMILY = r"(t[1-3]|[a-su-z][1-5]|[a-z]+\d+[a-z]+)"


@dataclass(frozen=True)
class InProd:
    """The least that production accepts of a field; the check and the reference both read it."""

    equals: Any = None
    one_of: tuple[str, ...] = ()
    containing: str = ""
    at_least: int | None = None
    given: bool = False

    def holds(self, value: object) -> bool:
        """Return whether the value will do; a collection is judged by its length."""
        if self.given:
            return value not in (None, ())
        if self.one_of:
            return value in self.one_of
        if self.containing:
            return self.containing in str(value)
        if self.at_least is None:
            return bool(value == self.equals)
        return (len(value) if isinstance(value, tuple | list) else int(str(value))) >= self.at_least

    def __str__(self) -> str:
        """Say what is wanted."""
        if self.given:
            return "given"
        if self.containing:
            return f"given with {self.containing}..."
        return self.to_write() if self.at_least is None else f"at least {self.at_least}"

    def to_write(self) -> str:
        """Say what to type."""
        if self.given or self.containing:
            return "what docs/settings.md shows"
        if self.one_of:
            return " or ".join(self.one_of)
        if self.at_least is None:
            return self.equals if isinstance(self.equals, str) else json.dumps(self.equals)
        return f"{self.at_least} or more"


class Section(BaseModel):
    """A frozen, closed part of the configuration; `problems` yields what only several fields show to be wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong across fields."""
        yield from ()

    @model_validator(mode="after")
    def _problems_are_raised(self) -> Self:
        raise_all(list(self.problems()))
        return self
