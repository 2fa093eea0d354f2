"""What a change of a Kubernetes object is, as pulumi-kubernetes tells it."""

from .diff import diff, diff_release

__all__ = ["diff", "diff_release"]
