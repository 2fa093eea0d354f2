"""The commands that the documentation tells people to type, as the shell would take them apart."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", re.S | re.M)
_SPAN = re.compile(r"(?<!`)`([^`\n]+(?:\n[^`\n]+)?)`(?!`)")
_SHELL = ("sh", "bash", "shell", "console")
# what a span of code in a sentence begins with where it is a command; in a block of shell every line is one
PROGRAMS = (
    *("aws", "cosign", "curl", "docker", "gh", "git", "helm", "jq", "kubectl", "make", "npm", "openssl", "pulumi"),
    *("pytest", "python", "sed", "uv", ".venv/bin/python", ".venv/bin/pytest", "stack-sandbox"),
)
_JOINED = ("&&", "||", ";", "|", "&", "(", ")")
_REDIRECTED = (">", ">>", "<", "2>", "2>&1", ">&")


@dataclass(frozen=True)
class Command:
    """One command, without redirections, and where it stands."""

    words: tuple[str, ...]
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {shlex.join(self.words)}"


def files() -> list[Path]:
    """Return what is documentation; a decision's record says what was typed on its day."""
    pages = [page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "decisions"]
    ours = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
    return [*ours, *pages, *sorted((ROOT / "examples").glob("*/README.md"))]


def documented() -> list[Command]:
    """Return every command of the documentation."""
    return [command for file in files() for command in commands(file.read_text(encoding="utf-8"), _name(file))]


def commands(text: str, where: str) -> Iterator[Command]:
    """Yield the commands of a text in Markdown."""
    for block in _BLOCK.finditer(text):
        if block[2] in _SHELL:
            for line in block[3].replace("\\\n", " ").splitlines():
                yield from simple(line, where)
    for span in _SPAN.finditer(_BLOCK.sub("", text)):
        line = re.sub(r"\s+", " ", span[1]).strip()
        program, _, rest = line.partition(" ")
        if program in PROGRAMS and rest and not rest.startswith(("=", "(")):
            yield from simple(line, where)


def simple(line: str, where: str) -> Iterator[Command]:
    """Yield the simple commands of a line: of a pipe each, and what stands in `$(...)` or after `--` as well."""
    line, inner = _taken_out(line)
    for each in inner:
        yield from simple(each, where)
    # placeholders are no redirections
    line = re.sub(r"<([\w .-]+)>", lambda found: found[1].replace(" ", "-").upper(), line)
    line = re.sub(r"\{(\w+)\}", lambda found: found[1].upper(), line)
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>()")
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError as error:
        raise AssertionError(f"{where}: {line}: {error}") from None
    part = list[str]()
    for word in [*words, ";"]:
        if word in _JOINED:
            if cleaned := _without_redirections(part):
                yield Command(cleaned, where)
            part = []
        else:
            part.append(word)


def _taken_out(line: str) -> tuple[str, list[str]]:
    """Return a line with a word for each `$(...)`, and what stood in those."""
    inner = list[str]()
    while (start := line.find("$(")) >= 0:
        depth, end = 0, start + 1
        for end in range(start + 1, len(line)):
            depth += {"(": 1, ")": -1}.get(line[end], 0)
            if not depth:
                break
        inner.append(line[start + 2 : end])
        line = f"{line[:start]}VALUE{line[end + 1 :]}"
    return line, inner


def _without_redirections(words: Sequence[str]) -> tuple[str, ...]:
    kept, skip = list[str](), False
    for word in words:
        if skip:
            skip = False
        elif word in _REDIRECTED:
            skip = True
            if kept and kept[-1].isdigit():
                kept.pop()
        elif word != "...":
            kept.append(word)
    # FOO=bar command: the shell sets it
    while kept and re.fullmatch(r"\w+=.*", kept[0], re.S):
        kept.pop(0)
    return tuple(kept)


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT))
