"""Plays a job of a workflow as GitHub's runner does: step by step, with its shell, its files and its signals.

What `uses:` an action is played by what it leaves behind; each `run:` is run. A run that is cancelled gets what GitHub
gives it: SIGINT to the step's own process, SIGTERM 7.5 s later, 2.5 s later an end to all of its tree; steps that ask
for it go on (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation).
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import yaml

from .expressions import filled_in, holds

_TO_TERM_SECONDS, _TO_KILL_SECONDS = 7.5, 2.5
# so many of a step's last lines are shown
SHOWN = 25
# what a shell starts in the background ignores SIGINT, and so would all that it starts
_HEARS = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"


@dataclass
class Ended:
    """A job, or a workflow's run: how it ended, and what each step printed."""

    conclusion: str
    printed: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """All that was printed."""
        return "\n".join(self.printed.values())

    def title(self, step: str) -> str:
        """Return a line on a step: how it ended, and how long it took."""
        return f"--- {step}: {self.outcomes[step]}, {self.seconds[step]:.0f} s"


@dataclass
class Run:
    """A run of a workflow in a repository: what triggered it, and what is around it."""

    workflow: Path
    contexts: Mapping[str, Any]
    environment: Mapping[str, str]
    played: Mapping[str, Callable[[Path, Mapping[str, Any]], None]]
    """What an action leaves behind, by its name without the version; given the workspace and its inputs."""
    scratch: Path
    log: Path
    cancel_at: str = ""
    """A text on whose being printed the run is cancelled: once, the first time."""

    def jobs(self, only: Sequence[str] = ()) -> dict[str, Ended]:
        """Run the jobs in their order, each leg of a matrix by itself; those that are not named are none of the run.

        A job that calls a workflow is that one's jobs, of which some are named likewise, each after the job that calls.
        """
        described = yaml.safe_load(self.workflow.read_text(encoding="utf-8"))["jobs"]
        ended: dict[str, Ended] = {}
        results: dict[str, dict[str, str]] = {}
        for name, job in described.items():
            if only and name not in only and "uses" not in job:
                continue
            needed = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            needs = {each: results[each] for each in needed if each in results}
            if "uses" in job:
                ended |= self._called(name, job, needs, only)
                continue
            legs = [
                dict(zip(job.get("strategy", {}).get("matrix", {}), values, strict=True)) for values in _product(job)
            ]
            told = []
            for leg in legs:
                label = " ".join([name, *leg.values()])
                ended[label] = self._job(job, label, {"needs": needs, "matrix": leg})
                told.append(ended[label].conclusion)
            worst = next((each for each in ("cancelled", "failure", "skipped") if each in told), "success")
            results[name] = {"result": worst}
        return ended

    def _called(
        self, name: str, job: Mapping[str, Any], needs: Mapping[str, Any], only: Sequence[str]
    ) -> dict[str, Ended]:
        contexts = {**self.contexts, "needs": needs, "job": {"status": "success"}}
        if not holds(str(job.get("if", "")), contexts):
            return {}
        given = {key: filled_in(str(value), contexts) for key, value in job["with"].items()}
        within = replace(
            self,
            workflow=self.workflow.with_name(Path(job["uses"]).name),
            contexts={**self.contexts, "inputs": given},
            scratch=self.scratch / name,
        )
        return {f"{name} / {each}": ended for each, ended in within.jobs(only).items()}

    def _job(self, job: Mapping[str, Any], label: str, around: Mapping[str, Any]) -> Ended:
        results = {each["result"] for each in around["needs"].values()}
        before = "cancelled" if "cancelled" in results else "failure" if results - {"success"} else "success"
        contexts = {**self.contexts, **around, "job": {"status": before}, "steps": {}}
        if not holds(str(job.get("if", "")), contexts):
            return Ended("skipped")
        contexts["job"] = {"status": "success"}
        workspace = self.scratch / label.replace(" ", "-")
        workspace.mkdir(parents=True)
        environment = {name: filled_in(str(value), contexts) for name, value in job.get("env", {}).items()}
        playing = _Job(self, workspace, contexts, {**self.environment, **environment}, Ended("success"))
        for number, step in enumerate(job["steps"]):
            playing.step(step, number)
        playing.ended.conclusion = contexts["job"]["status"]
        self._print(label, playing.ended)
        return playing.ended

    def _print(self, label: str, ended: Ended) -> None:
        self.log.mkdir(parents=True, exist_ok=True)
        whole = "".join(f"{ended.title(name)}\n{text}" for name, text in ended.printed.items())
        with (self.log / f"{label.replace(' ', '-')}.txt").open("a", encoding="utf-8") as file:
            file.write(whole)
        sys.stdout.write(f"\n=== {self.log.name}: {label}: {ended.conclusion}\n")
        for name, text in ended.printed.items():
            lines = text.splitlines()
            sys.stdout.write(f"{ended.title(name)}\n")
            if len(lines) > SHOWN:
                sys.stdout.write(f"  … {len(lines) - SHOWN} lines before these stand in {self.log.name}/\n")
            sys.stdout.writelines(f"  {line}\n" for line in lines[-SHOWN:])


@dataclass
class _Job:
    run: Run
    workspace: Path
    contexts: dict[str, Any]
    environment: dict[str, str]
    ended: Ended

    def step(self, step: Mapping[str, Any], number: int) -> None:
        uses = str(step.get("uses", "")).partition("@")[0]
        name = filled_in(step.get("name") or uses or step["run"].splitlines()[0], self.contexts)
        if not holds(str(step.get("if", "")), self.contexts):
            return
        if uses:
            given = {key: filled_in(str(value), self.contexts) for key, value in step.get("with", {}).items()}
            self.run.played[uses](self.workspace, given)
            return
        begun = time.monotonic()
        outcome, printed, outputs = self._shell(step, number)
        self.ended.printed[name], self.ended.outcomes[name] = printed, outcome
        self.ended.seconds[name] = time.monotonic() - begun
        if identity := step.get("id"):
            self.contexts["steps"][identity] = {"outputs": outputs, "outcome": outcome}
            self.ended.outputs[identity] = outputs
        if outcome != "success" and self.contexts["job"]["status"] == "success":
            self.contexts["job"] = {"status": outcome}

    def _shell(self, step: Mapping[str, Any], number: int) -> tuple[str, str, dict[str, str]]:
        files = {name: self.workspace.parent / f"{self.workspace.name}-{number}-{name}" for name in _FILES}
        for file in files.values():
            file.touch()
        script = self.workspace.parent / f"{self.workspace.name}-{number}.sh"
        script.write_text(filled_in(step["run"], self.contexts), encoding="utf-8")
        own = {name: filled_in(str(value), self.contexts) for name, value in step.get("env", {}).items()}
        environment = {**self.environment, **{name: str(file) for name, file in files.items()}, **own}
        process = subprocess.Popen(
            # what GitHub runs where no shell is named
            [sys.executable, "-c", _HEARS, shutil.which("bash") or "/bin/bash", "-e", str(script)],
            cwd=self.workspace,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        printed, cancelled = list[str](), False
        assert process.stdout is not None
        for line in process.stdout:
            printed.append(line)
            if self.run.cancel_at and self.run.cancel_at in line:
                cancelled, self.run.cancel_at = True, ""
                threading.Thread(target=cut_off, args=(process,), daemon=True).start()
        status = process.wait()
        self._remember(files)
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        return "cancelled" if cancelled else "success" if status == 0 else "failure", "".join(printed), outputs

    def _remember(self, files: Mapping[str, Path]) -> None:
        """Take what a step left for those after it; the stand-ins stay before what it puts on PATH."""
        first, _, rest = self.environment["PATH"].partition(os.pathsep)
        added = files["GITHUB_PATH"].read_text().split()
        self.environment["PATH"] = os.pathsep.join([first, *added, rest])
        self.environment |= dict(line.split("=", 1) for line in files["GITHUB_ENV"].read_text().splitlines())
        if summary := files["GITHUB_STEP_SUMMARY"].read_text():
            self.run.log.mkdir(parents=True, exist_ok=True)
            (self.run.log / f"{self.workspace.name}-summary.md").write_text(summary, encoding="utf-8")


_FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")


def cut_off(process: "subprocess.Popen[str]") -> None:
    """End a step as GitHub's runner does."""
    tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for sign, seconds in ((signal.SIGINT, _TO_TERM_SECONDS), (signal.SIGTERM, _TO_KILL_SECONDS)):
        process.send_signal(sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            break
    for each in tree:
        with suppress(psutil.NoSuchProcess):
            each.kill()


def _product(job: Mapping[str, Any]) -> list[tuple[str, ...]]:
    matrix = job.get("strategy", {}).get("matrix", {})
    assert len(matrix) <= 1, "a matrix of one dimension is played"
    return [(each,) for values in matrix.values() for each in values] or [()]
