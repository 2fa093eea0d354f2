"""Files that are for nobody but their owner: keys, passwords, tokens."""

import os
import tempfile
from pathlib import Path


def write(path: Path, content: str | bytes) -> None:
    """Replace a file at once, readable by its owner alone, whatever it was before."""
    descriptor, new = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # its mode is 0600
    with open(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    os.replace(new, path)
