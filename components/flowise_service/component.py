"""Flowise itself."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pulumi_random as random

from ..cluster_services.event_autoscaler import EventAutoscaler, EventAutoscalerArgs
from ..config.types import DomainSettings, SignInSettings
from ..shared.data_key import DataKey, DataKeyArgs
from ..shared.existing_secrets import lookup_secret, lookup_values
from ..shared.iam_documents import allow, keep_objects
from ..shared.isolated_namespace import IsolatedNamespace, IsolatedNamespaceArgs
from ..shared.network_policies import NetworkRanges, flowise_policies
from ..shared.node_script import NodeImage
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.references import CacheRef, DatabaseRef
from ..shared.secret_reader import SecretReader, SecretReaderArgs
from ..shared.secure_bucket import SecureBucket, SecureBucketArgs
from ..shared.stored_secret import StoredSecret, StoredSecretArgs
from ..shared.telemetry import COLLECTOR_URL
from ..shared.watch import Watch, combined
from ..web_service.load_balancer import InternalLoadBalancer, InternalLoadBalancerArgs
from ..web_service.resource_quota import namespace_bounds
from ..web_service.timeouts import timeouts
from ..web_service.watch import watch as balancer_watch
from . import environment as env
from .edge import PING, edge_profile
from .queue_exporter import COMPONENT as QUEUE_EXPORTER
from .queue_exporter import PORT as QUEUE_METRICS_PORT
from .queue_exporter import QueueExporter, QueueExporterArgs
from .quota import quota
from .release import FlowiseRelease, FlowiseReleaseArgs
from .settings import ServiceSettings
from .watch import watch

SERVICE_ACCOUNT = "flowise"
KEY_LENGTH, OWNER_PASSWORD_LENGTH = 48, 40
# above the default of 0, below what the system keeps for itself (2,000,000,000)
PRIORITY = 1_000_000


@dataclass(frozen=True, kw_only=True)
class FlowiseServiceArgs:
    """How Flowise runs (settings), where, and what it is connected to."""

    settings: ServiceSettings
    domain: DomainSettings | None
    region: str
    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    cluster_security_group_id: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    balancer_subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    ranges: NetworkRanges
    tools_image: NodeImage  # runs what counts the queues
    database: DatabaseRef
    cache: CacheRef
    controllers: pulumi.Resource  # bring the kinds of load balancing and secrets, and act on them
    secret_operator_role_arn: pulumi.Input[str]
    reader_role_path: str
    scraper_namespace: str
    access_log_bucket: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    copy_region: str | None
    protect_data: bool
    tags: Mapping[str, str]
    sign_in: SignInSettings | None = None
    embed_origins: Sequence[str] = ()  # other sites whose pages may ask flows
    traced: bool = False  # a collector of traces listens
    datadog: bool = False  # Datadog's agents ask for metrics


class FlowiseService(pulumi.ComponentResource):
    """Flowise's releases (`parts.flowise_release`), its bucket, keys and first owner, and the load balancer before it.

    It makes no flows, and serves nobody but CloudFront and the metrics' scraper. Secrets reach its pods from Secrets
    Manager (docs/decisions/0009); none stands in a manifest.
    """

    namespace: pulumi.Output[str]
    bucket_name: pulumi.Output[str]
    bucket_arn: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    owner_secret_arn: pulumi.Output[str]
    key_fingerprint: pulumi.Output[str]
    load_balancer_arn: pulumi.Output[str]
    load_balancer_dns_name: pulumi.Output[str]
    certificate_record: pulumi.Output[str]

    def __init__(self, name: str, args: FlowiseServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:flowise_service:FlowiseService", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        # files, and keys without which stored credentials cannot be read
        self._protected = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=args.protect_data))
        self._waits = timeouts(args.settings.max_answer_seconds)

        key = DataKey(
            f"{name}-key", DataKeyArgs(purpose="Flowise", region=args.region, tags=args.tags), self._protected
        )
        bucket = self._bucket(key)
        generated = self._generated()
        keys, owner = self._keys(key, generated), self._owner(key)
        fingerprint = _fingerprint(generated[env.ENCRYPTION_KEY])
        home = self._home()
        rows = self._rows(bucket, keys)
        secrets = self._secrets(home, rows, owner)
        account = self._account(home, key, bucket)
        balancer = self._balancer()
        self._releases(home, rows, secrets, account, fingerprint, balancer)
        if args.settings.mode == "queue":
            self._queue_exporter(home, secrets)

        self.namespace = home.namespace
        self.bucket_name, self.bucket_arn = bucket.bucket_name, bucket.bucket_arn
        self.secret_arn = keys.arn
        self.owner_secret_arn = owner.arn
        self.key_fingerprint = fingerprint
        self._owner_secret = owner
        self.load_balancer_arn = balancer.arn
        self.load_balancer_dns_name = balancer.dns_name
        self.certificate_record = balancer.certificate_record
        self.register_outputs(
            {
                "namespace": self.namespace,
                "bucket_name": self.bucket_name,
                "bucket_arn": self.bucket_arn,
                "secret_arn": self.secret_arn,
                "owner_secret_arn": self.owner_secret_arn,
                "key_fingerprint": self.key_fingerprint,
                "load_balancer_arn": self.load_balancer_arn,
                "load_balancer_dns_name": self.load_balancer_dns_name,
                "certificate_record": self.certificate_record,
            }
        )

    @property
    def watch(self) -> Watch:
        """What watches Flowise and its load balancer."""
        own = watch(self._args.settings, metrics_key=self._owner_secret.field("metrics_api_key"))
        return combined([own, balancer_watch()])

    def _bucket(self, key: DataKey) -> SecureBucket:
        expire = {"logs/": self._args.settings.storage_expire_logs_days}
        bucket_args = SecureBucketArgs(
            kms_key_arn=key.arn,
            expire_days=expire,
            access_log_bucket=self._args.access_log_bucket,
            tags=self._args.tags,
        )
        return SecureBucket(f"{self._name}-storage", bucket_args, self._protected)

    def _generated(self) -> dict[str, pulumi.Output[str]]:
        kept = self._args.settings.keys_secret_name
        if kept is not None:
            found = aws.secretsmanager.get_secret_version_output(
                secret_id=kept, opts=pulumi.InvokeOutputOptions(parent=self)
            )
            text: pulumi.Output[str] = pulumi.Output.secret(found.secret_string)
            return {variable: text.apply(_field(variable)) for variable in env.GENERATED}
        return {
            variable: random.RandomPassword(
                f"{self._name}-{variable.lower().replace('_', '-')}",
                length=KEY_LENGTH,
                special=False,
                opts=self._protected,
            ).result
            for variable in env.GENERATED
        }

    def _keys(self, key: DataKey, generated: Mapping[str, pulumi.Output[str]]) -> StoredSecret:
        secret_args = StoredSecretArgs(
            purpose="Keys of Flowise: whoever loses them loses the credentials stored in flows",
            kms_key_arn=key.arn,
            fields=generated,
            copy_region=self._args.copy_region,
            tags=self._args.tags,
        )
        return StoredSecret(f"{self._name}-keys", secret_args, self._protected)

    def _owner(self, key: DataKey) -> StoredSecret:
        def made(role: str, **signs: Any) -> pulumi.Output[str]:
            return random.RandomPassword(
                f"{self._name}-{role}", length=OWNER_PASSWORD_LENGTH, opts=self._child, **signs
            ).result

        # Flowise wants one of each kind (enterprise/utils/validation.util)
        kinds = {"min_lower": 1, "min_upper": 1, "min_numeric": 1, "min_special": 1, "override_special": "-_.~"}
        secret_args = StoredSecretArgs(
            purpose="Flowise's first owner, and the API key of its metrics",
            kms_key_arn=key.arn,
            fields={
                "email": self._args.settings.owner_email,
                "password": made("owner-password", special=True, **kinds),
                "metrics_api_key": made("metrics-key", special=False),
            },
            tags=self._args.tags,
        )
        return StoredSecret(f"{self._name}-owner", secret_args, self._protected)

    def _home(self) -> IsolatedNamespace:
        args, settings = self._args, self._args.settings
        queue = settings.mode == "queue"
        processes = dict.fromkeys(("server", "worker") if queue else ("server",), env.PROBE_PORT)
        policies = flowise_policies(
            args.ranges,
            queue=queue,
            http_port=env.PORT,
            # of every release, whichever colour
            server={"app.kubernetes.io/component": "server"},
            scraper=args.scraper_namespace,
            scraped={**processes, **({QUEUE_EXPORTER: QUEUE_METRICS_PORT} if queue else {})},
            confined=QUEUE_EXPORTER,
            traced=args.traced,
            datadog_ports=[env.PORT, env.PROBE_PORT] if args.datadog else [],
        )
        home = IsolatedNamespace(
            self._name,
            IsolatedNamespaceArgs(namespace=env.NAMESPACE, labels=_labels(), policies=policies),
            self._child,
        )
        namespace_bounds(
            f"{self._name}-bounds",
            namespace=home.namespace,
            quota=quota(settings),
            most_memory_mib=settings.memory_limit_mib,
            labels=_labels(),
            opts=self._child,
        )
        return home

    def _rows(self, bucket: SecureBucket, keys: StoredSecret) -> Sequence[env.Row]:
        args, databricks = self._args, self._args.settings.databricks
        lookup = pulumi.InvokeOutputOptions(parent=self)
        return env.rows(
            args.settings,
            database=args.database,
            cache=args.cache,
            bucket=bucket.bucket_name,
            region=args.region,
            site_domain=args.domain.name if args.domain else None,
            waits=self._waits,
            generated={variable: keys.field(variable) for variable in env.GENERATED},
            databricks_token=lookup_secret(databricks.token_secret_name, None, lookup) if databricks else None,
            extra=lookup_values(args.settings.environment, lookup),
            embed_origins=args.embed_origins,
            traces_url=COLLECTOR_URL if args.traced else None,
        )

    def _secrets(
        self, home: IsolatedNamespace, rows: Sequence[env.Row], owner: StoredSecret
    ) -> Mapping[str, pulumi.Output[str]]:
        args = self._args
        setup = {"OWNER_PASSWORD": owner.field("password"), "METRICS_API_KEY": owner.field("metrics_api_key")}
        reader = SecretReader(
            f"{self._name}-secrets",
            SecretReaderArgs(
                namespace=home.namespace,
                labels=_labels(),
                secrets={
                    "environment": env.secret(rows),
                    "setup": setup,
                    **({"cache": {"REDIS_PASSWORD": args.cache.password}} if args.settings.mode == "queue" else {}),
                },
                operator_role_arn=args.secret_operator_role_arn,
                role_path=args.reader_role_path,
                region=args.region,
                tags=args.tags,
            ),
            self._child,
        )
        return reader.names

    def _account(self, home: IsolatedNamespace, key: DataKey, bucket: SecureBucket) -> pulumi.Output[str]:
        args = self._args
        models = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
        named = args.settings.bedrock_model_arns
        role = PodRole(
            f"{self._name}-role",
            PodRoleArgs(
                cluster_name=args.cluster_name,
                cluster_arn=args.cluster_arn,
                namespace=env.NAMESPACE,
                service_account=SERVICE_ACCOUNT,
                statements=[
                    *keep_objects(bucket.bucket_arn, kms_key_arn=key.arn, noun="Files"),
                    *([allow("AsksModels", models, list(named))] if named else []),
                ],
                tags=args.tags,
            ),
            self._child,
        )
        account = k8s.core.v1.ServiceAccount(
            f"{self._name}-account",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=SERVICE_ACCOUNT, namespace=home.namespace, labels=_labels()),
            automount_service_account_token=False,
            opts=self._child,
        )
        # a pod started before its account's role is associated never gets credentials
        return pulumi.Output.all(account.metadata.name, role.association_id).apply(lambda known: str(known[0]))

    def _queue_autoscaler(self, home: IsolatedNamespace) -> EventAutoscaler | None:
        if not self._args.settings.scaled_by_queue():
            return None
        # it looks after this namespace alone, and writes into it: so it is the service's, and not the cluster's
        args = EventAutoscalerArgs(watched_namespace=home.namespace, ranges=self._args.ranges)
        return EventAutoscaler(f"{self._name}-keda", args, self._child)

    def _releases(
        self,
        home: IsolatedNamespace,
        rows: Sequence[env.Row],
        secrets: Mapping[str, pulumi.Output[str]],
        account: pulumi.Output[str],
        fingerprint: pulumi.Output[str],
        balancer: InternalLoadBalancer,
    ) -> None:
        args, settings = self._args, self._args.settings
        priority = k8s.scheduling.v1.PriorityClass(
            f"{self._name}-priority",
            metadata=k8s.meta.v1.ObjectMetaArgs(labels=_labels()),
            value=PRIORITY,
            description="Flowise: before whatever only watches it",
            opts=self._child,
        )
        autoscaler = self._queue_autoscaler(home)
        for colour, image in settings.images().items():
            FlowiseRelease(
                f"{self._name}-{colour}" if colour else self._name,
                FlowiseReleaseArgs(
                    settings=settings,
                    image=image,
                    labels=_labels(colour=colour),
                    queue_name=_queue_name(colour),
                    region=args.region,
                    namespace=home.namespace,
                    account=account,
                    priority_class=priority.metadata.name,
                    rows=rows,
                    secret_name=secrets["environment"],
                    setup_secret_name=secrets["setup"],
                    setup_environment={
                        "KEY_FINGERPRINT": fingerprint,
                        "OWNER_EMAIL": settings.owner_email,
                        "OWNER_NAME": "Owner",
                    },
                    cache=args.cache,
                    waits=self._waits,
                    target_group_arn=balancer.target_group_arns[colour],
                    controllers=args.controllers,
                    queue_autoscaler=autoscaler,
                    datadog=args.datadog,
                ),
                self._child,
            )

    def _queue_exporter(self, home: IsolatedNamespace, secrets: Mapping[str, pulumi.Output[str]]) -> None:
        settings = self._args.settings
        QueueExporter(
            f"{self._name}-queue",
            QueueExporterArgs(
                namespace=home.namespace,
                labels=_labels(),
                tools_image=self._args.tools_image,
                queue_names=[_queue_name(colour) for colour in settings.images()],
                cache=self._args.cache,
                secret_name=secrets["cache"],
            ),
            self._child,
        )

    def _balancer(self) -> InternalLoadBalancer:
        args, active = self._args, self._args.settings.active_colour()
        return InternalLoadBalancer(
            # short: a load balancer's name, stack and all, has 32 characters
            self._name,
            InternalLoadBalancerArgs(
                domain=args.domain,
                sign_in=args.sign_in,
                region=args.region,
                vpc_id=args.vpc_id,
                subnet_ids=args.balancer_subnet_ids,
                target_security_group_id=args.cluster_security_group_id,
                target_port=env.PORT,
                health_path=PING,
                profile=edge_profile(args.settings.needs()),
                timeouts=self._waits,
                weights={colour: 100 if colour == active else 0 for colour in args.settings.images()},
                access_log_bucket=args.access_log_bucket,
                alarm_topic_arn=args.alarm_topic_arn,
                protect=args.protect_data,
                tags=args.tags,
            ),
            self._child,
        )


def _labels(component: str = "", colour: str = "") -> dict[str, str]:
    labels = {
        "app.kubernetes.io/name": "flowise",
        "app.kubernetes.io/instance": f"flowise-{colour}" if colour else "flowise",
        "app.kubernetes.io/part-of": "flowise",
        "app.kubernetes.io/managed-by": "pulumi",
    }
    return {**labels, "app.kubernetes.io/component": component} if component else labels


def _queue_name(colour: str) -> str:
    return f"{env.QUEUE_NAME}-{colour}" if colour else env.QUEUE_NAME


def _fingerprint(key: pulumi.Output[str]) -> pulumi.Output[str]:
    return pulumi.Output.unsecret(key.apply(env.key_fingerprint))


def _field(name: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            return str(json.loads(text)[name])
        except (ValueError, KeyError, TypeError):
            # neither the text nor the error may show what the secret holds
            raise pulumi.RunError(
                f"the secret that flowise:service.keys_secret_name names is no JSON object with {name}: name a secret "
                "that a stack of this program made"
            ) from None

    return read
