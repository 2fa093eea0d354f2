"""When an object is ready, as the Kubernetes provider sees it: pure functions of the object.

https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply and the
provider's await package tell which kinds are waited for. Each function gives what is still missing, or nothing.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..laws.law import get

Object = Mapping[str, Any]


_WAIT_FOR = "pulumi.com/waitFor"
# Kinds of charts whose controllers are played; nobody would ever write into the status of another.
_PLAYED = frozenset({("keda.sh", "ScaledObject"), ("external-secrets.io", "ExternalSecret")})


class FailedError(Exception):
    """It will not become ready; the text is the object's own."""


def missing(item: Object) -> str:
    """Return what is still missing before an object is ready; empty where it is, or is not waited for.

    The annotation `pulumi.com/waitFor` takes the place of what the provider knows of a kind (its overrides.go).
    Raises FailedError for a Job that has failed, and for an annotation that the provider does not take.
    """
    awaited = get(item, "metadata", "annotations", _WAIT_FOR)
    if awaited and _has_a_controller(item):
        return "; ".join(filter(None, (_expected(item, each) for each in _expressions(str(awaited)))))
    judge = _JUDGES.get(str(item.get("kind")))
    if judge is None:
        return ""
    observed = get(item, "status", "observedGeneration")
    generation = get(item, "metadata", "generation")
    if observed is not None and generation is not None and observed < generation:
        return "the controller has not seen the latest change"
    return judge(item)


def _has_a_controller(item: Object) -> bool:
    group = str(item.get("apiVersion")).rpartition("/")[0]
    return "." not in group or group.endswith(".k8s.io") or (group, str(item.get("kind"))) in _PLAYED


def _expressions(awaited: str) -> list[str]:
    try:
        several = json.loads(awaited)
    except ValueError:
        return [awaited]
    return [str(each) for each in several] if isinstance(several, list) else [awaited]


def _expected(item: Object, expression: str) -> str:
    """Return what is missing of one expression; of JSONPath, names joined by dots are judged and nothing else."""
    kind, _, wanted = expression.partition("=")
    if kind == "condition":
        name, _, status = wanted.partition("=")
        found = _condition(item, name)
        if str(found.get("status")).lower() == (status or "True").lower():
            return ""
        said = f": {found['message']}" if found.get("message") else ""
        return f"its condition {name} is {found.get('status') or 'not there'}{said}"
    path = re.fullmatch(r"\{?((?:\.\w+)+)\}?(?:=(.*))?", wanted) if kind == "jsonpath" else None
    if path is not None:
        value = get(item, *path[1].lstrip(".").split("."))
        reached = value is not None if path[2] is None else str(value) == path[2]
        return "" if reached else f"{path[1]} is {value}"
    if kind != "jsonpath":
        raise FailedError(f'{_WAIT_FOR}: expected a "jsonpath=" or "condition=" prefix, got "{expression}"')
    return ""


def _deployment(item: Object) -> str:
    wanted, status = _wanted(item), item.get("status") or {}
    progressing = _condition(item, "Progressing")
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        raise FailedError(str(progressing.get("message")))
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if status.get("observedGeneration") is None:
        return "the controller has not seen it"
    if updated < wanted or available < wanted or status.get("replicas", 0) > wanted:
        return f"{available} of {wanted} pods are available, {updated} updated"
    return ""


def _stateful_set(item: Object) -> str:
    wanted, status = _wanted(item), item.get("status") or {}
    if status.get("observedGeneration") is None:
        return "the controller has not seen it"
    if status.get("readyReplicas", 0) < wanted or status.get("updatedReplicas", 0) < wanted:
        return f"{status.get('readyReplicas', 0)} of {wanted} pods are ready"
    return ""


def _daemon_set(item: Object) -> str:
    status = item.get("status") or {}
    if status.get("observedGeneration") is None:
        return "the controller has not seen it"
    wanted, ready = status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
    return f"{ready} of {wanted} pods are ready" if ready < wanted else ""


def _job(item: Object) -> str:
    failed = _condition(item, "Failed")
    if failed.get("status") == "True":
        raise FailedError(f"{failed.get('reason')}: {failed.get('message')}")
    return "" if _condition(item, "Complete").get("status") == "True" else "it has not completed"


def _pod(item: Object) -> str:
    if get(item, "status", "phase") == "Succeeded" or _condition(item, "Ready").get("status") == "True":
        return ""
    scheduled = _condition(item, "PodScheduled")
    return str(scheduled.get("message") or "it is not ready")


def _claim(item: Object) -> str:
    return "" if get(item, "status", "phase") == "Bound" else "it is not bound"


def _definition(item: Object) -> str:
    return "" if _condition(item, "Established").get("status") == "True" else "it is not established"


_JUDGES: Mapping[str, Callable[[Object], str]] = {
    "CustomResourceDefinition": _definition,
    "DaemonSet": _daemon_set,
    "Deployment": _deployment,
    "Job": _job,
    "PersistentVolumeClaim": _claim,
    "Pod": _pod,
    "StatefulSet": _stateful_set,
}


def _wanted(item: Object) -> int:
    replicas = get(item, "spec", "replicas")
    return 1 if replicas is None else int(replicas)


def _condition(item: Object, kind: str) -> Mapping[str, Any]:
    conditions = get(item, "status", "conditions") or []
    return next((condition for condition in conditions if condition.get("type") == kind), {})
