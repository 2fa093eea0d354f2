"""What is dear to find out and never changes for a set of installed SDKs, kept in the user's cache between runs."""

import json
import os
import sqlite3
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any


def cache_folder() -> Path:
    """Return the folder of all that the sandbox keeps for later runs: `$XDG_CACHE_HOME/flowise-sandbox`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "flowise-sandbox"


class DiskCache:
    """JSON values by key, on disk. A cache that cannot be written or read is done without."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, Any] = {}
        self._db: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5)
            self._db.executescript(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
                "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL);"
            )
        except (OSError, sqlite3.Error):
            self._db = None

    def get(self, key: str, find: Callable[[], Any]) -> Any:
        """Return the value of a key: as kept, else as found now, and kept from then on."""
        if key in self._found:
            return self._found[key]
        kept = self._read(key)
        if kept is None:
            value = find()
            self._write(key, json.dumps(value))
        else:
            value = json.loads(kept)
        self._found[key] = value
        return value

    def _read(self, key: str) -> str | None:
        if self._db is None:
            return None
        try:
            with self._lock:
                row = self._db.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        return str(row[0]) if row else None

    def _write(self, key: str, value: str) -> None:
        if self._db is None:
            return
        try:
            with self._lock:
                self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (key, value))
        except sqlite3.Error:
            self._db = None  # a full disk, a damaged file: the answers still come, only slower


def disk_cache_of(packages: "tuple[str, ...]", form: int) -> DiskCache:
    """Return the cache for the installed versions of some packages; `form` counts the changes of what is kept."""
    versions = "-".join(version(package) for package in packages)
    return DiskCache(cache_folder() / "schema" / f"{form}-{versions}.db")
