"""Keeps logs: Loki, with its data in S3."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..shared.isolated_namespace import IsolatedNamespace, IsolatedNamespaceArgs
from ..shared.network_policies import LOGGING, LOKI, NetworkRanges
from .charts.loki import loki_values
from .network_policies import logging_policies
from .pod_bucket import PodBucket, PodBucketArgs
from .service_monitor import service_monitor
from .settings.logs import LogSettings

# Loki's chart left Grafana's own repository in March 2026
CHARTS = "https://grafana-community.github.io/helm-charts"
ACCOUNT = "loki"
LOKI_URL = f"http://loki.{LOGGING}.svc.cluster.local:{LOKI}"


@dataclass(frozen=True, kw_only=True)
class LogStoreArgs:
    """How much is kept (settings), where, and under which key; `scraper` brings the kinds that Prometheus reads."""

    settings: LogSettings
    ranges: NetworkRanges
    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    region: str
    kms_key_arn: pulumi.Input[str]
    access_log_bucket: pulumi.Input[str]
    protect_data: bool
    labels: Mapping[str, str]
    scraper: pulumi.Resource
    tags: Mapping[str, str]


class LogStore(pulumi.ComponentResource):
    """Loki in a namespace of its own, with a bucket that it alone may use. It asks nobody who they are.

    Who reaches it at all is the namespace's policies' business.
    """

    namespace: pulumi.Output[str]
    bucket_name: pulumi.Output[str]

    def __init__(self, name: str, args: LogStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:LogStore", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        home_args = IsolatedNamespaceArgs(namespace=LOGGING, labels=args.labels, policies=logging_policies(args.ranges))
        self.namespace = IsolatedNamespace(name, home_args, child).namespace
        bucket = PodBucket(
            f"{name}-s3",
            PodBucketArgs(
                cluster_name=args.cluster_name,
                cluster_arn=args.cluster_arn,
                namespace=LOGGING,
                service_account=ACCOUNT,
                kms_key_arn=args.kms_key_arn,
                access_log_bucket=args.access_log_bucket,
                protect_data=args.protect_data,
                tags=args.tags,
            ),
            child,
        )
        self.bucket_name = bucket.bucket_name
        k8s.helm.v3.Release(
            f"{name}-release",
            chart="loki",
            version=args.settings.loki_chart_version,
            namespace=self.namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=CHARTS),
            atomic=True,
            timeout=900,
            values=loki_values(args.settings, region=args.region, bucket=bucket.usable_name, service_account=ACCOUNT),
            opts=child,
        )
        service_monitor(
            f"{name}-monitor",
            job="loki",
            namespace=self.namespace,
            selects={"app.kubernetes.io/name": "loki"},
            port="http-metrics",
            labels=args.labels,
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[args.scraper])),
        )
        self.register_outputs({"namespace": self.namespace, "bucket_name": self.bucket_name})
