"""The kubeconfig of an EKS cluster."""

from collections.abc import Mapping
from typing import Any

from pulumi import Input


def kubeconfig(
    *, cluster_name: Input[str], endpoint: Input[str], certificate_authority: Input[str], region: str
) -> Mapping[str, Any]:
    """Write a kubeconfig that asks the AWS CLI for a token at each use, so that it holds no credential of its own."""
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": "aws",
            "args": ["eks", "get-token", "--cluster-name", cluster_name, "--region", region, "--output", "json"],
            "interactiveMode": "Never",
        }
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "eks", "cluster": {"server": endpoint, "certificate-authority-data": certificate_authority}}
        ],
        "users": [{"name": "aws", "user": user}],
        "contexts": [{"name": "eks", "context": {"cluster": "eks", "user": "aws"}}],
        "current-context": "eks",
    }
