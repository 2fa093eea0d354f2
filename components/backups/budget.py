"""What a stack may cost in a month, and who hears when it costs more."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.references import AlarmTarget

# per cent of the limit, and whether it is spent already or forecast
WARNINGS = ((80, "ACTUAL"), (100, "ACTUAL"), (100, "FORECASTED"))


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    """The limit. `cost_tags` tell this stack's cost from others' (they must be activated for billing once)."""

    monthly_usd: int
    cost_tags: Mapping[str, str]
    alarms: AlarmTarget
    tags: Mapping[str, str]


class Budget(pulumi.ComponentResource):
    """A monthly budget that tells the alarms' topic. It stops nothing."""

    def __init__(self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:backups:Budget", name, {}, opts)
        aws.budgets.Budget(
            f"{name}-monthly",
            budget_type="COST",
            limit_amount=str(args.monthly_usd),
            limit_unit="USD",
            time_unit="MONTHLY",
            filter_expression=aws.budgets.BudgetFilterExpressionArgs(
                ands=[
                    aws.budgets.BudgetFilterExpressionAndArgs(
                        tags=aws.budgets.BudgetFilterExpressionAndTagsArgs(key=key, values=[value])
                    )
                    for key, value in args.cost_tags.items()
                ]
            ),
            metrics="UnblendedCost",
            notifications=[
                aws.budgets.BudgetNotificationArgs(
                    comparison_operator="GREATER_THAN",
                    threshold=threshold,
                    threshold_type="PERCENTAGE",
                    notification_type=kind,
                    subscriber_sns_topic_arns=[args.alarms.arn],
                )
                for threshold, kind in WARNINGS
            ],
            tags=dict(args.tags),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
