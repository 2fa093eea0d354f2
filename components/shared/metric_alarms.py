"""CloudWatch's alarms from a table."""

from collections.abc import Iterable, Mapping

import pulumi
import pulumi_aws as aws

from .cloudwatch_alarms import MetricAlarm

COMPARISONS = {"above": "GreaterThanThreshold", "below": "LessThanThreshold"}


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
) -> None:
    """Make an alarm of each row, in the topic's region, which tells the topic when it goes off and when it is over."""
    for row in table:
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
        )
