import fnmatch
from typing import Any

import pulumi_aws as aws
import pytest

from components.config.types import DomainSettings, SignInSettings
from components.flowise_service.edge import edge_profile
from components.shared.edge_profile import EdgeProfile
from components.web_service.listener_routes import MOST_VALUES
from components.web_service.load_balancer import InternalLoadBalancer, InternalLoadBalancerArgs
from components.web_service.timeouts import timeouts_of
from testing.cloud import Cloud
from tests.samples import TAGS

DOMAIN = DomainSettings(name="flowise.example.com", hosted_zone_id="Z0123456789ABCDEFGHIJ")
SIGN_IN = SignInSettings(
    issuer="https://login.example.com",
    authorization_endpoint="https://login.example.com/authorize",
    token_endpoint="https://login.example.com/token",
    user_info_endpoint="https://login.example.com/userinfo",
    client_id="flowise",
    client_secret_name="flowise/sign-in",
    session_hours=8,
)
FLOWISE = edge_profile(())
KEY = {"Authorization": "Bearer 3b0f5f1c"}


def build(
    cloud: Cloud,
    domain: DomainSettings | None = DOMAIN,
    sign_in: SignInSettings | None = None,
    profile: EdgeProfile = FLOWISE,
) -> None:
    args = InternalLoadBalancerArgs(
        domain=domain,
        sign_in=sign_in,
        region="eu-west-1",
        vpc_id="vpc-1",
        subnet_ids=["subnet-a", "subnet-b"],
        target_security_group_id="sg-pods",
        target_port=3000,
        health_path="/api/v1/ping",
        profile=profile,
        timeouts=timeouts_of(120),
        weights={"": 100},
        protect=True,
        access_log_bucket="access-logs",
        alarm_topic_arn="arn:aws:sns:eu-west-1:123456789012:alarms",
        tags=TAGS,
    )
    cloud.build(lambda: InternalLoadBalancer("in", args))


def outcome(cloud: Cloud, path: str, headers: dict[str, str] | None = None, host: str = DOMAIN.name) -> str:
    """Ask the listener's rules as a load balancer does: by priority, and then the default."""
    rules = sorted(cloud.of(aws.lb.ListenerRule), key=lambda rule: int(rule.inputs["priority"]))
    for rule in rules:
        if all(_holds(each, host, path, headers or {}) for each in rule.inputs["conditions"]):
            first, *_ = sorted(rule.inputs["actions"], key=lambda action: int(action["order"]))
            return str(
                first["authenticateOidc"]["onUnauthenticatedRequest"] if "authenticateOidc" in first else "forward"
            )
    (default,) = cloud.only(aws.lb.Listener).inputs["defaultActions"]
    return str(default["fixedResponse"]["statusCode"] if "fixedResponse" in default else default["type"])


def _holds(condition: dict[str, Any], host: str, path: str, headers: dict[str, str]) -> bool:
    ((kind, what),) = condition.items()
    header = headers.get(what.get("httpHeaderName", ""), "")
    text = {"hostHeader": host.lower(), "pathPattern": path, "httpHeader": header}[kind]
    return any(fnmatch.fnmatchcase(text, value) for value in what["values"])


@pytest.mark.parametrize("sign_in", [None, SIGN_IN], ids=["open", "sign-in"])
def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud, sign_in: SignInSettings | None) -> None:
    build(any_cloud, sign_in=sign_in)
    assert any_cloud.only(aws.lb.LoadBalancer).inputs["internal"] is True


def test_it_answers_for_the_sites_host_alone(cloud: Cloud) -> None:
    build(cloud)
    assert outcome(cloud, "/") == "forward"
    assert outcome(cloud, "/", host="internal-x.eu-west-1.elb.amazonaws.com") == "404"


def test_without_a_domain_the_host_is_cloudfronts_and_any_will_do(cloud: Cloud) -> None:
    build(cloud, domain=None)
    assert outcome(cloud, "/", host="d1.cloudfront.net") == "forward"
    assert cloud.of(aws.lb.ListenerRule) == []


# a request, and what becomes of somebody who has not signed in
SIGNED_OUT: list[tuple[str, dict[str, str], str]] = [
    ("/", {}, "authenticate"),
    ("/canvas/1", {}, "authenticate"),
    ("/API/v1/chatflows", {}, "authenticate"),  # Express would take it for the next
    ("/api/v1/chatflows", {}, "deny"),
    ("/api/v1/chatflows", KEY, "forward"),
    ("/api/v1/auth/login", {}, "deny"),
    ("/api/v1/auth/login", KEY, "deny"),
    ("/api/v1/account/forgot-password", KEY, "deny"),
    ("/api/v1/internal-prediction/1", {}, "deny"),
    ("/api/v1/prediction/1", {}, "forward"),
    ("/api/v1/predictions", {}, "deny"),
    ("/api/v1/public-chatbotConfig/1", {}, "forward"),
    ("/api/v1/chatflows-streaming/1", {}, "forward"),
    ("/api/v1/attachments/1/2", {}, "forward"),
    ("/api/v1/webhook/1", {}, "forward"),
    ("/api/v1/ping", {}, "forward"),
    ("/assets/index-1.js", {}, "forward"),
    ("/admin/queues", {}, "authenticate"),
]


def test_people_sign_in_before_they_see_the_ui_and_programs_come_by_key(cloud: Cloud) -> None:
    build(cloud, sign_in=SIGN_IN)
    assert [(path, headers, outcome(cloud, path, headers)) for path, headers, _ in SIGNED_OUT] == SIGNED_OUT
    assert outcome(cloud, "/", host="other.example.com") == "404"


def test_an_application_that_says_nothing_of_itself_is_seen_by_whoever_has_signed_in_alone(cloud: Cloud) -> None:
    build(cloud, sign_in=SIGN_IN, profile=EdgeProfile())
    assert [(path, outcome(cloud, path, KEY)) for path, *_ in SIGNED_OUT] == [
        (path, "authenticate") for path, *_ in SIGNED_OUT
    ]


def test_the_clients_secret_comes_from_secrets_manager_and_stays_secret(cloud: Cloud) -> None:
    build(cloud, sign_in=SIGN_IN)
    rule = cloud.named("in-route-site")
    action = next(each for each in rule.inputs["actions"] if "authenticateOidc" in each)["authenticateOidc"]
    assert action["clientSecret"].startswith("sandbox-value-")
    assert "actions" in rule.secrets
    assert action["sessionTimeout"] == 28800


def test_the_balancer_reaches_the_provider_only_where_people_sign_in(cloud: Cloud) -> None:
    build(cloud, sign_in=SIGN_IN)
    ways_out = {each.inputs.get("cidrIpv4") for each in cloud.of(aws.vpc.SecurityGroupEgressRule)}
    assert ways_out == {None, "0.0.0.0/0"}


def test_without_sign_in_it_reaches_the_pods_alone(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.only(aws.vpc.SecurityGroupEgressRule).inputs["referencedSecurityGroupId"] == "sg-pods"


def test_no_rule_compares_with_more_than_a_balancer_does(cloud: Cloud) -> None:
    build(cloud, sign_in=SIGN_IN)
    for rule in cloud.of(aws.lb.ListenerRule):
        values = [value for each in rule.inputs["conditions"] for what in each.values() for value in what["values"]]
        assert len(values) <= MOST_VALUES, rule.name


def test_access_is_logged(cloud: Cloud) -> None:
    build(cloud)
    logs = cloud.only(aws.lb.LoadBalancer).inputs["accessLogs"]
    assert logs == {"bucket": "access-logs", "enabled": True, "prefix": "load-balancer"}


@pytest.mark.parametrize(
    ("domain", "metrics"),
    [
        (None, {"HTTPCode_ELB_5XX_Count", "UnHealthyHostCount"}),
        (DOMAIN, {"HTTPCode_ELB_5XX_Count", "UnHealthyHostCount", "DaysToExpiry"}),
    ],
    ids=["no-domain", "domain"],
)
def test_somebody_is_told_of_failing_pods_and_certificates(
    cloud: Cloud, domain: DomainSettings | None, metrics: set[str]
) -> None:
    build(cloud, domain=domain)
    alarms = {each.inputs["metricName"]: each.inputs for each in cloud.of(aws.cloudwatch.MetricAlarm)}
    assert set(alarms) == metrics
    assert set(alarms["UnHealthyHostCount"]["dimensions"]) == {"LoadBalancer", "TargetGroup"}
    assert alarms["HTTPCode_ELB_5XX_Count"]["dimensions"]["LoadBalancer"].startswith("app/")


def test_only_strong_ciphers_are_spoken(cloud: Cloud) -> None:
    build(cloud)
    listener = cloud.only(aws.lb.Listener).inputs
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
