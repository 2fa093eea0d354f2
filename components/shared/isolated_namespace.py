"""A namespace in which nothing runs privileged, nothing is reached, and nothing reaches out unless a policy says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pulumi
import pulumi_kubernetes as k8s

from .pod_security import level_labels


@dataclass(frozen=True, kw_only=True)
class IsolatedNamespaceArgs:
    """Its name, by which Pod Identity and others know it, and NetworkPolicies' specs by role, `deny-all` among them.

    `level` is the Pod Security Standard; whoever sets another than the strictest says why.
    """

    namespace: str
    labels: Mapping[str, str]
    policies: Mapping[str, Any]
    level: Literal["restricted", "baseline", "privileged"] = "restricted"


class IsolatedNamespace(pulumi.ComponentResource):
    """A namespace under a Pod Security Standard. Its name is known once its policies stand."""

    namespace: pulumi.Output[str]

    def __init__(self, name: str, args: IsolatedNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:shared:IsolatedNamespace", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        made = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=args.namespace, labels={**args.labels, **level_labels(args.level)}
            ),
            opts=child,
        ).metadata.name
        policies = [
            k8s.networking.v1.NetworkPolicy(
                f"{name}-{policy}",
                metadata=k8s.meta.v1.ObjectMetaArgs(namespace=made, labels=dict(args.labels)),
                spec=spec,
                opts=child,
            )
            for policy, spec in args.policies.items()
        ]
        # Their ids are unknown while a policy is still to be made, and an unknown namespace replaces what lies in it;
        # their metadata is known as soon as the name is, and is waited for all the same.
        standing = [policy.metadata for policy in policies]
        self.namespace = pulumi.Output.all(made, *standing).apply(lambda known: str(known[0]))
        self.register_outputs({"namespace": self.namespace})


def operator_namespace(
    name: str, namespace: str, policies: Mapping[str, Any], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Make the namespace of an operator of the platform, and give its name."""
    labels = {
        "app.kubernetes.io/name": namespace,
        "app.kubernetes.io/part-of": "platform",
        "app.kubernetes.io/managed-by": "pulumi",
    }
    return IsolatedNamespace(
        name, IsolatedNamespaceArgs(namespace=namespace, labels=labels, policies=policies), opts
    ).namespace
