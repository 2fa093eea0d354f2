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

from sandbox.aws_provider.blocks import block_of
from sandbox.aws_provider.terraform import Plugin, PluginError, version_of
from sandbox.provider_facts import reader

from . import store, waits
from .probe import ASKED_WHOLE, Prober, shape_of

# Of what is checked, one type in so many is asked again.
_EACH = 50


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
    parser.add_argument(
        "--check",
        action="store_true",
        help="ask a sample again, or --types, and say where the file differs",
    )
    given = parser.parse_args(arguments)
    work = given.work / version_of(given.binary)
    if given.check:
        return _check(given.binary, given.types)
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
    with Plugin(given.binary) as plugin:
        print(f"{waits.record(plugin, version_of(given.binary))}: how long it waits")
    return 0


def _check(binary: Path, named: list[str] | None) -> int:
    """Ask again, and return 1 where an answer is not what the file holds: not a byte may differ."""
    known = reader.Facts(reader.FOLDER / reader.NAME.format(version=version_of(binary)))
    differing = []
    with Plugin(binary) as plugin:
        small = (kind for kind in sorted(plugin.blocks)[::_EACH] if block_of(plugin.blocks[kind]).size <= ASKED_WHOLE)
        for kind in (kinds := named or list(small)):
            found = Prober(plugin, kind, block_of(plugin.blocks[kind])).facts()
            if json.loads(store.held(kind, found)) != known.of_type(kind):
                differing.append(kind)
                print(f"{kind}: it answers otherwise than what was recorded")
    print(f"{len(kinds) - len(differing)} of {len(kinds)} types are as they were recorded")
    return 1 if differing else 0


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
