"""The kinds that charts bring are judged by their real schemas, in the server's own words."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from components.cluster_services import operator_writes, reader_roles
from sandbox.clusters import crds, objects
from sandbox.clusters.cluster import Cluster
from sandbox.clusters.helm import Release
from sandbox.control_plane.client import Client
from sandbox.control_plane.lifecycle import SERVICE_CIDR
from sandbox.control_plane.nodes import NodeGroup, Subnet
from sandbox.control_plane.transport import KubernetesError
from tests.waiting import wait_until

pytestmark = pytest.mark.engine  # they share a cluster

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
    enforce(cluster, "readers", reader_roles.policy_spec("/orders-dev/secret-readers/"))
    # the server looks for new policies by and by
    wait_until(lambda: refusal(cluster, *next(stores("role/probe"))) != "")
    return cluster


def enforce(cluster: Cluster, name: str, policy: Given) -> None:
    for kind, spec in (
        ("ValidatingAdmissionPolicy", policy),
        ("ValidatingAdmissionPolicyBinding", {"policyName": name, "validationActions": ["Deny"]}),
    ):
        token = f"kubernetes:admissionregistration.k8s.io/v1:{kind}"
        inputs = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": name}}
        objects.create(cluster, token, f"urn:{name}-{kind}", {**inputs, "spec": spec})


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


RBAC = "rbac.authorization.k8s.io/v1"
TOKEN_REQUEST = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
OWNER = {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "name": "given", "uid": "1"}
OWNED: Given = {"metadata": {"ownerReferences": [OWNER]}, "type": "Opaque"}
ACCOUNT_TOKEN = {"annotations": {"kubernetes.io/service-account.name": "default"}}
ANOTHER = {"apiVersion": "v1", "kind": "ConfigMap", "name": "given", "uid": "1"}
# what External Secrets would make, and whether it may
WRITES: dict[str, tuple[Given, bool]] = {
    "of an ExternalSecret": (OWNED, True),
    "of nobody": ({"type": "Opaque"}, False),
    "of something else": ({"metadata": {"ownerReferences": [ANOTHER]}, "type": "Opaque"}, False),
    "an account's token": (
        {"metadata": {**OWNED["metadata"], **ACCOUNT_TOKEN}, "type": "kubernetes.io/service-account-token"},
        False,
    ),
}


@pytest.fixture(scope="module")
def operator(cluster: Cluster) -> Iterator[Client]:
    """Give a client that is External Secrets' account, and may do anything but for what is in force."""
    *_, namespace, account = operator_writes.USER.split(":")
    enforce(cluster, "writes", operator_writes.policy_spec())
    binding = {"apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": {"name": "operator"}}
    role = {"apiGroup": RBAC.partition("/")[0], "kind": "ClusterRole", "name": "cluster-admin"}
    subject = {"kind": "ServiceAccount", "namespace": namespace, "name": account}
    for each in (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account, "namespace": namespace}},
        {**binding, "roleRef": role, "subjects": [subject]},
        secret("others", {"type": "Opaque"}),
    ):
        cluster.client.apply(each)
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
    token = cluster.client.transport.request("POST", path, TOKEN_REQUEST)["status"]["token"]
    client = Client(cluster.plane().url, cluster.plane().ca_pem, token)
    wait_until(lambda: says(lambda: client.create(secret("probe", {"type": "Opaque"}), dry_run=True)) != "")
    yield client
    client.close()


def secret(name: str, given: Given) -> Given:
    metadata = {**given.get("metadata", {}), "name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "Secret", **given, "metadata": metadata}


def says(call: Callable[[], object]) -> str:
    """Return what the server says against it, or nothing."""
    try:
        call()
    except KubernetesError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("made", WRITES)
def test_external_secrets_writes_what_an_external_secret_owns_and_nothing_else(
    made: str, operator: Client, cluster: Cluster
) -> None:
    given, may = WRITES[made]
    said = says(lambda: operator.create(secret("made", given), dry_run=True))
    assert ("External Secrets writes Secrets of type Opaque that an ExternalSecret owns" in said) is not may, said
    # whoever else may write does
    assert may or made == "an account's token" or cluster.client.create(secret("made", given), dry_run=True)


def test_external_secrets_changes_deletes_and_takes_over_no_secret_of_others(operator: Client) -> None:
    for call in (
        lambda: operator.apply(secret("others", OWNED), manager="taken", force=True, dry_run=True),
        lambda: operator.delete("v1", "Secret", "others", "default"),
    ):
        assert "External Secrets writes Secrets" in says(call)
    assert says(lambda: operator.create(secret("own", OWNED))) == ""
    assert says(lambda: operator.apply(secret("own", {**OWNED, "stringData": {"a": "b"}}), force=True)) == ""
    assert says(lambda: operator.delete("v1", "Secret", "own", "default")) == ""


def test_external_secrets_asks_for_no_accounts_token(operator: Client) -> None:
    path = "/api/v1/namespaces/default/serviceaccounts/default/token"
    assert "needs no account's token" in says(lambda: operator.transport.request("POST", path, TOKEN_REQUEST))


def test_every_kind_that_a_chart_brings_has_a_schema(cluster: Cluster) -> None:
    for definition in cluster.client.list("apiextensions.k8s.io/v1", "CustomResourceDefinition"):
        for version in definition["spec"]["versions"]:
            assert version["schema"]["openAPIV3Schema"].get("properties"), definition["metadata"]["name"]
    assert {each["metadata"]["name"] for each in crds.of_chart("keda")} >= {"scaledobjects.keda.sh"}
