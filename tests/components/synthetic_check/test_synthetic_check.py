import json
from typing import Any

import pulumi_aws as aws
import pytest

from components.synthetic_check import SyntheticCheck, SyntheticCheckArgs, SyntheticCheckSettings
from components.synthetic_check.component import SCRIPT
from testing.cloud import Cloud
from testing.program import run_changed
from tests.samples import DEV, TAGS, stack

FLOW = "3f2c0a44-9a1e-4c55-8f5e-0d2f6b7a1c9d"


def build(
    cloud: Cloud,
    *,
    topic: str | None = "arn:aws:sns:eu-west-1:123456789012:alarms",
    body: dict[str, object] | None = None,
    answer_field: str | None = None,
    tags: dict[str, str] = TAGS,
    **settings: Any,
) -> None:
    args = SyntheticCheckArgs(
        settings=SyntheticCheckSettings.model_validate({"expected": "pong", **settings}),
        stack_name="orders-test",
        url="https://orders.example.com",
        path="/ping",
        body=body,
        answer_field=answer_field,
        region="eu-west-1",
        emails=["platform@example.com"],
        alarm_topic_arn=topic,
        access_log_bucket="access-logs",
        tags=tags,
    )
    cloud.build(lambda: SyntheticCheck("check", args))


def statements(cloud: Cloud) -> dict[str, dict[str, Any]]:
    written = json.loads(cloud.named("check-policy").inputs["policy"])["Statement"]
    return {each["Sid"]: each for each in written}


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud, api_key_secret_name="orders/check")
    assert len(any_cloud.of(aws.synthetics.Canary)) == 1


def test_a_page_is_asked_with_no_body_and_read_whole(cloud: Cloud) -> None:
    build(cloud)
    variables = cloud.only(aws.synthetics.Canary).inputs["runConfig"]["environmentVariables"]
    assert {"BODY", "ANSWER_FIELD"} & set(variables) == set()


def test_it_knows_no_application(cloud: Cloud) -> None:
    build(cloud, topic=None, tags={"Project": "orders"})
    everything = json.dumps([[each.name, each.inputs] for each in cloud.created], default=str)
    assert "flow" not in everything.lower() + SCRIPT.read_text().lower()


def test_the_canary_asks_as_it_is_told(cloud: Cloud) -> None:
    build(
        cloud,
        body={"question": "Say ahoy."},
        answer_field="text",
        expected="ahoy",
        max_answer_seconds=20,
        every_minutes=10,
    )
    canary = cloud.only(aws.synthetics.Canary).inputs
    assert canary["name"] == "orders-test-answers"
    assert canary["schedule"] == {"expression": "rate(10 minutes)"}
    assert canary["startCanary"] is True
    assert canary["handler"] == "synthetic_check.handler"
    assert canary["runConfig"] == {
        "timeoutInSeconds": 65,
        "environmentVariables": {
            "SITE_URL": "https://orders.example.com",
            "ASKED_PATH": "/ping",
            "BODY": '{"question": "Say ahoy."}',
            "ANSWER_FIELD": "text",
            "EXPECTED": "ahoy",
            "MAX_SECONDS": "20",
        },
    }
    assert cloud.named("check-policy").urn in cloud.only(aws.synthetics.Canary).depends_on


def test_a_new_script_is_a_new_version_for_the_canary(cloud: Cloud) -> None:
    build(cloud)
    archive = cloud.named("check-script").inputs["source"]
    assert list(archive.assets) == ["nodejs/node_modules/synthetic_check.js"]
    assert "s3Version" in cloud.only(aws.synthetics.Canary).inputs


def test_keys_are_named_to_the_canary_and_never_given(cloud: Cloud) -> None:
    build(cloud, api_key_secret_name="orders/check", edge_key_secret_name="orders/edge")
    variables = cloud.only(aws.synthetics.Canary).inputs["runConfig"]["environmentVariables"]
    arns = [variables["API_KEY_ARN"], variables["EDGE_KEY_ARN"]]
    assert all(arn.startswith("arn:aws:secretsmanager:") for arn in arns)
    assert statements(cloud)["ReadsItsKeys"]["Resource"] == arns


def test_its_role_may_do_what_a_run_takes_and_no_more(cloud: Cloud) -> None:
    build(cloud)
    said = statements(cloud)
    assert set(said) == {"PutsAwayItsRuns", "FindsItsBucket", "ListsBuckets", "WritesItsLog", "TellsHowItWent"}
    assert said["WritesItsLog"]["Resource"] == [
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/cwsyn-orders-test-answers-*"
    ]
    assert said["TellsHowItWent"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}}
    (runs,) = said["PutsAwayItsRuns"]["Resource"]
    assert runs.endswith("/runs/*")
    trust = json.loads(cloud.named("check-role").inputs["assumeRolePolicy"])["Statement"]
    assert [each["Principal"] for each in trust] == [{"Service": "lambda.amazonaws.com"}]


def test_two_failures_in_a_row_are_told(cloud: Cloud) -> None:
    build(cloud, every_minutes=15)
    alarm = cloud.only(aws.cloudwatch.MetricAlarm).inputs
    assert (alarm["namespace"], alarm["metricName"]) == ("CloudWatchSynthetics", "SuccessPercent")
    assert alarm["dimensions"] == {"CanaryName": "orders-test-answers"}
    assert (alarm["period"], alarm["evaluationPeriods"], alarm["comparisonOperator"]) == (900, 2, "LessThanThreshold")
    assert alarm["alarmActions"] == ["arn:aws:sns:eu-west-1:123456789012:alarms"]
    assert cloud.of(aws.sns.Topic) == []


def test_elsewhere_it_has_a_topic_of_its_own(cloud: Cloud) -> None:
    build(cloud, topic=None)
    assert cloud.only(aws.sns.TopicSubscription).inputs["endpoint"] == "platform@example.com"


@pytest.mark.parametrize(
    ("check", "edge", "fault"),
    [
        ({}, {"firewall": {"allowed_cidrs": ["198.51.100.0/24"]}}, "synthetic_check comes from addresses"),
        ({}, {"firewall": {"allowed_countries": ["DE"]}}, "synthetic_check.region lies in IE, which"),
        ({"region": "us-east-1"}, {"firewall": {"allowed_countries": ["IE"]}}, "lies in US, which"),
        ({}, {"api_key_paths": ["/api/v1/prediction"]}, "edge_key_secret_name must be given where"),
        ({}, {"api_key_paths": ["/api"]}, "edge_key_secret_name must be given where"),
    ],
)
def test_what_keeps_the_check_out_is_told_before(check: dict[str, str], edge: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        stack(DEV, synthetic_check={"flow_id": FLOW, **check}, edge=edge)


def test_where_it_gets_in_nothing_is_said() -> None:
    open_to_it = {
        "firewall": {"allowed_countries": ["DE", "IE"]},
        "api_key_paths": ["/api/v1/vector", "/api/v1/prediction"],
    }
    check = {"flow_id": FLOW, "edge_key_secret_name": "flowise/edge"}
    assert stack(DEV, synthetic_check=check, edge=open_to_it).synthetic_check is not None


def test_a_key_that_another_flow_asks_for_is_none_of_its_business() -> None:
    others = {"api_key_paths": [f"/api/v1/prediction/{FLOW[:-1]}0"]}
    assert stack(DEV, synthetic_check={"flow_id": FLOW}, edge=others).synthetic_check is not None


def test_a_flow_is_asked_by_its_prediction_for_its_text() -> None:
    changes = {"flowise:synthetic_check": {"flow_id": FLOW, "question": "Say ahoy."}}
    canary = run_changed("dev", Cloud(), changes).cloud.only(aws.synthetics.Canary).inputs
    asked = canary["runConfig"]["environmentVariables"]
    assert asked["ASKED_PATH"] == f"/api/v1/prediction/{FLOW}"
    assert json.loads(asked["BODY"]) == {"question": "Say ahoy.", "streaming": False}
    assert (asked["ANSWER_FIELD"], asked["EXPECTED"]) == ("text", "pong")
