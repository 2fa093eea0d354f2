"""Settings of what users are promised, and of when somebody is told that answers are slow."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from ..config.problems import Problem
from ..config.section import Section
from ..config.types import LONGEST_ANSWER_SECONDS

# upper bounds of the buckets of the histogram of answers (assets/process_metrics.cjs): only at these is a share known
BUCKETS_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)


class ObjectivesSettings(Section):
    """Service level objectives (SLOs) and the threshold of latency, which alerts watch."""

    # below 94 % a burn rate of 14.4 would be more than everything, and its alert could never fire
    availability_percent: float = Field(
        default=99.9, ge=94, le=99.99, description="percent of 30 days in which the site answers without errors"
    )
    latency_percent: float = Field(
        default=95.0, ge=94, le=99.99, description="percent of answers that are in time, of each class"
    )
    latency_days: Literal[7, 30] = Field(default=30, description="days over which that is counted")
    # a model thinks for seconds, and CloudFront waits two minutes at most; everything else is Flowise's own work
    prediction_seconds: float = Field(
        default=30.0, description="time for a prediction, seconds; a bound of the histogram's buckets", examples=[30]
    )
    api_seconds: float = Field(default=1.0, description="likewise for the API and logins", examples=[1])
    page_seconds: float = Field(default=1.0, description="likewise for pages and their files", examples=[1])
    latency_threshold_seconds: float = Field(
        default=2.0,
        gt=0,
        le=LONGEST_ANSWER_SECONDS,
        description="latency p95 above this raises HighLatency, seconds; of predictions, above prediction_seconds",
    )
    latency_for_minutes: int = Field(
        default=5, ge=1, le=60, description="minutes that latency must be high before HighLatency is raised"
    )

    def problems(self) -> Iterator[Problem]:
        """Judge that every time is one at which the histogram can be cut."""
        for key in ("prediction_seconds", "api_seconds", "page_seconds"):
            value = getattr(self, key)
            if value not in BUCKETS_SECONDS:
                bounds = ", ".join(f"{bound:g}" for bound in BUCKETS_SECONDS)
                yield Problem(key, "must be a bound of the histogram's buckets", value, f"write one of {bounds}")
