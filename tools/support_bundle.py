"""Writes what somebody who helps needs to know about a stack into one archive, without secrets.

    python -m tools.tunnel --stack prod -- python -m tools.support_bundle --stack prod

In it are versions, the settings, what doctor and status say, the state (resources, inputs and outputs), the last
updates, and of the cluster nodes, pods, events and releases, where it is reached. Secrets and e-mail addresses are
taken out, by what the engine marks and by how values are named and look; what pods print is left out unless `--logs`
asks for it, for it may hold what people wrote. Look through it before you hand it on.

It ends with 0, and with 2 where there is no such stack. What could not be had is in the archive as the reason.
"""

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from .checks import PROGRAM_SECONDS
from .masking import in_text, masked
from .stack_file import StackFile, StackFileError, at_folder, read_stack

LOG_LINES = 500
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
MASKED_EMAIL = "(e-mail)"
# a command's output; what it says where it fails is what one wants to read, too
Output = Callable[[tuple[str, ...]], str]


def commands(project: str, stack: str, *, logs: bool) -> Mapping[str, tuple[str, ...]]:
    """Return what is asked for, by the file that it becomes."""
    python, pulumi = sys.executable, ("pulumi", "stack", "--stack", stack)
    kubectl = ("kubectl", "--request-timeout=20s")
    asked: dict[str, tuple[str, ...]] = {
        "versions/pulumi.txt": ("pulumi", "version"),
        "versions/aws.txt": ("aws", "--version"),
        "versions/kubectl.txt": (*kubectl, "version"),
        "versions/commit.txt": ("git", "log", "-1", "--format=%H %cI %s"),
        "versions/changed.txt": ("git", "status", "--short"),
        "said/validate.txt": (python, "-m", "tools.validate", "--stack", stack),
        "said/doctor.txt": (python, "-m", "tools.doctor", "--stack", stack),
        "said/status.txt": (python, "-m", "tools.status", "--stack", stack),
        "state/resources.json": (*pulumi, "export"),
        "state/updates.json": ("pulumi", "stack", "history", "--stack", stack, "--json", "--page-size", "10"),
        "cluster/nodes.txt": (*kubectl, "get", "nodes", "--output", "wide"),
        "cluster/pods.txt": (*kubectl, "get", "pods", "--all-namespaces", "--output", "wide"),
        "cluster/events.txt": (*kubectl, "get", "events", "--all-namespaces", "--sort-by", ".lastTimestamp"),
        "cluster/workloads.txt": (*kubectl, "get", "deployments,statefulsets,daemonsets,jobs", "--all-namespaces"),
        "cluster/autoscalers.txt": (*kubectl, "get", "horizontalpodautoscalers", "--all-namespaces"),
        "cluster/external-secrets.txt": (*kubectl, "get", "externalsecrets", "--all-namespaces"),
        "cluster/releases.txt": (*kubectl, "get", "secrets", "--all-namespaces", "--selector", "owner=helm"),
    }
    if logs:
        chosen = ("--all-containers", "--prefix", f"--tail={LOG_LINES}", "--max-log-requests=50")
        own = ("--namespace", project, "--selector", "app.kubernetes.io/name")
        asked["cluster/logs.txt"] = (*kubectl, "logs", *own, *chosen)
    return asked


def clean(text: str) -> str:
    """Return a text without secrets and e-mail addresses; JSON by its keys as well."""
    try:
        text = json.dumps(masked(json.loads(text)), indent=1)
    except ValueError:
        text = in_text(text)
    return _EMAIL.sub(MASKED_EMAIL, text)


def bundle(file: StackFile, output: Output, *, logs: bool) -> Iterator[tuple[str, str]]:
    """Yield the files: name, text."""
    yield "settings.yaml", clean(file.text)
    for name, command in commands(file.project, file.stack, logs=logs).items():
        yield name, clean(output(command))


def printed(command: tuple[str, ...]) -> str:
    """Run a command; what it printed, or why it could not be had."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"could not be had: {error}\n"
    # beside JSON no word of an error may stand
    return done.stdout if done.stdout.lstrip().startswith(("{", "[")) else done.stdout + done.stderr


def main(folder: Path, arguments: list[str] | None = None, *, output: Output = printed) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.support_bundle", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True, help="name of the stack")
    parser.add_argument("--cwd", type=Path, help="the program's folder (default: here)")
    parser.add_argument("--logs", action="store_true", help=f"the last {LOG_LINES} lines of each pod of its own, too")
    parser.add_argument("--out", type=Path, help="the archive (default: <project>-<stack>-<time>.tar.gz)")
    given = parser.parse_args(arguments)
    try:
        folder = at_folder(given.cwd) if given.cwd else folder
        file = read_stack(folder, given.stack)
    except StackFileError as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    name = f"{file.name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    archive = given.out or folder / f"{name}.tar.gz"
    try:
        descriptor = os.open(archive, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as reason:
        sys.stderr.write(f"--out {archive}: {reason.strerror}; name another file\n")
        return 2
    with open(descriptor, "wb") as file_object, tarfile.open(fileobj=file_object, mode="w:gz") as tar:
        for path, text in bundle(file, output, logs=given.logs):
            content = text.encode()
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size, entry.mtime, entry.mode = len(content), int(time.time()), 0o600
            tar.addfile(entry, io.BytesIO(content))
            sys.stdout.write(f"{path}: {text.count(chr(10))} lines\n")
    sys.stdout.write(f"{archive}: look through it before you hand it on\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
