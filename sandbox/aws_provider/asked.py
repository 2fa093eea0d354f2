"""Which of both kinds of programs answers for AWS."""

from pathlib import Path

from ..account import Account
from ..clusters.registry import Clusters
from ..provider import Provider
from .installed import is_plugin


def provider(account: Account, clusters: Clusters, program: Path) -> Provider:
    """Return the provider of AWS that asks a program. Raises PluginError where it does not start."""
    if is_plugin(program):
        from .pulumi_plugin import PluginProvider  # noqa: PLC0415 # it, or the other

        return PluginProvider(account, clusters, program)
    from .terraform_provider import TerraformProvider  # noqa: PLC0415 # it, or the other

    return TerraformProvider(account, clusters, program)
