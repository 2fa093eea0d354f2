"""What the SDK's class of custom resources leaves out."""

from collections.abc import Mapping

import pulumi


def custom_name(made: pulumi.CustomResource) -> pulumi.Output[str]:
    """Return the name that a Kubernetes object was given; the SDK's class declares no outputs, and has them."""
    metadata: pulumi.Output[Mapping[str, str]] = pulumi.get(made, "metadata")
    return metadata.apply(lambda known: known.get("name", ""))
