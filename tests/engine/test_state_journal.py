"""The journal tells the same state as the engine writes into a file by itself."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine import running
from sandbox.run_options import RunOptions
from sandbox.workspace import Workspace
from sandbox.world import World

pytestmark = pytest.mark.engine

FIRST = """
import pulumi
import pulumi_aws as aws
import pulumi_random as random

def under(parent, **more):
    return pulumi.ResourceOptions(parent=parent, **more)

class Part(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("other:index:Part", name, None, opts)
        self.queue = aws.sqs.Queue("inner", opts=under(self))
        self.topic = aws.sns.Topic("innermost", display_name=self.queue.name, opts=under(self.queue))
        self.register_outputs({"name": self.queue.name})

password = random.RandomPassword("password", length=12)
secret = aws.ssm.Parameter("secret", type="SecureString", value=password.result)
vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
aws.sqs.Queue("named", name="named", fifo_queue=False, opts=pulumi.ResourceOptions(protect=True))
aws.sqs.Queue("refreshed", name="refreshed", opts=pulumi.ResourceOptions(delete_before_replace=True))
gone = aws.sns.Topic("gone")
told = aws.ssm.Parameter("told", type="String", value=gone.arn)
drifted = aws.sqs.Queue("drifted")
aws.ssm.Parameter("after", type="String", value=drifted.url, opts=under(drifted, deleted_with=drifted))
part = Part("part")
pulumi.export("inner", part.queue.name)
"""
# Changed, withdrawn, made, replaced in either order, renamed with what is below it, and refused.
SECOND = (
    FIRST.replace("10.0.", "10.1.")
    .replace('name="refreshed"', 'name="anew"')
    .replace("protect=True", "protect=False")
    .replace("length=12", "length=13")
    .replace('gone = aws.sns.Topic("gone")\n', 'aws.sns.Topic("made")\n')
    .replace("gone.arn", '"nothing"')
    .replace('Part("part")', 'Part("piece", pulumi.ResourceOptions(aliases=[pulumi.Alias(name="part")]))')
)
# The ids of default providers, which the engine draws.
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def life(folder: Path, *, journal: bool) -> Iterator[Any]:
    """Each state in the life of a stack, as the engine itself reads it."""
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: other\nruntime: python\n", encoding="utf-8")
    workspace = Workspace.of(folder, "dev")

    def go(command: str, program: str, fault: str = "") -> Any:
        (folder / "__main__.py").write_text(program, encoding="utf-8")
        arguments = (command, "--yes", "--skip-preview", "--parallel", "1", "--stack", "dev")
        options = RunOptions(real_clusters=False, faults=[fault] if fault else [])
        with running(workspace, options) as engine:
            status = replace(engine, keeps_journal=journal).run(*arguments)
            assert bool(status) == bool(fault)
            return told(engine.deployment())

    yield go("up", FIRST)
    yield go("up", SECOND, "Parameter:told@update=AccessDenied")
    world = World(workspace.world_file)
    world.delete(next(record for record in world if record.urn.endswith("::drifted")))
    world.close()
    yield go("refresh", SECOND)
    yield go("up", SECOND)
    yield go("destroy", SECOND)


def told(exported: dict[str, Any]) -> dict[str, Any]:
    """Return a state by its resources, without what no two runs share: times, and what secrets are encrypted to."""

    def clean(value: Any) -> Any:
        if isinstance(value, list):
            return [clean(each) for each in value]
        if not isinstance(value, dict):
            return value
        varying = ("manifest", "created", "modified", "ciphertext", "sourcePosition", "stackTrace")
        return {key: clean(each) for key, each in value.items() if key not in varying}

    rest: dict[str, Any] = clean(json.loads(UUID.sub("a-uuid", json.dumps(exported))))
    resources = rest["deployment"].pop("resources", [])
    known: set[str] = {""}
    for each in resources:
        assert {*each.get("dependencies", []), each.get("parent", "")} <= known  # the engine reads them in this order
        known.add(each["urn"])
    return {"": rest, **{f"{each['urn']} {each.get('delete', '')}": each for each in resources}}


def test_the_journal_tells_what_a_state_file_would(tmp_path: Path) -> None:
    lives = life(tmp_path / "journal", journal=True), life(tmp_path / "file", journal=False)
    for step, (by_journal, by_file) in enumerate(zip(*lives, strict=True)):
        urns = by_journal.keys() | by_file.keys()
        differing = {urn: (by_journal.get(urn), by_file.get(urn)) for urn in urns}
        assert not {urn: pair for urn, pair in differing.items() if pair[0] != pair[1]}, step
