"""What watches the network: CloudWatch's metrics of its NAT gateways."""

from ..shared.watch import CloudWatch, TaggedMetrics, Watch

NAT = TaggedMetrics(
    namespace="AWS/NATGateway",
    dimensions=("NatGatewayId",),
    metrics={
        "ActiveConnectionCount": ("Maximum",),
        "BytesOutToDestination": ("Sum",),
        "ErrorPortAllocation": ("Sum",),
        "PacketsDropCount": ("Sum",),
    },
)


def watch() -> Watch:
    """Return what watches a network."""
    return Watch(cloudwatch=CloudWatch(metrics=[NAT]))
