"""The commands of the sandbox, one function each: (workspace, its own options, options for `pulumi`) -> exit status."""

from argparse import Namespace
from collections.abc import Callable, Mapping

from ..workspace import Workspace
from .deployment import destroy, export, outputs, preview, refresh, serve, up, world
from .drift import drift
from .manifests import manifests
from .recovery import recover
from .roads import roads

Command = Callable[[Workspace, Namespace, list[str]], int]


def kube(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Keep a cluster of the stack running until interrupted."""
    from . import clusters  # noqa: PLC0415 # slow: only when needed

    return clusters.kube(workspace, options)


def drill(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Measure what an outage or a change does to the stack's Services."""
    from . import clusters  # noqa: PLC0415 # likewise

    return clusters.drill(workspace, options)


COMMANDS: Mapping[str, Command] = {
    "preview": preview,
    "up": up,
    "refresh": refresh,
    "destroy": destroy,
    "outputs": outputs,
    "export": export,
    "manifests": manifests,
    "serve": serve,
    "kube": kube,
    "drill": drill,
    "drift": drift,
    "roads": roads,
    "world": world,
    "recover": recover,
}
