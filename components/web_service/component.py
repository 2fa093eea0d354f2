"""Any HTTP service in the cluster: its namespace, its pods, and the load balancer before them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as k8s

from ..shared.edge_profile import EdgeProfile
from ..shared.external_secrets import Source
from ..shared.iam_documents import Statement
from ..shared.isolated_namespace import IsolatedNamespace, IsolatedNamespaceArgs
from ..shared.namespace_bounds import namespace_bounds
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.references import OriginRef, Placement
from ..shared.secret_reader import SecretReader, SecretReaderArgs
from ..shared.watch import Watch
from .environment import EnvVar, plain, secret
from .event_autoscaler import EventAutoscaler, EventAutoscalerArgs
from .load_balancer import InternalLoadBalancer, InternalLoadBalancerArgs
from .network_policies import NetworkAccess, service_policies
from .process import Migration, Release
from .queue_scaler import QueueServer
from .quota import PodRoom, quota
from .release import ServiceRelease, ServiceReleaseArgs
from .site import Site
from .timeouts import Timeouts
from .watch import Autoscalers, watch

# above the default of 0, below what the system keeps for itself (2,000,000,000)
PRIORITY = 1_000_000


@dataclass(frozen=True, kw_only=True)
class WebServiceArgs:
    """What runs, where, and what it is connected to.

    `application` names the namespace, the service account and the labels, and with them what Pod Identity and others
    know the service by. `releases` are by colour: "" is that of a service with one alone. `secrets` are further Secrets
    by role, beside the one of `environment`; `statements` are what its pods may do in AWS.
    """

    application: str
    releases: Mapping[str, Release]
    environment: Sequence[EnvVar]
    timeouts: Timeouts
    placement: Placement
    site: Site = field(default_factory=Site)
    profile: EdgeProfile = field(default_factory=EdgeProfile)
    access: NetworkAccess = field(default_factory=NetworkAccess)
    statements: Sequence[Statement] = ()
    secrets: Mapping[str, Mapping[str, Source]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    files_at: str = "/etc/app"
    migration: Migration | None = None
    queue_server: QueueServer | None = None
    further_pods: Sequence[PodRoom] = ()  # that somebody else puts into its namespace


class WebService(pulumi.ComponentResource):
    """A namespace closed both ways, its releases, and an internal load balancer that CloudFront alone reaches.

    It holds no data. Secrets reach its pods from Secrets Manager (docs/decisions/0009); none stands in a manifest.
    """

    namespace: pulumi.Output[str]
    service_name: pulumi.Output[str]
    secret_names: Mapping[str, pulumi.Output[str]]
    load_balancer_arn: pulumi.Output[str]
    load_balancer_dns_name: pulumi.Output[str]
    certificate_record: pulumi.Output[str]

    def __init__(self, name: str, args: WebServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:web_service:WebService", name, {}, opts)
        self._name, self._args, self._place = name, args, args.placement
        self._child = pulumi.ResourceOptions(parent=self)
        self._processes = [each for release in args.releases.values() for each in release.processes]
        # whichever: releases differ in their image, and not in where they are asked
        self._release = next(iter(args.releases.values()))

        self.namespace = self._namespace()
        self.secret_names = self._secrets()
        account, balancer = self._account(), self._balancer()
        self.service_name = self._releases(account, balancer)
        self.load_balancer_arn = balancer.arn
        self.load_balancer_dns_name = balancer.dns_name
        self.certificate_record = balancer.certificate_record
        self.register_outputs(
            {
                "namespace": self.namespace,
                "service_name": self.service_name,
                "secret_names": self.secret_names,
                "load_balancer_arn": self.load_balancer_arn,
                "load_balancer_dns_name": self.load_balancer_dns_name,
                "certificate_record": self.certificate_record,
            }
        )

    @property
    def origin(self) -> OriginRef:
        """What a CDN before it is told."""
        return OriginRef(
            load_balancer_arn=self.load_balancer_arn,
            load_balancer_dns_name=self.load_balancer_dns_name,
            read_timeout_seconds=self._args.timeouts.cdn_read,
            certificate_record=self.certificate_record,
        )

    @property
    def watch(self) -> Watch:
        """What watches its load balancer and autoscalers; an application's own watch comes with the application."""
        growing = [each for each in self._processes if each.grows]
        by_queue = any(each.by_queue for each in growing)
        return watch(Autoscalers(namespace=self._args.application, count=len(growing), by_queue=by_queue))

    def _namespace(self) -> pulumi.Output[str]:
        args, labels = self._args, service_labels(self._args.application)
        policies = service_policies(
            self._place.network.ranges,
            args.access,
            web=self._release.web.name,
            port=self._release.port,
            metrics={each.name: each.metrics_port for each in self._processes if each.metrics_port is not None},
        )
        namespace = IsolatedNamespace(
            self._name,
            IsolatedNamespaceArgs(namespace=args.application, labels=labels, policies=policies),
            self._child,
        ).namespace
        pods = [each.resources for each in self._processes]
        if args.migration is not None:
            pods.append(args.migration.resources)
        namespace_bounds(
            f"{self._name}-bounds",
            namespace=namespace,
            quota=quota(args.releases.values(), args.migration, args.further_pods),
            most_memory_mib=max(each.memory_limit_mib for each in pods),
            labels=labels,
            opts=self._child,
        )
        return namespace

    def _secrets(self) -> Mapping[str, pulumi.Output[str]]:
        args = self._args
        secrets = {"environment": secret(args.environment), **args.secrets}
        if not any(secrets.values()):
            return {}
        return SecretReader(
            f"{self._name}-secrets",
            SecretReaderArgs(
                namespace=self.namespace,
                labels=service_labels(args.application),
                secrets=secrets,
                operator_role_arn=self._place.secret_access.operator_role_arn,
                role_path=self._place.secret_access.role_path,
                region=self._place.network.region,
                tags=self._place.tags,
            ),
            self._child,
        ).names

    def _account(self) -> pulumi.Output[str]:
        args = self._args
        role = PodRole(
            f"{self._name}-role",
            PodRoleArgs(
                cluster_name=self._place.cluster.name,
                cluster_arn=self._place.cluster.arn,
                namespace=args.application,
                service_account=args.application,
                statements=args.statements,
                tags=self._place.tags,
            ),
            self._child,
        )
        account = k8s.core.v1.ServiceAccount(
            f"{self._name}-account",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=args.application, namespace=self.namespace, labels=service_labels(args.application)
            ),
            automount_service_account_token=False,
            opts=self._child,
        )
        self.role_name = role.role_name
        return role.granted_to(account.metadata.name)

    def _balancer(self) -> InternalLoadBalancer:
        args = self._args
        return InternalLoadBalancer(
            # short: a load balancer's name, stack and all, has 32 characters
            self._name,
            InternalLoadBalancerArgs(
                domain=args.site.domain,
                sign_in=args.site.sign_in,
                region=self._place.network.region,
                vpc_id=self._place.network.vpc_id,
                subnet_ids=self._place.network.balancer_subnet_ids,
                target_security_group_id=self._place.cluster.security_group_id,
                target_port=self._release.port,
                health_path=args.profile.health_path or self._release.web.probes.readiness.path or "/",
                profile=args.profile,
                timeouts=args.timeouts,
                weights={colour: 100 if release.served else 0 for colour, release in args.releases.items()},
                access_log_bucket=self._place.access_log_bucket,
                alarm_topic_arn=self._place.alarms.arn,
                protect=self._place.protect_data,
                tags=self._place.tags,
            ),
            self._child,
        )

    def _releases(self, account: pulumi.Output[str], balancer: InternalLoadBalancer) -> pulumi.Output[str]:
        """Make the releases; give the name of the served one's Service."""
        args = self._args
        priority = k8s.scheduling.v1.PriorityClass(
            f"{self._name}-priority",
            metadata=k8s.meta.v1.ObjectMetaArgs(labels=service_labels(args.application)),
            value=PRIORITY,
            description=f"{args.application}: before whatever only watches it",
            opts=self._child,
        )
        autoscaler = self._queue_autoscaler()
        made: dict[str, ServiceRelease] = {}
        for colour, release in args.releases.items():
            made[colour] = ServiceRelease(
                f"{self._name}-{colour}" if colour else self._name,
                ServiceReleaseArgs(
                    release=release,
                    labels=service_labels(args.application, colour),
                    namespace=self.namespace,
                    service_account=account,
                    priority_class=priority.metadata.name,
                    environment=plain(args.environment),
                    secrets=self.secret_names,
                    target_group_arn=balancer.target_group_arns[colour],
                    controllers=self._place.controllers,
                    files=args.files,
                    files_at=args.files_at,
                    migration=args.migration,
                    queue_server=args.queue_server,
                    queue_autoscaler=autoscaler,
                ),
                self._child,
            )

        return next(made[colour].service_name for colour, release in args.releases.items() if release.served)

    def _queue_autoscaler(self) -> EventAutoscaler | None:
        if not any(each.by_queue for each in self._processes):
            return None
        # it looks after this namespace alone, and writes into it: so it is the service's, and not the cluster's
        args = EventAutoscalerArgs(watched_namespace=self.namespace, ranges=self._place.network.ranges)
        return EventAutoscaler(f"{self._name}-keda", args, self._child)


def service_labels(application: str, colour: str = "") -> dict[str, str]:
    """Return the labels of whatever is a service's, or of one of its releases."""
    return {
        "app.kubernetes.io/name": application,
        "app.kubernetes.io/instance": f"{application}-{colour}" if colour else application,
        "app.kubernetes.io/part-of": application,
        "app.kubernetes.io/managed-by": "pulumi",
    }
