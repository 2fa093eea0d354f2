"""Records the previews that the report's tests are about, and what they read like.

python -m tools.report.recorded --record --write

Each is a real preview of a change over a stack that is up on the sandbox. Kept is what differs from the base,
masked, and the base once for each stack: a few dozen KB.
"""

import argparse
import json
import lzma
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sandbox.plans import Finding, Plan, Step
from sandbox.workspace import FOLDER

from ..masking import masked
from . import comment, page, terminal
from .build import report
from .classes import Judged
from .model import Report, StackReport
from .refusals import Refusal
from .runs import Packs, Preview, bring_up, resources, whole_preview

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "tests" / "tools" / "report" / "recorded"
GOLDEN = KEPT.parent / "golden"
# what a report of theirs says of itself
COMMITS = {"base": "3f2c1ab", "head": "9d41e07", "made_at": "2026-11-29T21:30Z"}
DAY = date(2026, 11, 29)


@dataclass(frozen=True)
class Recorded:
    """A change: settings of its stack's file by their path, or a text that stands for another in a file."""

    stack: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    texts: Sequence[tuple[str, str, str]] = ()


CHANGES: Mapping[str, Recorded] = {
    "tag": Recorded("prod", {"flowise:tags.Owner": "platform-team"}),
    "class": Recorded("prod", {"flowise:database.instance_class": "db.r7g.large"}),
    "queue": Recorded(
        "prod",
        {
            "flowise:service.replicas_max": 8,
            "flowise:service.worker_replicas_max": 20,
            "flowise:service.cpu_request_millicores": 1500,
        },
    ),
    "range": Recorded("prod", {"flowise:network.cidr": "10.50.0.0/16"}),
    "replace": Recorded("dev", {"flowise:monitoring.traces": {}}),
    "lost": Recorded("dev", texts=(("components/rds_postgres/identity.py", '"_master"', '"_admin"'),)),
}


@cache
def told(name: str) -> Report:
    """Return the report of a recorded change."""
    return Report(**COMMITS, stacks=[_told(name)])


def _told(name: str) -> StackReport:
    kept, base = _read(name), _read(CHANGES[name].stack)
    changed = {each["urn"]: _step(each) for each in kept["steps"]}
    standing = [_standing(each) for each in base["resources"]]
    steps = [changed.pop(each.urn, each) for each in standing]
    plan = Plan([*steps, *changed.values()], kept["config"], (), [Finding(**each) for each in kept["findings"]])
    refused = [Refusal(**each) for each in kept["refusals"]]
    return report(
        Judged(CHANGES[name].stack, plan, base["resources"], refused, DAY),
        [Finding(**each) for each in base["findings"]],
        [Finding(**each) for each in kept["mandatory"]],
    )


def _step(kept: Mapping[str, Any]) -> Step:
    return Step(**{**kept, "because": tuple(kept["because"]), "changed": tuple(kept["changed"])})


def _standing(resource: Mapping[str, Any]) -> Step:
    inputs = resource["inputs"]
    return Step(
        *("same", resource["urn"], resource["type"], True, False, False, ()),
        **{"parent": resource["parent"], "custom": resource["custom"], "before": inputs, "after": inputs},
    )


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(lzma.decompress((KEPT / f"{name}.json.xz").read_bytes()))
    return content


def _write(name: str, content: Mapping[str, Any]) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(masked(content), sort_keys=True)
    (KEPT / f"{name}.json.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def kept_base(resources: Sequence[Mapping[str, Any]], findings: Sequence[Finding]) -> dict[str, Any]:
    """Return what is kept of a stack that is up."""
    names = ("urn", "type", "parent", "custom", "inputs", "dependencies", "propertyDependencies", "provider")
    empty = {"parent": "", "custom": False, "inputs": {}}
    slim = [{**empty, **{name: each[name] for name in names if name in each}} for each in resources]
    return {"resources": slim, "findings": [asdict(each) for each in findings]}


def kept_change(preview: Preview) -> dict[str, Any]:
    """Return what is kept of a preview: the steps that do something."""
    judged = Judged("", preview.plan)
    told_of = ("create", "delete", "update", "replace", "create-replacement", "delete-replaced")
    steps = [replace(step, before=dict(step.before), after=dict(step.after)) for step in judged.steps]
    return {
        "steps": [asdict(step) for step in steps if step.operation in told_of],
        "config": dict(preview.plan.config),
        "findings": [asdict(each) for each in preview.plan.findings],
        "refusals": [asdict(each) for each in preview.refusals],
        "mandatory": [asdict(each) for each in preview.mandatory],
    }


def record(stack: str) -> None:
    """Bring a stack up, and record each change over it. Raises SandboxError, PlanError."""
    with tempfile.TemporaryDirectory(prefix="platform-recorded-") as folder:
        program = Path(folder)
        # copies, and no links: a change may be one of the program's own text
        for path in (*ROOT.glob("*.py"), *ROOT.glob("Pulumi*.yaml")):
            shutil.copy(path, program)
        for name in ("components", "composition"):
            shutil.copytree(ROOT / name, program / name, ignore=shutil.ignore_patterns("__pycache__"))
        packs, root = Packs.of(ROOT, ROOT, stack), program / FOLDER
        findings = bring_up(ROOT, program, stack, packs)
        _write(stack, kept_base(resources(program, stack, root), findings))
        for name, change in CHANGES.items():
            if change.stack == stack:
                with _changed(program, change):
                    preview = whole_preview(program, stack, root, packs)
                _write(name, kept_change(preview))
                sys.stderr.write(f"{name}: {len(preview.plan.steps)} steps {list(preview.plan.errors)}\n")


@contextmanager
def _changed(program: Path, change: Recorded) -> Iterator[None]:
    """A program as a change leaves it, for as long as the block lasts."""
    stack_file = program / f"Pulumi.{change.stack}.yaml"
    before = {
        path: path.read_text(encoding="utf-8")
        for path in (stack_file, *(program / each for each, _, _ in change.texts))
    }
    document = yaml.safe_load(before[stack_file])
    for path, value in change.settings.items():
        *above, last = path.split(".")
        node = document["config"]
        for key in above:
            node = node.setdefault(key, {})
        node[last] = value
    stack_file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    for where, old, new in change.texts:
        (program / where).write_text(before[program / where].replace(old, new), encoding="utf-8")
    yield
    for file, text in before.items():
        file.write_text(text, encoding="utf-8")


def faces(name: str) -> dict[str, str]:
    """Return what a recorded change reads like, by the file that keeps it."""
    whole = told(name)
    return {
        f"{name}.txt": terminal.face(whole, 80),
        f"{name}-wide.txt": terminal.face(whole, 120),
        f"{name}.md": comment.face(whole),
    }


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.report.recorded", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--record", action="store_true", help="preview the changes anew, on the sandbox")
    parser.add_argument("--write", action="store_true", help="write what they read like")
    parser.add_argument("--pages", type=Path, help="write their pages to this folder, to be looked at")
    given = parser.parse_args()
    for stack in ("dev", "prod") if given.record else ():
        record(stack)
    for name in CHANGES if given.write else ():
        for file, text in faces(name).items():
            (GOLDEN / file).write_text(text, encoding="utf-8")
    for name in CHANGES if given.pages else ():
        given.pages.mkdir(parents=True, exist_ok=True)
        (given.pages / f"{name}.html").write_text(page.face(told(name)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
