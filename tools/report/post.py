"""Puts the report of a pull request into one comment on it: `python -m tools.report.post --pull 7 --head SHA report/`.

The legs of a workflow hand on their reports as JSON; this renders all of them itself, and writes one comment, in place
of the one that it wrote before: found by marker and author, over all pages, for a marker alone anybody can write. A
report of a commit that is no longer the last of the pull request overwrites nothing.
"""

import argparse
import http.client
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from . import comment
from .build import not_judged
from .model import VERDICTS, Report, StackReport

AUTHOR = "github-actions[bot]"
_PAGE = 100


class PostError(Exception):
    """The comment could not be written; the text says why."""


@dataclass(frozen=True)
class GitHub:
    """The API of one repository."""

    url: str
    repository: str
    token: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask for a path below the repository's. Raises PostError."""
        request = urllib.request.Request(
            f"{self.url}/repos/{self.repository}/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Accept": "application/vnd.github+json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                said = answer.read()
        except urllib.error.HTTPError as error:
            raise PostError(f"{method} {path}: GitHub answers {error.code} {error.reason}") from None
        except (OSError, http.client.HTTPException) as error:
            raise PostError(f"{method} {path}: {error}") from None
        return json.loads(said) if said else None

    def comments(self, pull: int) -> Iterator[dict[str, Any]]:
        """Yield all comments on a pull request."""
        page = 1
        while found := self.ask("GET", f"issues/{pull}/comments?per_page={_PAGE}&page={page}"):
            yield from found
            page += 1


def merged(folder: Path, head: str, link: str, expected: Sequence[str] = ()) -> Report:
    """Return the reports of a folder as one. Raises PostError where there is none, or one is none.

    A stack that was expected and has no report was not judged: its leg ended before it could say why.
    """
    reports = list[Report]()
    for path in sorted(folder.rglob("*.json")):
        try:
            reports.append(Report.model_validate_json(path.read_bytes()))
        except ValidationError as error:
            raise PostError(f"{path.name} is no report: {error.error_count()} faults") from None
    stacks: list[StackReport] = [stack for each in reports for stack in each.stacks]
    known = {each.stack for each in stacks}
    stacks += [not_judged(each, ["its job ended before it had a report"]) for each in expected if each not in known]
    if not stacks:
        raise PostError(f"{folder} holds no report")
    stacks.sort(key=lambda each: (VERDICTS.index(each.verdict), each.stack))
    whole = reports[0] if reports else Report(base="", head=head, stacks=stacks)
    return whole.model_copy(update={"head": head, "link": link, "stacks": stacks})


def put(github: GitHub, pull: int, head: str, text: str, author: str = AUTHOR) -> str:
    """Write the comment, and return what was done. Raises PostError."""
    last = github.ask("GET", f"pulls/{pull}")["head"]["sha"]
    if last != head:
        return f"nothing written: {last[:7]} came after {head[:7]}"
    own = [
        each
        for each in github.comments(pull)
        if each["user"]["login"] == author and str(each["body"]).startswith(comment.MARKER)
    ]
    for more in own[1:]:
        github.ask("DELETE", f"issues/comments/{more['id']}")
    if not own:
        github.ask("POST", f"issues/{pull}/comments", {"body": text})
        return "the comment was written"
    if _same(str(own[0]["body"]), text):
        return "nothing written: the comment says so already"
    github.ask("PATCH", f"issues/comments/{own[0]['id']}", {"body": text})
    return "the comment was updated"


def _same(old: str, new: str) -> bool:
    """Return whether two comments say the same; GitHub ends lines its own way, and no report is made twice at once."""
    return _lines(old) == _lines(new)


def _lines(text: str) -> list[str]:
    return [
        line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n") if not line.startswith("<!-- head:")
    ]


def main(arguments: Sequence[str]) -> int:
    """Read the command line; 0 where the comment stands, 1 where it could not be written."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.report.post", description="Put the report of a pull request into one comment on it."
    )
    parser.add_argument("folder", type=Path, help="where the reports lie as JSON")
    parser.add_argument("--pull", type=int, required=True, help="the pull request's number")
    parser.add_argument("--head", required=True, help="its commit that was judged")
    parser.add_argument("--link", default="", help="where the whole report lies")
    parser.add_argument(
        "--expect", action="append", default=[], metavar="STACK", help="a stack that must have a report"
    )
    parser.add_argument("--author", default=AUTHOR, help=f"who writes the comment ({AUTHOR})")
    given = parser.parse_args(arguments)
    github = GitHub(
        os.environ.get("GITHUB_API_URL", "https://api.github.com"),
        os.environ.get("GITHUB_REPOSITORY", ""),
        os.environ.get("GH_TOKEN", ""),
    )
    try:
        report = merged(given.folder, given.head, given.link, given.expect)
        print(put(github, given.pull, given.head, comment.face(report), given.author))
    except PostError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
