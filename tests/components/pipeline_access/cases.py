"""Deployments."""

from tests.components.monitoring_stack.cases.case import calm, story

DEPLOYED = 'aws_platform_deployments_failed_sum{dimension_Stack="prod"}'

CASES = (
    story(
        "DeploymentFailed",
        "warning",
        "one fails",
        {DEPLOYED: "_x5 1 _x150"},
        "4m",
        "60m",
        "150m",
        {"dimension_Stack": "prod"},
    ),
    calm("DeploymentFailed", "none does", {DEPLOYED: "0x40"}, "30m"),
)
