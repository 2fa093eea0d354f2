"""What somebody answers for until a day."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from .problems import Problem
from .section import Section


class AcceptanceSettings(Section):
    """That somebody answers for a risk, why, and until when."""

    owner: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(
        description="who answers for it", examples=["platform-engineering"]
    )
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)] = Field(
        description="why it is borne", examples=["an embedded chat serves everybody, and the provider is chosen in May"]
    )
    expires: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] = Field(
        description="the last day on which it is borne, a year ahead at most", examples=["2027-02-28"]
    )

    def problems(self) -> Iterator[Problem]:
        """Judge that the day is one."""
        try:
            date.fromisoformat(self.expires)
        except ValueError:
            yield Problem("expires", "is no day of the calendar", self.expires, "write one such as 2027-02-28")

    def last_day(self) -> date:
        """Return the last day on which it holds."""
        return date.fromisoformat(self.expires)
