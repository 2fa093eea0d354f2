"""Writes the newest image of managed nodes into the stacks' files that name one.

    python3 -m tools.node_release                              # the public parameters of AWS that say which that is
    python3 -m tools.node_release NAME=1.35.2-20261120 ...     # what they say; prints the files that it changed

A release of Amazon Linux is a day's: a version of its image for Karpenter's nodes, where one is named, moves along. A
stack that names none keeps what EKS gave it, and its first one is written by hand: docs/operations/node-images.md has
how. Python's own library will do, for where it is asked nothing is set up.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

# EKS user guide, eks-linux-ami-versions, and Bottlerocket's README; EKS takes either as releaseVersion
PARAMETERS = {
    "AL2023_ARM_64_STANDARD": (
        "/aws/service/eks/optimized-ami/{minor}/amazon-linux-2023/arm64/standard/recommended/release_version"
    ),
    "BOTTLEROCKET_ARM_64": "/aws/service/bottlerocket/aws-k8s-{minor}/arm64/latest/image_version",
}
AMAZON_LINUX = "AL2023_ARM_64_STANDARD"


def files(folder: Path) -> Iterator[Path]:
    """Yield the stacks' files: the program's own, and those of examples/."""
    yield from sorted([*folder.glob("Pulumi.*.yaml"), *folder.glob("examples/*/Pulumi.*.yaml")])


def parameter(text: str) -> str | None:
    """Return the parameter that says which release a stack's file should name; None where it names none."""
    minor = _named(text, "kubernetes_version")
    if minor is None or _named(text, "node_release") is None:
        return None
    return PARAMETERS[_named(text, "node_image") or AMAZON_LINUX].format(minor=minor)


def replaced(text: str, releases: Mapping[str, str]) -> str:
    """Return a stack's file with the newest release of its image, where that is known; all else of it stays."""
    newest = releases.get(parameter(text) or "")
    if newest is None:
        return text
    text = _LINE["node_release"].sub(rf"\g<1>{newest}", text)
    day = re.fullmatch(r".*-(\d{8})", newest)  # of Bottlerocket's it is a commit
    return _LINE["image_version"].sub(rf"\g<1>v{day[1]}", text) if day else text


# a value may be quoted, a section written on one line; what a comment says is none
_LINE = {
    name: re.compile(rf"^([^#\n]*\b{name}: *[\"']?)([\w.-]+)", re.MULTILINE)
    for name in ("image_version", "kubernetes_version", "node_image", "node_release")
}


def _named(text: str, name: str) -> str | None:
    found = _LINE[name].search(text)
    return found[2] if found else None


def main(folder: Path, said: Mapping[str, str]) -> int:
    """Print which parameters to ask for, or write what they said, and print the files that changed."""
    texts = {path: path.read_text(encoding="utf-8") for path in files(folder)}
    if not said:
        asked = {name for text in texts.values() if (name := parameter(text))}
        sys.stdout.write("".join(f"{name}\n" for name in sorted(asked)))
        return 0
    for path, before in texts.items():
        after = replaced(before, said)
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(), dict(each.partition("=")[::2] for each in sys.argv[1:])))
