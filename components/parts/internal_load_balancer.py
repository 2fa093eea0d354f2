"""The load balancer between CloudFront and the pods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..planning.timeouts import Timeouts
from ..settings import DomainSettings
from .certificate import validated_certificate

# TLS 1.3 and 1.2 with forward secrecy and authenticated encryption alone (ELB user guide, describe-ssl-policies)
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
CLOUDFRONT_ADDRESSES = "com.amazonaws.global.cloudfront.origin-facing"


@dataclass(frozen=True, kw_only=True)
class InternalLoadBalancerArgs:
    """Where it stands and whom it reaches; with a domain it speaks HTTPS, see docs/decisions/0002."""

    domain: DomainSettings | None
    region: str
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    target_security_group_id: pulumi.Input[str]
    target_port: int
    health_path: str
    timeouts: Timeouts
    weights: Mapping[str, int]  # each group of targets by its name, and its share of the requests
    tags: Mapping[str, str]


class InternalLoadBalancer(pulumi.ComponentResource):
    """An internal balancer that only CloudFront reaches. It registers no targets: the cluster's controller does."""

    arn: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    target_group_arns: Mapping[str, pulumi.Output[str]]
    certificate_record: pulumi.Output[str]

    def __init__(self, name: str, args: InternalLoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:parts:InternalLoadBalancer", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)

        balancer = aws.lb.LoadBalancer(
            f"{name}-lb",
            internal=True,
            load_balancer_type="application",
            subnets=args.subnet_ids,
            security_groups=[self._access()],
            idle_timeout=args.timeouts.balancer_idle,
            drop_invalid_header_fields=True,
            tags=dict(args.tags),
            opts=self._child,
        )
        groups = {target: self._targets(target) for target in args.weights}
        record = self._listener(balancer, groups)

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

    def _listener(self, balancer: aws.lb.LoadBalancer, groups: Mapping[str, aws.lb.TargetGroup]) -> pulumi.Output[str]:
        args = self._args
        certificate: pulumi.Output[str] | None = None
        record = pulumi.Output.from_input("")
        if args.domain is not None:
            certificate, record = validated_certificate(
                self._name, args.domain, region=args.region, tags=args.tags, opts=self._child
            )
        aws.lb.Listener(
            f"{self._name}-listener",
            load_balancer_arn=balancer.arn,
            port=443 if certificate else 80,
            protocol="HTTPS" if certificate else "HTTP",
            certificate_arn=certificate,
            ssl_policy=TLS_POLICY if certificate else None,
            # by weight, so that another release is served at once: its targets are registered and healthy beforehand
            default_actions=[
                aws.lb.ListenerDefaultActionArgs(
                    type="forward",
                    forward=aws.lb.ListenerDefaultActionForwardArgs(
                        target_groups=[
                            aws.lb.ListenerDefaultActionForwardTargetGroupArgs(
                                arn=group.arn, weight=args.weights[target]
                            )
                            for target, group in groups.items()
                        ]
                    ),
                )
            ],
            tags=dict(args.tags),
            opts=self._child,
        )
        return record
