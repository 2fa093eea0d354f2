"""Which licence a package's own files hold, where nothing names it for machines."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

UNKNOWN = "unknown"

# A sentence that only this licence has -> its name. The first that is found counts.
_SENTENCES: Sequence[tuple[str, str]] = (
    ("GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL-3.0"),
    ("GNU LESSER GENERAL PUBLIC LICENSE", "LGPL"),
    ("GNU GENERAL PUBLIC LICENSE", "GPL"),
    ("Business Source License", "BUSL-1.1"),
    ("Mozilla Public License,? [Vv]ersion 2.0", "MPL-2.0"),
    ("Apache License,? Version 2.0", "Apache-2.0"),
    ("Permission is hereby granted, free of charge", "MIT"),
    ("Neither the names? of", "BSD-3-Clause"),
    ("Redistribution and use in source and binary forms", "BSD-2-Clause"),
    ("Permission to use, copy, modify, and (or )?distribute this software", "ISC"),
    ("This is free and unencumbered software", "Unlicense"),
    ("W3C Software Notice and License", "W3C"),
)
_LICENCE_FILE = re.compile(r"((UN)?LICEN[CS]E|COPYING|MIT-LICENSE)\b", re.IGNORECASE)
_OTHER = (".docs", ".go")  # of a module's pages; code about licences
_READ_ME = re.compile(r"readme\b", re.IGNORECASE)


def in_text(text: str) -> str:
    """Return the licence that a file holds."""
    plain = re.sub(r"[\s/#*]+", " ", text)
    return next((name for sentence, name in _SENTENCES if re.search(sentence, plain)), UNKNOWN)


def in_folder(folder: Path) -> str:
    """Return the licences of a folder's licence files, all of which hold."""
    files = [path for path in sorted(folder.iterdir()) if _LICENCE_FILE.match(path.name) and path.suffix not in _OTHER]
    found = {in_text(path.read_text(encoding="utf-8", errors="replace")) for path in files if path.is_file()}
    return " AND ".join(sorted(found)) or UNKNOWN


def of_npm(folder: Path) -> str:
    """Return the licence of an installed npm package: its licence files', else what its manifest or its readme says."""
    found = in_folder(folder)
    if found == UNKNOWN:
        listed = json.loads((folder / "package.json").read_text(encoding="utf-8")).get("licenses") or ()
        found = " AND ".join(sorted({each["type"] for each in listed})) or UNKNOWN
    if found == UNKNOWN:
        pages = [path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()) if _READ_ME.match(path.name)]
        found = next((licence for licence in map(in_text, pages) if licence != UNKNOWN), UNKNOWN)
    return found
