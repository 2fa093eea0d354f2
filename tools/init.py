"""Writes a stack's file for an account: `python -m tools.init --stack eu --like prod`.

It asks for what the committed file has in place of an account's own, and for nothing else; `--answers FILE` has them as
YAML, by the names that `--list` prints. Everything else, comments too, is as in the file that it is like; so are the
policies' levels. What it wrote is judged at once, as `python -m tools.validate` does.

It ends with 0, 1 where what it wrote has faults, and 2 where it wrote nothing.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .stack_file import StackFileError, at_folder, read_stack

Ask = Callable[[str], str]


class Unanswered(Exception):
    """Nothing was written; the text says why."""


@dataclass(frozen=True)
class Question:
    """What is asked: under which name, how, what an answer looks like, and what it takes the place of."""

    name: str
    words: str
    pattern: str
    example: str
    stands: str
    # what may not follow, so that no part of another word is replaced
    ends: str = r"(?![\w@-])"
    # it is all of a value, which YAML may take for a number
    whole: bool = False

    def found_in(self, text: str) -> str | None:
        """Return the text that an answer replaces; None where the file has none."""
        found = re.search(self.stands, text, re.MULTILINE)
        return found[1] if found else None


QUESTIONS = (
    Question("account", "AWS account, 12 digits", r"\d{12}", "444455556666", r"(111122223333)"),
    # the names of zones begin with it
    Question("region", "AWS region", r"[a-z]{2}(-[a-z]+)+-\d", "eu-west-1", r"^ *aws:region: (\S+)", ends=""),
    Question(
        "copy_region",
        "Another AWS region, where copies of backups lie",
        r"[a-z]{2}(-[a-z]+)+-\d",
        "eu-central-1",
        r"copy_region: (\S+)",
    ),
    Question(
        "deploy_role",
        "Name of the role that deploys, and may enter the cluster",
        r"[\w+=,.@/-]{1,512}",
        "flowise-deployer",
        r"arn:aws:iam::\d{12}:role/([\w-]+)'?\]",
    ),
    Question(
        "domain", "Name of the site", r"([a-z0-9-]+\.)+[a-z]{2,}", "flowise.acme.com", r"name: (\S+\.example\.com)"
    ),
    Question(
        "hosted_zone", "Route 53 hosted zone of that name", r"Z[A-Z0-9]{5,31}", "Z0A1B2C3D4E5F6", r"(Z0123456789\w+)"
    ),
    Question(
        "mailbox",
        "Mailbox of the owner, and of alarms",
        r"[^@\s]+@[^@\s]+\.[^@\s]+",
        "ops@acme.com",
        r"(\S+@example\.com)",
    ),
    Question(
        "databricks",
        "Host of the Databricks workspace",
        r"[a-z0-9.-]+\.(cloud\.databricks\.com|azuredatabricks\.net)",
        "dbc-1a2b3c4d-5e6f.cloud.databricks.com",
        r"https://(dbc-12345678-90ab\S+)",
    ),
    Question("cost_center", "Tag CostCenter", r"[\w .:/=+@-]{1,256}", "platform", r"CostCenter: (\S+)", whole=True),
    Question(
        "owner",
        "Tag Owner: the team that answers",
        r"[\w .:/=+@-]{1,256}",
        "platform-engineering",
        r"Owner: (\S+)",
        whole=True,
    ),
    Question(
        "image",
        "Image of Flowise, by digest (the run of the workflow `image` prints it)",
        r"\S+@sha256:[0-9a-f]{64}",
        "111122223333.dkr.ecr.eu-west-1.amazonaws.com/flowise:3.1.4@sha256:...",
        r"(\S+@sha256:0123456789abcdef[0-9a-f]+)",
    ),
)


def written(text: str, answers: Mapping[str, str]) -> str:
    """Return a stack's file with answers in place of what stood for them.

    All at once, the longest first: an answer may be what stands for another, and an image's reference holds an account
    and a region, which may be somebody else's.
    """
    stood, ends = dict[str, str](), dict[str, str]()
    for question in QUESTIONS:
        old, new = question.found_in(text), answers.get(question.name)
        if old is not None and new is not None:
            stood[old] = json.dumps(new) if question.whole and yaml.safe_load(new) != new else new
            ends[old] = question.ends
    if not stood:
        return text
    words = "|".join(f"{re.escape(old)}{ends[old]}" for old in sorted(stood, key=len, reverse=True))
    return re.sub(rf"(?<![\w-])(?:{words})", lambda found: stood[found[0]], text)


def answered(text: str, given: Mapping[str, Any], ask: Ask | None) -> Iterator[tuple[str, str]]:
    """Yield an answer to each question that a file raises: from what is given, or asked for. Raises Unanswered."""
    raised = {each.name: each for each in QUESTIONS if each.found_in(text) is not None}
    if unknown := sorted(set(given) - {each.name for each in QUESTIONS}):
        raise Unanswered(f"no such answer: {', '.join(unknown)}; asked for are {', '.join(raised)}")
    if missing := sorted(set(raised) - set(given)) if ask is None else []:
        raise Unanswered(f"not answered: {', '.join(missing)}; --list says what each is")
    for name, question in raised.items():
        wrong = ""
        while True:
            answer = str(given[name]) if name in given else _asked(question, wrong, ask)
            if re.fullmatch(question.pattern, answer):
                break
            wrong = f'{name}: must look like {question.example}, got "{answer}"'
            if name in given:
                raise Unanswered(wrong)
        yield name, answer


def _asked(question: Question, wrong: str, ask: Ask | None) -> str:
    assert ask is not None
    told = f"{wrong}\n" if wrong else ""
    try:
        return ask(f"{told}{question.words} [{question.example}]: ").strip()
    except (EOFError, KeyboardInterrupt):
        raise Unanswered("\nstopped: nothing was written") from None


def main(folder: Path, arguments: list[str] | None = None, *, ask: Ask | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.init", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", help="name of the stack that gets a file")
    parser.add_argument("--like", default="dev", help="the stack whose file it is like (dev)")
    parser.add_argument("--cwd", type=Path, help="the program's folder (default: here)")
    parser.add_argument("--answers", type=Path, help="YAML file with the answers, by name")
    parser.add_argument("--list", action="store_true", help="print what is asked for a file like --like's")
    given = parser.parse_args(arguments)
    try:
        folder = at_folder(given.cwd) if given.cwd else folder
        text = read_stack(folder, given.like).text
        if given.list:
            sys.stdout.writelines(
                f"{each.name}: {each.words}; as {each.example}\n"
                for each in QUESTIONS
                if each.found_in(text) is not None
            )
            return 0
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", given.stack or ""):
            raise Unanswered(
                f"--stack: must be a name of letters, digits, dots, dashes and underscores, got {given.stack}"
            )
        file = folder / f"Pulumi.{given.stack}.yaml"
        if file.exists():
            raise Unanswered(f"{file.name} is there already: choose another --stack, or edit it")
        answers = dict(answered(text, _read(given.answers), ask))
    except (StackFileError, Unanswered) as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    file.write_text(written(text, answers), encoding="utf-8")
    sys.stdout.write(f"{file.name} written\n{_levels(folder, given.like, given.stack)}")
    judged = read_stack(folder, given.stack)
    sys.stdout.writelines(f"{file.name}:{judged.line_of(each.key)}: {each}\n" for each in judged.faults)
    return 1 if judged.faults else 0


def _levels(folder: Path, like: str, stack: str) -> str:
    for place in (folder, folder / "policies"):
        levels, own = place / f"levels.{like}.json", place / f"levels.{stack}.json"
        if levels.exists() and not own.exists():
            own.write_text(levels.read_text(encoding="utf-8"), encoding="utf-8")
            return f"{own.relative_to(folder)} written: exceptions in it are {like}'s, make them your own\n"
    return ""


def _read(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise Unanswered(f"--answers {path}: {error}") from None
    if not isinstance(content, dict):
        raise Unanswered(f"--answers {path}: must be an object, names before answers")
    return content


if __name__ == "__main__":
    sys.exit(main(Path.cwd(), ask=input if sys.stdin.isatty() else None))
