"""What watches the cluster: its page, and alerts on nodes and volumes, few: the chart brings those on Kubernetes."""

from pathlib import Path

from ..shared.watch import Alert, Group, LogGroup, Watch, either

FREE_SHARE = 0.10
MEMORY_SHARE = 0.95
# what no application writes to, or what is not a disk
NO_DISK = "tmpfs|overlay|squashfs|ramfs|iso9660|erofs"


def watch(*, cluster_name: str) -> Watch:
    """Return what watches a cluster of this name, and the log groups of its control plane."""
    return Watch(
        groups=[Group(name="cluster", alerts=_alerts())],
        log_groups=[LogGroup(f"/aws/eks/{cluster_name}/*")],
        dashboards={"cluster": Path(__file__).parent / "dashboards" / "cluster.json"},
    )


def _alerts() -> list[Alert]:
    disk = f'{{fstype!~"{NO_DISK}",mountpoint!~"/boot.*"}}'
    return [
        Alert(
            name="DiskSpaceHigh",
            # the share that is free, of what there is: of nodes, and of the volumes that pods claimed
            expression=either(
                f"min by (instance, device) (node_filesystem_avail_bytes{disk} / node_filesystem_size_bytes{disk}) "
                f"< {FREE_SHARE}",
                "min by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes "
                f"/ kubelet_volume_stats_capacity_bytes) < {FREE_SHARE}",
            ),
            lasting="5m",
            severity="warning",
            summary="A disk is nearly full: {{ $labels.instance }}{{ $labels.persistentvolumeclaim }}",
            description="{{ $value | humanizePercentage }} is free on {{ $labels.device }}"
            "{{ $labels.namespace }} {{ $labels.instance }}{{ $labels.persistentvolumeclaim }}.",
        ),
        Alert(
            name="NodeNotReady",
            expression='max by (node) (kube_node_status_condition{condition="Ready",status="true"}) == 0',
            lasting="10m",
            severity="warning",
            summary="A node is not ready: {{ $labels.node }}",
            description="The kubelet of {{ $labels.node }} has told nothing good for ten minutes.",
        ),
        Alert(
            name="NodeMemoryHigh",
            expression=f"1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > {MEMORY_SHARE}",
            lasting="15m",
            severity="warning",
            summary="A node is out of memory: {{ $labels.instance }}",
            description="{{ $value | humanizePercentage }} of the memory of {{ $labels.instance }} is taken.",
        ),
    ]
