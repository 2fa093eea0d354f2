"""What the restricted Pod Security Standard wants of a pod and of its containers."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import PodSecurityContextArgsDict, SecurityContextArgsDict

# the user `node` of Node's own images
USER = 1000


def level_labels(level: str) -> dict[str, str]:
    """Return what a namespace bears so that a standard is enforced in it, and warned of where somebody types."""
    return {f"pod-security.kubernetes.io/{mode}": level for mode in ("enforce", "audit", "warn")}


def restricted_pod(*, user: int = USER, owns_volumes: bool = False) -> "PodSecurityContextArgsDict":
    """Return the context of a pod; `owns_volumes` lets it write to what is mounted."""
    context: PodSecurityContextArgsDict = {
        "run_as_non_root": True,
        "run_as_user": user,
        "run_as_group": user,
        "seccomp_profile": {"type": "RuntimeDefault"},
    }
    return {**context, "fs_group": user} if owns_volumes else context


def restricted_container() -> "SecurityContextArgsDict":
    """Return the context of a container, whose own file system is read-only."""
    return {
        "allow_privilege_escalation": False,
        "read_only_root_filesystem": True,
        "run_as_non_root": True,
        "capabilities": {"drop": ["ALL"]},
    }
