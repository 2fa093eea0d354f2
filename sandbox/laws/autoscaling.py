"""Groups of instances: sizes in order, one way to launch, and user data in the form that EC2 takes."""

import re
from collections.abc import Iterator

from .law import Law, Refusal, ResourceOperation

_GROUP = "aws:autoscaling/group:Group"
_LAUNCHES = ("launchConfiguration", "launchTemplate", "mixedInstancesPolicy")


def _sizes(op: ResourceOperation) -> Iterator[Refusal]:
    least, most, wanted = op.get("minSize"), op.get("maxSize"), op.get("desiredCapacity")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield Refusal(
            "ValidationError",
            f"Max bound, {most}, must be greater than or equal to min bound, {least}",
            "let minSize be at most maxSize",
        )
    elif isinstance(wanted, int) and (
        (isinstance(least, int) and wanted < least) or (isinstance(most, int) and wanted > most)
    ):
        yield Refusal(
            "ValidationError",
            f"Desired capacity:{wanted} must be between the specified min size:{least} and max size:{most}",
            "let minSize <= desiredCapacity <= maxSize",
        )


def _launch(op: ResourceOperation) -> Iterator[Refusal]:
    given = [key for key in _LAUNCHES if op.inputs.get(key) is not None]
    if len(given) != 1:
        yield Refusal(
            "ValidationError",
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy "
            f"parameter: {', '.join(given) or 'none is given'}",
            "set launchTemplate alone",
        )
    if not any(op.inputs.get(key) for key in ("vpcZoneIdentifiers", "availabilityZones")):
        yield Refusal(
            "ValidationError",
            "At least one Availability Zone or VPC Subnet is required.",
            "set vpcZoneIdentifiers to the subnets of two zones or more",
        )


def _user_data(op: ResourceOperation) -> Iterator[Refusal]:
    text = op.text("userData")
    if text and not re.fullmatch(r"[A-Za-z0-9+/\s]+={0,2}\s*", text):
        yield Refusal(
            "InvalidUserData.Malformed",
            "Invalid BASE64 encoding of user data.",
            "encode it: base64.b64encode(script.encode()).decode() (an ec2.Instance encodes by itself, a launch template does not)",
        )


LAWS = (
    Law(
        "autoscaling-size",
        "sizes of a group of instances",
        "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html",
        _GROUP,
        _sizes,
    ),
    Law(
        "autoscaling-launch",
        "how and where a group launches",
        "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html",
        _GROUP,
        _launch,
    ),
    Law(
        "launch-template-user-data",
        "user data of a launch template",
        "https://github.com/pulumi/pulumi-aws/issues/2284",
        "aws:ec2/launchTemplate:LaunchTemplate",
        _user_data,
    ),
)
