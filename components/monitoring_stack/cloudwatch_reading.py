"""What Grafana may read in CloudWatch: any metric, and logs of this stack's control plane, database and firewall."""

from pulumi import Input, Output

from ..config.regions import EDGE_REGION
from ..shared.iam_documents import Statement, allow


def reads_cloudwatch(*, partition: Input[str], account: Input[str], region: str, stack: Input[str]) -> list[Statement]:
    """Give the statements; `stack` is the name of the cluster, of the database and of the firewall's metric.

    The actions are those that Grafana's data source names (its documentation, aws-cloudwatch/configure).
    """

    def group(where: str, *name: Input[str]) -> Output[str]:
        return Output.concat("arn:", partition, f":logs:{where}:", account, ":log-group:", *name)

    groups = [
        group(region, "/aws/eks/", stack, "/*"),
        group(region, "/aws/rds/instance/", stack, "/*"),
        group(EDGE_REGION, "aws-waf-logs-", stack, ":*"),
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
        allow("AsksLogs", ["logs:GetLogEvents", "logs:GetLogGroupFields", "logs:StartQuery"], groups),
    ]
