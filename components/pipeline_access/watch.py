"""What watches deployments: what .ci/deploy tells CloudWatch of each, an alert on those that fail, and the page."""

from pathlib import Path

from ..shared.watch import Alert, CloudWatch, Group, OwnMetrics, Watch
from .permissions import DEPLOYMENTS

METRICS = OwnMetrics(
    name="deployments",
    namespace=DEPLOYMENTS,
    metrics={
        # tools/health.py: how long an answer took in the minutes before a release, and after it
        "AnswerSecondsAfter": ("Average",),
        "AnswerSecondsBefore": ("Average",),
        "DurationSeconds": ("Average", "Maximum"),
        "Failed": ("Sum",),
        "LeadTimeSeconds": ("Average", "Maximum"),
        "RolledBack": ("Sum",),
        "Succeeded": ("Sum",),
    },
    dimensions=("Stack",),
)


def watch() -> Watch:
    """Return what watches the deployments of the stacks of an account."""
    return Watch(
        cloudwatch=CloudWatch(
            metrics=[METRICS],
            groups=[Group(name="backups", alerts=[_failed()])],
            dashboards={"delivery": Path(__file__).parent / "dashboards" / "delivery.json"},
        )
    )


def _failed() -> Alert:
    return Alert(
        name="DeploymentFailed",
        expression="sum by (dimension_Stack) (max_over_time(aws_platform_deployments_failed_sum[15m])) > 0",
        lasting="",
        severity="warning",
        summary="A deployment failed: {{ $labels.dimension_Stack }}",
        description="The pipeline could not deploy {{ $labels.dimension_Stack }}, or went back.",
        keep_firing_for="1h",
    )
