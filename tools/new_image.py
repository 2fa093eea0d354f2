"""Writes a new image into the stacks' files that name an older one of the same repository.

    python3 -m tools.new_image flowise:service.image REGISTRY/flowise:3.1.4@sha256:...

All else of a file stays as it is. It prints the files that it changed, and nothing where no stack names an image of
that repository: an account's first one is written by hand. Python's own library will do, for where an image is
published nothing is set up.
"""

import re
import sys
from pathlib import Path


def repository(image: str) -> str:
    """Return an image's repository, without tag and digest."""
    path = image.partition("@")[0]
    return re.sub(r":[^/:]*$", "", path)


def replaced(text: str, setting: str, image: str) -> str:
    """Return a stack's file with an image in place of an older one of its repository, where a setting names one."""
    name = re.split(r"[:.]", setting)[-1]
    line = rf"^(\s*(?:[\w-]+:)?{re.escape(name)}: +[\"']?){re.escape(repository(image))}[:@][^\s\"']+"
    return re.sub(line, lambda found: f"{found[1]}{image}", text, flags=re.MULTILINE)


def main(folder: Path, setting: str, image: str) -> int:
    """Write it, and print the files that changed."""
    for path in sorted(folder.glob("Pulumi.*.yaml")):
        before = path.read_text(encoding="utf-8")
        after = replaced(before, setting, image)
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{path.name}\n")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:  # noqa: PLR2004 # the program, the setting, the image
        raise SystemExit("python3 -m tools.new_image SETTING IMAGE")
    raise SystemExit(main(Path.cwd(), *sys.argv[1:]))
