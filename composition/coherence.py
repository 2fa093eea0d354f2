"""What only several sections show to be wrong: what one asks for, another must have."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from components.backups import BackupSettings
from components.config.acceptance import AcceptanceSettings
from components.config.problems import Problem
from components.eks_cluster import ClusterSettings
from components.flowise_service import BUDGET_DAYS, ServiceSettings
from components.image_cache import UPSTREAMS, registry_of
from components.monitoring_stack import MonitoringSettings
from components.rds_postgres import DatabaseSettings
from components.shared import coherence
from components.shared.edge_profile import EdgeProfile
from components.shared.existing_server_settings import ExistingServerSettings
from components.synthetic_check import COUNTRIES, SyntheticCheckSettings
from components.vpc import EndpointService, NetworkSettings
from components.waf_cdn import EdgeSettings

# Systems Manager user guide, setup-create-vpc; YACE asks for resources by tag, then for their metrics
SESSION_ENDPOINTS: tuple[EndpointService, ...] = ("ec2messages", "ssm", "ssmmessages")
METRIC_ENDPOINTS: tuple[EndpointService, ...] = ("monitoring", "tagging")
RESTORE_ENDPOINTS: tuple[EndpointService, ...] = ("backup", "rds")
_OWN_REGISTRY = re.compile(r"\d{12}\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")
# a year: whoever answers for it is asked anew
LONGEST_ACCEPTANCE = timedelta(days=366)


def connections_suffice(service: ServiceSettings, database: DatabaseSettings) -> Iterator[Problem]:
    """Judge the connections that pods may open, the next rollout's among them."""
    if not database.backed_up():
        return  # what a server admits that RDS does not know, nobody can tell
    yield from coherence.connections_suffice(
        database.instance_class,
        service.most_connections(),
        whose="Flowise's",
        proxy=database.proxy,
        lower="service.replicas_max or worker_replicas_max",
    )


def pods_fit(service: ServiceSettings, cluster: ClusterSettings) -> Iterator[Problem]:
    """Judge that servers and workers, which ask for the same, fit on the nodes."""
    asked = coherence.PodsAsked(
        section="service",
        most=service.most_at_work(),
        cpu_request_millicores=service.cpu_request_millicores,
        memory_request_mib=service.memory_request_mib,
    )
    yield from coherence.pods_fit(
        [asked],
        whose="Flowise's",
        instance_types=cluster.app_nodes.instance_types,
        most_nodes=cluster.app_nodes.max_size,
        grows=cluster.karpenter is not None,
    )


def door_is_there(
    edge: EdgeSettings, programs_path: str, accepted: AcceptanceSettings | None, today: date
) -> Iterator[Problem]:
    """Judge that something stands before the application's own login and flows, or that somebody answers for nothing.

    Its login and its no-login list are its own code, which nobody mends any more.
    """
    asks_for_keys = any(programs_path.lower().startswith(each.lower()) for each in edge.api_key_paths)
    stands = edge.sign_in is not None or edge.firewall.allowed_cidrs or asks_for_keys
    missing = Problem(
        "open_to_all",
        "or something that asks who comes must be given in prod",
        None,
        f"set edge.sign_in, edge.firewall.allowed_cidrs or edge.api_key_paths with {programs_path.rstrip('/')}, or "
        "say in open_to_all who answers for it, why, and until when",
    )
    yield from _or_accepted(missing, "something asks who comes" if stands else "", accepted, today)


def names_are_listed(network: NetworkSettings, accepted: AcceptanceSettings | None, today: date) -> Iterator[Problem]:
    """Judge that prod's pods, in which flows' own code runs, resolve listed names alone, or that somebody answers.

    Of a network that was there before its owner decides.
    """
    stands = network.existing is not None or network.egress_allowed_domains is not None
    missing = Problem(
        "open_egress",
        "or network.egress_allowed_domains must be given in prod",
        None,
        "list the names that flows ask for ([] for none), or say in open_egress who answers, why, and until when",
    )
    yield from _or_accepted(missing, "only listed names resolve" if stands else "", accepted, today)


def _or_accepted(missing: Problem, stands: str, accepted: AcceptanceSettings | None, today: date) -> Iterator[Problem]:
    """Judge that something stands, as a text says, or else that somebody answers for its missing, a year at most."""
    last = today + LONGEST_ACCEPTANCE
    if accepted is None:
        if not stands:
            yield missing
    elif stands:
        yield Problem(missing.key, f"accepts what is not so: {stands}", accepted.expires, "remove it")
    elif not today <= accepted.last_day() <= last:
        must = f"must lie between today, {today}, and {last}"
        yield Problem(f"{missing.key}.expires", must, accepted.expires, missing.write)


def zones_lie_in_region(network: NetworkSettings, region: str) -> Iterator[Problem]:
    """Judge that the zones are the region's."""
    for zone in network.zones:
        if zone[:-1] != region:
            yield Problem(
                "network.zones",
                f"must lie in aws:region {region}",
                zone,
                f"write a zone of {region}, such as {region}a",
            )


def sign_in_is_reached(edge: EdgeSettings, network: NetworkSettings) -> Iterator[Problem]:
    """Judge that the load balancer has a way to the provider that people sign in with."""
    if edge.sign_in is not None and network.nat == "none" and network.existing is None:
        yield Problem(
            "edge.sign_in",
            "is out of the load balancer's reach where network.nat is none",
            edge.sign_in.token_endpoint,
            "set network.nat to single, per_zone or regional",
        )


def site_path_is_free(edge: EdgeSettings, profile: EdgeProfile) -> Iterator[Problem]:
    """Judge that files beside the application are served where nothing of its own lies."""
    site = edge.static_site
    if site is not None and site.path.lower().startswith(profile.reserved_paths):
        yield Problem(
            "edge.static_site.path",
            "must be in lower case, end in no /, and not be one of the application's own",
            site.path,
            "choose /portal",
        )


def addresses_suffice(network: NetworkSettings, cluster: ClusterSettings) -> Iterator[Problem]:
    """Judge that the nodes' subnets have addresses for all nodes and their pods."""
    if network.existing is not None or network.pod_cidr is not None:
        return
    nodes = cluster.system_nodes.max_size + cluster.app_nodes.max_size
    yield from coherence.addresses_suffice(network.cidr, network.node_cidrs(), nodes)


def server_is_reached(
    section: str, region: str, network: NetworkSettings, existing: ExistingServerSettings | None
) -> Iterator[Problem]:
    """Judge that pods reach a database or a cache that was there before, and that its secret is at hand."""
    if existing is None:
        return
    key = f"{section}.existing"
    if network.existing is None:
        yield Problem(
            key,
            "is out of reach of a VPC that the stack makes, which has no way to any other",
            existing.host,
            "name the VPC that has a way to it as network.existing",
        )
    if existing.secret_arn.split(":")[3] != region:
        yield Problem(
            f"{key}.secret_arn",
            f"must lie in aws:region {region}",
            existing.secret_arn,
            "write the ARN of a secret, or of its replica, there",
        )


def backups_can_begin(backup: BackupSettings, database: DatabaseSettings) -> Iterator[Problem]:
    """Judge that AWS Backup knows what it restores, and that its jobs begin when RDS lets them."""
    if backup.enabled and backup.restore_tests and not database.backed_up():
        yield Problem(
            "backup.restore_tests",
            "cannot restore a database that AWS Backup does not know",
            backup.restore_tests,
            "name its RDS instance as database.existing.instance_identifier, or write false",
        )
    if backup.enabled and database.existing is None:
        yield from coherence.backups_can_begin(
            backup.daily_at, backup_window=database.backup_window, maintenance_window=database.maintenance_window
        )


def check_gets_in(check: SyntheticCheckSettings, path: str, region: str, edge: EdgeSettings) -> Iterator[Problem]:
    """Judge that the firewall lets in the check of a path, whose addresses are AWS's, and change."""
    key, firewall = "synthetic_check", edge.firewall
    place = check.region or region
    country = next((country for begins, country in COUNTRIES.items() if place.startswith(begins)), None)
    if firewall.allowed_cidrs:
        yield Problem(
            key,
            "comes from addresses of AWS's that change, and edge.firewall.allowed_cidrs keeps them out",
            list(firewall.allowed_cidrs),
            "leave out one of the two",
        )
    if firewall.allowed_countries and country not in firewall.allowed_countries:
        yield Problem(
            f"{key}.region",
            f"lies in {country or 'no country that is known here'}, which edge.firewall.allowed_countries keeps out",
            place,
            "choose a region in a country that may come in, or add its country",
        )
    closed = [each for each in edge.api_key_paths if f"{path}/".lower().startswith(each.lower())]
    if closed and check.edge_key_secret_name is None:
        yield Problem(
            f"{key}.edge_key_secret_name",
            "must be given where edge.api_key_paths asks for a key",
            closed,
            "name a secret that holds one of the known keys",
        )


def images_are_pulled(
    images: Mapping[str, str], *, cached: bool, network: NetworkSettings, region: str
) -> Iterator[Problem]:
    """Judge that nodes have a road to the registries of charts, and to those of the images that settings name.

    `images` are by key.
    """
    enclosed = network.nat == "none" and network.existing is None
    if enclosed and not cached:
        yield Problem(
            "network.nat",
            "must not be none without image_cache: the images of charts come from registries on the internet",
            network.nat,
            "add image_cache, or write single",
        )
    for key, image in images.items():
        registry = registry_of(image)
        own = _OWN_REGISTRY.fullmatch(registry)
        if own:
            if enclosed and own["region"] != region:
                yield Problem(
                    key,
                    "lies in another region's registry, to which no endpoint leads, and network.nat is none",
                    image,
                    f"push it to ECR in {region}",
                )
        elif registry in UPSTREAMS:
            continue
        elif cached:
            known = ", ".join(UPSTREAMS)
            yield Problem(
                key,
                f"lies in a registry that image_cache does not stand before, which are {known}",
                image,
                f"push it to ECR in {region}",
            )
        elif network.egress_allowed_domains is not None and not _resolves(registry, network.egress_allowed_domains):
            yield Problem(
                key,
                "lies in a registry whose name is not among network.egress_allowed_domains",
                image,
                f"add {registry.partition(':')[0]}, and the host of its layers",
            )


def _resolves(registry: str, allowed: tuple[str, ...]) -> bool:
    host = registry.partition(":")[0]
    return any(host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in allowed)


def services_are_reached(
    network: NetworkSettings, cluster: ClusterSettings, *, bedrock: bool, cloudwatch: bool, restore_tests: bool
) -> Iterator[Problem]:
    """Judge that where nothing leaves the VPC an endpoint leads to each of AWS's services that the stack asks."""
    if network.nat != "none" or network.existing is not None:
        return
    if cluster.karpenter is not None:
        # its own guide for private clusters has prices switched off (Karpenter, getting started: private clusters)
        yield Problem(
            "cluster.karpenter",
            "asks AWS for prices, to which no endpoint leads, and network.nat is none",
            "given",
            "leave it out, or write single",
        )
    asked: dict[EndpointService, str] = {
        # the bridge takes alarms from a queue, and asks CloudWatch which of them still stand
        "monitoring": "alarms",
        "sqs": "alarms",
        **(dict.fromkeys(SESSION_ENDPOINTS, "cluster.operator_host") if cluster.operator_host else {}),
        **(dict.fromkeys(METRIC_ENDPOINTS, "monitoring.cloudwatch_metrics") if cloudwatch else {}),
        **(dict.fromkeys(RESTORE_ENDPOINTS, "backup.restore_tests") if restore_tests else {}),
        **({"bedrock-runtime": "service.bedrock_model_arns"} if bedrock else {}),
    }
    missing = [f"{service} ({asker})" for service, asker in asked.items() if service not in network.interface_endpoints]
    if missing:
        yield Problem(
            "network.nat",
            f"must not be none without interface_endpoints for {', '.join(missing)}",
            network.nat,
            "add them, or write single",
        )


def spending_is_kept(service: ServiceSettings, monitoring: MonitoringSettings) -> Iterator[Problem]:
    """Judge that Prometheus keeps what budgets in USD add up."""
    kept = monitoring.prometheus_retention_days
    if service.flow_costs.in_usd() and kept < BUDGET_DAYS:
        yield Problem(
            "monitoring.prometheus_retention_days",
            f"must be at least {BUDGET_DAYS} where service.flow_costs has a budget in USD",
            kept,
            f"write {BUDGET_DAYS} or more, or give the budget in tokens_per_day",
        )
