"""CloudWatch's alarms from a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

# of storage, memory, connections: enough to act in daylight
LOW, HIGH = 0.10, 0.80
COMPARISONS = {"above": "GreaterThanThreshold", "below": "LessThanThreshold"}


@dataclass(frozen=True)
class MetricAlarm:
    """One alarm; it goes off when `periods` periods of `period_seconds` in a row are beyond the threshold.

    `critical`: somebody is waked for it.
    """

    role: str
    metric: str
    comparison: Literal["above", "below"]
    threshold: float
    summary: str
    statistic: Literal["Average", "Maximum", "Minimum", "Sum"] = "Average"
    period_seconds: int = 300
    periods: int = 3
    critical: bool = False

    @property
    def description(self) -> str:
        """Return what is told of it; the severity stands in front, for a message has no other place for it."""
        return f"[critical] {self.summary}" if self.critical else self.summary


def metric_alarms(
    name: str,
    table: Iterable[MetricAlarm],
    *,
    namespace: str,
    dimensions: Mapping[str, pulumi.Input[str]],
    topic_arn: pulumi.Input[str],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
    region: str | None = None,
) -> list[pulumi.Output[str]]:
    """Make an alarm of each row, in the topic's region, which tells the topic when it goes off and when it is over.

    Returns their ARNs, in the table's order.
    """
    return [
        aws.cloudwatch.MetricAlarm(
            f"{name}-{row.role}",
            alarm_description=row.description,
            namespace=namespace,
            metric_name=row.metric,
            dimensions=dict(dimensions),
            statistic=row.statistic,
            period=row.period_seconds,
            evaluation_periods=row.periods,
            comparison_operator=COMPARISONS[row.comparison],
            threshold=row.threshold,
            # no news is no alarm: credits, lag and failures are told only where there are any
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            region=region,
            tags=dict(tags),
            opts=opts,
        ).arn
        for row in table
    ]
