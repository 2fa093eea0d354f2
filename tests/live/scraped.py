"""What Prometheus scrapes of pods that run here, made of the stack's monitors as its operator makes it of them.

Selectors, names of ports, paths, keys and labels are the stack's. Which pods there are, which the operator lets
Prometheus ask Kubernetes, stands in a file for each endpoint (prometheus-operator v0.89, pkg/prometheus/promcfg.go).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rendered import Stack

SERVICE_MONITOR, POD_MONITOR = "ServiceMonitor", "PodMonitor"
ENDPOINTS = {SERVICE_MONITOR: "endpoints", POD_MONITOR: "podMetricsEndpoints"}
# fields of an endpoint that are played; one that is not here is refused, not left out
PLAYED = {"port", "path", "scheme", "interval", "authorization", "relabelings", "metricRelabelings"}
USUAL_INTERVAL = "15s"  # what Prometheus is told where an endpoint says nothing (monitoring.scrape_interval_seconds)
META = "__meta_kubernetes"


@dataclass(frozen=True)
class Running:
    """A pod that runs here: whose it is (a Deployment as the program names it), its name, its ports by their number."""

    owner: str
    pod: str
    ports: Mapping[int, int]


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of one monitor."""

    kind: str
    namespace: str
    monitor: str
    number: int
    spec: Mapping[str, Any]  # the monitor's
    endpoint: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Give the name that the operator gives its scrape configuration."""
        kind = self.kind[0].lower() + self.kind[1:]
        return f"{kind}/{self.namespace}/{self.monitor}/{self.number}"

    def file(self, folder: Path) -> Path:
        """Return where its targets stand."""
        return folder / f"{self.name.replace('/', '-')}.json"


def endpoints(stack: Stack) -> Iterator[Endpoint]:
    """Yield the endpoints of all monitors of the stack."""
    for kind, key in ENDPOINTS.items():
        for record in stack.objects(f"kubernetes:monitoring.coreos.com/v1:{kind}"):
            meta, spec = record.outputs["metadata"], record.inputs["spec"]
            for number, endpoint in enumerate(spec[key]):
                assert set(endpoint) <= PLAYED, f"{meta['name']}: {set(endpoint) - PLAYED} is not played"
                yield Endpoint(kind, meta["namespace"], meta["name"], number, spec, endpoint)


def scrape_config(stack: Stack, each: Endpoint, folder: Path, hurried: Callable[[str], str]) -> dict[str, Any]:
    """Write the scrape configuration of an endpoint, with what `hurried` makes of its interval."""
    interval = hurried(each.endpoint.get("interval", USUAL_INTERVAL))
    authorization = each.endpoint.get("authorization")
    return {
        "job_name": each.name,
        "scrape_interval": interval,
        "scrape_timeout": interval,
        "metrics_path": each.endpoint.get("path", "/metrics"),
        "scheme": each.endpoint.get("scheme", "http"),
        **({"authorization": _authorization(stack, authorization)} if authorization else {}),
        "file_sd_configs": [{"files": [str(each.file(folder))], "refresh_interval": "1s"}],
        "relabel_configs": [*_labels(each), *map(_relabeling, each.endpoint.get("relabelings", ()))],
        "metric_relabel_configs": [_relabeling(rule) for rule in each.endpoint.get("metricRelabelings", ())],
    }


def write_targets(stack: Stack, folder: Path, running: Sequence[Running]) -> None:
    """Write the targets of every endpoint."""
    for each in endpoints(stack):
        targets = [target for pod in running for target in _targets(stack, each, pod)]
        each.file(folder).write_text(json.dumps([{"targets": [at], "labels": labels} for at, labels in targets]))


def _targets(stack: Stack, each: Endpoint, pod: Running) -> Iterator[tuple[str, dict[str, str]]]:
    template = stack.template(pod.owner)
    namespace, labels = stack.namespace(pod.owner), template["metadata"]["labels"]
    if namespace not in each.spec.get("namespaceSelector", {}).get("matchNames", [each.namespace]):
        return
    found = {
        f"{META}_namespace": namespace,
        f"{META}_pod_name": pod.pod,
        **{f"{META}_pod_label_{_label(name)}": value for name, value in labels.items()},
    }
    ports = [(c["name"], p) for c in template["spec"]["containers"] for p in c.get("ports", ())]
    if each.kind == POD_MONITOR:
        if _selects(each.spec["selector"], labels):
            for container, port in ports:
                if port["name"] == each.endpoint["port"]:
                    at = f"127.0.0.1:{pod.ports[port['containerPort']]}"
                    yield at, {**found, f"{META}_pod_container_name": container}
        return
    for service in stack.objects("kubernetes:core/v1:Service"):
        meta, spec = service.outputs["metadata"], service.inputs["spec"]
        own = meta.get("labels", {})
        if meta["namespace"] != namespace or not _selects(each.spec["selector"], own):
            continue
        if not spec.get("selector") or not spec["selector"].items() <= labels.items():
            continue
        for served in spec["ports"]:
            for container, port in ports:
                if served.get("name") == each.endpoint["port"] and served["targetPort"] in (
                    port["name"],
                    port["containerPort"],
                ):
                    at = f"127.0.0.1:{pod.ports[port['containerPort']]}"
                    names = {f"{META}_service_label_{_label(name)}": value for name, value in own.items()}
                    service_name = {f"{META}_service_name": meta["name"], f"{META}_pod_container_name": container}
                    yield at, {**found, **names, **service_name}


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    assert set(selector) <= {"matchLabels", "matchExpressions"}, selector
    judged: dict[str, Callable[[str, Sequence[str]], bool]] = {
        "In": lambda key, values: labels.get(key) in values,
        "NotIn": lambda key, values: labels.get(key) not in values,
        "Exists": lambda key, _: key in labels,
        "DoesNotExist": lambda key, _: key not in labels,
    }
    expressions = selector.get("matchExpressions", ())
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        judged[each["operator"]](each["key"], each.get("values", ())) for each in expressions
    )


def _labels(each: Endpoint) -> list[dict[str, Any]]:
    """Name job, namespace and pod as the operator does, before the monitor's own relabelings."""
    service = each.kind == SERVICE_MONITOR
    job: dict[str, Any] = {"target_label": "job", "replacement": f"{each.namespace}/{each.monitor}"}
    if service:
        job = {"source_labels": [f"{META}_service_name"], "target_label": "job"}
    sources = {"namespace": "namespace", "pod_name": "pod", "pod_container_name": "container"}
    if service:
        sources["service_name"] = "service"
    rules = [{"source_labels": [f"{META}_{name}"], "target_label": label} for name, label in sources.items()]
    if "jobLabel" in each.spec:
        source = f"{META}_{'service' if service else 'pod'}_label_{_label(each.spec['jobLabel'])}"
        named = {"source_labels": [source], "regex": "(.+)", "target_label": "job", "replacement": "${1}"}
        return [*rules, job, named, {"target_label": "endpoint", "replacement": each.endpoint["port"]}]
    return [*rules, job, {"target_label": "endpoint", "replacement": each.endpoint["port"]}]


def _relabeling(rule: Mapping[str, Any]) -> dict[str, Any]:
    names = {"sourceLabels": "source_labels", "targetLabel": "target_label"}
    return {names.get(key, key): value.lower() if key == "action" else value for key, value in rule.items()}


def _authorization(stack: Stack, authorization: Mapping[str, Any]) -> dict[str, str]:
    secret = authorization["credentials"]
    kept = stack.kept(secret["name"])
    return {"type": authorization.get("type", "Bearer"), "credentials": kept[secret["key"]]}


def _label(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)
