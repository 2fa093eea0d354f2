"""What a namespace may use."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s


def namespace_bounds(
    name: str,
    *,
    namespace: pulumi.Input[str],
    quota: Mapping[str, str],
    most_memory_mib: int,
    labels: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Make a ResourceQuota of everything together, and a LimitRange for whatever says nothing of itself."""
    meta = k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=dict(labels))
    k8s.core.v1.ResourceQuota(
        f"{name}-quota", metadata=meta, spec=k8s.core.v1.ResourceQuotaSpecArgs(hard=dict(quota)), opts=opts
    )
    k8s.core.v1.LimitRange(
        f"{name}-range",
        metadata=meta,
        spec=k8s.core.v1.LimitRangeSpecArgs(
            limits=[
                k8s.core.v1.LimitRangeItemArgs(
                    type="Container",
                    default={"memory": "256Mi"},
                    default_request={"cpu": "50m", "memory": "128Mi"},
                    max={"memory": f"{most_memory_mib}Mi"},
                )
            ]
        ),
        opts=opts,
    )
