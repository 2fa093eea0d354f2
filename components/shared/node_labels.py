"""Which nodes are whose: labels that keep controllers off applications' nodes, and applications off theirs."""

from collections.abc import Mapping

# The prefix names the platform and no domain, for no application's would be right on another one's nodes; Kubernetes,
# EKS and Karpenter keep theirs to themselves (kubernetes.io, k8s.io, eks.amazonaws.com, karpenter.sh).
NODES_LABEL = "platform/nodes"
SYSTEM_NODES: Mapping[str, str] = {NODES_LABEL: "system"}
APP_NODES: Mapping[str, str] = {NODES_LABEL: "app"}
# applications keep off while there is room elsewhere
SYSTEM_TAINT = "CriticalAddonsOnly"
