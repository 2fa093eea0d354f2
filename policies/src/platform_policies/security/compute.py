"""EC2 instances, volumes and templates, and registries of images."""

from typing import Any

from ..kit.holds import is_empty, is_on
from ..kit.reading import UNKNOWN, among, get, items, off, on
from ..kit.rule import Resource, Rule

_INSTANCE = "aws:ec2/instance:Instance"
_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_CONFIGURED = r"aws:ec2/(instance:Instance|launchTemplate:LaunchTemplate|launchConfiguration:LaunchConfiguration)"
_LAUNCHES = r"aws:ec2/(instance:Instance|launchTemplate:LaunchTemplate)"
_REPOSITORY = "aws:ecr/repository:Repository"
_ECR = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html"


def _hops(resource: Resource) -> bool:
    return among(resource.get("metadataOptions", "httpPutResponseHopLimit"), 1, "1")


def _disks(resource: Resource) -> bool:
    if resource.type == _TEMPLATE:
        disks = [get(disk, "ebs") for disk in resource.items("blockDeviceMappings")]
        unknown = resource.get("blockDeviceMappings") is UNKNOWN
        return unknown or (bool(disks) and all(on(get(disk, "encrypted")) for disk in disks))
    disks = [resource.get("rootBlockDevice"), *resource.items("ebsBlockDevices")]
    return all(disk is UNKNOWN or on(get(disk, "encrypted")) for disk in disks)


def _public_ip(resource: Resource) -> bool:
    cards: list[Any] = [resource.props, *items(resource.props, "networkInterfaces")]
    return all(off(get(card, "associatePublicIpAddress")) for card in cards)


RULES = (
    Rule(
        "ec2-imds-tokens", "high", "the instance metadata service requires session tokens (IMDSv2)",
        "set metadataOptions.httpTokens to required", "identity", _CONFIGURED,
        lambda s: among(s.get("metadataOptions", "httpTokens"), "required"),
        refs="FSBP EC2.8, FSBP EC2.170, FSBP AutoScaling.3, CIS AWS 5.6, CKV_AWS_79",
    ),
    Rule(
        "ec2-imds-hops", "high", "the instance metadata service (IMDS) has a hop limit of 1, so that pods on the node do not reach it",
        "set metadataOptions.httpPutResponseHopLimit to 1", "identity", _CONFIGURED, _hops, refs="CKV_AWS_341",
        link="https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
    ),
    Rule(
        "ec2-disk-encrypted", "high", "every EBS volume of an instance is encrypted", "set encrypted on every block device", "at-rest",
        _LAUNCHES, _disks, refs="FSBP EC2.3, CIS AWS 2.2.1, CKV_AWS_8",
    ),
    Rule(
        "ec2-volume-encrypted", "high", "an EBS volume is encrypted", "set encrypted", "at-rest", "aws:ebs/volume:Volume",
        lambda s: on(s.get("encrypted")), refs="FSBP EC2.3, CKV_AWS_3",
    ),
    Rule(
        "ec2-public-ip", "high", "an EC2 instance has no public IP address", "leave associatePublicIpAddress off", "boundary",
        _LAUNCHES, _public_ip, refs="FSBP EC2.9, FSBP EC2.25, CKV_AWS_88",
    ),
    Rule(
        "ecr-immutable", "medium", "an ECR repository's image tags are immutable", "set imageTagMutability to IMMUTABLE",
        "configuration", _REPOSITORY,
        lambda s: among(s.get("imageTagMutability"), "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"), refs="FSBP ECR.2, CKV_AWS_51",
    ),
    Rule(
        "ec2-launch-template", "low", "an Auto Scaling group starts machines by a launch template", "set launchTemplate: launch configurations are no longer extended",
        "configuration", "aws:autoscaling/group:Group", is_empty("launchConfiguration"), refs="FSBP AutoScaling.9, CKV_AWS_315", level="advisory",
    ),
    Rule(
        "image-recipe-encrypted", "high", "every volume of an image that is built is encrypted", "set ebs.encrypted", "at-rest", "aws:imagebuilder/imageRecipe:ImageRecipe",
        is_on("blockDeviceMappings.*.ebs.encrypted"), refs="CKV_AWS_200", link="https://docs.aws.amazon.com/imagebuilder/latest/userguide/data-protection.html",
    ),
    Rule(
        "ecr-scan", "medium", "an ECR repository scans images on push", "set imageScanningConfiguration.scanOnPush",
        "patching", _REPOSITORY,
        lambda s: on(s.get("imageScanningConfiguration", "scanOnPush")), refs="FSBP ECR.1, CKV_AWS_163", link=_ECR,
    ),
)  # fmt: skip
