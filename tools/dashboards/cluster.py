"""Nodes, pods and disks: what pods run on, beside the chart's own dashboards of Kubernetes."""

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from . import thresholds
from .panels import GREEN, RED, Panel, Query, alerts, bars, falling, graph, number, page, rising, variable

NAMESPACE = 'namespace=~"$namespace"'
NODE = 'instance=~"$instance"'
# what no application writes to, or what is not a disk
DISK = f'{NODE},fstype!~"tmpfs|overlay|squashfs|ramfs|iso9660|erofs",mountpoint!~"/boot.*"'

VOLUME_FREE = (
    f"kubelet_volume_stats_available_bytes{{{NAMESPACE}}} / kubelet_volume_stats_capacity_bytes{{{NAMESPACE}}}"
)


def cluster() -> model.Dashboard:
    """Return the page."""
    return page(
        "cluster",
        "Cluster",
        "Nodes, pods and disks.",
        ("Now", _now()),
        ("Nodes", _nodes()),
        ("Pods", _pods()),
        variables=[
            variable(
                "instance",
                "Node",
                "label_values(node_memory_MemTotal_bytes, instance)",
                description="A node's exporter, or all.",
            ),
            variable(
                "namespace", "Namespace", "label_values(kube_pod_info, namespace)", description="Whose pods are shown."
            ),
        ],
    )


def _now() -> list[Panel]:
    return [
        number(
            "Nodes not ready",
            'count(max by (node) (kube_node_status_condition{condition="Ready",status="true"}) == 0) or vector(0)',
            unit=units.Short,
            description="Runbook: NodeNotReady.",
            steps=((None, GREEN), (1, RED)),
        ),
        number(
            "Nodes",
            "count(kube_node_info)",
            unit=units.Short,
            description="That are in the cluster now.",
        ),
        number(
            "Pending pods",
            f'sum(kube_pod_status_phase{{{NAMESPACE},phase="Pending"}}) or vector(0)',
            unit=units.Short,
            description="Unschedulable: a node is on its way, or there will be none.",
            steps=((None, GREEN), (1, RED)),
        ),
        number(
            "Fullest disk, free space",
            f"min(node_filesystem_avail_bytes{{{DISK}}} / node_filesystem_size_bytes{{{DISK}}})",
            unit=units.PercentUnit,
            description="Of nodes. Runbook: DiskSpaceHigh.",
            steps=falling(thresholds.DISK_FREE_SHARE, 2 * thresholds.DISK_FREE_SHARE),
            decimals=0,
        ),
        number(
            "Fullest volume, free space",
            f"min({VOLUME_FREE})",
            unit=units.PercentUnit,
            description="That a pod has claimed. Runbook: DiskSpaceHigh.",
            steps=falling(thresholds.DISK_FREE_SHARE, 2 * thresholds.DISK_FREE_SHARE),
            decimals=0,
        ),
        number(
            "Busiest node, memory",
            f"max(1 - node_memory_MemAvailable_bytes{{{NODE}}} / node_memory_MemTotal_bytes{{{NODE}}})",
            unit=units.PercentUnit,
            description="Runbook: NodeMemoryHigh.",
            steps=rising(0.85, thresholds.NODE_MEMORY_SHARE),
            decimals=0,
        ),
    ]


def _nodes() -> list[Panel]:
    return [
        alerts(
            "Alerts of the cluster",
            description="What fires or is about to, with runbooks; those of the chart are among them.",
            names=("Node.*", "Disk.*", "Kube.*"),
        ),
        graph(
            "CPU by node",
            Query(
                f'1 - avg by (instance) (rate(node_cpu_seconds_total{{{NODE},mode="idle"}}[$__rate_interval]))',
                "{{instance}}",
            ),
            unit=units.PercentUnit,
            description="Share of all cores that is busy.",
            width=8,
        ),
        graph(
            "Memory by node",
            Query(
                f"1 - node_memory_MemAvailable_bytes{{{NODE}}} / node_memory_MemTotal_bytes{{{NODE}}}", "{{instance}}"
            ),
            unit=units.PercentUnit,
            description="Share that is taken. Runbook: NodeMemoryHigh.",
            limit=thresholds.NODE_MEMORY_SHARE,
            width=8,
        ),
        bars(
            "Disks of nodes, free space",
            Query(
                f"min by (instance, device) (node_filesystem_avail_bytes{{{DISK}}} "
                f"/ node_filesystem_size_bytes{{{DISK}}})",
                "{{instance}} {{device}}",
            ),
            unit=units.PercentUnit,
            description="Runbook: DiskSpaceHigh.",
            steps=falling(thresholds.DISK_FREE_SHARE, 2 * thresholds.DISK_FREE_SHARE),
            highest=1,
        ),
        bars(
            "Volumes, free space",
            Query(
                f"min by (namespace, persistentvolumeclaim) ({VOLUME_FREE})",
                "{{namespace}} {{persistentvolumeclaim}}",
            ),
            unit=units.PercentUnit,
            description="Runbook: DiskSpaceHigh.",
            steps=falling(thresholds.DISK_FREE_SHARE, 2 * thresholds.DISK_FREE_SHARE),
            highest=1,
        ),
        graph(
            "Network by node",
            Query(
                f'sum by (instance) (rate(node_network_receive_bytes_total{{{NODE},device!="lo"}}[$__rate_interval]))',
                "{{instance}} in",
            ),
            Query(
                f'sum by (instance) (rate(node_network_transmit_bytes_total{{{NODE},device!="lo"}}[$__rate_interval]))',
                "{{instance}} out",
            ),
            unit=units.BytesPerSecondIEC,
            description="Of all devices but the loopback.",
            width=8,
        ),
    ]


def _pods() -> list[Panel]:
    return [
        graph(
            "Restarts",
            Query(
                f"sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total{{{NAMESPACE}}}[30m])) > 0",
                "{{namespace}} {{pod}}",
            ),
            unit=units.Short,
            description="In half an hour each.",
            width=8,
        ),
        graph(
            "Pods missing",
            Query(
                f"kube_deployment_spec_replicas{{{NAMESPACE}}} "
                f"- on (namespace, deployment) kube_deployment_status_replicas_available{{{NAMESPACE}}} > 0",
                "{{namespace}} {{deployment}}",
            ),
            unit=units.Short,
            description="That a Deployment wants and lacks.",
            width=8,
        ),
        graph(
            "Saturation: requests of what nodes have",
            Query(
                'sum(kube_pod_container_resource_requests{resource="memory"}) '
                '/ sum(kube_node_status_allocatable{resource="memory"})',
                "memory",
            ),
            Query(
                'sum(kube_pod_container_resource_requests{resource="cpu"}) '
                '/ sum(kube_node_status_allocatable{resource="cpu"})',
                "CPU",
            ),
            unit=units.PercentUnit,
            description="At 1 the next pod waits for a node.",
            limit=1,
            width=8,
        ),
    ]
