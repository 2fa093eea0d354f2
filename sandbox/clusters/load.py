"""The load that is played on workloads, as written on the command line, and what each pod then uses."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..laws.law import get
from ..quantities import millicores

Object = Mapping[str, Any]
SCALABLE = ("Deployment", "StatefulSet")


class LoadError(Exception):
    """What was written means nothing, or nothing of that name runs."""


@dataclass(frozen=True)
class Load:
    """A load on the workload of a name.

    `percent`: each pod uses so much of the CPU that it requests, however many there are. `millicores`: all pods
    together use so much, in equal parts, none more than its limit. `queue`: so many entries wait for it.
    """

    workload: str
    kind: Literal["percent", "millicores", "queue"]
    amount: float

    @classmethod
    def read(cls, text: str) -> "Load":
        """Return the load of `app-server=cpu:80%`, `app-server=cpu:6000m` or `app-worker=queue:250`.

        Raises LoadError.
        """
        found = re.fullmatch(r"([a-z0-9.-]+)=(?:cpu:(\d+)(%|m)|queue:(\d+))", text)
        if found is None:
            raise LoadError(
                f"--load {text}: write NAME=cpu:80% (of what each pod requests), NAME=cpu:6000m (of all its pods) or "
                "NAME=queue:250 (entries that wait); NAME is a Deployment's or StatefulSet's, or a part of it"
            )
        name, amount, unit, waiting = found.groups()
        if waiting is not None:
            return cls(name, "queue", float(waiting))
        return cls(name, "percent" if unit == "%" else "millicores", float(amount))

    def is_on(self, workload: str) -> bool:
        """Return whether it is on the workload of a name: `app-server` is in `flowise-prod-app-server-pods-10470c`."""
        return f"-{self.workload}-" in f"-{workload}-"


def check(loads: Iterable[Load], workloads: Sequence[str]) -> None:
    """Refuse a load that is on no workload, or on more than one. Raises LoadError."""
    for load in loads:
        names = [name for name in workloads if load.is_on(name)]
        if len(names) != 1:
            known = ", ".join(sorted(names or workloads)) or "none"
            raise LoadError(f"--load {load.workload}: it is in {len(names)} names of workloads: {known}. Name one.")


def workload_of(pod: Object) -> str:
    """Return the name of the Deployment or StatefulSet that a pod belongs to; its own where it belongs to none."""
    metadata = pod["metadata"]
    owner = next(iter(metadata.get("ownerReferences") or []), None)
    if owner is None:
        return str(metadata["name"])
    tail = (metadata.get("labels") or {}).get("pod-template-hash")
    name = str(owner["name"])
    return name.removesuffix(f"-{tail}") if owner["kind"] == "ReplicaSet" and tail else name


def usage(pods: Sequence[Object], loads: Sequence[Load]) -> dict[str, dict[str, float]]:
    """Return what the containers of each running pod use of CPU, millicores, by the pod's uid."""
    running = [pod for pod in pods if pod["status"].get("phase") == "Running"]
    siblings: dict[str, int] = {}
    for pod in running:
        siblings[workload_of(pod)] = siblings.get(workload_of(pod), 0) + 1
    found = {}
    for pod in running:
        name = workload_of(pod)
        load = next((load for load in loads if load.kind != "queue" and load.is_on(name)), None)
        found[str(pod["metadata"]["uid"])] = _of_containers(pod, load, siblings[name])
    return found


def _of_containers(pod: Object, load: Load | None, siblings: int) -> dict[str, float]:
    requests = {each["name"]: millicores(get(each, "resources", "requests", "cpu")) for each in _containers(pod)}
    limits = {each["name"]: millicores(get(each, "resources", "limits", "cpu")) for each in _containers(pod)}
    if load is None:
        return dict.fromkeys(requests, 0.0)
    if load.kind == "percent":
        return {name: request * load.amount / 100 for name, request in requests.items()}
    share, all_requests = load.amount / siblings, sum(requests.values())
    parts = {name: share * (n / all_requests if all_requests else 1 / len(requests)) for name, n in requests.items()}
    return {name: min(part, limits[name] or part) for name, part in parts.items()}


def waiting(scaled: Object, loads: Sequence[Load]) -> float:
    """How many entries wait for the target of a ScaledObject."""
    target = str(scaled["spec"]["scaleTargetRef"]["name"])
    return next((load.amount for load in loads if load.kind == "queue" and load.is_on(target)), 0.0)


def _containers(pod: Object) -> Sequence[Object]:
    containers: Sequence[Object] = pod["spec"]["containers"]
    return containers
