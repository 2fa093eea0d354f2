"""The load balancer between CloudFront and the pods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from ..config.types import DomainSettings, SignInSettings
from ..shared.certificate import CERTIFICATE, validated_certificate
from ..shared.edge_profile import EdgeProfile
from ..shared.metric_alarms import MetricAlarm, metric_alarms
from .alarms import BALANCER, TARGETS
from .listener_rules import listener_rules
from .timeouts import Timeouts

# TLS 1.3 and 1.2 with forward secrecy and authenticated encryption alone (ELB user guide, describe-ssl-policies)
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
CLOUDFRONT_ADDRESSES = "com.amazonaws.global.cloudfront.origin-facing"
LOG_PREFIX = "load-balancer"


@dataclass(frozen=True, kw_only=True)
class InternalLoadBalancerArgs:
    """Where it stands, whom it reaches, where it logs and what its alarms tell.

    With a domain it speaks HTTPS (docs/decisions/0002), for that host alone, and people may have to sign in.
    """

    domain: DomainSettings | None
    sign_in: SignInSettings | None
    region: str
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    target_security_group_id: pulumi.Input[str]
    target_port: int
    health_path: str
    profile: EdgeProfile  # what of the paths is open to whoever has not signed in
    timeouts: Timeouts
    weights: Mapping[str, int]  # each group of targets by its name, and its share of the requests
    access_log_bucket: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    protect: bool
    tags: Mapping[str, str]


class InternalLoadBalancer(pulumi.ComponentResource):
    """An internal balancer that only CloudFront reaches. It registers no targets: the cluster's controller does."""

    arn: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    target_group_arns: Mapping[str, pulumi.Output[str]]
    certificate_record: pulumi.Output[str]

    def __init__(self, name: str, args: InternalLoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:web_service:InternalLoadBalancer", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)

        balancer = aws.lb.LoadBalancer(
            f"{name}-lb",
            internal=True,
            enable_deletion_protection=args.protect,
            load_balancer_type="application",
            subnets=args.subnet_ids,
            security_groups=[self._access()],
            idle_timeout=args.timeouts.balancer_idle,
            drop_invalid_header_fields=True,
            access_logs=aws.lb.LoadBalancerAccessLogsArgs(
                bucket=args.access_log_bucket, prefix=LOG_PREFIX, enabled=True
            ),
            tags=dict(args.tags),
            opts=self._child,
        )
        groups = {target: self._targets(target) for target in args.weights}
        certificate, record = self._certificate()
        self._listener(balancer, groups, certificate)
        self._watched(balancer, groups, certificate)

        self.arn = balancer.arn
        self.dns_name = balancer.dns_name
        self.target_group_arns = {target: group.arn for target, group in groups.items()}
        self.certificate_record = record
        self.register_outputs(
            {
                "arn": self.arn,
                "dns_name": self.dns_name,
                "target_group_arns": self.target_group_arns,
                "certificate_record": self.certificate_record,
            }
        )

    def _access(self) -> pulumi.Output[str]:
        args, port = self._args, 443 if self._args.domain else 80
        group = aws.ec2.SecurityGroup(
            f"{self._name}-sg",
            vpc_id=args.vpc_id,
            description="Load balancer: from CloudFront, to the pods",
            tags={**args.tags, "Name": self._name},
            opts=self._child,
        )
        cloudfront = aws.ec2.get_managed_prefix_list_output(
            name=CLOUDFRONT_ADDRESSES, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-from-cloudfront",
            security_group_id=group.id,
            prefix_list_id=cloudfront.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description="From CloudFront's VPC origins",
            tags=dict(args.tags),
            opts=self._child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-to-pods",
            security_group_id=group.id,
            referenced_security_group_id=args.target_security_group_id,
            ip_protocol="tcp",
            from_port=args.target_port,
            to_port=args.target_port,
            description="To the pods",
            tags=dict(args.tags),
            opts=self._child,
        )
        if args.sign_in is not None:
            aws.vpc.SecurityGroupEgressRule(
                f"{self._name}-to-sign-in",
                security_group_id=group.id,
                cidr_ipv4="0.0.0.0/0",
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                description="To the provider that people sign in with, whose addresses change",
                tags=dict(args.tags),
                opts=self._child,
            )
        # the cluster's own group admits its nodes alone, and the controller leaves security groups be
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-into-pods",
            security_group_id=args.target_security_group_id,
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=args.target_port,
            to_port=args.target_port,
            description="From the load balancer",
            tags=dict(args.tags),
            opts=self._child,
        )
        return group.id

    def _targets(self, target: str) -> aws.lb.TargetGroup:
        args = self._args
        return aws.lb.TargetGroup(
            # a colour's initial: a target group's name, stack and all, has 32 characters
            f"{self._name}-{target[:1] or 'tg'}",
            vpc_id=args.vpc_id,
            target_type="ip",
            port=args.target_port,
            protocol="HTTP",
            deregistration_delay=args.timeouts.deregistration,
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                path=args.health_path, matcher="200", interval=15, timeout=5, healthy_threshold=2, unhealthy_threshold=3
            ),
            tags=dict(args.tags),
            opts=self._child,
        )

    def _certificate(self) -> tuple[pulumi.Output[str] | None, pulumi.Output[str]]:
        args = self._args
        if args.domain is None:
            return None, pulumi.Output.from_input("")
        return validated_certificate(self._name, args.domain, region=args.region, tags=args.tags, opts=self._child)

    def _listener(
        self,
        balancer: aws.lb.LoadBalancer,
        groups: Mapping[str, aws.lb.TargetGroup],
        certificate: pulumi.Output[str] | None,
    ) -> None:
        args = self._args
        nobodys = aws.lb.ListenerDefaultActionArgs(
            type="fixed-response",
            fixed_response=aws.lb.ListenerDefaultActionFixedResponseArgs(
                content_type="text/plain", status_code="404", message_body="no such site"
            ),
        )
        listener = aws.lb.Listener(
            f"{self._name}-listener",
            load_balancer_arn=balancer.arn,
            port=443 if certificate else 80,
            protocol="HTTPS" if certificate else "HTTP",
            certificate_arn=certificate,
            ssl_policy=TLS_POLICY if certificate else None,
            default_actions=[
                # without a domain the host is CloudFront's, which is made after this
                nobodys
                if args.domain
                else aws.lb.ListenerDefaultActionArgs(type="forward", forward=self._shares(groups))
            ],
            tags=dict(args.tags),
            opts=self._child,
        )
        if args.domain is not None:
            listener_rules(
                self._name,
                args.profile,
                domain=args.domain,
                sign_in=args.sign_in,
                listener_arn=listener.arn,
                forward=self._shares(groups),
                tags=args.tags,
                opts=self._child,
            )

    def _shares(self, groups: Mapping[str, aws.lb.TargetGroup]) -> Any:
        # by weight, so that another release is served at once: its targets are registered and healthy beforehand. The
        # SDK has a class of this for listeners and one for their rules, and takes either's object for both.
        return {
            "target_groups": [
                {"arn": group.arn, "weight": self._args.weights[target]} for target, group in groups.items()
            ]
        }

    def _watched(
        self,
        balancer: aws.lb.LoadBalancer,
        groups: Mapping[str, aws.lb.TargetGroup],
        certificate: pulumi.Output[str] | None,
    ) -> None:
        name, of_balancer = self._name, {"LoadBalancer": balancer.arn_suffix}
        watched: list[tuple[str, str, Sequence[MetricAlarm], Mapping[str, pulumi.Input[str]]]] = [
            (name, "AWS/ApplicationELB", BALANCER, of_balancer)
        ]
        for target, group in groups.items():
            of_group = {**of_balancer, "TargetGroup": group.arn_suffix}
            watched.append((f"{name}-{target}" if target else name, "AWS/ApplicationELB", TARGETS, of_group))
        if certificate is not None:
            watched.append((name, "AWS/CertificateManager", CERTIFICATE, {"CertificateArn": certificate}))
        for prefix, namespace, table, dimensions in watched:
            metric_alarms(
                prefix,
                table,
                namespace=namespace,
                dimensions=dimensions,
                topic_arn=self._args.alarm_topic_arn,
                tags=self._args.tags,
                opts=self._child,
            )
