"""MeiliSearch for the pods of one namespace: a StatefulSet with a volume, keys, and snapshots in a bucket."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import SearchEngine, SearchEngineArgs
    from .references import SearchRef
    from .settings import SearchSettings
else:
    __getattr__ = on_demand(__name__)

__all__ = ["SearchEngine", "SearchEngineArgs", "SearchRef", "SearchSettings"]
