"""MeiliSearch for the pods of one namespace: a StatefulSet with a volume, keys, and snapshots in a bucket."""

from .component import SearchEngine, SearchEngineArgs
from .references import SearchRef
from .settings import SearchSettings

__all__ = ["SearchEngine", "SearchEngineArgs", "SearchRef", "SearchSettings"]
