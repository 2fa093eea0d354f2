"""The chart that the cases of releases install: packed at hand, as `--charts` has them, for both providers."""

import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from sandbox.real_provider import values

from .cases import FOLDER

CHART = "probe"
VERSIONS = ("1.0.0", "1.1.0")
# What of a request names the chart, and what of the answer gives it back.
_NAMED = {"Check": ("news", "inputs"), "Create": ("properties", "properties"), "Update": ("news", "properties")}


def pack(folder: Path) -> Path:
    """Write an archive for each version into a folder, which is made; give the folder."""
    folder.mkdir()
    source = FOLDER / "chart"
    for version in VERSIONS:
        with tarfile.open(folder / f"{CHART}-{version}.tgz", "w:gz") as packed:
            for path in sorted(each for each in source.rglob("*") if each.is_file()):
                text = path.read_bytes().replace(b"version: 1.0.0", f"version: {version}".encode())
                entry = tarfile.TarInfo(f"{CHART}/{path.relative_to(source)}")
                entry.size = len(text)
                packed.addfile(entry, BytesIO(text))
    return folder


class AtHand:
    """The real provider's calls about a release, whose chart is an archive here, as the sandbox hands them on."""

    def __init__(self, calls: Any, folder: Path) -> None:
        self._calls, self._folder = calls, folder

    def __getattr__(self, method: str) -> Callable[[Any], Any]:
        call: Callable[[Any], Any] = getattr(self._calls, method)
        return (lambda request: self._packed(call, request, *_NAMED[method])) if method in _NAMED else call

    def _packed(self, call: Callable[[Any], Any], request: Any, asks: str, answers: str) -> Any:
        given, asked = getattr(request, asks), type(request)()
        asked.CopyFrom(request)
        version = given.fields["version"].string_value
        archive = self._folder / f"{CHART}-{version}.tgz"
        if archive.exists():
            getattr(asked, asks).CopyFrom(values.with_chart(given, str(archive)))
        answer = call(asked)
        getattr(answer, answers).CopyFrom(values.with_chart_of(getattr(answer, answers), given))
        return answer
