"""What the restricted Pod Security Standard wants of a pod and of its containers."""

import pulumi_kubernetes as k8s

# the user `node` of Flowise's image
USER = 1000


def level_labels(level: str) -> dict[str, str]:
    """Give what a namespace bears so that a standard is enforced in it, and warned of where somebody types."""
    return {f"pod-security.kubernetes.io/{mode}": level for mode in ("enforce", "audit", "warn")}


def restricted_pod(*, owns_volumes: bool = False) -> k8s.core.v1.PodSecurityContextArgs:
    """Give the context of a pod; `owns_volumes` lets it write to what is mounted."""
    return k8s.core.v1.PodSecurityContextArgs(
        run_as_non_root=True,
        run_as_user=USER,
        run_as_group=USER,
        fs_group=USER if owns_volumes else None,
        seccomp_profile=k8s.core.v1.SeccompProfileArgs(type="RuntimeDefault"),
    )


def restricted_container() -> k8s.core.v1.SecurityContextArgs:
    """Give the context of a container, whose own file system is read-only."""
    return k8s.core.v1.SecurityContextArgs(
        allow_privilege_escalation=False,
        read_only_root_filesystem=True,
        run_as_non_root=True,
        capabilities=k8s.core.v1.CapabilitiesArgs(drop=["ALL"]),
    )
