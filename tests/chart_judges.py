"""Judges a shape of a stack by the facts of its charts: what names another names something that is there.

Each judge yields a sentence for each fault. `faults` asks all of them.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from components.image_cache.images import UPSTREAMS, registry_of
from sandbox.laws.kubernetes_pods import pod_security_faults
from sandbox.roads.network_policies import matches
from testing.program import Run
from tests.components.monitoring_stack.charts.test_keys import known, unknown
from tools.charts.facts import MONITORS, WORKLOADS, addresses, labels, monitor, named_secrets
from tools.charts.store import facts_of, installed, recorded

Row = dict[str, Any]
LEVELS = ("privileged", "baseline", "restricted")
ENFORCE = "pod-security.kubernetes.io/enforce"
READS = {"get", "list", "watch", "*"}

# What EKS brings (the add-on CoreDNS, kube-controller-manager), and what Prometheus's operator makes beside its pods
# (pkg/prometheus/server/operator.go, pkg/alertmanager/operator.go: governing Services; pkg/kubelet/controller.go).
GIVEN_SERVICES: Sequence[Row] = (
    {
        "namespace": "kube-system",
        "name": "kube-dns",
        "labels": {"k8s-app": "kube-dns"},
        "ports": {53: "dns", 9153: "metrics"},
    },
    {
        "namespace": "default",
        "name": "kubernetes",
        "labels": {"component": "apiserver", "provider": "kubernetes"},
        "ports": {443: "https"},
    },
    {
        "namespace": "monitoring",
        "name": "prometheus-kubelet",
        "labels": {"app.kubernetes.io/name": "kubelet", "k8s-app": "kubelet"},
        "ports": {10250: "https-metrics", 10255: "http-metrics", 4194: "cadvisor"},
    },
)
GIVEN_PODS: Sequence[Row] = (
    {
        "namespace": "kube-system",
        "name": "coredns",
        "labels": {"k8s-app": "kube-dns"},
        "account": "default",
        "level": "baseline",
        "ports": [{"number": 53, "name": "dns"}, {"number": 9153, "name": "metrics"}],
        "secrets": [],
    },
)
# of EKS's add-ons
GIVEN_ACCOUNTS = {("kube-system", "aws-node"), ("kube-system", "ebs-csi-controller-sa")}
# a port of a chart's Service behind which nothing listens, and why that harms nobody
IDLE_PORTS: Mapping[tuple[str, int], str] = {
    ("datadog/datadog", 8126): "the chart names it whether or not agents take traces there; nobody of ours dials it"
}
# Secrets that a pod of a chart makes once it runs: kube-webhook-certgen's job and KEDA's operator.
MADE_BY_PODS: Mapping[tuple[str, str], Sequence[str]] = {
    ("monitoring", "prometheus-admission"): ("ca", "cert", "key"),
    ("keda", "kedaorg-certs"): ("ca.crt", "tls.crt", "tls.key"),
}
# Who reads Secrets of every namespace, and why it must.
READS_ALL_SECRETS: Mapping[str, str] = {
    "external-secrets/external-secrets": (
        "it watches Secrets in one namespace or in all, and writes where the API server lets it (docs/decisions/0025)"
    ),
}


@dataclass(frozen=True)
class Judged:
    """The facts of a shape's releases, their values, its own objects by kind, and what the cluster was told of pods."""

    rows: list[Row]
    values: dict[str, Row]
    objects: list[Row]
    identities: list[Row]
    charts: dict[str, Row]

    @property
    def pods(self) -> list[Row]:
        return [*GIVEN_PODS, *(pod for row in self.rows for pod in row["pods"]), *self._own_pods()]

    @property
    def services(self) -> list[Row]:
        given = [
            {
                **each,
                "selector": {},
                "ports": [{"number": number, "name": name} for number, name in each["ports"].items()],
            }
            for each in GIVEN_SERVICES
        ]
        return given + self.own("Service") + [service for row in self.rows for service in row["services"]]

    def own(self, kind: str) -> list[Row]:
        """Return the program's own objects of a kind, a Service as facts have it."""
        found = [each for each in self.objects if each["kind"] == kind]
        if kind != "Service":
            return found
        return [
            {
                "namespace": each["metadata"]["namespace"],
                "name": each["metadata"]["name"],
                "labels": labels(each["metadata"]),
                "selector": each["spec"].get("selector") or {},
                "ports": [
                    {
                        "number": port["port"],
                        "name": port.get("name", ""),
                        "target": port.get("targetPort", port["port"]),
                    }
                    for port in each["spec"]["ports"]
                ],
            }
            for each in found
        ]

    def behind(self, service: Row) -> list[Row]:
        """Return the pods that a Service selects."""
        chosen = service["selector"].items()
        return [
            pod
            for pod in self.pods
            if pod["namespace"] == service["namespace"] and chosen and chosen <= pod["labels"].items()
        ]

    def _own_pods(self) -> Iterator[Row]:
        for each in self.objects:
            if each["kind"] not in WORKLOADS:
                continue
            owner = each["spec"]["jobTemplate"]["spec"] if each["kind"] == "CronJob" else each["spec"]
            spec = owner["template"]["spec"]
            strictest = [level for level in LEVELS[1:] if not pod_security_faults(spec, level)]
            yield {
                "namespace": each["metadata"]["namespace"],
                "name": each["metadata"]["name"],
                "labels": owner["template"]["metadata"]["labels"],
                "account": spec.get("serviceAccountName", "default"),
                "level": (["privileged", *strictest])[-1],
                "ports": [
                    {"number": port["containerPort"], "name": port.get("name", "")}
                    for container in spec["containers"]
                    for port in container.get("ports") or ()
                ],
                "secrets": named_secrets(spec),
                "own": True,
            }


def judged(run: Run) -> Judged:
    """Return what is judged of a run, whoever changes it being free to. Raises Unrecorded."""
    objects = []
    for each in run.cloud.created:
        if (
            each.type.startswith("kubernetes:")
            and "metadata" in each.inputs
            and not each.type.startswith("kubernetes:helm")
        ):
            object_ = deepcopy(dict(each.inputs))
            object_["kind"] = object_.get("kind") or each.type.rpartition(":")[2]
            object_["metadata"] = {"name": each.name, **object_["metadata"]}
            objects.append(object_)
    identities = [
        {"namespace": each.inputs["namespace"], "name": each.inputs["serviceAccount"]}
        for each in run.cloud.of("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    ]
    rows = json.loads(json.dumps(facts_of(run)))
    return Judged(
        rows=rows,
        values={each.name: deepcopy(dict(each.release.values)) for each in installed(run)},
        objects=objects,
        identities=identities,
        charts={row["chart"]: deepcopy(recorded()["charts"][row["chart"]]) for row in rows},
    )


def keys(stack: Judged) -> Iterator[str]:
    """A value's key is one that the chart knows."""
    for row in stack.rows:
        for key in unknown(stack.values[row["release"]], known(row["chart"].replace(" ", "-"))):
            yield f"{row['release']}: {row['chart']} knows no value {key}"


def services(stack: Judged) -> Iterator[str]:
    """A Service that selects pods finds some, and each port of it is one of theirs."""
    for service in stack.services:
        if not service["selector"]:
            continue
        named = f"Service {service['namespace']}/{service['name']}"
        pods = stack.behind(service)
        if not pods:
            yield f"{named} selects no pod"
        for port in service["ports"]:
            for pod in pods:
                listens = {key for each in pod["ports"] for key in (each["number"], each["name"])}
                idle = (f"{service['namespace']}/{service['name']}", port["number"]) in IDLE_PORTS
                if port["target"] not in listens and not idle:
                    yield f"{named}: port {port['target']} is none of pod {pod['name']}'s"


def addressed(stack: Judged) -> Iterator[str]:
    """An address in a value, a chart's object or one of ours is a Service's, and its port one of the Service's."""
    listening = {
        (each["namespace"], each["name"]): {port["number"] for port in each["ports"]} for each in stack.services
    }
    listening |= {
        (row["namespace"], f"{what}-operated"): {
            port["number"] for pod in row["pods"] if what in pod["labels"] for port in pod["ports"]
        }
        for row in stack.rows
        for what in ("prometheus", "alertmanager")
        if "namespace" in row
    }
    homes = {where for where, _ in listening} | {pod["namespace"] for pod in stack.pods}
    said = [(row["release"], each) for row in stack.rows for each in row["addresses"]]
    said += [(name, each) for name, values in stack.values.items() for each in addresses(values, homes)]
    for object_ in stack.objects:
        where = f"{object_['kind']} {object_['metadata'].get('namespace')}/{object_['metadata']['name']}"
        said += [(where, each) for each in addresses(object_, homes)]
        if object_["kind"] == "Probe":
            host, _, port = object_["spec"]["prober"]["url"].partition(":")
            said.append((where, {"namespace": object_["metadata"]["namespace"], "name": host, "port": int(port)}))
    for who, each in said:
        ports = listening.get((each["namespace"], each["name"]))
        if ports is None:
            yield f"{who} names {each['name']}.{each['namespace']}, and there is no such Service"
        elif each["port"] and each["port"] not in ports:
            where = f"{each['name']}.{each['namespace']}"
            yield f"{who} names port {each['port']} of {where}, which listens on {sorted(ports)}"


def monitors(stack: Judged) -> Iterator[str]:
    """A monitor finds a Service or a pod that has its port, and Prometheus picks the monitor up."""
    found = [each for row in stack.rows for each in row["monitors"]]
    for kind in MONITORS:
        found += [
            {
                "namespace": each["metadata"]["namespace"],
                "name": each["metadata"]["name"],
                "labels": labels(each["metadata"]),
                **monitor(kind, each["spec"]),
            }
            for each in stack.own(kind)
        ]
    for each in found:
        named = f"{each['kind']} {each['namespace']}/{each['name']}"
        among = stack.services if each["kind"] == "ServiceMonitor" else stack.pods
        homes = [each["namespace"]] if each["namespaces"] is None else each["namespaces"]
        chosen = [
            one
            for one in among
            if (homes == "*" or one["namespace"] in homes) and matches(each["selector"], one["labels"])
        ]
        if not chosen:
            yield f"{named} selects nothing"
        for port in each["ports"] if chosen else ():
            having = [
                one for one in chosen if port in {key for its in one["ports"] for key in (its["name"], its["number"])}
            ]
            if not having:
                yield f"{named}: {', '.join(one['name'] for one in chosen)} has no port {port}"
            behind = [pod["name"] for one in having if each["kind"] == "ServiceMonitor" for pod in stack.behind(one)]
            for twice in sorted({pod for pod in behind if behind.count(pod) > 1}):
                yield f"{named} scrapes pod {twice} by several Services"
        for row in stack.rows:
            for prometheus in row["prometheuses"]:
                where, whom = prometheus["selects"][f"{each['kind'][0].lower()}{each['kind'][1:]}"]
                home = each["namespace"] == prometheus["namespace"] if where is None else True
                if whom is None or not home or not matches(whom, each["labels"]):
                    yield f"{named} is not picked up by Prometheus {prometheus['name']}"


def called(stack: Judged) -> Iterator[str]:
    """What the API server calls is a Service that is there, on a port of it."""
    listening = {
        (each["namespace"], each["name"]): {port["number"] for port in each["ports"]} for each in stack.services
    }
    for row in stack.rows:
        for each in row["called"]:
            named = f"{each['kind']} {each['name']} calls {each['service']}.{each['namespace']}"
            ports = listening.get((each["namespace"], each["service"]))
            if ports is None:
                yield f"{named}, and there is no such Service"
            elif each["port"] not in ports:
                yield f"{named} on port {each['port']}, and it listens on {sorted(ports)}"


def accounts(stack: Judged) -> Iterator[str]:
    """A role in AWS is an account's that is there, and that some pod runs as; a pod's account is there."""
    there = {(each["namespace"], each["name"]) for row in stack.rows for each in row["accounts"]}
    there |= {(each["metadata"]["namespace"], each["metadata"]["name"]) for each in stack.own("ServiceAccount")}
    used = {(pod["namespace"], pod["account"]) for pod in stack.pods}
    for each in stack.identities:
        key = (each["namespace"], each["name"])
        if key not in GIVEN_ACCOUNTS and key not in there & used:
            why = "no pod runs as it" if key in there else "there is no such account"
            yield f"Pod Identity is given to {key[0]}/{key[1]}, and {why}"
    for where, name in sorted(used - there):
        if name != "default":
            yield f"a pod of {where} runs as {name}, and there is no such account"


def levels(stack: Judged) -> Iterator[str]:
    """A namespace's Pod Security level lets all its pods in, and is no lower than one of them needs."""
    for namespace in stack.own("Namespace"):
        name = namespace["metadata"]["name"]
        level = namespace["metadata"]["labels"][ENFORCE]
        pods = [pod for pod in stack.pods if pod["namespace"] == name]
        for pod in pods:
            if LEVELS.index(pod["level"]) < LEVELS.index(level):
                why = ", ".join(pod.get("because", ()))
                yield f"namespace {name} is {level}, and pod {pod['name']} needs {pod['level']} ({why})"
        lowest = min((LEVELS.index(pod["level"]) for pod in pods), default=len(LEVELS) - 1)
        if LEVELS.index(level) < lowest:
            yield f"namespace {name} is {level}, and no pod in it needs less than {LEVELS[lowest]}"


def needs(stack: Judged) -> Iterator[str]:
    """A chart's pod says what it needs, and where its namespace has a quota all pods of charts fit into it."""
    for row in stack.rows:
        for pod in row["pods"]:
            for key in ("cpu_request_millicores", "memory_request_mib"):
                if not pod[key]:
                    yield f"pod {pod['namespace']}/{pod['name']} of {row['chart']} asks for no {key.partition('_')[0]}"
    for quota in stack.own("ResourceQuota"):
        name, hard = quota["metadata"]["namespace"], quota["spec"]["hard"]
        pods = [pod for row in stack.rows for pod in row["pods"] if pod["namespace"] == name]
        asked = {
            "pods": sum(pod["replicas"] or 1 for pod in pods),
            "requests.memory": sum(pod["memory_request_mib"] * (pod["replicas"] or 1) for pod in pods),
        }
        for key, sum_ in asked.items():
            most = int(str(hard.get(key, sum_)).removesuffix("Mi"))
            if sum_ > most:
                yield f"the quota of {name} lets {key} be {most}, and pods of charts ask for {sum_}"


def secrets(stack: Judged) -> Iterator[str]:
    """A Secret that something names is made by somebody, with the keys that are asked of it."""
    there = {key: set(keys_) for key, keys_ in MADE_BY_PODS.items()}
    for row in stack.rows:
        there |= {(each["namespace"], each["name"]): set(each["keys"]) for each in row["secrets"]}
    for each in stack.own("ExternalSecret"):
        name = (each["spec"].get("target") or {}).get("name") or each["metadata"]["name"]
        there[each["metadata"]["namespace"], name] = {one["secretKey"] for one in each["spec"]["data"]}
    for each in stack.own("Secret"):
        there[each["metadata"]["namespace"], each["metadata"]["name"]] = {
            *(each.get("data") or {}),
            *(each.get("stringData") or {}),
        }
    asking = [(f"pod {pod['namespace']}/{pod['name']}", pod) for pod in stack.pods]
    asking += [
        (f"{each.get('kind', 'Prometheus')} {each['namespace']}/{each['name']}", each)
        for row in stack.rows
        for each in (*row["monitors"], *row["prometheuses"])
    ]
    for kind in MONITORS:
        asking += [
            (
                f"{kind} {each['metadata']['name']}",
                {"namespace": each["metadata"]["namespace"], **monitor(kind, each["spec"])},
            )
            for each in stack.own(kind)
        ]
    for who, asks in asking:
        for each in asks["secrets"]:
            found = there.get((asks["namespace"], each["name"]))
            if found is None:
                yield f"{who} names the Secret {each['name']}, and nobody makes it in {asks['namespace']}"
                continue
            for key in sorted(set(each["keys"]) - found):
                yield f"{who} asks {each['name']} for {key}, and it has {sorted(found)}"


def images(stack: Judged) -> Iterator[str]:
    """An image comes from a registry that endpoint policies, name lists and the cache know, or from ECR."""
    for row in stack.rows:
        for image in row["images"]:
            registry = registry_of(image)
            if registry not in UPSTREAMS and not (".dkr.ecr." in registry and registry.endswith(".amazonaws.com")):
                yield f"{row['release']}: {image} comes from {registry}, which no road leads to"


def rights(stack: Judged) -> Iterator[str]:
    """Nobody reads Secrets of all namespaces, or may do everything, but for whoever is listed with a reason."""
    found = set()
    for row in stack.rows:
        for right in row["rights"]:
            if "account" not in right or right["namespace"] is not None:
                continue
            for rule in right["rules"]:
                groups, resources, verbs = (set(rule.get(key) or ()) for key in ("apiGroups", "resources", "verbs"))
                if {"*"} <= resources & verbs:
                    yield f"{right['account']} may do everything by {right['role']}"
                if (
                    groups & {"", "*"}
                    and resources & {"secrets", "*"}
                    and verbs & READS
                    and not rule.get("resourceNames")
                ):
                    found.add(right["account"])
                    if right["account"] not in READS_ALL_SECRETS:
                        yield f"{right['account']} reads every Secret by {right['role']}, for no reason that is listed"
    for account in sorted(READS_ALL_SECRETS.keys() - found):
        yield f"{account} is listed as reading every Secret, and does not"


def kinds(stack: Judged) -> Iterator[str]:
    """A custom resource of ours is of a kind and version that a chart's CRD serves."""
    served = {
        (name.partition(".")[2], version, its["kind"])
        for chart in stack.charts.values()
        for name, its in chart["crds"].items()
        for version in its["served"]
    }
    groups = {group for group, _, _ in served}
    for each in stack.objects:
        group, _, version = str(each.get("apiVersion", "")).rpartition("/")
        if group in groups and (group, version, each["kind"]) not in served:
            yield f"{each['kind']} {each['metadata']['name']} is {group}/{version}, which no CRD of a chart serves"


def selectors(stack: Judged) -> Iterator[str]:
    """Nothing of ours selects by a release's name, whose end is random."""
    for each in stack.objects:
        if each["kind"] in ("NetworkPolicy", *MONITORS):
            for row in stack.rows:
                name = row["release"].partition("/")[2]
                if f'"{name}"' in json.dumps(each["spec"]):
                    yield f"{each['kind']} {each['metadata']['name']} selects by the release's name {name}"


JUDGES: Sequence[Callable[[Judged], Iterator[str]]] = (
    keys, services, addressed, monitors, called, accounts, levels, needs, secrets, images, rights, kinds, selectors,
)  # fmt: skip


def faults(stack: Judged) -> list[str]:
    """Return what any judge finds."""
    return [fault for judge in JUDGES for fault in judge(stack)]
