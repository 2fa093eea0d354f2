"""Whether a pod can do its work: its database answers, and there is room on its disk and in its memory."""

import shutil
from pathlib import Path
from tempfile import gettempdir

from .database import Store

LEAST_FREE = 0.10
CGROUP = Path("/sys/fs/cgroup")
WRITTEN_TO = Path(gettempdir())


def memory_free(cgroup: Path = CGROUP) -> float | None:
    """Return the share of the container's memory that is free; None where it has no limit.

    What the kernel would give back (inactive_file) is free. The figures of the machine are the node's (cgroup v2).
    """
    try:
        limit = (cgroup / "memory.max").read_text(encoding="ascii").strip()
        if limit == "max":
            return None
        used = int((cgroup / "memory.current").read_text(encoding="ascii"))
        table = dict(line.split() for line in (cgroup / "memory.stat").read_text(encoding="ascii").splitlines())
    except FileNotFoundError:
        return None
    return 1 - (used - int(table["inactive_file"])) / int(limit)


def disk_free(folder: Path = WRITTEN_TO) -> float:
    """Return the share that is free of the disk that the application writes to."""
    usage = shutil.disk_usage(folder)
    return usage.free / usage.total


def faults(store: Store, *, disk: float, memory: float | None) -> list[str]:
    """Return what keeps a pod from its work; nothing where it can do it."""
    found = [] if store.answers() else ["database"]
    if disk < LEAST_FREE:
        found.append("disk")
    if memory is not None and memory < LEAST_FREE:
        found.append("memory")
    return found
