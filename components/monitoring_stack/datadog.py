"""Datadog's agents, for whoever watches everything there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..shared.existing_secrets import lookup_secret
from ..shared.external_secrets import Source
from ..shared.isolated_namespace import IsolatedNamespace, IsolatedNamespaceArgs
from ..shared.network_policies import DATADOG, NetworkRanges
from ..shared.secret_reader import SecretReader, SecretReaderArgs
from .charts.datadog import API_KEY, datadog_values
from .network_policies import datadog_policies
from .settings.datadog import DatadogSettings

CHARTS = "https://helm.datadoghq.com"


@dataclass(frozen=True, kw_only=True)
class DatadogArgs:
    """Where it sends to (settings), what it is told of the stack, and what agents read of pods.

    `scraped` are the ports by namespace, `scrape_tokens` the tokens that some of them want, by the file's name.
    """

    settings: DatadogSettings
    environment: str
    takes_traces: bool
    cluster_name: pulumi.Input[str]
    ranges: NetworkRanges
    region: str
    scraped: Mapping[str, Sequence[int]]
    scrape_tokens: Mapping[str, Source]
    secret_operator_role_arn: pulumi.Input[str]
    reader_role_path: str
    labels: Mapping[str, str]
    tags: Mapping[str, str]


class Datadog(pulumi.ComponentResource):
    """An agent on every node and one for the cluster, in a namespace of their own (docs/decisions/0016)."""

    def __init__(self, name: str, args: DatadogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:Datadog", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        policies = datadog_policies(args.ranges, scraped=args.scraped)
        home_args = IsolatedNamespaceArgs(
            namespace=DATADOG,
            labels=args.labels,
            policies=policies,
            # agents read logs and the runtime's socket on the node
            level="privileged",
        )
        home = IsolatedNamespace(name, home_args, child).namespace
        api_key = lookup_secret(args.settings.api_key_secret_name, None, pulumi.InvokeOutputOptions(parent=self))
        reader_args = SecretReaderArgs(
            namespace=home,
            labels=args.labels,
            secrets={"api": {API_KEY: api_key}, "scrape": args.scrape_tokens},
            operator_role_arn=args.secret_operator_role_arn,
            role_path=args.reader_role_path,
            region=args.region,
            tags=args.tags,
        )
        secrets = SecretReader(f"{name}-secrets", reader_args, child).names
        k8s.helm.v3.Release(
            f"{name}-release",
            chart="datadog",
            version=args.settings.chart_version,
            namespace=home,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=CHARTS),
            atomic=True,
            timeout=600,
            values=datadog_values(
                args.settings,
                cluster_name=args.cluster_name,
                environment=args.environment,
                api_key_secret=secrets["api"],
                scrape_secret=secrets.get("scrape"),
                takes_traces=args.takes_traces,
            ),
            opts=child,
        )
        self.register_outputs({})
