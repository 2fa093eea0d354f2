"""`python -m tools.provider_facts BINARY`: asks a terraform-provider-aws binary what the sandbox wants to know of AWS.

    python -m tools.provider_facts terraform-provider-aws_v6.22.0_x5

The binary is one of HashiCorp's releases (https://releases.hashicorp.com/terraform-provider-aws/), or what
`terraform init` leaves under `.terraform/providers/`. It is asked without an account, and reaches nothing. What is
found of each type is kept in the work folder at once, so that a run that was cut off goes on; then everything is
packed into one file for the sandbox.
"""

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from . import store
from .plugin import Plugin, PluginError, version_of
from .probe import Prober, shape_of
from .shapes import block_of


def main(arguments: list[str] | None = None) -> int:
    """Record the facts of all types, or of those named; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.provider_facts", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("binary", type=Path, help="a terraform-provider-aws binary under its own name")
    parser.add_argument("--work", type=Path, default=Path(".provider_facts"), help="what is found so far lies here")
    parser.add_argument("--jobs", type=int, default=2, help="providers that are asked at the same time")
    parser.add_argument("--types", nargs="*", help="ask anew about these types alone")
    parser.add_argument(
        "--pack", action="store_true", help="ask no more: take the shape alone of what is not asked yet"
    )
    given = parser.parse_args(arguments)
    work = given.work / version_of(given.binary)
    work.mkdir(parents=True, exist_ok=True)
    try:
        with Plugin(given.binary) as plugin:
            blocks = {kind: block_of(message) for kind, message in plugin.blocks.items()}
    except PluginError as error:
        sys.exit(str(error))
    asked = given.types or [kind for kind in sorted(blocks) if not _asked(work / f"{kind}.json")]
    if given.pack:
        for kind in asked:
            _keep(work, kind, shape_of(blocks[kind]))
    else:
        # the largest first would keep one job busy at the end; every job takes its share of each letter
        shares = [(given.binary, work, asked[start :: given.jobs]) for start in range(given.jobs)]
        with ProcessPoolExecutor(given.jobs) as pool:
            list(pool.map(_ask, shares))
    path = store.pack(work, version_of(given.binary))
    print(f"{path}: {path.stat().st_size / 1024:.0f} KiB, {len(list(work.glob('*.json')))} of {len(blocks)} types")
    return 0


def _ask(share: tuple[Path, Path, list[str]]) -> None:
    binary, work, kinds = share
    with Plugin(binary) as plugin:
        for kind in kinds:
            _keep(work, kind, Prober(plugin, kind, block_of(plugin.blocks[kind])).facts())


def _asked(path: Path) -> bool:
    return path.exists() and "asked" in json.loads(path.read_text(encoding="utf-8"))


def _keep(work: Path, kind: str, found: dict[str, Any]) -> None:
    (work / f"{kind}.json").write_text(json.dumps(found, sort_keys=True), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
