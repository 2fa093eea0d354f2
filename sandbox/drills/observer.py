"""What a Service's callers would see: its ready endpoints over time, by zone."""

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..clusters.placeholders import OWN
from ..control_plane import Client, KubernetesError

Service = tuple[str, str]
"""Namespace and name."""
_ZONE = "topology.kubernetes.io/zone"
_OF = "kubernetes.io/service-name"
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Sample:
    """The ready endpoints of each Service, by zone, so many seconds after the start."""

    seconds: float
    ready: Mapping[Service, Mapping[str, int]]


@dataclass
class Timeline:
    """The samples of a drill, and what was done when."""

    samples: list[Sample] = field(default_factory=list)
    events: list[tuple[float, str]] = field(default_factory=list)

    def lowest(self, service: Service) -> int:
        """Return the fewest ready endpoints at any moment."""
        return min(sum(sample.ready.get(service, {}).values()) for sample in self.samples)

    def fewest_zones(self, service: Service) -> int:
        """Return the fewest zones with a ready endpoint at any moment."""
        return min(sum(1 for n in sample.ready.get(service, {}).values() if n) for sample in self.samples)

    def seconds_below(self, service: Service, floor: int) -> float:
        """How long there were fewer ready endpoints than a floor."""
        return sum(
            after.seconds - before.seconds
            for before, after in zip(self.samples, self.samples[1:], strict=False)
            if sum(before.ready.get(service, {}).values()) < floor
        )


class Observer(threading.Thread):
    """Looks at every Service, many times a second, until stopped."""

    def __init__(self, client: Client) -> None:
        super().__init__(daemon=True)
        self.timeline = Timeline()
        self._client = client
        self._zero_seconds = time.monotonic()
        self._zones: dict[str, str] = {}
        self._ended = threading.Event()
        self._answers = True
        self._followed: dict[Service, Service] = {}

    def follow(self, name: Service, service: Service) -> None:
        """From now on, show under a name what is behind a Service, though another was followed before."""
        self._followed[name] = service

    def begin(self) -> None:
        """Take the first sample, from which time counts, and look on."""
        self._zero_seconds = time.monotonic()
        self.look()
        self.start()

    def run(self) -> None:
        """Look, and look again."""
        while not self._ended.is_set():
            try:
                self.look()
                self._answers = True
            except (KubernetesError, OSError) as error:
                if self._answers:
                    self.note(f"the API server does not answer: {error}")
                self._answers = False
            self._ended.wait(_POLL_SECONDS)

    def stop(self) -> Timeline:
        """Return what was seen."""
        self._ended.set()
        self.join()
        self.look()
        return self.timeline

    def note(self, what: str) -> None:
        """Remember that something was done now."""
        self.timeline.events.append((time.monotonic() - self._zero_seconds, what))

    def look(self) -> None:
        """Take one sample."""
        # each has its Service's labels
        slices = self._client.list("discovery.k8s.io/v1", "EndpointSlice", labels=OWN)
        ready = ready_by_zone(slices, self._zone)
        ready |= {name: ready.get(service, {}) for name, service in self._followed.items()}
        self.timeline.samples.append(Sample(time.monotonic() - self._zero_seconds, ready))

    def _zone(self, node: str) -> str:
        if node not in self._zones:
            nodes = self._client.list("v1", "Node")
            self._zones |= {n["metadata"]["name"]: n["metadata"]["labels"].get(_ZONE, "") for n in nodes}
        return self._zones.get(node, "")


def ready_by_zone(slices: Sequence[Mapping[str, Any]], zone_of: Any) -> dict[Service, dict[str, int]]:
    """Return the ready endpoints of each Service, by zone."""
    found: dict[Service, Counter[str]] = {}
    for item in slices:
        labels = item["metadata"].get("labels") or {}
        if _OF not in labels or labels.get("endpointslice.kubernetes.io/managed-by") is None:
            continue
        counted = found.setdefault((item["metadata"]["namespace"], labels[_OF]), Counter())
        for endpoint in item.get("endpoints") or []:
            if (endpoint.get("conditions") or {}).get("ready") and endpoint.get("nodeName"):
                counted[zone_of(endpoint["nodeName"])] += 1
    return {service: dict(counted) for service, counted in found.items()}
