"""What the last snapshot of a database or cache is called."""

from collections.abc import Mapping

import pulumi
import pulumi_random as random


def final_snapshot(
    name: str, identifier: str, *, replaced_by: Mapping[str, pulumi.Input[str]], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Return a name that begins with the stack's, and is another for each thing that is deleted.

    A snapshot outlives what it is of: a second one of the same name is refused, and with it the deletion. `replaced_by`
    are the values whose change makes the thing anew.
    """
    life = random.RandomId(f"{name}-life", byte_length=4, keepers=replaced_by, opts=opts)
    return pulumi.Output.concat(identifier, "-final-", life.hex)
