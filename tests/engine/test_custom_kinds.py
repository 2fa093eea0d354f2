"""The kinds that charts bring are judged by their real schemas, in the server's own words."""

from collections.abc import Iterator
from typing import Any

import pytest

from components.cluster_services.reader_roles import policy_spec
from sandbox.clusters import crds, objects
from sandbox.clusters.cluster import Cluster
from sandbox.clusters.helm import Release
from sandbox.control_plane.lifecycle import SERVICE_CIDR
from sandbox.control_plane.nodes import NodeGroup, Subnet

from .test_clusters import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("custom_kinds")]  # they share a cluster

MONITORING, ALPHA = "monitoring.coreos.com/v1", "monitoring.coreos.com/v1alpha1"
RULE = {"alert": "Down", "expr": "up == 0", "for": "5m"}
TARGET = {"name": "worker"}
REDIS = {"type": "redis", "metadata": {"listName": "jobs"}}
STORE = {"name": "store", "kind": "SecretStore"}
DATA = [{"secretKey": "a", "remoteRef": {"key": "b"}}]
ENDPOINT = {"port": "http", "interval": "30s"}
Given = dict[str, Any]
# API version, kind, a spec that is right, one that is wrong, and what the server says of that.
KINDS: list[tuple[str, str, Given, Given, str]] = [
    (
        MONITORING,
        "PrometheusRule",
        {"groups": [{"name": "g", "rules": [RULE]}]},
        {"groups": [{"name": "g", "rules": [{**RULE, "for": "5 minutes"}]}]},
        'spec.groups[0].rules[0].for: Invalid value: "5 minutes"',
    ),
    (
        MONITORING,
        "PrometheusRule",
        {"groups": [{"name": "g", "rules": [{"record": "up:sum", "expr": "sum(up)"}]}]},
        {"groups": [{"name": "g", "rules": [{"alert": "Down"}]}]},
        "spec.groups[0].rules[0].expr: Required value",
    ),
    (
        MONITORING,
        "ServiceMonitor",
        {"selector": {}, "endpoints": [ENDPOINT]},
        {"selector": {}, "endpoints": [{**ENDPOINT, "scheme": "ftp"}]},
        'spec.endpoints[0].scheme: Unsupported value: "ftp"',
    ),
    (
        MONITORING,
        "PodMonitor",
        {"selector": {}, "podMetricsEndpoints": [ENDPOINT]},
        {"selector": {}, "podMetricsEndpoints": [{**ENDPOINT, "interval": "soon"}]},
        'spec.podMetricsEndpoints[0].interval: Invalid value: "soon"',
    ),
    (
        MONITORING,
        "Probe",
        {"prober": {"url": "blackbox:9115"}},
        {"prober": {"address": "blackbox:9115"}},
        ".spec.prober.address: field not declared in schema",
    ),
    (
        ALPHA,
        "ScrapeConfig",
        {"staticConfigs": [{"targets": ["a:1"]}]},
        {"staticConfigs": [{"targets": []}]},
        "spec.staticConfigs[0].targets",
    ),
    (
        ALPHA,
        "AlertmanagerConfig",
        {"route": {"receiver": "team"}, "receivers": [{"name": "team"}]},
        {"route": {"receiver": "team"}, "receivers": [{"name": "team", "slack_configs": []}]},
        '.spec.receivers[name="team"].slack_configs: field not declared in schema',
    ),
    (
        "keda.sh/v1alpha1",
        "ScaledObject",
        {"scaleTargetRef": TARGET, "triggers": [REDIS]},
        {"scaleTargetRef": TARGET},
        "spec.triggers: Required value",
    ),
    (
        "external-secrets.io/v1",
        "ExternalSecret",
        {"secretStoreRef": STORE, "data": DATA},
        {"secretStoreRef": STORE, "data": [{"secretKey": "a"}]},
        "spec.data[0].remoteRef: Required value",
    ),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster("kinds", tmp_path_factory.mktemp("kinds"), "1.35", SERVICE_CIDR)
    try:
        cluster.have([NodeGroup("g", "m7g.large", 1, [Subnet("a", "eu-west-1a")], "v1.35.0")], [])
        for chart in ("kube-prometheus-stack", "keda", "external-secrets"):
            cluster.install(Release(chart, chart, "default", {}), 120)
        yield cluster
    finally:
        cluster.remove()


@pytest.mark.parametrize(("api_version", "kind", "right", "wrong", "words"), KINDS)
def test_a_custom_resource_is_judged_by_its_schema(
    api_version: str, kind: str, right: Given, wrong: Given, words: str, cluster: Cluster
) -> None:
    token = f"kubernetes:{api_version}:{kind}"
    inputs = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "given", "namespace": "default"}}
    with pytest.raises(objects.ClusterError) as refused:
        objects.create(cluster, token, "urn:wrong", {**inputs, "spec": wrong})
    assert words in str(refused.value)
    objects.create(cluster, token, "urn:right", {**inputs, "spec": right})


# a namespace's own, none, another's, one that only begins alike, one of no namespace, another system's
OWN, OTHERS = "role/orders-dev/secret-readers/{}/reader-1a2b3c", "refused"
ROLES = {
    OWN.format("given"): "taken",
    "": "taken",
    OWN.format("other"): OTHERS,
    OWN.format("given-2"): OTHERS,
    "role/orders-dev/secret-readers/reader-1a2b3c": OTHERS,
    "role/orders-dev/secret-readers/given/other/reader-1a2b3c": OTHERS,
    "role/administrator": OTHERS,
}


def stores(role: str) -> Iterator[tuple[str, str, Given]]:
    """Yield each way to name a role."""
    arn = f"arn:aws:iam::123456789012:{role}" if role else ""
    aws = {"service": "SecretsManager", "region": "eu-west-1"}
    yield "external-secrets.io/v1", "SecretStore", {"provider": {"aws": {**aws, "role": arn}}}
    own = f"arn:aws:iam::123456789012:{OWN.format('given')}"
    if arn:
        further = {**aws, "role": own, "additionalRoles": [own, arn]}
        yield "external-secrets.io/v1", "SecretStore", {"provider": {"aws": further}}
    for kind in ("ECRAuthorizationToken", "STSSessionToken"):
        yield "generators.external-secrets.io/v1alpha1", kind, {"region": "eu-west-1", "role": arn}


@pytest.fixture(scope="module")
def bound(cluster: Cluster) -> Cluster:
    """Give a cluster in which roles are bound to namespaces."""
    objects.create(
        cluster,
        "kubernetes:core/v1:Namespace",
        "urn:given",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "given"}},
    )
    for kind, spec in (
        ("ValidatingAdmissionPolicy", policy_spec("/orders-dev/secret-readers/")),
        ("ValidatingAdmissionPolicyBinding", {"policyName": "readers", "validationActions": ["Deny"]}),
    ):
        token = f"kubernetes:admissionregistration.k8s.io/v1:{kind}"
        inputs = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": "readers"}}
        objects.create(cluster, token, f"urn:{kind}", {**inputs, "spec": spec})
    # the server looks for new policies by and by
    assert wait_until(lambda: refusal(cluster, *next(stores("role/probe"))) != "")
    return cluster


def refusal(cluster: Cluster, api_version: str, kind: str, spec: Given) -> str:
    """Return what the server would say against an object, or nothing."""
    namespace = {} if kind.startswith("Cluster") else {"namespace": "given"}
    inputs = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "named", **namespace}, "spec": spec}
    try:
        objects.dry_run(cluster, "urn:named", inputs, new=True)
    except objects.ClusterError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("role", ROLES)
def test_a_store_names_roles_of_its_own_namespace_alone(role: str, bound: Cluster) -> None:
    for named in stores(role):
        said = refusal(bound, *named)
        if ROLES[role] == OTHERS:
            assert "names a role that is not under /orders-dev/secret-readers/given/" in said, named
        else:
            assert said == "", named


def test_a_store_of_no_namespace_names_none(bound: Cluster) -> None:
    spec = next(stores(OWN.format("given")))[2]
    said = refusal(bound, "external-secrets.io/v1", "ClusterSecretStore", spec)
    assert "names a role that is not under" in said
    assert refusal(bound, "external-secrets.io/v1", "ClusterSecretStore", next(stores(""))[2]) == ""


def test_every_kind_that_a_chart_brings_has_a_schema(cluster: Cluster) -> None:
    for definition in cluster.client.list("apiextensions.k8s.io/v1", "CustomResourceDefinition"):
        for version in definition["spec"]["versions"]:
            assert version["schema"]["openAPIV3Schema"].get("properties"), definition["metadata"]["name"]
    assert {each["metadata"]["name"] for each in crds.of_chart("keda")} >= {"scaledobjects.keda.sh"}
