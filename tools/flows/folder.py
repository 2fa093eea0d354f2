"""A folder of files, or what a revision of git has of it."""

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .records import KINDS, Credential, Item, from_file
from .secrets import MARKER
from .text import SPEC, Unreadable, dumps, loads

MANIFEST = "flowise.json"


class Refused(Exception):
    """What was asked for cannot be done; the text says why, and what to do."""


@dataclass(frozen=True)
class Export:
    """What a folder holds: the version of Flowise that it came from, and its items by kind and key."""

    version: str
    items: Mapping[tuple[str, str], Item]

    def secret_variables(self) -> list[str]:
        """Return the variables whose values it does not hold."""
        return [each.key for each in self.items.values() if each.document.get("value") == MARKER]


def files(version: str, credentials: Iterable[Credential], items: Iterable[Item]) -> dict[str, str]:
    """Return the files of an export: their texts by path."""
    listed = sorted(items, key=lambda each: each.path)
    left_out = [f"{each.path}: {'.'.join(path)}" for each in listed for path in sorted(each.secrets)]
    manifest = {
        "format": SPEC["format"],
        "flowise": version,
        "credentials": sorted({each.reference for each in credentials}),
        "left_out": left_out,
    }
    return {MANIFEST: dumps(manifest), **{each.path: dumps(each.document) for each in listed}}


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Make a folder hold these files: what another export left there goes. Raises Refused."""
    if folder.exists() and not (folder / MANIFEST).exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is neither empty nor an export ({MANIFEST} is not there): name another folder")
    for kind in KINDS:
        for path in (folder / kind).glob("*.json"):
            if f"{kind}/{path.name}" not in texts:
                path.unlink()
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def read(folder: Path, revision: str | None = None) -> Export:
    """Read an export. Raises Refused."""
    texts = _on_disk(folder) if revision is None else _in_git(folder, revision)
    where = f"{folder}" if revision is None else f"{folder} at {revision}"
    if MANIFEST not in texts:
        raise Refused(f"{where} is no export: {MANIFEST} is not there")
    manifest = _read(where, MANIFEST, texts.pop(MANIFEST))
    if manifest.get("format") != SPEC["format"]:
        raise Refused(
            f"{where} has format {manifest.get('format')}, and this command reads {SPEC['format']}: "
            "take the command of the commit that wrote it"
        )
    items: dict[tuple[str, str], Item] = {}
    for path, text in sorted(texts.items()):
        document = _read(where, path, text)
        try:
            found = from_file(path.partition("/")[0], document)
        except KeyError as missing:
            raise Refused(f"{path} of {where} has no {missing.args[0]}: it is no file of an export") from None
        if (found.kind, found.key) in items:
            raise Refused(f"{path} of {where} is of {found}, as another file is: delete one of them")
        items[found.kind, found.key] = found
    return Export(str(manifest.get("flowise", "")), items)


def _read(where: str, path: str, text: str) -> dict[str, Any]:
    try:
        return loads(text)
    except Unreadable as error:
        raise Refused(f"{path} of {where} {error}") from None


def _on_disk(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise Refused(f"{folder} is no folder: name the one that an export wrote")
    paths = [folder / MANIFEST, *(path for kind in KINDS for path in (folder / kind).glob("*.json"))]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths if path.is_file()}


def _in_git(folder: Path, revision: str) -> dict[str, str]:
    # a name that begins with a dash would be an option
    if revision.startswith("-"):
        raise Refused(f"{revision} is no revision of git")
    listed = _git(folder, "ls-tree", "-r", "--name-only", "-z", revision, "./").split("\0")
    ours = tuple(f"{kind}/" for kind in KINDS)
    wanted = [path for path in listed if path == MANIFEST or (path.startswith(ours) and path.endswith(".json"))]
    return {path: _git(folder, "show", f"{revision}:./{path}") for path in wanted}


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, encoding="utf-8", check=False
        )
    except OSError as error:
        raise Refused(f"git cannot be run: {error}") from None
    if done.returncode:
        raise Refused(f"git says of {folder}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no'}")
    return done.stdout
