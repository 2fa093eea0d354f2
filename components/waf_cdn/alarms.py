"""Who is told, and when, that the site is down or attacked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..config.regions import EDGE_REGION
from ..shared.alarm_topic import AlarmTopic, AlarmTopicArgs
from ..shared.certificate import CERTIFICATE
from ..shared.edge_profile import EdgeProfile
from ..shared.metric_alarms import MetricAlarm, metric_alarms
from .alarm_tables import CDN, FIREWALL, OUTSIDE


@dataclass(frozen=True, kw_only=True)
class EdgeAlarmsArgs:
    """What is watched, who is told by mail, and the key under which the messages lie."""

    distribution_id: pulumi.Input[str]
    domain_name: pulumi.Input[str]
    profile: EdgeProfile
    web_acl_metric: str
    certificate_arn: pulumi.Input[str] | None
    outside_health_check: bool
    emails: Sequence[str]
    kms_key_arn: pulumi.Input[str]
    tags: Mapping[str, str]


class EdgeAlarms(pulumi.ComponentResource):
    """Alarms on a distribution, its firewall, its certificate and a look from outside, with a topic of their own.

    CloudFront, its firewall and health checks tell their metrics in us-east-1 alone, and an alarm tells topics of its
    region alone.
    """

    topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: EdgeAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:waf_cdn:EdgeAlarms", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = AlarmTopic(
            name,
            AlarmTopicArgs(emails=args.emails, region=EDGE_REGION, kms_key_arn=args.kms_key_arn, tags=args.tags),
            child,
        )
        watched: list[tuple[str, Sequence[MetricAlarm], Mapping[str, pulumi.Input[str]]]] = [
            ("AWS/CloudFront", CDN, {"DistributionId": args.distribution_id, "Region": "Global"}),
            ("AWS/WAFV2", FIREWALL, {"WebACL": args.web_acl_metric, "Rule": "ALL"}),
        ]
        if args.certificate_arn is not None:
            watched.append(("AWS/CertificateManager", CERTIFICATE, {"CertificateArn": args.certificate_arn}))
        if args.outside_health_check:
            check = _health_check(name, args, child)
            watched.append(("AWS/Route53", OUTSIDE, {"HealthCheckId": check.id}))
        for namespace, table, dimensions in watched:
            metric_alarms(
                name,
                table,
                namespace=namespace,
                dimensions=dimensions,
                topic_arn=topic.arn,
                tags=args.tags,
                opts=child,
                region=EDGE_REGION,
            )
        self.topic_arn = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})


def _health_check(name: str, args: EdgeAlarmsArgs, child: pulumi.ResourceOptions) -> aws.route53.HealthCheck:
    return aws.route53.HealthCheck(
        f"{name}-outside",
        type="HTTPS_STR_MATCH" if args.profile.health_answer else "HTTPS",
        fqdn=args.domain_name,
        port=443,
        resource_path=args.profile.health_path or "/",
        search_string=args.profile.health_answer or None,
        enable_sni=True,
        request_interval=30,
        failure_threshold=3,
        tags={**args.tags, "Name": name},
        opts=child,
    )
