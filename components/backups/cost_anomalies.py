"""Unusual cost, which no budget shows before the month is spent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.references import AlarmTarget

# The one tag by which cost is watched: a monitor takes a single key (CreateAnomalyMonitor: MonitorSpecification).
TAG = "Project"


@dataclass(frozen=True, kw_only=True)
class CostAnomaliesArgs:
    """How much is worth telling, and by which monitor it is found; without one, one of the project's tag is made."""

    least_usd: int
    monitor_arn: str | None
    project: str
    alarms: AlarmTarget
    tags: Mapping[str, str]


class CostAnomalies(pulumi.ComponentResource):
    """A monitor of Cost Anomaly Detection, and the topic told of what it finds.

    Not one of all services (DIMENSIONAL): an account has one, which new accounts begin with, and a second is refused.
    """

    def __init__(self, name: str, args: CostAnomaliesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:backups:CostAnomalies", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        monitor_arn = args.monitor_arn or self._monitor(name, args, child)
        aws.costexplorer.AnomalySubscription(
            f"{name}-subscription",
            # SNS is told at once alone (AnomalySubscription: Frequency)
            frequency="IMMEDIATE",
            monitor_arn_lists=[monitor_arn],
            subscribers=[aws.costexplorer.AnomalySubscriptionSubscriberArgs(type="SNS", address=args.alarms.arn)],
            threshold_expression=aws.costexplorer.AnomalySubscriptionThresholdExpressionArgs(
                dimension=aws.costexplorer.AnomalySubscriptionThresholdExpressionDimensionArgs(
                    key="ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    match_options=["GREATER_THAN_OR_EQUAL"],
                    values=[str(args.least_usd)],
                )
            ),
            tags=dict(args.tags),
            opts=child,
        )
        self.register_outputs({})

    def _monitor(self, name: str, args: CostAnomaliesArgs, child: pulumi.ResourceOptions) -> pulumi.Output[str]:
        empty = dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or"))
        # AWS answers with every field, and whatever is left out here would be a difference for ever (documentation of
        # the provider's type)
        watched = {**empty, "Tags": {"Key": TAG, "MatchOptions": None, "Values": [args.project]}}
        return aws.costexplorer.AnomalyMonitor(
            f"{name}-monitor",
            monitor_type="CUSTOM",
            monitor_specification=json.dumps(watched, sort_keys=True),
            tags=dict(args.tags),
            opts=child,
        ).arn
