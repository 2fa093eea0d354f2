"""An image that runs scripts of the platform's own."""

from dataclasses import dataclass

# where the platform's own image has its packages (image/platform-tools/Dockerfile)
TOOLS_MODULES = "/usr/local/lib/platform-tools/node_modules"


@dataclass(frozen=True)
class NodeImage:
    """An image that has Node, and the folder in it where its packages lie."""

    image: str
    modules: str = TOOLS_MODULES
