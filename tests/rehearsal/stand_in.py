"""Stands in for what the pipeline calls outside: `stand_in.py PROGRAM ARGUMENT...`, in the folder of a job.

`pulumi` is the real engine, attached to the sandbox, with the state and the world of the rehearsed account. Each of the
others is written down in the account's log, and answered as the account is said to be: by its files `bad` (images whose
site does not serve), `unhealthy` (a site that answers a ping, and errors else), `unsigned` (images without a signature)
and `runs.json` (what GitHub has of the workflow's runs).
"""

import json
import os
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

ACCOUNT = Path(os.environ.get("REHEARSED_ACCOUNT", "."))
_RUNS_PROGRAM = ("preview", "up", "refresh", "destroy")
_FILES = ("--policy-pack", "--policy-pack-config")


def pulumi(arguments: list[str]) -> int:
    """Run the engine, on the sandbox."""
    sys.path.insert(0, os.getcwd())
    from sandbox.engine import running, without_clouds  # noqa: PLC0415 # the job's own, as its commit has it
    from sandbox.run_options import RunOptions  # noqa: PLC0415 # likewise
    from sandbox.workspace import Workspace  # noqa: PLC0415 # likewise

    stack, program = arguments[arguments.index("--stack") + 1], Path.cwd()
    if "--cwd" in arguments:
        at = arguments.index("--cwd")
        program, arguments = Path(arguments[at + 1]).resolve(), [*arguments[:at], *arguments[at + 2 :]]
    workspace = Workspace.of(program, stack, ACCOUNT / "sandbox")
    # the engine works in a folder of its own
    told = [
        str((program / each).resolve()) if number and arguments[number - 1] in _FILES else each
        for number, each in enumerate(arguments)
    ]
    clouds = (
        running(workspace, RunOptions(real_clusters=False))
        if arguments[0] in _RUNS_PROGRAM
        else without_clouds(workspace)
    )
    with clouds as engine:
        return engine.run(*told)


def site_serves(stack: str) -> bool:
    """Return whether the images that a stack of the job's project runs are none of those that do not serve."""
    project = os.environ.get("SYSTEM") or "flowise"
    state = ACCOUNT / "sandbox" / "state" / ".pulumi" / "stacks" / project / f"{stack}.json"
    deployed = state.read_text(encoding="utf-8")
    return not any(image in deployed for image in _lines("bad"))


def aws(arguments: list[str]) -> int:
    """Say what AWS would to those who may ask."""
    _write("aws", arguments)
    if arguments[:2] == ["ecr", "get-login-password"]:
        print("a-password")
    if arguments[:2] == ["cloudwatch", "get-metric-data"]:
        queries = json.loads(arguments[arguments.index("--metric-data-queries") + 1])
        print(json.dumps({"MetricDataResults": [_measured(each) for each in queries]}))
    return 0


def _measured(query: dict[str, Any]) -> dict[str, Any]:
    """Say what CloudWatch would of a minute: healthy targets, and answers without errors where the site serves."""
    serves = site_serves(os.environ["STACK"]) and not _lines("unhealthy")
    figures = {"RequestCount": 100, "TargetResponseTime": 0.2, "HealthyHostCount": 2, "Requests": 100}
    figures |= {"HTTPCode_Target_5XX_Count": 0 if serves else 60, "5xxErrorRate": 0 if serves else 60}
    metric = query["MetricStat"]["Metric"]["MetricName"]
    return {"Id": query["Id"], "Values": [figures[metric]] if metric in figures else []}


def cosign(arguments: list[str]) -> int:
    """Verify a signature: of whatever is not said to have none."""
    _write("cosign", arguments)
    if arguments[0] == "verify" and arguments[1] in _lines("unsigned"):
        sys.stderr.write(
            "Error: no matching signatures: none of the expected identities matched what was in the certificate\n"
        )
        return 1
    return 0


def curl(arguments: list[str]) -> int:
    """Ask the site of the job's stack, or tell people's chat."""
    _write("curl", arguments)
    if "--data" in arguments:
        return 0
    if site_serves(os.environ["STACK"]):
        sys.stdout.write("pong")
        return 0
    sys.stderr.write("curl: (22) The requested URL returned error: 503\n")
    return 22


def gh(arguments: list[str]) -> int:
    """Answer as GitHub does about runs and issues, and take new issues."""
    _write("gh", arguments)
    given = dict(pairwise(arguments))
    if arguments[0] == "api":
        known: dict[str, Any] = json.loads((ACCOUNT / "runs.json").read_text(encoding="utf-8"))
        answer = known.get(arguments[1].partition("?")[0].partition("/actions/")[2])
        print(json.dumps(answer))
        return 0 if answer else 1
    issues = ACCOUNT / "issues"
    if arguments[:2] == ["issue", "create"]:
        with issues.open("a", encoding="utf-8") as file:
            file.write(f"{given['--title']}\n{given['--body']}\n")
    elif arguments[:2] == ["issue", "list"]:
        print(issues.read_text(encoding="utf-8") if issues.exists() else "", end="")
    return 0


def kubectl(arguments: list[str]) -> int:
    """Take what is applied."""
    _write("kubectl", arguments)
    return 0


def npm(arguments: list[str]) -> int:
    """Build a page, of no more than its first file."""
    _write("npm", [*arguments, f"in {Path.cwd().parents[1].name}"])
    if arguments == ["run", "build"]:
        Path("dist").mkdir(exist_ok=True)
        Path("dist", "index.html").write_text("<!doctype html>", encoding="utf-8")
    return 0


def python(arguments: list[str]) -> int:
    """Run the job's Python, but for modules that ask what is not here: registries of charts, AWS, and a site."""
    if arguments[:3] == ["-m", "tools.charts", "crds"]:
        _write("python", arguments)
        print("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: played}")
        return 0
    if arguments[:2] == ["-m", "tools.park"]:
        _write("python", arguments)
        print("it is not parked")
        return int("--is-parked" in arguments)
    if arguments[:2] == ["-m", "tools.end_to_end"]:
        _write("python", arguments)
        print(
            f"0.0 s  {'logged in ... logged out, and nobody is let in' if site_serves(arguments[-1]) else 'no login'}"
        )
        return 0 if site_serves(arguments[-1]) else 1
    if arguments[0] == "-m" and (arguments[1] == "tools.front_end" or arguments[1].endswith(".smoke")):
        _write("python", arguments)
        serves = site_serves(os.environ["STACK"])
        print("published" if arguments[1] == "tools.front_end" else "ok" if serves else "WRONG")
        return 0 if serves or arguments[1] == "tools.front_end" else 1
    sys.stdout.flush()
    # in its place: what is sent to it arrives
    return os.execv(os.environ["REHEARSED_PYTHON"], [os.environ["REHEARSED_PYTHON"], *arguments])


def _lines(name: str) -> list[str]:
    file = ACCOUNT / name
    return file.read_text(encoding="utf-8").split() if file.exists() else []


def _write(program: str, arguments: list[str]) -> None:
    called = {"at": time.time(), "program": program, "arguments": arguments}
    with (ACCOUNT / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(called) + "\n")


PROGRAMS = {each.__name__: each for each in (aws, cosign, curl, gh, kubectl, npm, pulumi, python)}

if __name__ == "__main__":
    sys.exit(PROGRAMS[sys.argv[1]](sys.argv[2:]))
