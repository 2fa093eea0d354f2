"""What the commands that look at a stack share: findings, and questions to AWS and to Pulumi.

A question that gets no answer is a finding of its own, never an error: a machine without credentials still hears what
can be told without them.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, Protocol

from sandbox.toolchain import built_cli

Verdict = Literal["ok", "do", "unknown"]
_SHOWN: Mapping[Verdict, str] = {"ok": "ok      ", "do": "TO DO   ", "unknown": "unknown "}
PROGRAM_SECONDS = 60


class NoAnswer(Exception):
    """A question that could not be put, or was refused; its text says why."""


class NotThere(NoAnswer):
    """What was asked for does not exist."""


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and what is so or what to do."""

    about: str
    verdict: Verdict
    said: str

    def __str__(self) -> str:
        """Render the line."""
        return f"{_SHOWN[self.verdict]}{self.about}: {self.said}"


class Ask(Protocol):
    """Puts one question to AWS: `ask("ec2", "describe_addresses", region="eu-west-1")`. Raises NoAnswer."""

    def __call__(self, service: str, operation: str, *, region: str, **parameters: Any) -> Mapping[str, Any]:
        """Return the answer, as boto3 does."""


# Runs a program and gives what it printed. Raises NoAnswer.
Run = Callable[..., str]
Check = Callable[[], Iterator[Finding]]


def aws() -> Ask:
    """Ask AWS with the credentials of the shell."""
    # half a second, for most of those that share this module ask AWS nothing
    import boto3  # type: ignore[import-untyped] # noqa: PLC0415 # it ships no types
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    @cache
    def client(service: str, region: str) -> Any:
        # whoever has no credentials hears it soon
        config = Config(connect_timeout=5, read_timeout=15, retries={"max_attempts": 2})
        return boto3.client(service, region_name=region, config=config)

    def ask(service: str, operation: str, *, region: str, **parameters: Any) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = getattr(client(service, region), operation)(**parameters)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            kind = NotThere if "NotFound" in code or code.startswith("NoSuch") else NoAnswer
            raise kind(f"{service}:{operation} answered {code}") from None
        except BotoCoreError as error:
            raise NoAnswer(str(error)) from None
        return answer

    return ask


def run_program(*command: str) -> str:
    """Run a program and give what it printed."""
    program, *arguments = command
    # what only reads a stack's state, the CLI that the sandbox built does as well: it has no language host
    built = built_cli() if command[:2] == ("pulumi", "stack") and shutil.which(program) is None else None
    run = [str(built or program), *arguments]
    try:
        done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoAnswer(f"{program} cannot be run: {error}") from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise NoAnswer(f"`{' '.join(command)}` says: {said[-1] if said else f'status {done.returncode}'}")
    return done.stdout


def findings(checks: Iterable[tuple[str, Check]]) -> Iterator[Finding]:
    """Look at everything; what gets no answer is unknown."""
    for about, check in checks:
        try:
            yield from check()
        except NotThere as reason:
            yield Finding(about, "do", f"it does not exist: {reason}")
        except NoAnswer as reason:
            yield Finding(about, "unknown", f"could not be looked at: {reason}")


def report(found: Iterable[Finding]) -> tuple[str, int]:
    """Write the lines, and the exit status: 1 where something is to be done."""
    listed = list(found)
    todo = sum(each.verdict == "do" for each in listed)
    unknown = sum(each.verdict == "unknown" for each in listed)
    lines = [*map(str, listed), f"{todo} to do, {unknown} not looked at, {len(listed) - todo - unknown} ok"]
    return "\n".join(lines) + "\n", int(todo > 0)


def now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)
