"""A chart that is at hand is rendered by Helm, and its objects are what the server gets."""

import io
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.clusters import objects
from sandbox.clusters.cluster import Cluster
from sandbox.control_plane.lifecycle import SERVICE_CIDR
from sandbox.control_plane.nodes import NodeGroup, Subnet
from sandbox.helm_releases import RELEASE

pytestmark = pytest.mark.engine  # they share a cluster

FILES = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.2.3\n",
    "values.yaml": "replicas: 1\ncache: true\n",
    "crds/bags.yaml": """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: bags.shop.example}
spec:
  group: shop.example
  scope: Namespaced
  names: {kind: Bag, plural: bags, singular: bag, listKind: BagList}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
""",
    "templates/all.yaml": """
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}-web}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: {{ required "say which image" .Values.image | quote }}}]}
{{- if .Values.cache }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cache}
data: {kubernetes: {{ .Capabilities.KubeVersion.Version }}}
{{- end }}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: shop}
webhooks: []
---
apiVersion: batch/v1
kind: Job
metadata: {name: hook, annotations: {helm.sh/hook: pre-install}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}
""",
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("charts")
    with tarfile.open(folder / "shop-1.2.3.tgz", "w:gz") as archive:
        for name, text in FILES.items():
            entry = tarfile.TarInfo(f"shop/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    cluster = Cluster("charts", tmp_path_factory.mktemp("cluster"), "1.35", SERVICE_CIDR, folder)
    try:
        cluster.have([NodeGroup("g", "m7g.large", 1, [Subnet("a", "eu-west-1a")], "v1.35.0")], [])
        yield cluster
    finally:
        cluster.remove()


def release(version: str = "1.2.3", **values: Any) -> dict[str, Any]:
    return {"chart": "oci://registry.example/shop", "version": version, "name": "r", "values": values}


def standing(cluster: Cluster, api_version: str, kind: str) -> set[str]:
    found = {item["metadata"]["name"] for item in cluster.client.list(api_version, kind, "default")}
    return found - {"kube-root-ca.crt"}


def test_a_chart_at_hand_is_rendered_and_goes_with_its_release(cluster: Cluster) -> None:
    objects.create(cluster, RELEASE, "urn:r", release(image="web:1", replicas=3))
    web = cluster.client.get("apps/v1", "Deployment", "r-web", "default")
    assert web["status"]["readyReplicas"] == 3
    assert web["spec"]["template"]["spec"]["containers"][0]["image"] == "web:1"
    cache = cluster.client.get("v1", "ConfigMap", "cache", "default")
    assert cache["data"] == {"kubernetes": "v1.35.0"}
    assert cluster.client.list("shop.example/v1", "Bag") == []  # its CRD is there
    assert standing(cluster, "batch/v1", "Job") == set()  # a hook
    webhooks = cluster.client.list("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration")
    assert webhooks == []  # nobody would answer

    objects.create(cluster, RELEASE, "urn:r", release(image="web:1", cache=False))
    assert standing(cluster, "v1", "ConfigMap") == set()
    assert cluster.client.get("apps/v1", "Deployment", "r-web", "default")["spec"]["replicas"] == 1

    cluster.uninstall(objects.release_of(release(image="web:1")))
    assert standing(cluster, "apps/v1", "Deployment") == set()
    assert cluster.client.list("shop.example/v1", "Bag") == []  # Helm leaves CRDs behind


def test_helm_s_own_words_are_told(cluster: Cluster) -> None:
    with pytest.raises(objects.ClusterError, match=r"shop-1\.2\.3\.tgz: (.|\n)*say which image"):
        objects.create(cluster, RELEASE, "urn:r", release())


def test_another_version_stands_in(cluster: Cluster) -> None:
    objects.create(cluster, RELEASE, "urn:r", release("9.9.9", replicaCount=2))
    assert cluster.client.get("apps/v1", "Deployment", "r", "default")["status"]["readyReplicas"] == 2
    cluster.uninstall(objects.release_of(release("9.9.9")))
    assert standing(cluster, "apps/v1", "Deployment") == set()
