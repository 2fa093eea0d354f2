"""What only several sections show to be wrong: what one asks for, another must have."""

from collections.abc import Iterator

from components.backups import BackupSettings
from components.config.problems import Problem
from components.eks_cluster import ClusterSettings
from components.flowise_service import ServiceSettings
from components.rds_postgres import DatabaseSettings
from components.shared import capacity
from components.shared.backup_schedule import CLOSED_BEFORE_MINUTES, START_MINUTES
from components.shared.edge_profile import EdgeProfile
from components.shared.windows import MINUTES_A_DAY, Span, daily, minute_of, weekly
from components.synthetic_check import COUNTRIES, SyntheticCheckSettings
from components.vpc import NetworkSettings
from components.waf_cdn import EdgeSettings


def connections_suffice(service: ServiceSettings, database: DatabaseSettings) -> Iterator[Problem]:
    """Judge the connections that pods may open, the next rollout's among them; a proxy shares out its own."""
    most, wanted = capacity.connections(database.instance_class), service.most_connections()
    if not database.proxy and most is not None and wanted > most:
        yield Problem(
            "database.instance_class",
            f"has room for {most} connections, and Flowise's pods may open {wanted}",
            database.instance_class,
            "choose a larger one, set database.proxy to true, or lower service.replicas_max or worker_replicas_max",
        )


def pods_fit(service: ServiceSettings, cluster: ClusterSettings) -> Iterator[Problem]:
    """Judge that a pod fits on a node and, where no more nodes can come, that all of them fit on all of those."""
    rooms = [room for room in map(capacity.for_pods, cluster.app_nodes.instance_types) if room is not None]
    if not rooms or len(rooms) < len(cluster.app_nodes.instance_types) or cluster.karpenter is not None:
        return
    # with several types, the smallest may be all there is
    millicores, mib = min(room[0] for room in rooms), min(room[1] for room in rooms)
    asked = (
        ("cpu_request_millicores", service.cpu_request_millicores, millicores),
        ("memory_request_mib", service.memory_request_mib, mib),
    )
    for key, request, room in asked:
        if request > room:
            yield Problem(
                f"service.{key}",
                f"does not fit on a node of cluster.app_nodes, which has {room} for pods",
                request,
                "lower it, or choose larger instance_types",
            )
            continue
        most = room // request * cluster.app_nodes.max_size
        wanted = service.most_at_work()
        if wanted > most:
            yield Problem(
                "cluster.app_nodes.max_size",
                f"nodes have room for {most} of Flowise's pods by {key}, and there may be {wanted}",
                cluster.app_nodes.max_size,
                "raise it, choose larger instance_types, or set cluster.karpenter",
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
    """Judge that files beside Flowise are served where nothing of its own lies."""
    site = edge.static_site
    if site is not None and site.path.lower().startswith(profile.reserved_paths):
        yield Problem(
            "edge.static_site.path",
            "must be in lower case, end in no /, and not be one of Flowise's",
            site.path,
            "choose /portal",
        )


def addresses_suffice(network: NetworkSettings, cluster: ClusterSettings) -> Iterator[Problem]:
    """Judge that the nodes' subnets have addresses for all nodes and their pods."""
    if network.existing is not None or network.pod_cidr is not None:
        return
    most, nodes = capacity.addresses(network.node_cidrs()), cluster.system_nodes.max_size + cluster.app_nodes.max_size
    if capacity.addresses_of(nodes) > most:
        yield Problem(
            "network.cidr",
            f"leaves nodes {most} addresses, and {nodes} of them may take {capacity.addresses_of(nodes)}",
            network.cidr,
            "choose a wider one, add network.pod_cidr, or lower max_size of cluster.app_nodes",
        )


def backups_can_begin(backup: BackupSettings, database: DatabaseSettings) -> Iterator[Problem]:
    """Judge that AWS Backup's jobs begin when RDS lets them: not in its own windows, nor within the hour before."""
    if not backup.enabled:
        return
    begins = [Span(day * MINUTES_A_DAY + minute_of(backup.daily_at), START_MINUTES) for day in range(7)]
    for key, spans in (
        ("backup_window", daily(database.backup_window)),
        ("maintenance_window", weekly(database.maintenance_window)),
    ):
        closed = [span.with_before(CLOSED_BEFORE_MINUTES) for span in spans]
        if any(one.meets(other) for one in begins for other in closed):
            yield Problem(
                "backup.daily_at",
                f"lies within database.{key} ({getattr(database, key)}) or less than two hours before it, when no "
                "backup of the database can begin",
                backup.daily_at,
                "choose another hour, best some four hours from both windows",
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
