"""The engine's messages, as Pulumi's SDK has them (proto/pulumi/analyzer.proto), without the SDK around them.

Importing that takes longer than judging a stack of hundreds of resources, and a pack has no other need of it.
"""

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.runtime.proto import analyzer_pb2 as analyzer
    from pulumi.runtime.proto import plugin_pb2 as plugin
else:

    def _home() -> str:
        """Return the package that has the messages: the SDK's own where it is loaded, as the official host does."""
        if "pulumi" in sys.modules:
            return "pulumi.runtime.proto"
        sdk = PathFinder.find_spec("pulumi")
        if sdk is None:
            raise ModuleNotFoundError("pulumi is not installed: install pulumi-policy where this pack runs")
        package = ModuleType(f"{__name__}.proto")
        package.__path__ = [f"{folder}/runtime/proto" for folder in sdk.submodule_search_locations]
        sys.modules[package.__name__] = package
        return package.__name__

    _found = _home()
    analyzer = import_module(f"{_found}.analyzer_pb2")
    plugin = import_module(f"{_found}.plugin_pb2")

__all__ = ["analyzer", "plugin"]
