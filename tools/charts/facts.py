"""What others count on of a release's objects: names, ports, rights, images and needs, and no text of the chart."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sandbox.clusters.helm import Release
from sandbox.laws.kubernetes_pods import pod_security_faults
from sandbox.quantities import mebibytes, millicores

Objects = Sequence[Mapping[str, Any]]
Row = dict[str, Any]

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
MONITORS: Mapping[str, str] = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}
SELECTED = ("serviceMonitor", "podMonitor", "probe", "scrapeConfig", "rule")
WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
# The operator's own work (its v0.93, pkg/prometheus/server/statefulset.go, pkg/alertmanager/statefulset.go,
# pkg/operator/config_reloader.go): what it names, what it listens on, and what it lets its containers do.
OPERATED: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "Prometheus": ("prometheus", {"http-web": 9090, "reloader-web": 8080}),
    "Alertmanager": ("alertmanager", {"http-web": 9093, "reloader-web": 8080, "mesh-tcp": 9094}),
}
OPERATED_CONTAINER: Mapping[str, Any] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
# what a version changes, and nothing selects by
BOILERPLATE = ("helm.sh/chart", "app.kubernetes.io/version", "chart", "heritage")
# a longer text is a file of its own within the values: templates pass it on, and no object depends on what it says
LONGEST_VALUE = 200
IMAGE_ARGUMENT = "--prometheus-config-reloader="
# http://name.namespace:port, or name.namespace.svc with whatever follows
_ADDRESS = re.compile(
    r"(?P<scheme>https?://)?(?P<service>[a-z][a-z0-9-]*)\.(?P<namespace>[a-z][a-z0-9-]*)"
    r"(?P<svc>\.svc(?:\.cluster\.local)?)?(?::(?P<port>\d+))?(?![\w.-])"
)


def values_digest(values: Mapping[str, Any]) -> str:
    """Return by what values are known, long texts but by their being there."""
    return hashlib.sha256(json.dumps(_short(values), sort_keys=True).encode()).hexdigest()[:16]


def _short(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _short(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_short(each) for each in value]
    return "a long text" if isinstance(value, str) and len(value) > LONGEST_VALUE else value


def facts(release: Release, made: Objects, namespaces: Iterable[str]) -> Row:
    """Return the facts of a release's objects; `namespaces` are those that addresses may name."""
    objects = [_placed(each, release.namespace) for each in made if "test" not in hook(each)]
    pods = sorted([*_workloads(objects), *_operated(objects)], key=lambda pod: (pod["namespace"], pod["name"]))
    images = {image for pod in pods for image in pod.pop("images")}
    return {
        "pods": pods,
        "services": _sorted(_services(objects)),
        "accounts": _sorted(_accounts(objects)),
        "rights": sorted(rights(release, objects), key=lambda row: json.dumps(row, sort_keys=True)),
        "monitors": _sorted(_monitors(objects)),
        "prometheuses": _sorted(_prometheuses(objects)),
        "called": sorted(_called(objects), key=lambda row: json.dumps(row, sort_keys=True)),
        "secrets": _sorted(_secrets(objects)),
        "addresses": addresses([each for each in objects if each["kind"] != "CustomResourceDefinition"], namespaces),
        "images": sorted(images | set(_started_images(objects))),
        "others": _others(objects),
    }


def hook(manifest: Mapping[str, Any]) -> str:
    """Return the moments at which Helm makes an object that is a hook."""
    return str((manifest["metadata"].get("annotations") or {}).get("helm.sh/hook", ""))


def _placed(manifest: Mapping[str, Any], namespace: str) -> Mapping[str, Any]:
    """Return an object with its namespace, where it has one."""
    own = manifest["metadata"].get("namespace")
    where = own or ("" if manifest["kind"] in _OF_THE_CLUSTER else namespace)
    return {**manifest, "metadata": {**manifest["metadata"], "namespace": where}}


_OF_THE_CLUSTER = {
    "APIService", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "IngressClass", "IngressClassParams",
    "PriorityClass", "StorageClass", *WEBHOOKS,
}  # fmt: skip


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (str(row["namespace"]), str(row["name"])))


def _where(each: Mapping[str, Any]) -> Row:
    return {"namespace": each["metadata"]["namespace"], "name": each["metadata"]["name"]}


def labels(metadata: Mapping[str, Any] | None) -> Row:
    """Return what an object may be selected by."""
    found = (metadata or {}).get("labels") or {}
    return {key: found[key] for key in sorted(found) if key not in BOILERPLATE}


def _workloads(objects: Objects) -> Iterator[Row]:
    tokens = {
        (each["metadata"]["namespace"], each["metadata"]["name"]): each.get("automountServiceAccountToken", True)
        for each in objects
        if each["kind"] == "ServiceAccount"
    }
    for each in objects:
        if each["kind"] not in WORKLOADS:
            continue
        owner = each["spec"]["jobTemplate"]["spec"] if each["kind"] == "CronJob" else each["spec"]
        spec = owner["template"]["spec"]
        account = spec.get("serviceAccountName", "default")
        own = tokens.get((each["metadata"]["namespace"], account), True)
        replicas = None if each["kind"] == "DaemonSet" else owner.get("replicas", 1)
        # whoever has one may want to speak to the API server
        token = spec.get("automountServiceAccountToken", own)
        yield _pod(each, labels(owner["template"].get("metadata")), replicas, account, token, spec)


def _operated(objects: Objects) -> Iterator[Row]:
    for each in objects:
        if each["kind"] not in OPERATED:
            continue
        name, ports = OPERATED[each["kind"]]
        instance, spec = each["metadata"]["name"], each["spec"]
        made = {
            "app.kubernetes.io/instance": instance,
            "app.kubernetes.io/managed-by": "prometheus-operator",
            "app.kubernetes.io/name": name,
            name: instance,
            **({"operator.prometheus.io/name": instance} if name == "prometheus" else {}),
        }
        main = {
            "name": name,
            "image": spec["image"],
            "securityContext": OPERATED_CONTAINER,
            "resources": spec.get("resources") or {},
            "ports": [{"containerPort": port, "name": key} for key, port in ports.items()],
        }
        mounted = [{"secret": {"secretName": secret}} for secret in spec.get("secrets") or ()]
        if name == "alertmanager":
            mounted.append({"secret": {"secretName": f"alertmanager-{instance}"}})
        pod = {
            "securityContext": spec.get("securityContext") or {},
            "containers": [main, *(spec.get("containers") or ())],
            "volumes": [*mounted, *(spec.get("volumes") or ())],
        }
        named = {**each, "kind": "StatefulSet", "metadata": {**each["metadata"], "name": f"{name}-{instance}"}}
        token = spec.get("automountServiceAccountToken", True)
        yield _pod(named, made, spec.get("replicas", 1), spec.get("serviceAccountName", "default"), token, pod)


def _pod(
    owner: Mapping[str, Any], own: Row, replicas: int | None, account: str, token: bool, spec: Mapping[str, Any]
) -> Row:
    containers = list(spec["containers"])
    everything = [*containers, *(spec.get("initContainers") or ())]
    level, why = _level(spec)
    asked = [(each.get("resources") or {}).get("requests") or {} for each in containers]
    limits = [(each.get("resources") or {}).get("limits") or {} for each in containers]
    return {
        **_where(owner),
        "kind": owner["kind"],
        **({"hook": hook(owner)} if hook(owner) else {}),
        "labels": own,
        "replicas": replicas,
        "account": account,
        "token": token,
        "host_network": spec.get("hostNetwork", False),
        "level": level,
        **({"because": why} if why else {}),
        "cpu_request_millicores": round(sum(millicores(each.get("cpu")) for each in asked)),
        "memory_request_mib": round(sum(mebibytes(each.get("memory")) for each in asked)),
        "memory_limit_mib": round(sum(mebibytes(each.get("memory")) for each in limits)),
        "ports": [
            {"number": port["containerPort"], "name": port.get("name", ""), "protocol": port.get("protocol", "TCP")}
            for container in containers
            for port in container.get("ports") or ()
        ],
        "secrets": named_secrets(spec),
        "images": [each["image"] for each in everything],
    }


def _level(spec: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return the strictest Pod Security Standard that a pod passes, and what is against the next one."""
    for level, below in (("restricted", "baseline"), ("baseline", "privileged")):
        faults = sorted({each.partition(" (")[0] for each in pod_security_faults(spec, level)})
        if not faults:
            return level, []
        if below == "privileged" or not pod_security_faults(spec, below):
            return below, faults
    raise AssertionError


def named_secrets(spec: Any) -> list[Row]:
    """Return the Secrets that something names, and which of their keys: none named means all."""
    found: dict[str, set[str]] = {}
    for name, keys in _secret_references(spec):
        found.setdefault(name, set()).update(keys)
    return [{"name": name, "keys": sorted(keys)} for name, keys in sorted(found.items())]


def _secret_references(value: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            if not isinstance(each, Mapping) or each.get("optional") is True:
                continue
            if key == "secretKeyRef":
                yield str(each["name"]), [str(each["key"])]
            elif key == "secretRef":
                yield str(each["name"]), []
            elif key == "secret" and {"secretName", "name"} & set(each):
                # a volume's, a projected volume's, or the operator's SecretKeySelector
                named = [str(item["key"]) for item in each.get("items") or ()]
                yield (
                    str(each.get("secretName") or each["name"]),
                    named or ([str(each["key"])] if "key" in each else []),
                )
            elif key in ("additionalScrapeConfigs", "credentials", "password", "username") and "key" in each:
                yield str(each["name"]), [str(each["key"])]
        for each in value.values():
            yield from _secret_references(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _secret_references(each)


def _services(objects: Objects) -> Iterator[Row]:
    for each in objects:
        if each["kind"] == "Service":
            spec = each["spec"]
            yield {
                **_where(each),
                "labels": labels(each["metadata"]),
                "selector": spec.get("selector") or {},
                "headless": spec.get("clusterIP") == "None",
                "ports": [
                    {
                        "number": port["port"],
                        "name": port.get("name", ""),
                        "target": port.get("targetPort", port["port"]),
                        "protocol": port.get("protocol", "TCP"),
                    }
                    for port in spec["ports"]
                ],
            }


def _accounts(objects: Objects) -> Iterator[Row]:
    for each in objects:
        if each["kind"] == "ServiceAccount":
            yield {**_where(each), "token": each.get("automountServiceAccountToken", True)}


def rights(release: Release, objects: Objects) -> Iterator[Row]:
    """Yield what each account may do, and what a role adds to roles of Kubernetes' own."""
    found = {(each["kind"], each["metadata"]["name"]): each for each in objects}
    for (kind, name), each in sorted(found.items()):
        if kind in ("ClusterRoleBinding", "RoleBinding"):
            reference = each["roleRef"]
            role = found.get((reference["kind"], reference["name"]))
            for subject in each["subjects"]:
                yield {
                    "account": f"{subject.get('namespace', release.namespace)}/{subject['name']}",
                    # where; everywhere without
                    "namespace": None if kind == "ClusterRoleBinding" else each["metadata"]["namespace"],
                    "role": reference["name"],
                    # none of a role that is Kubernetes' own
                    "rules": role["rules"] if role else [],
                }
        elif kind == "ClusterRole":
            to = [
                key.rpartition("-to-")[2]
                for key, value in labels(each["metadata"]).items()
                if "-to-" in key and value == "true"
            ]
            if to:
                yield {"adds_to": sorted(to), "role": name, "rules": each["rules"]}


def _monitors(objects: Objects) -> Iterator[Row]:
    for each in objects:
        if each["kind"] in MONITORS:
            yield {**_where(each), "labels": labels(each["metadata"]), **monitor(each["kind"], each["spec"])}


def monitor(kind: str, spec: Mapping[str, Any]) -> Row:
    """Return what a monitor looks for: where (its own namespace without), whom, and on which ports."""
    where = spec.get("namespaceSelector") or {}
    return {
        "kind": kind,
        "namespaces": "*" if where.get("any") else where.get("matchNames"),
        "selector": spec.get("selector") or {},
        "ports": [endpoint.get("port") or endpoint.get("targetPort") for endpoint in spec[MONITORS[kind]]],
        "secrets": named_secrets(spec),
    }


def _prometheuses(objects: Objects) -> Iterator[Row]:
    for each in objects:
        if each["kind"] == "Prometheus":
            spec = each["spec"]
            yield {
                **_where(each),
                "account": spec.get("serviceAccountName", "default"),
                "selects": {
                    kind: [spec.get(f"{kind}NamespaceSelector"), spec.get(f"{kind}Selector")] for kind in SELECTED
                },
                "alertmanagers": [
                    {"namespace": to["namespace"], "name": to["name"], "port": to["port"]}
                    for to in (spec.get("alerting") or {}).get("alertmanagers") or ()
                ],
                "secrets": named_secrets(spec),
            }


def _called(objects: Objects) -> Iterator[Row]:
    """Yield what the API server calls: webhooks and APIs of others, and the port of the Service that answers."""
    for each in objects:
        if each["kind"] in WEBHOOKS:
            for hook_ in each["webhooks"]:
                service = hook_["clientConfig"]["service"]
                yield {
                    "kind": each["kind"],
                    "name": hook_["name"],
                    "namespace": service["namespace"],
                    "service": service["name"],
                    "port": service.get("port", 443),
                    "fails": hook_.get("failurePolicy", "Fail"),
                    "asked": sorted(
                        f"{resource}.{group}".rstrip(".")
                        for rule in hook_.get("rules") or ()
                        for group in rule["apiGroups"]
                        for resource in rule["resources"]
                    ),
                }
        elif each["kind"] == "APIService" and each["spec"].get("service"):
            service = each["spec"]["service"]
            yield {
                "kind": "APIService",
                "name": each["metadata"]["name"],
                "namespace": service["namespace"],
                "service": service["name"],
                "port": service.get("port", 443),
            }


def _secrets(objects: Objects) -> Iterator[Row]:
    for each in objects:
        if each["kind"] == "Secret":
            yield {**_where(each), "keys": sorted({**(each.get("data") or {}), **(each.get("stringData") or {})})}


def addresses(value: Any, namespaces: Iterable[str]) -> list[Row]:
    """Return the Services of some namespaces that texts in a value name, and the port of each if that is said."""
    known = frozenset(namespaces)
    found = {
        (match["service"], match["namespace"], int(match["port"] or 0))
        for text in _texts(value)
        for match in _ADDRESS.finditer(text)
        if match["namespace"] in known and (match["svc"] or match["scheme"])
    }
    return [{"namespace": where, "name": name, "port": port or None} for name, where, port in sorted(found)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _started_images(objects: Objects) -> Iterator[str]:
    # what the operator starts beside what its kinds name
    for each in objects:
        if each["kind"] == "Deployment":
            for container in each["spec"]["template"]["spec"]["containers"]:
                for argument in container.get("args") or ():
                    if str(argument).startswith(IMAGE_ARGUMENT):
                        yield str(argument).removeprefix(IMAGE_ARGUMENT)


_TOLD = {
    *WORKLOADS, *OPERATED, *MONITORS, *WEBHOOKS, "APIService", "ClusterRole", "ClusterRoleBinding",
    "CustomResourceDefinition", "Role", "RoleBinding", "Secret", "Service", "ServiceAccount",
}  # fmt: skip


def _others(objects: Objects) -> dict[str, list[str]]:
    """Return the names of whatever else there is, by kind."""
    found: dict[str, list[str]] = {}
    for each in objects:
        if each["kind"] not in _TOLD:
            where = each["metadata"]["namespace"]
            found.setdefault(each["kind"], []).append(
                f"{where}/{each['metadata']['name']}" if where else each["metadata"]["name"]
            )
    return {kind: sorted(names) for kind, names in sorted(found.items())}


def definition_digest(definition: Mapping[str, Any]) -> str:
    """Return by what a CRD's content is known."""
    return hashlib.sha256(json.dumps(definition["spec"], sort_keys=True, default=str).encode()).hexdigest()[:16]


def definitions(made: Objects, in_folder: Iterable[str]) -> dict[str, Row]:
    """Return the CRDs among objects: what they are, and whether Helm upgrades them (never those `in_folder`)."""
    never = frozenset(in_folder)
    return {
        each["metadata"]["name"]: {
            "kind": each["spec"]["names"]["kind"],
            "upgraded": each["metadata"]["name"] not in never,
            "scope": each["spec"]["scope"],
            "served": [version["name"] for version in each["spec"]["versions"] if version["served"]],
            "stored": next(version["name"] for version in each["spec"]["versions"] if version["storage"]),
            "sha256": definition_digest(each),
        }
        for each in made
        if each["kind"] == "CustomResourceDefinition"
    }
