"""Three minutes of what this repository does, on the sandbox: `make demo`.

A stack comes up under its policies, on a real Kubernetes; a node is killed; the database is lost and brought back; a
change that AWS would refuse half-way is refused before anything happens. All of it in a folder of its own, which goes.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from sandbox import warm
from tools.disasters import DrillError, Program
from tools.disasters import drill as disaster
from tools.soak.runs import LIBRARIES, PLATFORM, link_program
from tools.stack_file import there_are

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "pictures" / "dashboard-overview.png"
# a range that the stack does not have: its subnets would lie in another VPC
_OTHER_RANGE = "10.50.0.0/16"


@dataclass
class Demo:
    """One showing: the stack's folder, and what was shown so far."""

    program: Program
    kubernetes: str
    began: float = field(default_factory=time.monotonic)
    shown: list[str] = field(default_factory=list)

    def chapter(self, title: str, play: Callable[[], str]) -> None:
        """Say what comes, play it, and note what it showed."""
        passed = int(time.monotonic() - self.began)
        print(f"\n[{passed // 60}:{passed % 60:02}] {title}", flush=True)
        self.shown.append(play())

    def comes_up(self) -> str:
        """Bring the stack up under its policies."""
        pack = ("--policy-pack", str(ROOT / "policies" / "all"))
        levels = ("--policy-pack-config", str(ROOT / "policies" / f"levels.{self.program.stack}.json"))
        said = self.program.sandbox("up", *pack, *levels, "--clock", "--kubernetes", self.kubernetes)
        made = next(line.split()[1] for line in said.splitlines() if line.strip().endswith("created"))
        expected = next(
            line.removesuffix("; the path that determines it:") for line in said.splitlines() if "expected" in line
        )
        print(f"  {made} resources made, under every policy; {expected}")
        return f"a platform of {made} resources, judged by every rule, with no account and no credentials"

    def loses_a_node(self) -> str:
        """Kill the fullest node."""
        done = warm.run(
            ["-m", "sandbox", "drill", "node-loss", "--cwd", str(self.program.folder), "--stack", self.program.stack],
            cwd=ROOT,
        )
        print(_indented(done.stdout or done.stderr))
        if done.returncode not in (0, 1):  # 1: it does not hold, which is what it is asked
            raise DrillError(f"the drill ended with {done.returncode}:\n{done.stderr}")
        held = "it holds" if done.returncode == 0 else "and this stack, which has one of each, does not hold it"
        return f"the loss of a node, on the real scheduler: {held}"

    def restores_the_database(self) -> str:
        """Lose the database, and bring it back by the runbook's steps."""
        minutes = disaster("database-deleted", self.program, self.kubernetes)
        return f"a lost database brought back by the runbook's own steps: {minutes} min on AWS"

    def refuses(self) -> str:
        """Ask for what AWS would refuse half-way through."""
        file = self.program.folder / f"Pulumi.{self.program.stack}.yaml"
        before = file.read_text(encoding="utf-8")
        content = yaml.safe_load(before)
        content["config"]["flowise:network"]["cidr"] = _OTHER_RANGE
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        try:
            self.program.sandbox("preview", "--kubernetes", self.kubernetes)
        except DrillError as refusal:
            print(_indented("\n".join(_refusal(str(refusal)))))
            return "a change that AWS refuses half-way, refused before anything happened, with its law and a way out"
        finally:
            file.write_text(before, encoding="utf-8")
        raise DrillError(f"network.cidr: {_OTHER_RANGE} was not refused")

    def shows_a_dashboard(self) -> str:
        """Say where a picture of what Grafana shows lies."""
        print(f"  {PICTURE.relative_to(ROOT)}: the overview, with series made up (docs/operations/dashboards.md)")
        return "what whoever is on call sees"


def _refusal(said: str) -> list[str]:
    """Return the first refusal of a run: what is refused, the law and the way out."""
    lines = [line.strip() for line in said.splitlines()]
    for at, line in enumerate(lines):
        if line.startswith("law:"):
            first = max(index for index in range(at) if lines[index].startswith("error:"))
            return lines[first : at + 2]
    raise DrillError(f"no law refused it:\n{said}")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines())


@contextmanager
def _program(stack: str) -> Iterator[Program]:
    """This repository's program, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="platform-demo-") as place:
        folder = Path(place)
        link_program(folder)
        for name in ("Pulumi.yaml", f"Pulumi.{stack}.yaml"):
            shutil.copy(ROOT / name, folder)
        yield Program(folder, stack)


def main() -> int:
    """Read the command line, and show it."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--stack", default="dev", help="which stack (dev); prod holds the loss of a node, and takes longer"
    )
    given = parser.parse_args()
    if not (ROOT / f"Pulumi.{given.stack}.yaml").is_file():
        parser.error(f"Pulumi.{given.stack}.yaml does not exist: {there_are(ROOT, given.stack)}")
    with warm.running(PLATFORM, LIBRARIES), _program(given.stack) as program:
        demo = Demo(program, "real")
        try:
            demo.chapter(f"{given.stack} comes up, its Kubernetes a real one", demo.comes_up)
            demo.chapter("its fullest node is killed", demo.loses_a_node)
            demo.chapter("its database is deleted, and brought back", demo.restores_the_database)
            demo.chapter(f"its network is to move to {_OTHER_RANGE}", demo.refuses)
            demo.chapter("a picture", demo.shows_a_dashboard)
        except DrillError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        passed = int(time.monotonic() - demo.began)
    print(f"\nShown in {passed // 60} min {passed % 60} s:", *(f"- {each}" for each in demo.shown), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
