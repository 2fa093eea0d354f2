"""What the recorded facts of terraform-provider-aws say of Pulumi's inputs: refusals, and what a change comes to."""

import json
from typing import Any

import pytest

from sandbox.checks import check
from sandbox.diffing import diff, diff_provider
from sandbox.provider_facts import forms, later, limits, names, reader, shapes, waits
from sandbox.wire import UNKNOWN

CLUSTER: dict[str, Any] = {
    "name": "c",
    "roleArn": "arn:aws:iam::123456789012:role/r",
    "vpcConfig": {"subnetIds": ["a", "b"]},
}
INSTANCE: dict[str, Any] = {
    "identifier": "db",
    "instanceClass": "db.t4g.small",
    "engine": "postgres",
    "username": "owner",
}
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
LISTED = {"Version": "2012-10-17", "Statement": [{"Resource": "*", "Action": ["s3:GetObject"], "Effect": "Allow"}]}
TABLE: dict[str, Any] = {
    "name": "t",
    "hashKey": "id",
    "attributes": [{"name": "id", "type": "S"}, {"name": "at", "type": "N"}],
    "billingMode": "PAY_PER_REQUEST",
}
QUEUE = {"name": "q"}


def changed(token: str, old: Any, new: Any, outputs: Any = None) -> tuple[list[str], tuple[str, ...]]:
    found = diff(token, old, new, outputs)
    return [f"{change.kind} {change.path}" for change in found.changes], found.replaces


@pytest.mark.parametrize(
    ("token", "old", "new"),
    [
        # a set in another order
        ("aws:eks/cluster:Cluster", CLUSTER, {**CLUSTER, "vpcConfig": {"subnetIds": ["b", "a"]}}),
        ("aws:dynamodb/table:Table", TABLE, {**TABLE, "attributes": TABLE["attributes"][::-1]}),
        # JSON in another spelling, and an IAM policy's list of one
        (
            "aws:sqs/queue:Queue",
            {**QUEUE, "redrivePolicy": '{"a":1,"b":2}'},
            {**QUEUE, "redrivePolicy": '{"b": 2, "a": 1}'},
        ),
        ("aws:sqs/queue:Queue", {**QUEUE, "policy": json.dumps(POLICY)}, {**QUEUE, "policy": json.dumps(LISTED)}),
        # a default that is written out, or no longer
        ("aws:sqs/queue:Queue", QUEUE, {**QUEUE, "visibilityTimeoutSeconds": 30, "fifoQueue": False}),
        ("aws:rds/instance:Instance", {**INSTANCE, "autoMinorVersionUpgrade": True}, INSTANCE),
        # what the provider chooses where it is left out
        ("aws:rds/instance:Instance", {**INSTANCE, "availabilityZone": "us-east-1a"}, INSTANCE),
        # a name's case and its dot
        (
            "aws:route53/record:Record",
            {"name": "A.example.com.", "type": "A", "zoneId": "z", "records": ["10.0.0.1"], "ttl": 60},
            {"name": "a.example.com", "type": "A", "zoneId": "z", "records": ["10.0.0.1"], "ttl": "60"},
        ),
    ],
)
def test_nothing_changes_where_the_provider_sees_no_difference(token: str, old: Any, new: Any) -> None:
    assert changed(token, old, new) == ([], ())


def test_what_the_cloud_chose_may_be_written_out() -> None:
    given = {**INSTANCE, "availabilityZone": "us-east-1a"}
    found = [diff("aws:rds/instance:Instance", INSTANCE, given, {"availabilityZone": f"us-east-1{z}"}) for z in "ab"]
    assert (found[0].changes, found[1].replaces) == ((), ("availabilityZone",))


@pytest.mark.parametrize(
    ("token", "old", "new", "changes"),
    [
        (
            "aws:eks/cluster:Cluster",
            CLUSTER,
            {**CLUSTER, "vpcConfig": {"subnetIds": ["b", "c"]}},
            ["DELETE vpcConfig.subnetIds[0]", "ADD vpcConfig.subnetIds[1]"],
        ),
        ("aws:sqs/queue:Queue", QUEUE, {**QUEUE, "visibilityTimeoutSeconds": 31}, ["ADD visibilityTimeoutSeconds"]),
        ("aws:sqs/queue:Queue", {**QUEUE, "delaySeconds": 5}, QUEUE, ["DELETE delaySeconds"]),
        ("aws:rds/instance:Instance", INSTANCE, {**INSTANCE, "newerThanTheFacts": 1}, ["ADD newerThanTheFacts"]),
    ],
)
def test_the_rest_is_an_update(token: str, old: Any, new: Any, changes: list[str]) -> None:
    assert changed(token, old, new) == (changes, ())


@pytest.mark.parametrize(
    ("token", "old", "new", "replaces"),
    [
        ("aws:rds/instance:Instance", INSTANCE, {**INSTANCE, "engine": "mysql"}, ("engine",)),
        (
            "aws:eks/cluster:Cluster",
            {**CLUSTER, "kubernetesNetworkConfig": {"ipFamily": "ipv4"}},
            {**CLUSTER, "kubernetesNetworkConfig": {"ipFamily": "ipv6"}},
            ("kubernetesNetworkConfig",),
        ),
        ("aws:sqs/queue:Queue", QUEUE, {**QUEUE, "fifoQueue": True}, ("fifoQueue",)),
        ("aws:sns/topic:Topic", {"region": "eu-west-1"}, {"region": "eu-west-2"}, ("region",)),
    ],
)
def test_what_the_provider_replaces_is_replaced(token: str, old: Any, new: Any, replaces: tuple[str, ...]) -> None:
    assert changed(token, old, new)[1] == replaces


@pytest.mark.parametrize(
    ("old", "new", "outputs", "expected"),
    [
        ({"region": "us-east-1"}, {}, {"region": "us-east-1"}, ()),  # it is the provider's all the same
        ({}, {"region": "us-east-1"}, {"region": "us-east-1"}, ()),
        ({}, {"region": "eu-west-1"}, {"region": "us-east-1"}, ("region",)),
    ],
)
def test_a_region_that_is_left_out_is_the_providers(old: Any, new: Any, outputs: Any, expected: Any) -> None:
    assert diff("aws:sns/topic:Topic", old, new, outputs, {"region": "us-east-1"}).replaces == expected


def test_a_providers_other_region_replaces_all_that_it_made() -> None:
    assert diff_provider("aws", {"region": "us-west-2"}, {"region": "us-west-1"}).replaces == ("region",)
    assert diff_provider("aws", {"region": "us-west-2"}, {"region": "us-west-2", "profile": "a"}).replaces == ()


def refused(token: str, inputs: dict[str, Any]) -> list[str]:
    return [f"{failure.property} {failure.reason}".partition(" (terraform")[0] for failure in check(token, inputs)]


@pytest.mark.parametrize(
    ("token", "inputs", "expected"),
    [
        ("aws:sqs/queue:Queue", {"delaySeconds": 901}, "delaySeconds must be 0 to 900, got 901"),
        ("aws:sqs/queue:Queue", {"policy": "{"}, 'policy must be JSON, got "{"'),
        ("aws:sqs/queue:Queue", {"name": "a", "namePrefix": "b"}, "namePrefix conflicts with name"),
        (
            "aws:rds/instance:Instance",
            {"instanceClass": "a", "networkType": "IPX"},
            'networkType must be one of "DUAL", "IPV4", got "IPX"',
        ),
        (
            "aws:rds/instance:Instance",
            {"instanceClass": "a", "kmsKeyId": "k"},
            'kmsKeyId must be an ARN, got "k"',
        ),
    ],
)
def test_a_value_that_the_provider_refuses_is_refused(token: str, inputs: dict[str, Any], expected: str) -> None:
    assert refused(token, inputs) == [expected]


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        ("aws:sqs/queue:Queue", {"delaySeconds": 900, "maxMessageSize": 1048576, "policy": UNKNOWN}),
        ("aws:sqs/queue:Queue", {"name": UNKNOWN, "namePrefix": "b"}),  # what is not known may come to nothing
        ("aws:lambda/function:Function", {"role": UNKNOWN, "runtime": "python3.14", "code": UNKNOWN, "handler": "a.b"}),
        ("aws:eks/cluster:Cluster", {**CLUSTER, "version": 1.35}),
    ],
)
def test_what_a_provider_takes_passes(token: str, inputs: dict[str, Any]) -> None:
    assert refused(token, inputs) == []


def test_a_refusal_says_who_decided() -> None:
    (failure,) = check("aws:sqs/queue:Queue", {"delaySeconds": 901})
    assert failure.reason.endswith(f"(terraform-provider-aws {reader.facts().version})")


def _statement(depth: int) -> dict[str, Any]:
    match = {"geoMatchStatement": {"countryCodes": ["DE"]}}
    return match if depth == 0 else {"notStatement": {"statement": _statement(depth - 1)}}


@pytest.mark.parametrize(("depth", "deep"), [(1, False), (3, False), (4, True)])
def test_blocks_end_where_the_providers_end(depth: int, deep: bool) -> None:
    visible = {"cloudwatchMetricsEnabled": True, "metricName": "a", "sampledRequestsEnabled": True}
    rule = {
        "name": "a",
        "priority": 1,
        "action": {"block": {}},
        "visibilityConfig": visible,
        "statement": _statement(depth),
    }
    acl = {"scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": visible, "rules": [rule]}
    found = refused("aws:wafv2/webAcl:WebAcl", acl)
    assert ["Invalid or unknown key" in reason for reason in found] == ([True] if deep else [])


def test_a_secret_is_not_told() -> None:
    (failure,) = check("aws:rds/cluster:Cluster", {"engine": "aurora-mysql", "masterPassword": ["hunter2"]})
    assert "hunter2" not in failure.reason


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("arn", "arn:aws:s3:::bucket", "arn:aws:oops"),
        ("arn", "arn:aws-us-gov:iam::123456789012:role/a", "role/a"),
        ("json", "[]", "{"),
        ("json object", "{}", "[]"),
        ("time", "2030-01-02T03:04:05Z", "2030-13-02T03:04:05Z"),
        ("cidr4", "10.0.0.0/16", "2001:db8::/56"),
        ("cidr", "2001:db8::/56", "10.0.0.0"),
        ("ip", "10.0.0.1", "10.0.0.300"),
        ("hours", "03:00-04:00", "3-4"),
        ("week's hours", "Sun:03:00-sun:04:00", "so:03:00-so:04:00"),
        ("account", "123456789012", "12345"),
        ("nothing that is known", "anything", None),
    ],
)
def test_a_text_has_a_form_or_not(form: str, good: str, bad: str | None) -> None:
    assert forms.fits(form, good)
    assert bad is None or not forms.fits(form, bad)


@pytest.mark.parametrize(
    ("told", "value", "expected"),
    [
        ({"len": [2, 4]}, "a", ["must have 2 to 4 characters, and has 1"]),
        ({"len": [1, None], "empty": True}, "", []),
        ({"chars": ["a-z", "a-z0-9", "a-z"]}, "a1", ["must be made of [a-z0-9], [a-z] at its start, [a-z] at its end"]),
        ({"chars": ["a-z", None, "a-z"]}, "a ä z", []),
        ({"needs": ":"}, "events", ["must have : in it"]),
        ({"some": "a-z0-9"}, "UPPER", ["must have at least one of [a-z0-9] in it"]),
        ({"some": "a-z0-9"}, "!a ~", []),
        ({"any": [{"form": "arn"}, {"in": ["OWN"]}]}, "OWN", []),
        ({"in": ["a"], "later": ["b"]}, "b", []),
        ({"in": ["a"], "case": True}, "A", []),
        ({"re": "^[a-z]+$"}, "A", ["must match ^[a-z]+$"]),
        ({"re": "(?P<only-in-go>"}, "A", []),
        ({"in": ["a"]}, UNKNOWN, []),
    ],
)
def test_a_text_is_judged_by_what_was_recorded(told: Any, value: str, expected: list[str]) -> None:
    assert list(limits.refusals(told, "string", value)) == expected


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("subnet_ids", "subnetIds"),
        ("ingress_rule", "ingressRules"),
        ("policy", "policies"),
        ("custom_error_response", "customErrorResponses"),
        ("ip_address", "ipAddresses"),
        ("partition_key", "partitionKeys"),
        ("rest_api_id", "restApi"),
    ],
)
def test_pulumis_names_are_led_back_to_the_providers(theirs: str, ours: str) -> None:
    assert names.paired("", [ours, "other"], [theirs, "thing"]) == {ours: theirs}


def test_names_that_were_given_by_hand_are_too() -> None:
    found = shapes.of("aws:sns/topicSubscription:TopicSubscription")
    assert found is not None
    assert found.shape.properties["topic"].name == "topic_arn"


@pytest.mark.parametrize("name", ["BucketWebsiteConfiguration", "BucketWebsiteConfigurationV2"])
def test_rules_and_a_text_of_rules_are_told_apart(name: str) -> None:
    found = shapes.of(f"aws:s3/b{name[1:]}:{name}")
    assert found is not None
    told = {wire: (known.name, known.block) for wire, known in found.shape.properties.items() if "routing" in wire}
    assert told == {"routingRules": ("routing_rule", True), "routingRuleDetails": ("routing_rules", False)}


def test_every_type_of_the_facts_can_be_read() -> None:
    kinds = {kind for kind in reader.facts().tokens.values() if reader.facts().of_type(kind) is None}
    assert kinds == set()
    assert len(reader.facts().types) > 1500


def test_what_a_later_provider_changed_holds_until_its_own_facts_are_recorded() -> None:
    blocks = [{"a": {"publicly_accessible": {"d": True}}, "b": {}}]
    assert later.differing("aws_redshift_cluster", blocks, "5.100.0")[0]["a"] == {"publicly_accessible": {"d": False}}
    blocks = [{"a": {"publicly_accessible": {"d": True}}, "b": {}}]
    assert later.differing("aws_redshift_cluster", blocks, "6.22.0")[0]["a"] == {"publicly_accessible": {"d": True}}


def test_the_provider_s_own_times_are_known_by_type() -> None:
    assert waits.of("aws:eks/cluster:Cluster") == {"create": 1800, "update": 3600, "delete": 900}
    assert waits.of("aws:cloudfront/vpcOrigin:VpcOrigin")["create"] == 900  # of the newer kind, which does not tell it
    assert waits.of("aws:sns/topic:Topic") == {}
