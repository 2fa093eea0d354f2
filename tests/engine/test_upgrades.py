"""A stack that the last release brought up, under this program: nothing that holds data is replaced or deleted.

`tests/upgrades/<version>.json.xz` is prod's state as that release's `up` left it on the sandbox; a release adds its own
(`python -m tools.release_state VERSION`). A release that renames has aliases in the program. 0.1.0 is apart: no stack
of it stood anywhere, so the program has none, and `tests/upgrades/0.1.0.renamed.json` says which it would need.
"""

import json
import lzma
from pathlib import Path

import pytest

from sandbox.stateful import holds_data
from sandbox.workspace import Workspace

from .conftest import Sandbox

RELEASES = Path(__file__).parents[1] / "upgrades"
STACK = "prod"
# hands each resource the URN that it had, found by its type (of a component: its class) and its name of then
ALIASED = """
import json, runpy
from pathlib import Path
import pulumi

known = json.loads(Path({known!r}).read_text())
urns, names, types = known["urns"], known["names"], known["types"]

def aliased(made):
    kind = made.type_.rpartition(":")[2] if made.type_.startswith("platform:") else made.type_
    urn = urns.get(types.get(kind, kind) + " " + names.get(made.name, made.name))
    if urn is None:
        return None
    return pulumi.ResourceTransformationResult(
        made.props, pulumi.ResourceOptions.merge(made.opts, pulumi.ResourceOptions(aliases=[urn]))
    )

pulumi.runtime.register_stack_transformation(aliased)
runpy.run_path({program!r}, run_name="__main__")
"""


def _kind(token: str) -> str:
    """Return a component's class, for its token was another, and else the token."""
    return token.rpartition(":")[2] if token.startswith("flowise:") else token


@pytest.mark.engine
@pytest.mark.parametrize("release", sorted(path.name.removesuffix(".json.xz") for path in RELEASES.glob("*.json.xz")))
def test_what_holds_data_outlives_an_upgrade(release: str, platform: Sandbox, tmp_path: Path) -> None:
    stood = json.loads(lzma.decompress((RELEASES / f"{release}.json.xz").read_bytes()))
    resources = stood["checkpoint"]["latest"]["resources"]
    workspace = Workspace.of(platform.program, STACK)
    workspace.state_file.parent.mkdir(parents=True, exist_ok=True)
    workspace.state_file.write_text(json.dumps(stood))
    renamed = RELEASES / f"{release}.renamed.json"
    if renamed.exists():
        known = tmp_path / "known.json"
        urns = {f"{_kind(each['type'])} {each['urn'].rpartition('::')[2]}": each["urn"] for each in resources}
        known.write_text(json.dumps({"urns": urns, **json.loads(renamed.read_text())}))
        program = platform.program / "__main__.py"
        real = program.resolve()
        program.unlink()
        program.write_text(ALIASED.format(known=str(known), program=str(real)))
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
