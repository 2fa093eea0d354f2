"""What the program of Sistema APS asks for: prod's, on mocks."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.config.judged import Judged
from examples.aps import application as app
from examples.aps.stack import StackSettings
from testing.cloud import Cloud
from testing.program import run
from tools.costs import estimate

FOLDER = Path(__file__).parents[3] / "examples" / "aps"
STACKS = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def prod() -> Cloud:
    return run("prod", folder=FOLDER).cloud


def settings(stack: str) -> StackSettings:
    content = yaml.safe_load((FOLDER / f"Pulumi.{stack}.yaml").read_text())["config"]
    texts = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in content.items()
        if key.startswith("aps:")
    }
    judged = Judged(StackSettings, "aps", texts, content["aws:region"])
    assert judged.faults == []
    assert judged.settings is not None
    return judged.settings


def container(prod: Cloud) -> dict[str, Any]:
    spec = prod.named("app-web-pods").inputs["spec"]["template"]["spec"]
    return dict(spec["containers"][0])


def alert(name: str) -> Any:
    return next(each for each in app.watch(app.Promises()).alerts if each.name == name)


def alerts(prod: Cloud) -> dict[str, Any]:
    groups = prod.named("monitoring-alerts").inputs["spec"]["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_has_three_replicas_and_sound_settings(stack: str) -> None:
    service = settings(stack).service
    assert (service.replicas_min, service.replicas_max) == (3, 3)


def test_the_deployment_is_as_it_was_described(prod: Cloud) -> None:
    assert prod.named("app-web-pods").inputs["spec"]["replicas"] == 3
    pod = container(prod)
    assert pod["resources"] == {
        "requests": {"cpu": "100m", "memory": "256Mi"},
        "limits": {"cpu": "500m", "memory": "512Mi"},
    }
    assert pod["ports"] == [{"name": "http", "containerPort": 3030}]
    live, ready = pod["livenessProbe"], pod["readinessProbe"]
    assert (live["initialDelaySeconds"], live["periodSeconds"]) == (30, 10)
    assert (ready["initialDelaySeconds"], ready["periodSeconds"]) == (5, 5)
    assert live["httpGet"]["path"].partition("?")[0] == ready["httpGet"]["path"] == "/health"
    (service,) = prod.of("kubernetes:core/v1:Service")
    assert service.inputs["spec"]["ports"] == [{"name": "http", "port": 3030, "targetPort": 3030}]


def test_config_map_and_secret_have_the_keys_that_were_named(prod: Cloud) -> None:
    plain = prod.named("app-environment").inputs["data"]
    assert plain["DB_NAME"] == "esus"
    assert {"DB_HOST", "DB_PORT"} <= plain.keys()
    assert plain["FLASK_ENV"] == "production"
    kept = prod.named("app-secrets-environment").inputs["spec"]["data"]
    assert {"DB_PASSWORD", "SECRET_KEY"} <= {each["secretKey"] for each in kept}
    assert not {"DB_PASSWORD", "SECRET_KEY", "REDIS_PASSWORD"} & plain.keys()


def test_gunicorn_runs_three_workers(prod: Cloud) -> None:
    assert prod.named("app-environment").inputs["data"]["WEB_CONCURRENCY"] == "3"
    assert container(prod)["command"] == ["gunicorn"]


def test_a_pool_has_a_connection_for_each_thread_and_all_pods_fit_the_database(prod: Cloud) -> None:
    plain = prod.named("app-environment").inputs["data"]
    assert plain["DB_POOL_SIZE"] == plain["GUNICORN_THREADS"] == "4"
    # three pods, one more while they change, and three that are ending: 12 connections each, and the migration's
    assert settings("prod").most_connections() == 7 * 12 + 1


def test_pods_end_what_they_answer() -> None:
    process = app.process(settings("prod").service)
    # the balancer lets go, gunicorn ends what is under way, and somebody has five seconds to spare
    assert process.termination_grace_seconds >= process.pre_stop_seconds + 30 + 5


def test_the_application_is_scraped_every_ten_seconds(prod: Cloud) -> None:
    (endpoint,) = prod.named("monitoring-aps").inputs["spec"]["podMetricsEndpoints"]
    assert (endpoint["path"], endpoint["interval"], endpoint["port"]) == ("/metrics", "10s", "http")


def test_alerts_have_their_names_and_thresholds(prod: Cloud) -> None:
    there = alerts(prod)

    def of(name: str) -> tuple[str, str]:
        return there[name]["for"], there[name]["labels"]["severity"]

    assert of("HighResponseTime") == ("2m", "warning")
    assert there["HighResponseTime"]["expr"].startswith("histogram_quantile(0.95")
    assert there["HighResponseTime"]["expr"].endswith("> 2")
    assert of("DatabaseConnectionsHigh") == ("1m", "critical")
    assert there["DatabaseConnectionsHigh"]["expr"].endswith("> 0.8")
    assert of("AppInstanceDown") == ("1m", "critical")
    assert of("DiskSpaceHigh") == ("5m", "warning")
    assert "< 0.1" in there["DiskSpaceHigh"]["expr"]


def test_what_users_are_promised_stands_in_the_stack_s_file(prod: Cloud) -> None:
    promised = yaml.safe_load((FOLDER / "Pulumi.prod.yaml").read_text())["config"]["aps:objectives"]
    assert promised == {
        "availability_percent": 99.9,
        "response_seconds": 1,
        "errors_percent": 0.1,
        "restored_minutes": 15,
    }
    objectives = {each.slo: each for each in app.watch(settings("prod").objectives).objectives}
    assert {slo: round(each.share, 6) for slo, each in objectives.items()} == {
        "availability": 0.999,
        "errors": 0.999,
        "response-time": 0.95,
    }
    assert 'le=~"1|1[.]0"' in objectives["response-time"].bad


def test_static_files_are_kept_thirty_days(prod: Cloud) -> None:
    code = prod.named("edge-asset").inputs["code"]
    assert '"keptSeconds": 2592000' in code
    assert "immutable" in code
    assert prod.named("edge-assets").inputs["maxTtl"] == timedelta(days=30).total_seconds()
    (distribution,) = prod.of("aws:cloudfront/distribution:Distribution")
    assert "/static/*" in [each["pathPattern"] for each in distribution.inputs["orderedCacheBehaviors"]]


def test_every_answer_has_the_headers_and_is_compressed(prod: Cloud) -> None:
    told = prod.named("edge-headers").inputs["securityHeadersConfig"]
    hsts = told["strictTransportSecurity"]
    assert (hsts["accessControlMaxAgeSec"], hsts["includeSubdomains"], hsts["preload"]) == (63072000, True, True)
    assert told["frameOptions"]["frameOption"] == "SAMEORIGIN"
    assert told["contentTypeOptions"]["override"] is True
    (distribution,) = prod.of("aws:cloudfront/distribution:Distribution")
    default = distribution.inputs["defaultCacheBehavior"]
    assert default["compress"] is True
    assert default["viewerProtocolPolicy"] == "redirect-to-https"


def test_tls_ends_at_the_edge_and_again_at_the_balancer(prod: Cloud) -> None:
    (distribution,) = prod.of("aws:cloudfront/distribution:Distribution")
    assert distribution.inputs["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.2_2025"
    listener = prod.named("app-listener").inputs
    assert (listener["protocol"], listener["port"]) == ("HTTPS", 443)


def test_backups_begin_at_two_in_brasilia_and_are_kept_thirty_days(prod: Cloud) -> None:
    (rule,) = prod.named("backups-plan").inputs["rules"]
    # UTC, three hours ahead
    assert rule["schedule"] == "cron(0 5 * * ? *)"
    assert rule["lifecycle"] == {"deleteAfter": 30}
    assert all(each.inputs["kmsKeyArn"] for each in prod.of("aws:backup/vault:Vault"))


def test_a_time_within_the_database_s_own_window_is_refused() -> None:
    content = yaml.safe_load((FOLDER / "Pulumi.prod.yaml").read_text())["config"]
    content["aps:backup"]["daily_at"] = "02:00"
    own = {key: value for key, value in content.items() if key.startswith("aps:")}
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in own.items()}
    judged = Judged(StackSettings, "aps", texts, "sa-east-1")
    assert [fault.key for fault in judged.faults] == ["aps:backup.daily_at"]


def test_the_cache_evicts_and_slow_statements_are_logged(prod: Cloud) -> None:
    group = prod.only("aws:elasticache/parameterGroup:ParameterGroup").inputs
    assert {"name": "maxmemory-policy", "value": "allkeys-lru"} in group["parameters"]
    parameters = prod.only("aws:rds/parameterGroup:ParameterGroup").inputs["parameters"]
    assert ("log_min_duration_statement", "500") in [(each["name"], each["value"]) for each in parameters]


def test_the_site_is_asked_from_outside(prod: Cloud) -> None:
    (check,) = prod.of("aws:route53/healthCheck:HealthCheck")
    assert (check.inputs["fqdn"], check.inputs["resourcePath"]) == ("aps.example.com", "/health")
    assert check.inputs["searchString"] == "ok"


def test_metrics_are_closed_to_the_world_and_people_sign_in(prod: Cloud) -> None:
    assert "/metrics" in json.dumps(prod.only("aws:wafv2/webAcl:WebAcl").inputs["rules"])
    routes = {each.name: each.inputs for each in prod.of("aws:lb/listenerRule:ListenerRule")}
    assert routes["app-route-site"]["actions"][0]["type"] == "authenticate-oidc"
    assert routes["app-route-api"]["actions"][0]["authenticateOidc"]["onUnauthenticatedRequest"] == "deny"
    assert [each["type"] for each in routes["app-route-static"]["actions"]] == ["forward"]
    assert prod.named("app-environment").inputs["data"]["SIGN_IN"] == "true"


def test_no_key_opens_what_people_sign_in_for(prod: Cloud) -> None:
    # the application knows no keys: a request that brings one has not signed in
    assert "app-route-api-by-key" not in [each.name for each in prod.of("aws:lb/listenerRule:ListenerRule")]


def test_the_program_is_short_and_knows_no_environment() -> None:
    text = (FOLDER / "__main__.py").read_text()
    assert len(text.splitlines()) <= 160
    assert "if settings.environment" not in text


def test_all_of_it_has_a_price(prod: Cloud) -> None:
    told = estimate("prod", [(each.type, each.inputs) for each in sorted(prod.created, key=lambda each: each.urn)])
    assert told.left_out == []
    assert {"nodes", "database", "load balancer"} <= told.costs.keys()
