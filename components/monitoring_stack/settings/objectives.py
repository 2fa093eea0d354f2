"""Settings of what is promised: how often the site answers, and how fast."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from ...config.problems import Problem
from ...config.section import Section

# upper bounds of the buckets of flowise_http_request_duration_seconds: only at these is a share known exactly
BUCKETS_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)
Preset = Literal["flowise", "sistema-aps", "tiktrend", "tiktrend-sla"]


@dataclass(frozen=True, kw_only=True)
class Objectives:
    """What is promised: percent of the time, and percent of answers within seconds, over days."""

    availability_percent: float = 99.9
    availability_days: int = 30
    latency_percent: float = 95.0
    latency_days: Literal[7, 30] = 30
    prediction_seconds: float = 30.0
    api_seconds: float = 1.0
    page_seconds: float = 1.0


PRESETS: Mapping[str, Objectives] = {
    # a model thinks for seconds, and CloudFront waits two minutes at most; everything else is Flowise's own work
    "flowise": Objectives(),
    # uptime 99.9 %, p95 below 1 s, 5xx below 0.1 %: both shares of failure are 0.1 %
    "sistema-aps": Objectives(api_seconds=1.0, page_seconds=1.0),
    # what is aimed at: 99.9 % over 30 days, p95 below 200 ms over 7 days
    "tiktrend": Objectives(latency_days=7, api_seconds=0.2, page_seconds=0.2),
    # what customers are promised: 99.5 %, p95 below 500 ms
    "tiktrend-sla": Objectives(availability_percent=99.5, latency_days=7, api_seconds=0.5, page_seconds=0.5),
}


class ObjectivesSettings(Section):
    """Service level objectives: a preset, and what differs from it."""

    preset: Preset = Field(
        default="flowise",
        description="figures to begin with: availability of 99.9 % over 30 days (tiktrend-sla: 99.5 %), and 95 % of "
        "the answers within 1 s (tiktrend: 0.2 s, tiktrend-sla: 0.5 s, both over 7 days), of predictions within 30 s",
    )
    # below 94 % a burn rate of 14.4 would be more than everything, and its alert could never fire
    availability_percent: float | None = Field(
        default=None, ge=94, le=99.99, description="percent of the time that the site answers without errors"
    )
    latency_percent: float | None = Field(
        default=None, ge=94, le=99.99, description="percent of answers that are in time, of each class"
    )
    prediction_seconds: float | None = Field(
        default=None, description="time for a prediction, seconds; a bound of the histogram's buckets", examples=[30]
    )
    api_seconds: float | None = Field(default=None, description="likewise for the API and logins", examples=[1])
    page_seconds: float | None = Field(default=None, description="likewise for pages and their files", examples=[1])

    def problems(self) -> Iterator[Problem]:
        """Judge that every time is one at which the histogram can be cut."""
        for key in ("prediction_seconds", "api_seconds", "page_seconds"):
            value = getattr(self, key)
            if value is not None and value not in BUCKETS_SECONDS:
                bounds = ", ".join(f"{bound:g}" for bound in BUCKETS_SECONDS)
                yield Problem(key, "must be a bound of the histogram's buckets", value, f"write one of {bounds}")

    def resolved(self) -> Objectives:
        """Give the preset's figures with what was set in their place."""
        preset = PRESETS[self.preset]
        changed = {
            name: value for name in type(self).model_fields if name != "preset" and (value := getattr(self, name))
        }
        return Objectives(**{**vars(preset), **changed})
