"""The pack `security`: every rule on what it must pass and what it must refuse, through the SDK's own server."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import (
    EnforcementLevel,
    PolicyResource,
    PolicyResourceOptions,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import UNKNOWN_BOOLEAN_VALUE as UNKNOWN
from pulumi_policy.proxy import unknown_checking_proxy

from policies.security.rules import POLICIES, STACK_RULES, TOPICS
from policies.security.rules.reading import UNKNOWN as UNREAD
from policies.security.rules.reading import get, plain
from policies.security.rules.rule import Rule, policy

from .cases import CASES, Case, varied

PACK = Path(__file__).parents[2] / "policies" / "security"
RULES = {rule.id: rule for rules in TOPICS.values() for rule in rules}
URN = "urn:pulumi:dev::any::type::name"


def analyze(
    resource_type: str, props: Mapping[str, Any], config: Mapping[str, Any] | None = None, policies: Any = None
) -> list[str]:
    """Give the ids of the rules that the pack finds broken, each of which stops the run."""
    server: Any = _PolicyAnalyzerServicer("security", "0.0.1", policies or POLICIES, EnforcementLevel.MANDATORY)
    if config:
        message = analyzer_pb2.ConfigureAnalyzerRequest()
        for name, values in config.items():
            entry = message.policyConfig[name]
            entry.enforcementLevel = analyzer_pb2.MANDATORY
            json_format.ParseDict(values, entry.properties)
        server.Configure(message, None)
    struct = struct_pb2.Struct()
    json_format.ParseDict(dict(props), struct)
    answer = server.Analyze(
        analyzer_pb2.AnalyzeRequest(type=resource_type, properties=struct, urn=URN, name="name"), None
    )
    assert all(found.enforcementLevel == analyzer_pb2.MANDATORY for found in answer.diagnostics), "a mere advice"
    return [found.message.rsplit("\n", 1)[-1].split(" ")[0] for found in answer.diagnostics]


def variations(refused: bool) -> list[Any]:
    return [
        pytest.param(rule_id, case, variation, id=f"{rule_id}-{number}")
        for rule_id, case in CASES.items()
        for number, variation in enumerate(case.refused if refused else case.passed)
    ]


def test_every_rule_has_a_case_and_an_id_of_its_own() -> None:
    assert CASES.keys() == RULES.keys()
    ids = [rule.id for rules in TOPICS.values() for rule in rules] + [rule.id for rule in STACK_RULES]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("rule_id", "case"), [pytest.param(i, c, id=i) for i, c in CASES.items() if i != "iam-no-users"]
)
def test_a_compliant_resource_passes(rule_id: str, case: Case) -> None:
    assert rule_id not in analyze(case.type, case.good)


@pytest.mark.parametrize(("rule_id", "case", "variation"), variations(refused=True))
def test_a_break_is_refused(rule_id: str, case: Case, variation: dict[str, Any]) -> None:
    assert rule_id in analyze(case.type, varied(case.good, variation))


@pytest.mark.parametrize(("rule_id", "case", "variation"), variations(refused=False))
def test_what_is_allowed_passes(rule_id: str, case: Case, variation: dict[str, Any]) -> None:
    assert rule_id not in analyze(case.type, varied(case.good, variation))


@pytest.mark.parametrize("rule_id", RULES)
def test_a_foreign_type_is_left_alone(rule_id: str) -> None:
    case = CASES[rule_id]
    broken = varied(case.good, case.refused[0])
    assert rule_id not in analyze("random:index/randomId:RandomId", broken)
    assert rule_id not in analyze(case.type + "Other", broken)


def test_a_stack_switches_a_rule_off_by_name() -> None:
    config = {"database": {"exempt": ["rds-private"]}}
    exposed = {"publiclyAccessible": True, "backupRetentionPeriod": 7}
    assert {"rds-private", "rds-encrypted"} <= set(analyze("aws:rds/instance:Instance", exposed))
    left = analyze("aws:rds/instance:Instance", exposed, config)
    assert "rds-private" not in left
    assert "rds-encrypted" in left


def test_a_rule_that_fails_is_reported_and_stops_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    def faulty(props: dict[str, Any]) -> bool:
        raise KeyError(props["password"])

    broken = policy("faulty", [Rule("own-fault", "high", "a:b:C", faulty, "mend it")])
    assert analyze("a:b:C", {"password": "hunter2"}, policies=[broken]) == ["own-fault"]
    said = capsys.readouterr().err
    assert "own-fault could not judge" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_levels_file_names_only_policies_and_rules_that_exist(stack: str) -> None:
    levels = json.loads((PACK / f"levels.{stack}.json").read_text(encoding="utf-8"))
    assert levels["all"] == "mandatory"
    known: dict[str, Any] = {}
    for item in POLICIES:
        assert item.config_schema
        known[item.name] = item.config_schema.properties["exempt"]["items"]["enum"]
    for name, level in levels.items():
        if name != "all":
            assert set(level.get("exempt", [])) <= set(known[name])


def test_no_message_shows_a_value() -> None:
    for rule_id, case in CASES.items():
        secret = {key: "hunter2-in-clear" if isinstance(value, str) else value for key, value in case.good.items()}
        for found in analyze(case.type, secret):
            assert "hunter2" not in found, rule_id


def test_an_unknown_is_a_value_like_another() -> None:
    props = plain(unknown_checking_proxy({"a": UNKNOWN, "list": [1.0, UNKNOWN], "deep": {"b": {"c": UNKNOWN}}}))
    assert get(props, "a") is UNREAD
    assert get(props, "a", "anything") is UNREAD
    assert props["list"] == [1.0, UNREAD]
    assert get(props, "deep", "b", "c") is UNREAD
    assert get(props, "deep", "x", "c") is None
    assert get(props, "list", 7) is None


def resource(resource_type: str, name: str, props: Any, **refers: PolicyResource) -> PolicyResource:
    """Give a resource of a stack; `refers` names the property by which it depends on another."""
    options = PolicyResourceOptions(False, [], None, [], None, [], None)  # type: ignore[arg-type] # none of them is set
    urn = f"urn:pulumi:dev::any::{resource_type}::{name}"
    return PolicyResource(
        resource_type,
        unknown_checking_proxy(props),
        urn,
        name,
        options,
        None,
        None,
        list(refers.values()),
        {key: [value] for key, value in refers.items()},
    )


def judged(rule_id: str, *resources: PolicyResource) -> list[str]:
    (stack,) = [item for item in POLICIES if isinstance(item, StackValidationPolicy)]
    found: list[tuple[str, str | None]] = []

    def report(message: str, urn: str | None = None) -> None:
        found.append((message, urn))

    stack.validate(StackValidationArgs(list(resources)), report)
    return [(urn or "").rsplit("::", 1)[-1] for message, urn in found if message.startswith(f"{rule_id} ")]


BLOCKED = {
    "bucket": UNKNOWN,
    **dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True),
}
BUCKET, BLOCK = "aws:s3/bucket:Bucket", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
VPC, WEB_ACL = "aws:ec2/vpc:Vpc", "aws:wafv2/webAcl:WebAcl"
DEFAULT_GROUP, FLOW_LOG = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "aws:ec2/flowLog:FlowLog"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
GROUP, INSTANCE = "aws:rds/parameterGroup:ParameterGroup", "aws:rds/instance:Instance"
FORCED = {"parameters": [{"name": "rds.force_ssl", "value": "1"}]}


@pytest.mark.parametrize(
    ("rule_id", "subject", "companion", "key", "good", "bad"),
    [
        ("s3-pab", BUCKET, BLOCK, "bucket", BLOCKED, {**BLOCKED, "blockPublicPolicy": False}),
        ("net-default-sg", VPC, DEFAULT_GROUP, "vpcId", {}, {"ingress": [{"protocol": "-1"}]}),
        ("net-flow-log", VPC, FLOW_LOG, "vpcId", {"trafficType": "ALL"}, {"trafficType": "ACCEPT"}),
        ("waf-logging", WEB_ACL, LOGGING, "resourceArn", {"logDestinationConfigs": [UNKNOWN]}, {}),
    ],
)
def test_what_must_stand_beside_a_resource(
    rule_id: str, subject: str, companion: str, key: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    one, other = resource(subject, "one", {"id": UNKNOWN}), resource(subject, "other", {"id": UNKNOWN})
    beside = resource(companion, "beside", {**good, key: UNKNOWN}, **{key: one})

    assert judged(rule_id, one, beside) == []
    assert judged(rule_id, one, other, beside) == ["other"]
    assert judged(rule_id, one) == ["one"]
    assert judged(rule_id, one, resource(companion, "beside", bad, **{key: one})) == ["one"]
    # after an `up` the id is known, and a companion may have it written out
    known = resource(subject, "one", {"id": "id-1"})
    assert judged(rule_id, known, resource(companion, "beside", {**good, key: "id-1"})) == []


def test_a_database_is_reached_over_tls_alone() -> None:
    group = resource(GROUP, "group", FORCED)
    open_group = resource(GROUP, "group", {"parameters": [{"name": "rds.force_ssl", "value": "0"}]})
    postgres = {"engine": "postgres"}

    assert judged("rds-tls", group, resource(INSTANCE, "db", postgres, parameterGroupName=group)) == []
    assert judged("rds-tls", group, resource(INSTANCE, "db", postgres)) == ["db"]
    assert judged("rds-tls", open_group, resource(INSTANCE, "db", postgres, parameterGroupName=open_group)) == ["db"]
    assert judged("rds-tls", resource(INSTANCE, "db", {"engine": "mariadb"})) == []
