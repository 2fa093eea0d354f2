"""Flowise itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from ..shared.daily_upload import UploadTarget
from ..shared.data_key import DataKey, DataKeyArgs
from ..shared.edge_profile import EdgeProfile
from ..shared.existing_secrets import lookup_secret, lookup_values
from ..shared.external_secrets import Source
from ..shared.iam_documents import Statement, allow, deny, keep_objects
from ..shared.node_image import NodeImage
from ..shared.node_script import CPU_MILLICORES, MEMORY_MIB
from ..shared.references import CacheRef, DatabaseRef, OriginRef, Placement
from ..shared.secure_bucket import SecureBucket, SecureBucketArgs
from ..shared.stored_secret import StoredSecret
from ..shared.telemetry import COLLECTOR_URL
from ..shared.watch import Watch, combined
from ..web_service.component import WebService, WebServiceArgs, service_labels
from ..web_service.environment import EnvVar
from ..web_service.network_policies import NetworkAccess
from ..web_service.queue_scaler import QueueServer
from ..web_service.quota import PodRoom
from ..web_service.site import Site
from . import environment as env
from .conditions import Telemetry
from .edge import edge_profile
from .flow_export import COMPONENT as FLOW_EXPORT
from .flow_export import CPU_MILLICORES as EXPORT_CPU_MILLICORES
from .flow_export import KEY as FLOW_EXPORT_KEY
from .flow_export import MEMORY_MIB as EXPORT_MEMORY_MIB
from .flow_export import FlowExport, FlowExportArgs
from .keys import (
    METRICS_KEY,
    fingerprint,
    metrics_key,
    shared_keys,
    stored_export_key,
    stored_keys,
    stored_metrics_key,
    stored_owner,
)
from .processes import SERVER, SETUP, queue_name, releases, setup
from .queue_exporter import COMPONENT as QUEUE_EXPORTER
from .queue_exporter import PORT as QUEUE_METRICS_PORT
from .queue_exporter import QueueExporter, QueueExporterArgs
from .scripts import scripts
from .settings import FLOW_EXPORT_PREFIX, FlowExportSettings, ServiceSettings
from .watch import watch

# the Secret of who looks at queues: what counts them, and what scales by them
QUEUES = "queues"
# of the queue exporter's pod a new one may start while the old one is ending
EXPORTERS = PodRoom(2, CPU_MILLICORES, MEMORY_MIB)
# of a Job that is tried again the first pod may still be ending
FLOW_EXPORTS = PodRoom(2, EXPORT_CPU_MILLICORES, EXPORT_MEMORY_MIB)


@dataclass(frozen=True, kw_only=True)
class FlowiseServiceArgs:
    """How Flowise runs (settings), where, and what it is connected to."""

    settings: ServiceSettings
    site: Site
    placement: Placement
    database: DatabaseRef
    cache: CacheRef
    tools_image: NodeImage  # runs what counts the queues
    keys_copy_region: str | None = None  # where a copy lies of the keys that it cannot do without
    telemetry: Telemetry = field(default_factory=Telemetry)


class FlowiseService(pulumi.ComponentResource):
    """Flowise as a web service, and what it alone has: files, keys, a first owner, and what counts its queues.

    It makes no flows, and serves nobody but CloudFront and the metrics' scraper. What holds data lies in it directly.
    """

    namespace: pulumi.Output[str]
    bucket_name: pulumi.Output[str]
    bucket_arn: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    owner_secret_arn: pulumi.Output[str]
    key_fingerprint: pulumi.Output[str]

    def __init__(self, name: str, args: FlowiseServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:flowise_service:FlowiseService", name, {}, opts)
        self._name, self._args, self._place = name, args, args.placement
        self._child = pulumi.ResourceOptions(parent=self)
        # files, and keys without which stored credentials cannot be read
        self._protected = pulumi.ResourceOptions.merge(
            self._child, pulumi.ResourceOptions(protect=self._place.protect_data)
        )
        self._timeouts = args.settings.timeouts()
        databricks, lookup = args.settings.databricks, pulumi.InvokeOutputOptions(parent=self)
        self._databricks_token = lookup_secret(databricks.token_secret_name, None, lookup) if databricks else None

        key_args = DataKeyArgs(purpose="Flowise", region=self._place.network.region, tags=self._place.tags)
        key = DataKey(f"{name}-key", key_args, self._protected)
        bucket = self._bucket(key)
        generated = shared_keys(name, args.settings.keys_secret_name, self._protected)
        stored: dict[str, Any] = {"kms_key_arn": key.arn, "tags": self._place.tags, "opts": self._protected}
        keys = stored_keys(name, generated, copy_region=args.keys_copy_region, **stored)
        of_metrics = metrics_key(name, self._protected)
        owner = stored_owner(name, args.settings.owner_email, of_metrics, **stored)
        self._metrics_secret = stored_metrics_key(name, of_metrics, **stored)
        # made anew where an export is wanted again: protected, it could never be switched off
        self._export_secret = (
            stored_export_key(name, **{**stored, "opts": self._child}) if args.settings.flow_export else None
        )
        self.key_fingerprint = fingerprint(generated)
        service = self._service(self._environment(bucket, keys), self._statements(bucket, key), keys, owner)
        if args.settings.mode == "queue":
            self._queue_exporter(service)
        if args.settings.flow_export is not None:
            self._flow_export(args.settings.flow_export, service, bucket, key)

        self._web = service
        self.namespace = service.namespace
        self.bucket_name, self.bucket_arn = bucket.bucket_name, bucket.bucket_arn
        self.secret_arn = keys.arn
        self.owner_secret_arn = owner.arn
        self.register_outputs(
            {
                "namespace": self.namespace,
                "bucket_name": self.bucket_name,
                "bucket_arn": self.bucket_arn,
                "secret_arn": self.secret_arn,
                "owner_secret_arn": self.owner_secret_arn,
                "key_fingerprint": self.key_fingerprint,
            }
        )

    @property
    def origin(self) -> OriginRef:
        """What the CDN before it is told."""
        return self._web.origin

    @property
    def profile(self) -> EdgeProfile:
        """What its paths are to the CDN, its firewall and the load balancer."""
        return edge_profile(self._args.settings.needs())

    @property
    def watch(self) -> Watch:
        """What watches Flowise and its load balancer."""
        own = watch(
            self._args.settings,
            metrics_key=self._metrics_secret.field(METRICS_KEY),
            databricks_token=self._databricks_token,
        )
        return combined([own, self._web.watch])

    def _bucket(self, key: DataKey) -> SecureBucket:
        settings = self._args.settings
        expire = {"logs/": settings.storage_expire_logs_days, **settings.storage_expire_days}
        if settings.flow_export is not None:
            expire[FLOW_EXPORT_PREFIX] = settings.flow_export.keep_days
        bucket_args = SecureBucketArgs(
            kms_key_arn=key.arn,
            expire_days=expire,
            access_log_bucket=self._place.access_log_bucket,
            tags=self._place.tags,
        )
        return SecureBucket(f"{self._name}-storage", bucket_args, self._protected)

    def _environment(self, bucket: SecureBucket, keys: StoredSecret) -> Sequence[EnvVar]:
        args, lookup = self._args, pulumi.InvokeOutputOptions(parent=self)
        return env.environment(
            args.settings,
            database=args.database,
            cache=args.cache,
            bucket=bucket.bucket_name,
            region=self._place.network.region,
            site_domain=args.site.domain.name if args.site.domain else None,
            encryption_key=keys.field(env.ENCRYPTION_KEY),
            databricks_token=self._databricks_token,
            extra=lookup_values(args.settings.environment, lookup),
            embed_origins=args.site.embed_origins,
            traces_url=COLLECTOR_URL if args.telemetry.traced else None,
        )

    def _statements(self, bucket: SecureBucket, key: DataKey) -> list[Statement]:
        models = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
        named = self._args.settings.bedrock_model_arns
        return [
            *keep_objects(bucket.bucket_arn, kms_key_arn=key.arn, noun="Files"),
            # the way back from whatever a flow's own code does: those who run it must not write it
            deny("LeavesExports", ["s3:*"], [pulumi.Output.concat(bucket.bucket_arn, f"/{FLOW_EXPORT_PREFIX}*")]),
            *([allow("AsksModels", models, list(named))] if named else []),
        ]

    def _service(
        self,
        environment: Sequence[EnvVar],
        statements: Sequence[Statement],
        keys: StoredSecret,
        owner: StoredSecret,
    ) -> WebService:
        args, settings, cache = self._args, self._args.settings, self._args.cache.for_observers
        queue, datadog = settings.mode == "queue", args.telemetry.datadog
        # what the setup alone is told
        plain: dict[str, pulumi.Input[str]] = {
            "KEY_FINGERPRINT": self.key_fingerprint,
            "OWNER_EMAIL": settings.owner_email,
            "OWNER_NAME": "Owner",
        }
        told = {
            "OWNER_PASSWORD": owner.field("password"),
            "METRICS_API_KEY": self._metrics_secret.field(METRICS_KEY),
        }
        server_keys = {variable: keys.field(variable) for variable in env.SERVER_KEYS}
        looks = {QUEUES: {"REDIS_PASSWORD": cache.password}} if queue else {}
        exports: dict[str, dict[str, Source]] = {}
        if self._export_secret is not None:
            told["FLOW_EXPORT_API_KEY"] = self._export_secret.field(FLOW_EXPORT_KEY)
            exports = {FLOW_EXPORT: {"FLOWISE_API_KEY": self._export_secret.field(FLOW_EXPORT_KEY)}}
        return WebService(
            self._name,
            WebServiceArgs(
                application=env.NAMESPACE,
                releases=releases(settings, datadog=datadog),
                environment=environment,
                secrets={SETUP: told, SERVER: server_keys, **looks, **exports},
                files={**scripts(), "rds-ca.pem": args.database.certificates},
                files_at=env.CONFIG_DIR,
                migration=setup(settings, plain),
                statements=statements,
                queue_server=QueueServer(
                    address=cache.address,
                    port=cache.port,
                    username=cache.username,
                    password_variable="REDIS_PASSWORD",
                    secret=QUEUES,
                ),
                access=NetworkAccess(
                    database=True,
                    cache=queue,
                    traces=args.telemetry.traced,
                    agent_ports=[env.PORT, env.PROBE_PORT] if datadog else [],
                    scraped={QUEUE_EXPORTER: QUEUE_METRICS_PORT} if queue else {},
                    confined=[QUEUE_EXPORTER],
                    askers=[FLOW_EXPORT] if settings.flow_export else [],
                ),
                further_pods=[*([EXPORTERS] if queue else []), *([FLOW_EXPORTS] if settings.flow_export else [])],
                profile=self.profile,
                site=args.site,
                timeouts=self._timeouts,
                placement=self._place,
            ),
            self._child,
        )

    def _flow_export(
        self, settings: FlowExportSettings, service: WebService, bucket: SecureBucket, key: DataKey
    ) -> None:
        args = self._args
        FlowExport(
            f"{self._name}-flows",
            FlowExportArgs(
                settings=settings,
                namespace=service.namespace,
                labels=service_labels(env.NAMESPACE),
                image=args.settings.script_image(),
                service_name=service.service_name,
                secret_name=service.secret_names[FLOW_EXPORT],
                target=UploadTarget(
                    bucket=bucket.bucket_name,
                    bucket_arn=bucket.bucket_arn,
                    kms_key_arn=key.arn,
                    prefix=FLOW_EXPORT_PREFIX,
                    region=self._place.network.region,
                ),
                cluster=self._place.cluster,
                tags=self._place.tags,
            ),
            self._child,
        )

    def _queue_exporter(self, service: WebService) -> None:
        QueueExporter(
            f"{self._name}-queue",
            QueueExporterArgs(
                namespace=service.namespace,
                labels=service_labels(env.NAMESPACE),
                tools_image=self._args.tools_image,
                queue_names=[queue_name(colour) for colour in self._args.settings.images()],
                cache=self._args.cache.for_observers,
                secret_name=service.secret_names[QUEUES],
            ),
            self._child,
        )
