"""Prints the images of a stack as its nodes ask for them, one on a line, without digests.

python -m tools.images --stack STACK --account ID

The program is run for the stack's file on no cloud, and the charts' images are those that were recorded.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from components.image_cache import UPSTREAMS, cached_path
from sandbox.clouds.aws_regions import ACCOUNT_ID
from testing.program import Run, run
from tools.charts.store import COMMAND, installed, recorded

_FOLDERS = {each.folder: registry for registry, each in UPSTREAMS.items()}
_CACHED = re.compile(r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/[^/]+/(?P<folder>[a-z0-9]+)/(?P<path>.+)$")


def upstream(image: str) -> str:
    """Return an image by the name that it has in its own registry."""
    found = _CACHED.match(image)
    registry = _FOLDERS.get(found["folder"]) if found else None
    return f"{registry}/{found['path']}" if found and registry else image


def of_pods(run: Run) -> list[str]:
    """Return the images of the program's own pods."""
    return [image for each in run.cloud.created for image in _images(each.inputs.get("spec"))]


def pulled(run: Run) -> list[str]:
    """Return every image as nodes pull it, by its tag. Raises LookupError for a chart that is not recorded."""
    known: dict[str, set[str]] = defaultdict(set)
    for row in recorded()["releases"]:
        known[row["chart"]] |= {upstream(image) for image in row["images"]}
    found = set(of_pods(run))
    for each in installed(run):
        if each.chart not in known:
            raise LookupError(f"no facts of {each.chart}: {COMMAND}")
        found |= {_here(run, image) for image in known[each.chart]}
    return sorted(image.partition("@")[0] for image in found)


def _here(run: Run, image: str) -> str:
    templates = run.cloud.of("aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate")
    path = cached_path(image)
    if not templates or path is None:
        return image
    region = run.cloud.named("aws").inputs["region"]
    return f"{ACCOUNT_ID}.dkr.ecr.{region}.amazonaws.com/{templates[0].inputs['prefix']}/{path}"


def _images(spec: Any) -> Iterator[str]:
    if isinstance(spec, Mapping):
        for key, value in spec.items():
            if key == "image" and isinstance(value, str):
                yield value
            else:
                yield from _images(value)
    elif isinstance(spec, list):
        for each in spec:
            yield from _images(each)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.images", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True)
    parser.add_argument("--account", required=True, help="the account's id: aws sts get-caller-identity")
    args = parser.parse_args()
    try:
        images = pulled(run(args.stack))
    except LookupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("".join(f"{image.replace(ACCOUNT_ID, args.account)}\n" for image in images))
    return 0


if __name__ == "__main__":
    sys.exit(main())
