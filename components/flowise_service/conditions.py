"""What the rest of a stack decides for Flowise, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Telemetry:
    """Who else watches the pods: a collector of traces that listens, Datadog's agents that ask for metrics."""

    traced: bool = False
    datadog: bool = False
