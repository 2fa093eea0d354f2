"""Nodes and volumes."""

from tests.components.monitoring_stack.cases.case import calm, story

FS = 'node_filesystem_{}_bytes{{job="node-exporter",instance="10.0.0.1:9100",device="{}",mountpoint="{}",fstype="{}"}}'
FREE, SIZE = (FS.format(part, "/dev/nvme0n1p1", "/", "xfs") for part in ("avail", "size"))
TMP_FREE, TMP_SIZE = (FS.format(part, "tmpfs", "/run", "tmpfs") for part in ("avail", "size"))
VOLUME = 'kubelet_volume_stats_{}_bytes{{namespace="monitoring",persistentvolumeclaim="prometheus-0"}}'
READY = 'kube_node_status_condition{node="a",condition="Ready",status="true"}'
MEMORY = 'node_memory_{}_bytes{{job="node-exporter",instance="10.0.0.1:9100"}}'
NODE = {"job": "node-exporter", "instance": "10.0.0.1:9100"}

CASES = (
    story(
        "DiskSpaceHigh",
        "warning",
        "8 % of a node's disk is free",
        {FREE: "50e9x5 8e9x15 50e9x10", SIZE: "100e9x40"},
        "8m",
        "15m",
        "26m",
        {"instance": "10.0.0.1:9100", "device": "/dev/nvme0n1p1"},
    ),
    story(
        "DiskSpaceHigh",
        "warning",
        "5 % of a volume is free",
        {VOLUME.format("available"): "5e9x5 1e9x15 5e9x10", VOLUME.format("capacity"): "20e9x40"},
        "8m",
        "15m",
        "26m",
        {"namespace": "monitoring", "persistentvolumeclaim": "prometheus-0"},
    ),
    calm(
        "DiskSpaceHigh",
        "15 % of a volume is free",
        {VOLUME.format("available"): "3e9x30", VOLUME.format("capacity"): "20e9x30"},
        "20m",
    ),
    calm("DiskSpaceHigh", "11 % is free", {FREE: "11e9x30", SIZE: "100e9x30"}, "20m"),
    calm("DiskSpaceHigh", "a file system in memory", {TMP_FREE: "0x30", TMP_SIZE: "1e9x30"}, "20m"),
    story(
        "NodeNotReady", "warning", "the kubelet is silent", {READY: "1x5 0x20 1x10"}, "10m", "20m", "30m", {"node": "a"}
    ),
    calm("NodeNotReady", "a node restarts", {READY: "1x5 0x5 1x20"}, "10m", "20m"),
    story(
        "NodeMemoryHigh",
        "warning",
        "97 % is taken",
        {MEMORY.format("MemAvailable"): "5e9x5 0.3e9x25 5e9x10", MEMORY.format("MemTotal"): "10e9x50"},
        "15m",
        "28m",
        "40m",
        NODE,
    ),
    calm(
        "NodeMemoryHigh",
        "90 % is taken",
        {MEMORY.format("MemAvailable"): "1e9x40", MEMORY.format("MemTotal"): "10e9x40"},
        "30m",
    ),
)
