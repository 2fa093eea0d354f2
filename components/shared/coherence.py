"""What holds across the sections of any system's settings: what one asks for, another must have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..config.problems import Problem
from . import capacity
from .backup_schedule import CLOSED_BEFORE_MINUTES, START_MINUTES
from .windows import MINUTES_A_DAY, Span, daily, minute_of, weekly


@dataclass(frozen=True, kw_only=True)
class PodsAsked:
    """Pods of one kind: the section that asks for them, how many there may be at once, and what each asks for."""

    section: str
    most: int
    cpu_request_millicores: int
    memory_request_mib: int


def pods_fit(
    asked: Sequence[PodsAsked], *, whose: str, instance_types: Sequence[str], most_nodes: int, grows: bool
) -> Iterator[Problem]:
    """Judge that each pod fits on a node and, where no more nodes can come, that all of them fit on all of those."""
    rooms = [room for room in map(capacity.for_pods, instance_types) if room is not None]
    if not rooms or len(rooms) < len(instance_types) or grows:
        return
    # with several types, the smallest may be all there is
    least = {
        "cpu_request_millicores": min(room[0] for room in rooms),
        "memory_request_mib": min(room[1] for room in rooms),
    }
    for key, room in least.items():
        too_large = [each for each in asked if getattr(each, key) > room]
        for each in too_large:
            yield Problem(
                f"{each.section}.{key}",
                f"does not fit on a node of cluster.app_nodes, which has {room} for pods",
                getattr(each, key),
                "lower it, or choose larger instance_types",
            )
        if too_large:
            continue
        nodes = sum(Fraction(each.most, room // getattr(each, key)) for each in asked)
        if nodes > most_nodes:
            wanted = sum(each.most for each in asked)
            yield Problem(
                "cluster.app_nodes.max_size",
                f"nodes have room for {int(wanted * most_nodes / nodes)} of {whose} pods by {key}, and there may be "
                f"{wanted}",
                most_nodes,
                "raise it, choose larger instance_types, or set cluster.karpenter",
            )


def connections_suffice(instance_class: str, wanted: int, *, whose: str, proxy: bool, lower: str) -> Iterator[Problem]:
    """Judge the connections that pods may open, by what `lower` names as well; a proxy shares out its own."""
    most = capacity.connections(instance_class)
    if not proxy and most is not None and wanted > most:
        yield Problem(
            "database.instance_class",
            f"has room for {most} connections, and {whose} pods may open {wanted}",
            instance_class,
            f"choose a larger one, set database.proxy to true, or lower {lower}",
        )


def addresses_suffice(cidr: str, node_cidrs: Sequence[str], nodes: int) -> Iterator[Problem]:
    """Judge that the nodes' subnets have addresses for all nodes and their pods."""
    most = capacity.addresses(node_cidrs)
    if capacity.addresses_of(nodes) > most:
        yield Problem(
            "network.cidr",
            f"leaves nodes {most} addresses, and {nodes} of them may take {capacity.addresses_of(nodes)}",
            cidr,
            "choose a wider one, add network.pod_cidr, or lower max_size of cluster.app_nodes",
        )


def backups_can_begin(daily_at: str, *, backup_window: str, maintenance_window: str) -> Iterator[Problem]:
    """Judge that AWS Backup's jobs begin when RDS lets them: not in its own windows, nor within the hour before."""
    begins = [Span(day * MINUTES_A_DAY + minute_of(daily_at), START_MINUTES) for day in range(7)]
    windows: Mapping[str, tuple[str, list[Span]]] = {
        "backup_window": (backup_window, daily(backup_window)),
        "maintenance_window": (maintenance_window, weekly(maintenance_window)),
    }
    for key, (window, spans) in windows.items():
        closed = [span.with_before(CLOSED_BEFORE_MINUTES) for span in spans]
        if any(one.meets(other) for one in begins for other in closed):
            yield Problem(
                "backup.daily_at",
                f"lies within database.{key} ({window}) or less than two hours before it, when no "
                "backup of the database can begin",
                daily_at,
                "choose another hour, best some four hours from both windows",
            )
