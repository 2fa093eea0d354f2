"""What the SDKs say of a type, read back."""

import pytest

from sandbox import schema


def test_a_required_input_is_known_as_such() -> None:
    described = schema.resource("aws:rds/instance:Instance")

    assert described is not None
    assert [name for name, field in described.inputs.items() if field.required] == ["instanceClass"]


def test_an_output_that_is_always_present_is_told_from_one_that_may_be_missing() -> None:
    described = schema.resource("aws:rds/instance:Instance")

    assert described is not None
    assert described.outputs["address"].required
    assert not described.outputs["maxAllocatedStorage"].required


def test_nested_objects_have_fields_with_wire_names() -> None:
    described = schema.resource("aws:wafv2/webAcl:WebAcl")

    assert described is not None
    rules = described.inputs["rules"].type
    assert rules.kind == "list"
    assert rules.element is not None
    assert rules.element.fields["visibilityConfig"].required


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("aws:index/getAvailabilityZones:getAvailabilityZones", "zoneIds"),
        ("aws:iam/getPolicyDocument:getPolicyDocument", "json"),
        ("aws:ec2/getVpc:getVpc", "cidrBlock"),
        ("aws:ssm/getParameter:getParameter", "value"),
    ],
)
def test_a_function_has_outputs(token: str, name: str) -> None:
    described = schema.function(token)

    assert described is not None
    assert name in described.outputs


@pytest.mark.parametrize(
    "token", ["aws:ec2/vpc:Nothing", "azure:network:Thing", "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"]
)
def test_a_type_of_no_sdk_is_unknown(token: str) -> None:
    assert schema.resource(token) is None


def test_a_provider_belongs_to_its_package() -> None:
    assert schema.package_of("pulumi:providers:aws") == "aws"
    assert schema.package_of("aws:ec2/vpc:Vpc") == "aws"
