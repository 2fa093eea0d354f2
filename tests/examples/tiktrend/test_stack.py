"""What the program of TikTrend asks for: prod's, on mocks."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.config.judged import Judged
from examples.tiktrend import application as app
from examples.tiktrend import watched
from examples.tiktrend.stack import StackSettings
from testing.cloud import Cloud
from testing.program import run
from tools.costs import estimate

FOLDER = Path(__file__).parents[3] / "examples" / "tiktrend"
STACKS = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def prod() -> Cloud:
    return run("prod", folder=FOLDER).cloud


def judged(stack: str, **changes: Any) -> Judged[StackSettings]:
    content = yaml.safe_load((FOLDER / f"Pulumi.{stack}.yaml").read_text())["config"]
    for key, change in changes.items():
        content[f"tiktrend:{key}"] = {**content.get(f"tiktrend:{key}", {}), **change}
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in content.items() if k.startswith("tiktrend:")}
    return Judged(StackSettings, "tiktrend", texts, content["aws:region"])


def settings(stack: str) -> StackSettings:
    found = judged(stack)
    assert found.faults == []
    assert found.settings is not None
    return found.settings


def pod(prod: Cloud, name: str) -> dict[str, Any]:
    return dict(prod.named(name).inputs["spec"]["template"]["spec"])


def alerts(prod: Cloud) -> dict[str, Any]:
    groups = prod.named("monitoring-alerts").inputs["spec"]["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_has_sound_settings(stack: str) -> None:
    assert settings(stack).cache.eviction_policy == "volatile-ttl"


def test_a_policy_that_would_drop_jobs_is_refused() -> None:
    (fault,) = judged("prod", cache={"eviction_policy": "allkeys-lru"}).faults
    assert "would drop jobs" in str(fault)


def test_an_api_workers_and_one_beat_are_of_one_image(prod: Cloud) -> None:
    images = {pod(prod, f"app-{each}-pods")["containers"][0]["image"] for each in ("api", "worker", "beat")}
    assert len(images) == 1
    beat = prod.named("app-beat-pods").inputs["spec"]
    # two would hand out every job twice
    assert (beat["replicas"], beat["strategy"]["type"]) == (1, "Recreate")


def test_workers_grow_by_what_waits_and_keda_asks_as_who_only_looks(prod: Cloud) -> None:
    scaler = prod.named("app-worker-scaler").inputs["spec"]
    (trigger,) = scaler["triggers"]
    assert trigger["metadata"]["listName"] == app.QUEUE == "tasks"
    assert trigger["metadata"]["username"] == "tiktrend-observer"
    observer = prod.named("cache-observer").inputs["accessString"]
    assert observer.startswith("on ~tasks ~unacked resetchannels -@all ")
    # a worker that is idle is there, and none takes more than it does: what it holds back KEDA would not see
    assert scaler["minReplicaCount"] == 2
    command = pod(prod, "app-worker-pods")["containers"][0]["args"]
    assert "--queues" in command


def test_a_worker_has_time_to_end_what_it_has_begun(prod: Cloud) -> None:
    environment = prod.named("app-environment").inputs["data"]
    grace = pod(prod, "app-worker-pods")["terminationGracePeriodSeconds"]
    assert grace >= int(environment["LONGEST_TASK_SECONDS"]) + 10


def test_migrations_run_before_a_rollout_by_the_image_that_is_named(prod: Cloud) -> None:
    job = pod(prod, "app-migration-job")["containers"][0]
    assert job["command"] == ["python", "-m", "tiktrend.migrate", "head"]
    parents = {each.urn: each for each in prod.created}
    pods = prod.named("app-api-pods")
    assert prod.named("app-migration-job").urn in parents[pods.parent].depends_on | pods.depends_on
    back = app.ServiceSettings(image="tiktrend:1.0.0", schema_image="tiktrend:1.1.0", schema_revision="0001")
    migration = app.migration(back)
    assert (migration.image, migration.command[-1]) == ("tiktrend:1.1.0", "0001")


def test_passwords_and_the_search_key_go_by_a_secret(prod: Cloud) -> None:
    kept = {each["secretKey"] for each in prod.named("app-secrets-environment").inputs["spec"]["data"]}
    assert kept == {"DATABASE_PASSWORD", "REDIS_PASSWORD", "SEARCH_KEY"}
    assert not kept & prod.named("app-environment").inputs["data"].keys()


def test_redis_is_kept_in_two_zones_and_by_snapshots_and_never_drops_a_job(prod: Cloud) -> None:
    (group,) = prod.of("aws:elasticache/replicationGroup:ReplicationGroup")
    assert group.inputs["multiAzEnabled"] is True
    assert group.inputs["snapshotRetentionLimit"] == 7
    assert group.inputs["finalSnapshotIdentifier"]
    (parameters,) = prod.of("aws:elasticache/parameterGroup:ParameterGroup")
    assert parameters.inputs["parameters"] == [{"name": "maxmemory-policy", "value": "volatile-ttl"}]


def test_meilisearch_of_1_5_has_a_volume_and_a_snapshot_a_day_that_is_backed_up(prod: Cloud) -> None:
    assert ":1.5." in pod(prod, "search-engine")["containers"][0]["image"]
    (claim,) = prod.of("kubernetes:core/v1:PersistentVolumeClaim")
    assert claim.protect
    assert prod.named("search-snapshot-job").inputs["spec"]["schedule"] == "0 3 * * *"
    bucket = prod.named("search-snapshots-bucket")
    assert bucket.urn in prod.named("backups-selection").depends_on


def test_the_front_end_is_at_the_root_and_the_api_keeps_its_404(prod: Cloud) -> None:
    (distribution,) = prod.of("aws:cloudfront/distribution:Distribution")
    default = distribution.inputs["defaultCacheBehavior"]
    behaviors = {each["pathPattern"]: each["targetOriginId"] for each in distribution.inputs["orderedCacheBehaviors"]}
    assert behaviors["/api/*"] != default["targetOriginId"]
    # a 404 of the API's is no page
    assert [
        each for each in distribution.inputs["customErrorResponses"] if "index" in each.get("responsePagePath", "")
    ] == []


def test_objectives_are_over_thirty_and_seven_days_and_burn_a_budget(prod: Cloud) -> None:
    rules = [
        rule
        for each in prod.of("kubernetes:monitoring.coreos.com/v1:PrometheusRule")
        for group in each.inputs["spec"]["groups"]
        for rule in group["rules"]
    ]
    recorded = {rule.get("record") for rule in rules}
    assert {"slo:error_budget_left:ratio", "slo:error_ratio:rate30d", "slo:error_ratio:rate7d"} <= recorded
    shares = {r["labels"]["slo"]: r["expr"] for r in rules if r.get("record") == "slo:objective:ratio"}
    assert shares["availability"] == "vector(0.999)"
    assert shares["response-time"] == "vector(0.95)"
    (late,) = [
        r["expr"] for r in rules if r.get("record") == "slo:bad_events:rate5m" and r["labels"]["slo"] == "response-time"
    ]
    assert 'le=~"0[.]2|0[.]2"' in late
    assert "ErrorBudgetSpent" in alerts(prod)


def test_what_was_agreed_is_watched_apart_from_the_objectives(prod: Cloud) -> None:
    rule = alerts(prod)["AgreementBroken"]
    assert 'slo:error_ratio:rate30d{slo="availability"} > 0.005' in rule["expr"]
    assert 'slo:error_ratio:rate7d{slo="agreed-response-time"} > 0.05' in rule["expr"]
    assert alerts(prod)["ApiSlow"]["expr"].endswith("> 0.5")


def test_pagerduty_is_waked_and_slack_reads_along(prod: Cloud) -> None:
    (release,) = [
        each for each in prod.of("kubernetes:helm.sh/v3:Release") if each.inputs["chart"] == "kube-prometheus-stack"
    ]
    config = release.inputs["values"]["alertmanager"]["config"]
    receivers = {each["name"]: each for each in config["receivers"]}
    assert receivers["oncall"]["pagerduty_configs"][0]["routing_key_file"]
    assert receivers["team"]["slack_configs"][0]["api_url_file"]
    assert receivers["team"]["slack_configs"][0]["send_resolved"] is True


def test_both_processes_are_scraped_and_every_alert_has_a_runbook() -> None:
    watch = watched.watch(app.Promises())
    assert set(watch.jobs) == {"tiktrend-api", "tiktrend-worker"}
    runbooks = {path.stem for path in (FOLDER / "runbooks").glob("*.md")}
    assert runbooks == {alert.name for alert in watch.alerts}


def test_an_address_is_limited_by_the_firewall_and_by_the_application(prod: Cloud) -> None:
    assert prod.named("app-environment").inputs["data"]["REQUESTS_PER_MINUTE"] == "120"
    rated = json.dumps([each.inputs for each in prod.of("aws:wafv2/webAcl:WebAcl")])
    assert "rateBasedStatement" in rated
    assert "/api/scrapes" in json.dumps([each.inputs for each in prod.created if each.type.startswith("aws:wafv2/")])


def test_pods_reach_the_search_engine_and_it_lets_them_in(prod: Cloud) -> None:
    out = prod.named("app-search").inputs["spec"]["egress"][0]
    let_in = prod.named("search-asked").inputs["spec"]["ingress"][0]
    engine = prod.named("search-engine").inputs["spec"]["template"]["metadata"]["labels"]
    assert out["to"][0]["podSelector"]["matchLabels"].items() <= engine.items()
    assert let_in["from"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "tiktrend"}
    assert out["ports"] == let_in["ports"]


def test_a_client_s_own_word_on_its_address_is_not_believed(prod: Cloud) -> None:
    plain = prod.named("app-environment").inputs["data"]
    assert plain["TRUSTED_PROXIES"] == "10.72.0.0/16"


def test_stores_are_names_that_pods_resolve() -> None:
    prod = settings("prod")
    allowed = prod.network.egress_allowed_domains or ()
    assert {url.split("/")[2] for url in prod.service.stores.values()} <= set(allowed)


def test_all_of_it_has_a_price(prod: Cloud) -> None:
    told = estimate("prod", [(each.type, each.inputs) for each in sorted(prod.created, key=lambda each: each.urn)])
    assert told.left_out == []
    assert {"nodes", "database", "load balancer"} <= told.costs.keys()
