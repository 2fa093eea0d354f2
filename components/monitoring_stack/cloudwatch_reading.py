"""What Grafana may read in CloudWatch: any metric, and the logs of this stack."""

from collections.abc import Sequence

from pulumi import Input, Output

from ..config.regions import EDGE_REGION
from ..shared.iam_documents import Statement, allow
from ..shared.watch import LogGroup

ASKS = ["logs:GetLogEvents", "logs:GetLogGroupFields", "logs:StartQuery"]


def reads_cloudwatch(
    groups: Sequence[LogGroup], *, partition: Input[str], account: Input[str], region: str
) -> list[Statement]:
    """Return the statements, for a stack in `region`.

    The actions are those that Grafana's data source names (its documentation, aws-cloudwatch/configure).
    """
    regions = {"stack": region, "edge": EDGE_REGION}
    arns = [
        Output.concat("arn:", partition, f":logs:{regions[each.place]}:", account, ":log-group:", each.name)
        for each in groups
    ]
    return [
        # CloudWatch supports no narrower resource for metrics and alarms (Service Authorization Reference)
        allow(
            "ReadsMetrics",
            ["cloudwatch:DescribeAlarmsForMetric", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"],
            ["*"],
        ),
        # likewise a query by its id, and the list of groups and regions to choose from
        allow(
            "FollowsQueries",
            ["ec2:DescribeRegions", "logs:DescribeLogGroups", "logs:GetQueryResults", "logs:StopQuery"],
            ["*"],
        ),
        *([allow("AsksLogs", ASKS, arns)] if arns else []),
    ]
