"""A stack that the last release brought up, under this program: nothing that holds data is replaced or deleted.

`tests/upgrades/<version>.json.xz` is prod's state as that release's `up` left it on the sandbox; a release adds its own
(`python -m tools.release_state VERSION`). A release that renames has aliases in the program. Before the first such one
stands the state of commit bc63077, on the way to 0.2.0: the first with the names that are kept from then on.
"""

import json
import lzma
from pathlib import Path

import pytest

from sandbox.stateful import holds_data
from sandbox.workspace import Workspace
from tools.release_state import without_places

from .conftest import Sandbox

RELEASES = Path(__file__).parents[1] / "upgrades"
STACK = "prod"


def test_a_state_that_is_kept_names_no_place_of_the_machine_that_made_it() -> None:
    for path in RELEASES.glob("*.json.xz"):
        kept = lzma.decompress(path.read_bytes())
        assert without_places(kept) == kept, f"{path.name}: python -m tools.release_state writes it without"


@pytest.mark.engine
@pytest.mark.parametrize("release", sorted(path.name.removesuffix(".json.xz") for path in RELEASES.glob("*.json.xz")))
def test_what_holds_data_outlives_an_upgrade(release: str, platform: Sandbox) -> None:
    stood = json.loads(lzma.decompress((RELEASES / f"{release}.json.xz").read_bytes()))
    resources = stood["checkpoint"]["latest"]["resources"]
    workspace = Workspace.of(platform.program, STACK)
    workspace.state_file.parent.mkdir(parents=True, exist_ok=True)
    workspace.state_file.write_text(json.dumps(stood))
    # what stands is in the state alone, not on the sandbox, where laws would miss it
    plan = json.loads(platform("preview", "--json", "--laws", "off", stack=STACK).stdout)

    # what stays as it is is counted, and not listed
    assert plan["changeSummary"]["same"] > len(resources) / 2
    taken = [step for step in plan["steps"] if step["op"] not in ("same", "update", "create")]
    lost = [
        f"{step['op']} {step['urn'].partition('::')[2]}"
        for step in taken
        if (was := step.get("oldState")) and (holds_data(was["type"]) or was.get("protect"))
    ]
    assert lost == []
