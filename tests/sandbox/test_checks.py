"""What a provider refuses before it calls its cloud."""

from typing import Any

import pytest

from sandbox.checks import check, check_call
from sandbox.wire import UNKNOWN

ACL: dict[str, Any] = {
    "scope": "REGIONAL",
    "defaultAction": {"allow": {}},
    "visibilityConfig": {"cloudwatchMetricsEnabled": True, "metricName": "a", "sampledRequestsEnabled": True},
}


def failures(token: str, inputs: dict[str, Any]) -> list[str]:
    return [f"{failure.property}: {failure.reason}" for failure in check(token, inputs)]


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        ("aws:wafv2/webAcl:WebAcl", ACL),
        ("aws:wafv2/webAcl:WebAcl", {**ACL, "__defaults": ["name"]}),
        ("aws:wafv2/webAcl:WebAcl", {**ACL, "visibilityConfig": UNKNOWN}),
        ("aws:ec2/vpc:Vpc", {"cidrBlock": UNKNOWN, "tags": {"a": UNKNOWN}}),
        ("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", {"spec": {"anything": 1}}),
        ("aws:rds/parameterGroup:ParameterGroup", {"family": "postgres17", "parameters": [{"name": "a", "value": 1}]}),
    ],
)
def test_right_inputs_pass(token: str, inputs: dict[str, Any]) -> None:
    assert failures(token, inputs) == []


@pytest.mark.parametrize(
    ("token", "inputs", "expected"),
    [
        (
            "aws:ec2/vpc:Vpc",
            {"cidrBlok": "10.0.0.0/16"},
            "cidrBlok: there is no property `cidrBlok` here; did you mean `cidrBlock`?",
        ),
        ("aws:rds/instance:Instance", {}, "instanceClass: `instanceClass` is required, and is missing"),
        ("aws:ec2/vpc:Vpc", {"tags": ["a"]}, "tags: expected a map, got a list"),
        ("aws:ec2/securityGroup:SecurityGroup", {"ingress": {}}, "ingress: expected a list, got an object"),
        (
            "aws:wafv2/webAcl:WebAcl",
            {**ACL, "visibilityConfig": {"metricName": "a", "sampledRequestsEnabled": True}},
            "visibilityConfig.cloudwatchMetricsEnabled: `cloudwatchMetricsEnabled` is required, and is missing",
        ),
        (
            "kubernetes:apps/v1:Deployment",
            {
                "spec": {
                    "selector": {},
                    "template": {"spec": {"containers": [{"name": "a", "image": "b", "resource": {}}]}},
                }
            },
            "spec.template.spec.containers[0].resource: "
            "there is no property `resource` here; did you mean `resources`?",
        ),
        (
            "kubernetes:apps/v1:Deployment",
            {"spec": {"selector": {}, "template": []}},
            "spec.template: expected an object, got a list",
        ),
    ],
)
def test_wrong_inputs_are_named(token: str, inputs: dict[str, Any], expected: str) -> None:
    assert failures(token, inputs) == [expected]


def test_a_misspelt_argument_of_a_function_is_named() -> None:
    found = check_call("aws:index/getAvailabilityZones:getAvailabilityZones", {"stat": "available"})

    assert [failure.property for failure in found] == ["stat"]


def test_values_that_its_provider_refuses_are_told_or_left_to_whoever_knows_better() -> None:
    asked = ("aws:appconfig/extensionAssociation:ExtensionAssociation", {"resourceArn": "a", "extensionArn": "b"})
    assert {failure.property for failure in check(*asked)} == {"resourceArn", "extensionArn"}
    assert check(*asked, values=False) == []
    token, inputs = asked
    assert [each.property for each in check(token, {**inputs, "resourcArn": "a"}, values=False)] == ["resourcArn"]
