"""Publishes the build of a front end: `python -m tools.front_end --stack prod --cwd examples/ranking dist`.

The folder's files go into the bucket that the CDN serves at "/", those named by a hash first and index.html last, so
that no page asks for a file that is not there yet. What has a hash in its name is kept for a year;
all else is asked for each time. Then CloudFront forgets the pages that changed, and files of earlier builds that nobody
asks for any more are deleted, some days later: a page that was opened before may still want them.

An earlier build is published the same way, which is the way back. --dry-run says what would be done. It ends with 0, or
with 2 where it could not begin or AWS refused.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from .checks import Ask, NoAnswer, Run, aws, now
from .checks import run_program as run_it
from .stack_file import StackFileError, at_folder, read_stack

INDEX = "index.html"
# made by the stack itself (components/waf_cdn/static_files.py)
NOT_OURS = frozenset({"maintenance.html"})
# as Vite names what it builds: eight characters of a hash before the suffix, in a folder of their own
HASHED = re.compile(r"assets/(.*/)?[^/]+-[A-Za-z0-9_-]{8}(\.[a-z0-9]+)+")
KEPT = {True: "public, max-age=31536000, immutable", False: "no-cache"}
TEXT = {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript"}
TYPES = {
    **{suffix: f"{kind}; charset=utf-8" for suffix, kind in {**TEXT, ".txt": "text/plain"}.items()},
    **{".json": "application/json", ".webmanifest": "application/manifest+json", ".xml": "application/xml"},
    **{
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".jpg": "image/jpeg",
        ".webp": "image/webp",
        ".avif": "image/avif",
    },
    **{".gif": "image/gif", ".ico": "image/x-icon", ".woff2": "font/woff2", ".woff": "font/woff"},
    **{".wasm": "application/wasm", ".pdf": "application/pdf"},
}


class Refused(Exception):
    """It cannot begin; its text says why, and what to do."""


@dataclass(frozen=True)
class File:
    """A file of the build, by its key in the bucket."""

    key: str
    content: bytes

    @property
    def hashed(self) -> bool:
        """Whether its name tells what is in it."""
        return HASHED.fullmatch(self.key) is not None

    @property
    def tag(self) -> str:
        """Its ETag: S3's own encryption leaves that the MD5 of what was sent at once (S3 API, Object)."""
        return f'"{hashlib.md5(self.content, usedforsecurity=False).hexdigest()}"'

    def put(self, bucket: str) -> dict[str, Any]:
        """Return what S3 is told of it."""
        return {
            "Bucket": bucket,
            "Key": self.key,
            "Body": self.content,
            "ContentType": TYPES.get(Path(self.key).suffix, "application/octet-stream"),
            "CacheControl": KEPT[self.hashed],
        }


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    kind: Literal["upload", "delete", "invalidate"]
    key: str
    file: File | None = None

    def __str__(self) -> str:
        """Render the line."""
        kept = f"  ({KEPT[self.file.hashed]})" if self.file else ""
        return f"{self.kind:<10} {self.key}{kept}"


def build(folder: Path) -> list[File]:
    """Read a build, what has a hash first and index.html last. Raises Refused."""
    if not (folder / INDEX).is_file():
        raise Refused(f"{folder} has no {INDEX}: build the front end, and name the folder that the build made")
    found = [
        File(path.relative_to(folder).as_posix(), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        # a map tells everybody the source
        if path.is_file() and path.suffix != ".map"
    ]
    taken = sorted(NOT_OURS & {file.key for file in found})
    if taken:
        raise Refused(f"{folder / taken[0]}: the stack has a file of that name: choose another")
    return sorted(found, key=lambda file: (file.key == INDEX, not file.hashed, file.key))


def plan(
    files: Sequence[File], there: Mapping[str, Mapping[str, Any]], *, at: datetime, keep_days: int
) -> Iterator[Step]:
    """Yield what makes the bucket hold the build; `there`: what S3 lists, by key."""
    changed = [file for file in files if there.get(file.key, {}).get("ETag") != file.tag]
    yield from (Step("upload", file.key, file) for file in changed)
    pages = [f"/{file.key}" for file in changed if not file.hashed]
    if f"/{INDEX}" in pages:
        pages.append("/")
    yield from (Step("invalidate", path) for path in sorted(pages))
    built = {file.key for file in files}
    for key, listed in sorted(there.items()):
        old = at - listed["LastModified"] > timedelta(days=keep_days)
        if key not in built and HASHED.fullmatch(key) and old:
            yield Step("delete", key)


class Site:
    """A stack's bucket and its distribution."""

    def __init__(self, bucket: str, distribution: str, region: str, ask: Ask) -> None:
        self._bucket, self._distribution, self._region, self._ask = bucket, distribution, region, ask

    def there(self) -> dict[str, Mapping[str, Any]]:
        """Return what lies in the bucket, by key. Raises NoAnswer."""
        found: dict[str, Mapping[str, Any]] = {}
        page: dict[str, str] = {}
        while True:
            answer = self._ask("s3", "list_objects_v2", region=self._region, Bucket=self._bucket, **page)
            found |= {each["Key"]: each for each in answer.get("Contents", ())}
            if not answer.get("IsTruncated"):
                return found
            page = {"ContinuationToken": str(answer["NextContinuationToken"])}

    def apply(self, steps: Sequence[Step], reference: str) -> None:
        """Do the steps in their order; `reference` tells one invalidation from another. Raises NoAnswer."""
        for step in steps:
            if step.file:
                self._ask("s3", "put_object", region=self._region, **step.file.put(self._bucket))
        paths = [step.key for step in steps if step.kind == "invalidate"]
        if paths:
            batch = {"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": reference}
            self._ask(
                "cloudfront",
                "create_invalidation",
                region="us-east-1",
                DistributionId=self._distribution,
                InvalidationBatch=batch,
            )
        for step in steps:
            if step.kind == "delete":
                self._ask("s3", "delete_object", region=self._region, Bucket=self._bucket, Key=step.key)


def main(
    folder: Path,
    arguments: Sequence[str] | None = None,
    *,
    ask: Ask | None = None,
    run: Run = run_it,
    at: datetime | None = None,
) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.front_end", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("build", type=Path, help="the folder that the build made, with its index.html")
    parser.add_argument("--stack", required=True, help="the stack whose CDN serves it")
    parser.add_argument("--cwd", type=Path, help="the program's folder (default: here)")
    parser.add_argument("--keep-days", type=int, default=30, help="days that files of earlier builds stay (30)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    given, time = parser.parse_args(arguments), at or now()
    try:
        files = build(given.build.resolve())
        file = read_stack(at_folder(given.cwd) if given.cwd else folder, given.stack)
        outputs = json.loads(run("pulumi", "stack", "output", "--json", "--stack", given.stack))
        lacking = [name for name in ("static_bucket", "distribution_id") if not outputs.get(name)]
        if lacking:
            raise Refused(f"stack {given.stack} has no output {lacking[0]}: bring it up, or export it")
        site = Site(outputs["static_bucket"], outputs["distribution_id"], file.region, ask or aws())
        steps = list(plan(files, site.there(), at=time, keep_days=given.keep_days))
        sys.stdout.write("".join(f"{step}\n" for step in steps))
        if not given.dry_run:
            site.apply(steps, f"front-end-{time:%Y%m%dT%H%M%S%f}")
    except (Refused, NoAnswer, StackFileError) as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    unchanged = len(files) - sum(step.kind == "upload" for step in steps)
    sys.stdout.write(f"{unchanged} of {len(files)} files were there already\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
