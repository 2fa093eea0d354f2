"""What the program of Ranking asks for: prod's, on mocks."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ranking.flags import DEFAULTS

from components.config.judged import Judged
from examples.ranking import application as app
from examples.ranking import watched
from examples.ranking.stack import StackSettings
from testing.cloud import Cloud
from testing.program import run
from tools.costs import estimate

FOLDER = Path(__file__).parents[3] / "examples" / "ranking"
COLOURS = ("blue", "green")


@pytest.fixture(scope="module")
def prod() -> Cloud:
    return run("prod", folder=FOLDER).cloud


def judged(stack: str, **changes: Any) -> Judged[StackSettings]:
    content = yaml.safe_load((FOLDER / f"Pulumi.{stack}.yaml").read_text())["config"]
    content |= {
        f"ranking:{section}": {**content.get(f"ranking:{section}", {}), **to} for section, to in changes.items()
    }
    texts = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in content.items()
        if key.startswith("ranking:")
    }
    return Judged(StackSettings, "ranking", texts, content["aws:region"])


def settings(stack: str, **changes: Any) -> StackSettings:
    found = judged(stack, **changes)
    assert found.faults == []
    assert found.settings is not None
    return found.settings


def faults(stack: str, **changes: Any) -> list[str]:
    return [fault.key for fault in judged(stack, **changes).faults]


def test_dev_is_small_staging_is_as_prod_and_prod_is_in_three_zones(prod: Cloud) -> None:
    dev, staging, own = settings("dev"), settings("staging"), settings("prod")
    assert (dev.service.blue_green, dev.service.replicas_min) == (None, 1)
    assert staging.service.blue_green is not None
    assert (staging.database.multi_az, own.database.multi_az) == (True, True)
    assert len(own.network.zones) == len(staging.network.zones) == 3
    assert {each.inputs["spec"]["replicas"] for each in pods(prod).values()} == {3}


def pods(cloud: Cloud) -> dict[str, Any]:
    return {colour: cloud.named(f"app-{colour}-web-pods") for colour in COLOURS}


def weights(cloud: Cloud) -> list[int]:
    """Return what share of the requests the target groups get, of every rule of the listener alike."""
    shares = {
        tuple(sorted((group["arn"], group["weight"]) for group in each["forward"]["targetGroups"]))
        for rule in cloud.of("aws:lb/listenerRule:ListenerRule")
        for each in rule.inputs["actions"]
        if each["type"] == "forward"
    }
    (one,) = shares
    return sorted(weight for _, weight in one)


def test_the_switch_sends_everybody_to_the_other_colour_at_once_and_back() -> None:
    served = {}
    for colour in COLOURS:
        own = settings("prod", service={"blue_green": both(active=colour)})
        releases = app.releases(own.service, ["10.0.0.0/16"])
        served[colour] = {name: each.served for name, each in releases.items()}
    assert served == {"blue": {"blue": True, "green": False}, "green": {"blue": False, "green": True}}


def test_the_pipeline_is_told_which_one_is_served() -> None:
    assert {name: run(name, folder=FOLDER).exports["served"] for name in ("dev", "prod")} == {
        "dev": ("", False),
        "prod": ("blue", False),
    }


def both(**changes: str) -> dict[str, str]:
    image = "ranking:1.0.{}@sha256:" + "0123456789abcdef" * 4
    return {"active": "blue", "blue_image": image.format(0), "green_image": image.format(1), **changes}


def test_one_colour_is_served_and_both_stand_whole(prod: Cloud) -> None:
    assert weights(prod) == [0, 100]
    for each in pods(prod).values():
        container = each.inputs["spec"]["template"]["spec"]["containers"][0]
        assert container["command"] == ["uvicorn"]
        assert container["readinessProbe"]["httpGet"]["path"] == "/health"
        assert container["livenessProbe"]["httpGet"]["path"] == "/health?probe=live"
    jobs = [each.name for each in prod.of("kubernetes:batch/v1:Job")]
    assert {f"app-{colour}-migration" for colour in COLOURS} <= {each.removesuffix("-job") for each in jobs}


def test_a_service_has_an_image_or_two_colours() -> None:
    assert faults("prod", service={"image": "ranking:1.0.0"}) == ["ranking:service.image"]
    assert faults("dev", service={"image": None}) == ["ranking:service.image"]
    assert faults("dev", service={"replicas_min": 5, "replicas_max": 2}) == ["ranking:service.replicas_max"]


def test_both_colours_fit_the_database(prod: Cloud) -> None:
    plain = prod.named("app-blue-environment").inputs["data"]
    assert plain["DB_POOL_SIZE"] == str(app.CONNECTIONS_OF_A_POD)
    own = settings("prod")
    assert own.most_connections() > 2 * own.service.replicas_max * app.CONNECTIONS_OF_A_POD
    assert faults("staging", service={"replicas_max": 50})


def test_the_password_goes_by_a_secret_and_the_database_is_verified(prod: Cloud) -> None:
    plain = prod.named("app-blue-environment").inputs["data"]
    kept = prod.named("app-secrets-environment").inputs["spec"]["data"]
    assert [each["secretKey"] for each in kept] == ["DB_PASSWORD"]
    assert "DB_PASSWORD" not in plain
    assert plain["DB_CERTIFICATES"] == "/etc/app/rds-ca.pem"
    assert "BEGIN CERTIFICATE" in prod.named("app-blue-files").inputs["data"]["rds-ca.pem"]


def test_pods_end_what_they_answer_and_keep_connections_longer_than_the_balancer() -> None:
    process, wait = app.process(settings("prod").service, ["10.82.0.0/16"]), app.waits()
    assert process.termination_grace_seconds >= process.pre_stop_seconds + app.SHUTDOWN_SECONDS + 5
    arguments = dict(zip(process.args, process.args[1:], strict=False))
    assert int(arguments["--timeout-keep-alive"]) > wait.balancer_idle
    assert arguments["--forwarded-allow-ips"] == "10.82.0.0/16"


def test_the_page_lies_at_the_root_and_the_service_answers_its_own_paths(prod: Cloud) -> None:
    distribution = prod.only("aws:cloudfront/distribution:Distribution").inputs
    assert distribution["defaultCacheBehavior"]["targetOriginId"] == "files"
    to_service = [
        each["pathPattern"]
        for each in distribution["orderedCacheBehaviors"]
        if each["targetOriginId"] == "load-balancer"
    ]
    assert to_service == ["/api/*", "/health*", "/oauth2/*"]


def test_tls_is_spoken_on_every_hop_that_leaves_the_cluster(prod: Cloud) -> None:
    distribution = prod.only("aws:cloudfront/distribution:Distribution").inputs
    assert distribution["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.2_2025"
    behaviors = [distribution["defaultCacheBehavior"], *distribution["orderedCacheBehaviors"]]
    assert {each["viewerProtocolPolicy"] for each in behaviors} == {"redirect-to-https"}
    hsts = prod.named("edge-headers").inputs["securityHeadersConfig"]["strictTransportSecurity"]
    assert (hsts["accessControlMaxAgeSec"], hsts["includeSubdomains"], hsts["preload"]) == (63072000, True, True)
    origin = prod.only("aws:cloudfront/vpcOrigin:VpcOrigin").inputs["vpcOriginEndpointConfig"]
    assert origin["originProtocolPolicy"] == "https-only"
    assert prod.named("app-listener").inputs["protocol"] == "HTTPS"
    parameters = prod.only("aws:rds/parameterGroup:ParameterGroup").inputs["parameters"]
    assert ("rds.force_ssl", "1") in [(each["name"], each["value"]) for each in parameters]


def test_nothing_is_let_in_but_what_each_hop_needs(prod: Cloud) -> None:
    rules = {each.name: each.inputs for each in prod.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")}
    assert all(rule["fromPort"] == rule["toPort"] and rule["ipProtocol"] == "tcp" for rule in rules.values())
    by_address = {name: rule for name, rule in rules.items() if "referencedSecurityGroupId" not in rule}
    assert {name: rule["fromPort"] for name, rule in rules.items() if name not in by_address} == {
        "app-into-pods": 8000,
        "cluster-operator-to-cluster": 443,
        "db-access-from-cluster": 5432,
        "backups-trial-access-from-cluster": 5432,
    }
    assert {rule["fromPort"] for rule in by_address.values()} == {443}
    assert [name for name, rule in by_address.items() if "prefixListId" in rule] == ["app-from-cloudfront"]
    # AWS's own endpoints, asked from within
    assert {rule.get("cidrIpv4") for rule in by_address.values()} == {None, settings("prod").network.cidr}


def test_administrators_sign_in_and_the_ranking_is_everybodys(prod: Cloud) -> None:
    routes = {each.name: each.inputs for each in prod.of("aws:lb/listenerRule:ListenerRule")}
    assert [each["type"] for each in routes["app-route-public"]["actions"]] == ["forward"]
    assert routes["app-route-site"]["actions"][0]["type"] == "authenticate-oidc"
    assert routes["app-route-api"]["actions"][0]["authenticateOidc"]["onUnauthenticatedRequest"] == "deny"
    assert prod.named("app-blue-environment").inputs["data"]["SIGN_IN"] == "true"


def test_flags_are_the_applications_and_its_pods_read_them(prod: Cloud) -> None:
    assert {flag.name: flag.default for flag in app.FLAGS} == DEFAULTS
    plain = prod.named("app-blue-environment").inputs["data"]
    assert plain["FLAGS_APPLICATION"] == prod.only("aws:appconfig/application:Application").inputs["name"]
    assert plain["FLAGS_ENVIRONMENT"] == prod.only("aws:appconfig/environment:Environment").inputs["name"]
    assert prod.named("app-role-role").urn in prod.named("flags-reader").depends_on
    # no pod leaves the network: AppConfig answers within
    names = [each.inputs["serviceName"] for each in prod.of("aws:ec2/vpcEndpoint:VpcEndpoint")]
    assert any(each.endswith("appconfigdata") for each in names)
    assert faults("prod", flags={"versions": {"defaults": {"no_such": True}}}) == [
        "ranking:flags.versions.defaults.no_such"
    ]


def test_a_lost_database_costs_no_more_than_a_day_and_five_minutes_at_best(prod: Cloud) -> None:
    own = settings("prod")
    assert (own.objectives.restored_hours, own.objectives.lost_hours) == (4, 24)
    database = prod.only("aws:rds/instance:Instance").inputs
    assert database["backupRetentionPeriod"] == 30
    (rule,) = prod.named("backups-plan").inputs["rules"]
    assert rule["schedule"] == "cron(0 2 * * ? *)"
    assert rule["lifecycle"] == {"deleteAfter": 30}
    assert rule["copyActions"]


@pytest.mark.parametrize("restore", [
    {"snapshot": "ranking-prod-final"},
    {"automated_backup_arn": "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-0123456789abcdef",
     "time": "2026-11-21T14:30:00Z"},
])  # fmt: skip
def test_a_database_comes_back_from_a_snapshot_or_a_moment(restore: dict[str, str]) -> None:
    assert settings("prod", database={"restore": restore}).database.restore is not None


def test_metrics_alerts_and_logs_are_of_what_was_asked_for(prod: Cloud) -> None:
    (endpoint,) = prod.named("monitoring-ranking").inputs["spec"]["podMetricsEndpoints"]
    assert (endpoint["path"], endpoint["port"]) == ("/metrics", "http")
    groups = prod.named("monitoring-alerts").inputs["spec"]["groups"]
    there = {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}
    own = {alert.name for alert in watched.alerts(watched.Promises())}
    assert own | {"CertificateExpiresSoon", "DatabaseConnectionsHigh"} <= there
    page = (FOLDER / "dashboards" / "ranking.json").read_text()
    for metric in ("ranking_computation_seconds", "http_request_phase_seconds", "ranking_database_connections"):
        assert metric in page


def test_every_alert_has_a_runbook() -> None:
    written = {path.stem for path in (FOLDER / "runbooks").glob("*.md")}
    assert written == {alert.name for alert in watched.alerts(watched.Promises())}


def test_metrics_are_closed_to_the_world(prod: Cloud) -> None:
    assert "/metrics" in json.dumps(prod.only("aws:wafv2/webAcl:WebAcl").inputs["rules"])


def test_slow_statements_are_logged_and_the_site_is_asked_from_outside(prod: Cloud) -> None:
    parameters = prod.only("aws:rds/parameterGroup:ParameterGroup").inputs["parameters"]
    assert ("log_min_duration_statement", "500") in [(each["name"], each["value"]) for each in parameters]
    (check,) = prod.of("aws:route53/healthCheck:HealthCheck")
    assert (check.inputs["fqdn"], check.inputs["resourcePath"]) == ("ranking.example.com", "/health")


def test_the_program_is_short_and_knows_no_environment() -> None:
    text = (FOLDER / "__main__.py").read_text()
    assert len(text.splitlines()) <= 150
    assert "if settings.environment" not in text


def test_all_of_it_has_a_price(prod: Cloud) -> None:
    told = estimate("prod", [(each.type, each.inputs) for each in sorted(prod.created, key=lambda each: each.urn)])
    assert told.left_out == []
    assert {"nodes", "database", "load balancer"} <= told.costs.keys()
