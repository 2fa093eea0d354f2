"""The scripts in Flowise's pods: what its process preloads, and its setup."""

from pathlib import Path

from ..shared.node_script import COMMON
from .flow_export import FILES as FLOW_EXPORT
from .queue_exporter import SCRIPT as QUEUE_EXPORTER

ASSETS = Path(__file__).parent / "assets"


def scripts() -> dict[str, str]:
    """Return the scripts by file name; exporters run apart: a change of one restarts nothing of Flowise's."""
    own = set(ASSETS.glob("*.cjs")) - {QUEUE_EXPORTER, *FLOW_EXPORT}
    return {path.name: path.read_text() for path in sorted({*own, *COMMON}, key=lambda path: path.name)}
