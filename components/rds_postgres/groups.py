"""Where an instance lies, and with which parameters it runs."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from ..shared.references import NetworkRef
from .parameters import family, parameters
from .settings import DatabaseSettings


def subnet_group(
    name: str, network: NetworkRef, *, tags: Mapping[str, str], opts: pulumi.ResourceOptions
) -> aws.rds.SubnetGroup:
    """Make the group of the data subnets."""
    return aws.rds.SubnetGroup(
        f"{name}-subnets",
        description="Data subnets",
        subnet_ids=network.data_subnet_ids,
        tags=dict(tags),
        opts=opts,
    )


def parameter_group(
    name: str, settings: DatabaseSettings, *, tags: Mapping[str, str], opts: pulumi.ResourceOptions
) -> aws.rds.ParameterGroup:
    """Make the group of parameters, of the version's family."""
    return aws.rds.ParameterGroup(
        f"{name}-parameters",
        family=family(settings.engine_version),
        description="TLS alone; slow statements, DDL and lock waits logged",
        parameters=[
            aws.rds.ParameterGroupParameterArgs(name=each.name, value=each.value, apply_method=each.apply_method)
            for each in parameters(slow_query_milliseconds=settings.slow_query_milliseconds)
        ],
        tags=dict(tags),
        opts=opts,
    )
