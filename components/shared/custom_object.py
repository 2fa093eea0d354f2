"""What the SDK's class of custom resources leaves out."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s


def custom_name(made: k8s.apiextensions.CustomResource) -> pulumi.Output[str]:
    """Give the name that the object was given; the class declares no outputs, and has them."""
    metadata: pulumi.Output[Mapping[str, str]] = pulumi.get(made, "metadata")
    return metadata.apply(lambda known: known.get("name", ""))
