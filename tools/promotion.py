"""Whether the images that a stack's file names may go there.

    python -m tools.promotion --stack prod

To dev goes any. To staging and prod goes what is pinned by digest and signed by this repository's own workflows; to
prod what staging names at the same commit, which the pipeline has deployed by then, or what the pipeline deployed to
prod before. Where another workflow signs (a fork's), IMAGE_SIGNER is the regular expression of its identity.

It ends with 0, 1 where an image may not go there, and 2 where that could not be told.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import yaml

from .deployed import NoAnswer, last, system_of
from .stack_file import StackFile, StackFileError, at_folder, read_stack

# https://docs.github.com/en/actions/reference/security/oidc: who vouches for a workflow, and what its certificate names
ISSUER = "https://token.actions.githubusercontent.com"
_WORKFLOWS = r"/\.github/workflows/({}|platform-tools)\.yml@refs/heads/main$"
_PINNED = re.compile(r"[^@]+@sha256:[0-9a-f]{64}")
_ECR = re.compile(r"(?P<host>\d{12}\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com)/")


class Unknown(Exception):
    """What decides could not be learnt; the text is the message."""


def refusals(
    file: StackFile, images: Mapping[str, str], rehearsed: Set[str] | None, *, workflow: str = "image"
) -> Iterator[str]:
    """Yield why images, by the keys that name them, may not go to a stack.

    `rehearsed`: what production takes; None asks for no rehearsal.
    `workflow`: which of ours builds the stack's own. Raises Unknown where the registry cannot be asked.
    """
    for key, image in images.items():
        where = f"Pulumi.{file.stack}.yaml:{file.line_of(f'{file.project}:{key}')}: {file.project}:{key}"
        if not _PINNED.fullmatch(image):
            yield f"{where}: must name a digest, got {image}: write the value that the image's workflow printed"
            continue
        if rehearsed is not None and image not in rehearsed:
            yield f"{where}: {image} is in no stack of staging, and was never prod's: let staging have it first"
        elif said := unsigned(image, workflow):
            yield f"{where}: {image} is not signed as it must be: {said}"


def unsigned(image: str, workflow: str) -> str:
    """Return what is wrong with an image's signature by a workflow, nothing where all is well. Raises Unknown."""
    repository = os.environ.get("GITHUB_REPOSITORY", "")
    signer = os.environ.get("IMAGE_SIGNER") or (
        "^" + re.escape(f"https://github.com/{repository}") + _WORKFLOWS.format(workflow) if repository else ""
    )
    if not signer:
        raise Unknown("set GITHUB_REPOSITORY to owner/name, as a workflow has it, or IMAGE_SIGNER")
    if registry := _ECR.match(image):
        password = _run("aws", "ecr", "get-login-password", "--region", registry["region"])
        login = ("cosign", "login", registry["host"], "--username", "AWS", "--password-stdin")
        for step in (password, _run(*login, given=password.stdout)):
            if step.returncode:
                raise Unknown(f"{registry['host']} lets nobody in: {step.stderr.strip()}")
    done = _run(
        *("cosign", "verify", image),
        *("--certificate-oidc-issuer", ISSUER, "--certificate-identity-regexp", signer),
    )
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["cosign does not say why"])[-1]


def main(folder: Path, arguments: list[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.promotion", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True, help="where the images are to go")
    parser.add_argument("--cwd", type=Path, help="the program's folder (default: here)")
    given = parser.parse_args(arguments)
    stack = given.stack
    try:
        folder = at_folder(given.cwd) if given.cwd else folder
        file = read_stack(folder, stack)
        if file.settings is None:
            raise Unknown("\n".join(map(str, file.faults)))
        if file.settings.environment == "dev":
            sys.stdout.write(f"{stack} is a stack of dev, which takes any image\n")
            return 0
        images = file.settings.own_images()
        known = _rehearsed(folder) if file.settings.environment == "prod" else None
        if known is not None and not known.issuperset(images.values()):
            known |= _deployed(stack, system_of(folder))
        found = list(refusals(file, images, known, workflow="examples" if system_of(folder) else "image"))
    except (Unknown, StackFileError, NoAnswer) as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    sys.stderr.writelines(f"{each}\n" for each in found)
    if not found:
        sys.stdout.writelines(f"{image} may go to {stack}\n" for image in images.values())
    return 1 if found else 0


def _deployed(stack: str, system: str) -> set[str]:
    """Return every text in the stack's file as the pipeline deployed it last; by hand, none is known of."""
    repository = os.environ.get("GITHUB_REPOSITORY")
    commit = last(stack, repository, system) if repository else None
    return _texts(yaml.safe_load(_run("git", "show", f"{commit}:./Pulumi.{stack}.yaml").stdout)) if commit else set()


def _rehearsed(folder: Path) -> set[str]:
    """Return the images that staging's stacks name. Raises StackFileError."""
    stacks = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml")]
    settings = [each for stack in stacks if (each := read_stack(folder, stack).settings) is not None]
    return {image for each in settings if each.environment == "staging" for image in each.own_images().values()}


def _texts(content: Any) -> set[str]:
    if isinstance(content, dict):
        return {text for each in content.values() for text in _texts(each)}
    if isinstance(content, list):
        return {text for each in content for text in _texts(each)}
    return {content} if isinstance(content, str) else set()


def _run(*command: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Unknown(f"{command[0]} is not on PATH: install it") from None


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
