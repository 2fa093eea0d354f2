"""The search engine as the cluster gets it, on mocks."""

import json
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pulumi_random as random
import pytest
from pydantic import ValidationError

from components.search_engine import SearchEngine, SearchEngineArgs, SearchSettings
from components.search_engine.keys import derived
from components.search_engine.network_policies import search_policies
from components.shared.network_policies import METRICS, PROMETHEUS
from components.shared.node_image import NodeImage
from testing.cloud import Cloud
from tests.samples import RANGES, placement

IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/meilisearch:1.5.1"


def create(protect: bool = False, **settings: Any) -> SearchEngine:
    return SearchEngine(
        "search",
        SearchEngineArgs(
            settings=SearchSettings.model_validate({"image": IMAGE, **settings}),
            client="orders",
            indexes=["articles"],
            tools_image=NodeImage("registry.example.com/tools:1.0.0"),
            placement=placement(protect_data=protect),
        ),
    )


def build(cloud: Cloud, **settings: Any) -> SearchEngine:
    return cloud.build(lambda: create(**settings))


def pod(cloud: Cloud) -> dict[str, Any]:
    return dict(cloud.only(k8s.apps.v1.StatefulSet).inputs["spec"]["template"]["spec"])


def secret(cloud: Cloud, name: str) -> dict[str, str]:
    return dict(json.loads(cloud.named(f"{name}-version").inputs["secretString"]))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert any_cloud.named("search-namespace").inputs["metadata"]["name"] == "search"


def test_one_pod_has_the_volume_and_writes_nowhere_else(cloud: Cloud) -> None:
    build(cloud, storage_gib=7)
    spec = cloud.only(k8s.apps.v1.StatefulSet).inputs["spec"]
    claim = cloud.only(k8s.core.v1.PersistentVolumeClaim)
    assert spec["replicas"] == 1
    assert claim.inputs["spec"]["resources"]["requests"]["storage"] == "7Gi"
    engine, _ = pod(cloud)["containers"]
    assert engine["securityContext"]["readOnlyRootFilesystem"] is True
    assert {each["mountPath"] for each in engine["volumeMounts"]} == {"/data", "/tmp"}
    environment = {each["name"]: each["value"] for each in engine["env"]}
    for variable in ("MEILI_DB_PATH", "MEILI_SNAPSHOT_DIR", "MEILI_DUMP_DIR"):
        assert environment[variable].startswith("/data/"), variable


def test_it_wants_a_key_and_leaves_half_of_its_memory_to_searches(cloud: Cloud) -> None:
    build(cloud, memory_mib=1000)
    engine, _ = pod(cloud)["containers"]
    environment = {each["name"]: each["value"] for each in engine["env"]}
    assert environment["MEILI_ENV"] == "production"
    assert environment["MEILI_MAX_INDEXING_MEMORY"] == "500 MiB"
    assert environment["MEILI_HTTP_ADDR"] == "0.0.0.0:7700"
    assert engine["resources"]["limits"]["memory"] == "1000Mi"


def test_its_master_key_is_made_and_stands_in_no_manifest(cloud: Cloud) -> None:
    build(cloud)
    own = secret(cloud, "search-own")
    assert len(own["master_key"]) >= 16
    manifests = [each for each in cloud.created if each.type.startswith("kubernetes:")]
    assert own["master_key"] not in json.dumps([each.inputs for each in manifests], default=str)


def test_each_key_is_derived_from_the_master_key_and_may_do_what_it_is_for(cloud: Cloud) -> None:
    build(cloud)
    own = secret(cloud, "search-own")
    _, beside = pod(cloud)["containers"]
    wanted = {each["name"]: each for each in json.loads({e["name"]: e["value"] for e in beside["env"]}["KEYS"])}
    uids = {
        name.removesuffix("-uid").removeprefix("search-"): each
        for each in cloud.of(random.RandomUuid)
        for name in [each.name]
    }
    assert set(uids) == set(wanted) == {"application", "metrics", "snapshots"}
    assert own["snapshots_key"] == derived(own["master_key"], wanted["snapshots"]["uid"])
    assert secret(cloud, "search-application") == {"key": derived(own["master_key"], wanted["application"]["uid"])}
    assert wanted["application"]["indexes"] == ["articles"]
    assert not {"keys.create", "*", "documents.*", "snapshots.create"} & set(wanted["application"]["actions"])
    assert wanted["metrics"]["actions"] == ["metrics.get"]


def test_a_key_is_an_hmac_as_meilisearch_makes_it() -> None:
    # computed by OpenSSL: printf %s UID | openssl dgst -sha256 -hmac MASTER
    assert derived("master-key-of-16", "01B4BC42-EB33-4041-B481-254D00CCE834") == DERIVED


DERIVED = "ba0798cd2ca8dd33d748a85a2bd6868f8d26a2ef49e58c82cffa14b431067099"


def test_the_engine_is_ready_when_its_keys_are_there(cloud: Cloud) -> None:
    build(cloud)
    engine, beside = pod(cloud)["containers"]
    assert engine["readinessProbe"]["httpGet"]["path"] == "/health"
    assert beside["readinessProbe"]["httpGet"]["path"] == "/readyz"
    # the key is handed to who waits for the pod
    assert engine["envFrom"] == beside["envFrom"]


def test_a_snapshot_is_taken_where_the_volume_is_and_put_into_the_bucket(cloud: Cloud) -> None:
    build(cloud, snapshot_daily_at="04:30", snapshot_keep_days=9)
    job = cloud.only(k8s.batch.v1.CronJob).inputs["spec"]
    assert (job["schedule"], job["timeZone"], job["concurrencyPolicy"]) == ("30 4 * * *", "Etc/UTC", "Forbid")
    spec = job["jobTemplate"]["spec"]["template"]["spec"]
    (term,) = spec["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    labels = cloud.only(k8s.apps.v1.StatefulSet).inputs["spec"]["template"]["metadata"]["labels"]
    assert term["topologyKey"] == "kubernetes.io/hostname"
    assert term["labelSelector"]["matchLabels"].items() <= labels.items()
    claims = [each["persistentVolumeClaim"] for each in spec["volumes"] if "persistentVolumeClaim" in each]
    assert [each["readOnly"] for each in claims] == [True]
    rules = cloud.only(aws.s3.BucketLifecycleConfiguration).inputs["rules"]
    assert {rule["filter"]["prefix"]: (rule.get("expiration") or {}).get("days") for rule in rules}["snapshots/"] == 9


def test_what_takes_snapshots_may_put_them_and_no_more(cloud: Cloud) -> None:
    build(cloud)
    policy = json.loads(cloud.named("search-snapshot-role-policy").inputs["policy"])
    assert {action for each in policy["Statement"] for action in each["Action"]} == {
        "s3:PutObject",
        "kms:GenerateDataKey",
    }
    assert all(each["Resource"] != ["*"] for each in policy["Statement"])


def test_its_client_prometheus_and_the_snapshot_reach_it_and_it_reaches_nobody() -> None:
    policies = search_policies(RANGES, "orders")
    assert policies["deny-all"]["policyTypes"] == ["Ingress", "Egress"]
    (rule,) = policies["asked"]["ingress"]
    namespaces = [
        each["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for each in rule["from"]
        if "namespaceSelector" in each
    ]
    assert namespaces == ["orders", METRICS]
    assert rule["from"][1]["podSelector"]["matchLabels"] == PROMETHEUS
    assert rule["ports"] == [{"protocol": "TCP", "port": 7700}]
    of_all = [name for name, spec in policies.items() if spec["podSelector"] == {} and "egress" in spec]
    assert of_all == ["dns"]


def test_what_holds_data_is_protected_where_the_stack_says_so(cloud: Cloud) -> None:
    cloud.build(lambda: create(protect=True))
    held = {"search-data", "search-namespace", "search-snapshots-bucket", "search-key-key"}
    assert held <= {each.name for each in cloud.created if each.protect}
    assert not cloud.named("search-engine").protect


@pytest.mark.parametrize("image", ["meilisearch", "meilisearch:latest", "meilisearch:v1.5"])
def test_an_image_without_a_whole_version_is_refused(image: str) -> None:
    with pytest.raises(ValidationError, match="image"):
        SearchSettings(image=image)
