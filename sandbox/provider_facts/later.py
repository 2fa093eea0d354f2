"""Where version 6 of the provider, which Pulumi's 7 is built on, differs from the recorded 5.100: what is known of it.

Types and properties that are new are not in the facts, and nothing is said of them; what was removed Pulumi no longer
has; lists of values are followed by AWS's own models (`later`). The rest is here, with its source: the provider's
guide to version 6 (website/docs/guides/version-6-upgrade.html.markdown) and its CHANGELOG.
"""

from collections.abc import Mapping
from typing import Any

# type -> property, outermost first -> what holds of it now
_DIFFERENCES: Mapping[str, Mapping[tuple[str, ...], Mapping[str, Any]]] = {
    # github.com/hashicorp/terraform-provider-aws/issues/43981
    "aws_imagebuilder_image_recipe": {("block_device_mapping", "ebs", "iops"): {"v": {"range": [100, 100000]}}},
    # .../46065
    "aws_lambda_function": {("memory_size",): {"v": {"range": [128, 32768]}}},
    # the guide
    "aws_redshift_cluster": {("publicly_accessible",): {"d": False}},
    # .../43710
    "aws_sqs_queue": {("max_message_size",): {"v": {"range": [1024, 1048576]}}},
}


def differing(kind: str, blocks: list[Any], version: str) -> list[Any]:
    """Return the blocks of a type with what a later version changed; those of version 6 themselves as they are."""
    if int(version.partition(".")[0]) > 5:  # noqa: PLR2004 # the version that the table starts from
        return blocks
    for path, now in _DIFFERENCES.get(kind, {}).items():
        index = 0
        for step in path[:-1]:
            index = blocks[index]["b"][step]["in"]
        told = blocks[index]["a"][path[-1]]
        blocks[index]["a"][path[-1]] = {**told, **now}
    return blocks
