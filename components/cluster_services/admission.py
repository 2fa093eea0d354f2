"""What the API server itself refuses, with no webhook that may be away."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as k8s


def put_into_force(name: str, spec: Mapping[str, Any], opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Make a ValidatingAdmissionPolicy and bind it; what is returned stands once it denies."""
    labels = {"app.kubernetes.io/part-of": "platform", "app.kubernetes.io/managed-by": "pulumi"}
    meta = k8s.meta.v1.ObjectMetaArgs(labels=labels)
    policy_spec: Any = dict(spec)
    policy = k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
        f"{name}-policy", metadata=meta, spec=policy_spec, opts=opts
    )
    return k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
        f"{name}-binding",
        metadata=meta,
        spec={"policy_name": policy.metadata.name, "validation_actions": ["Deny"]},
        opts=opts,
    )
