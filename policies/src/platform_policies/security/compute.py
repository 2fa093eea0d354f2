"""EC2 instances, volumes and templates, and registries of images."""

from typing import Any

from ..kit.reading import UNKNOWN, among, get, items, off, on
from ..kit.rule import Resource, Rule

_INSTANCE = "aws:ec2/instance:Instance"
_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
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
        "ec2-imds-tokens", "high", "instance metadata is given for a session token alone",
        "set metadataOptions.httpTokens to required", "identity", _LAUNCHES,
        lambda s: among(s.get("metadataOptions", "httpTokens"), "required"),
        refs="FSBP EC2.8, FSBP EC2.170, CIS AWS 5.6, CKV_AWS_79",
    ),
    Rule(
        "ec2-imds-hops", "high", "instance metadata does not reach beyond the node, into pods",
        "set metadataOptions.httpPutResponseHopLimit to 1", "identity", _LAUNCHES, _hops, refs="CKV_AWS_341",
        link="https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
    ),
    Rule(
        "ec2-disk-encrypted", "high", "every disk of a machine is encrypted", "set encrypted on every disk", "at-rest",
        _LAUNCHES, _disks, refs="FSBP EC2.7, CIS AWS 2.2.1, CKV_AWS_8",
    ),
    Rule(
        "ec2-volume-encrypted", "high", "a volume is encrypted", "set encrypted", "at-rest", "aws:ebs/volume:Volume",
        lambda s: on(s.get("encrypted")), refs="FSBP EC2.3, CKV_AWS_3",
    ),
    Rule(
        "ec2-public-ip", "high", "a machine has no public address", "leave associatePublicIpAddress off", "boundary",
        _LAUNCHES, _public_ip, refs="FSBP EC2.9, FSBP EC2.25, CKV_AWS_88",
    ),
    Rule(
        "ecr-immutable", "medium", "a tag keeps naming the same image", "set imageTagMutability to IMMUTABLE",
        "configuration", _REPOSITORY,
        lambda s: among(s.get("imageTagMutability"), "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"), refs="FSBP ECR.2, CKV_AWS_51",
    ),
    Rule(
        "ecr-scan", "medium", "images are scanned when they arrive", "set imageScanningConfiguration.scanOnPush",
        "patching", _REPOSITORY,
        lambda s: on(s.get("imageScanningConfiguration", "scanOnPush")), refs="FSBP ECR.1, CKV_AWS_163", link=_ECR,
    ),
)  # fmt: skip
