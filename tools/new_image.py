"""Writes a new image into the stacks' files that name an older one of the same repository.

    python3 -m tools.new_image flowise:service.image REGISTRY/flowise:3.1.4@sha256:...
    python3 -m tools.new_image ranking:service.blue_green REGISTRY/ranking:1.1.0@sha256:... examples/ranking

All else of a file stays as it is. Of two releases side by side (`blue_green`) the one that waits gets the image, and is
the one that is served from then on; the other one stays, for the way back. It prints the files that it changed, and
nothing where no stack names an image of that repository: an account's first one is written by hand. Python's own
library will do, for where an image is published nothing is set up.
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
    if setting.endswith(".blue_green"):
        return _switched(text, setting, image)
    name = re.split(r"[:.]", setting)[-1]
    line = rf"^(\s*(?:[\w-]+:)?{re.escape(name)}: +[\"']?){re.escape(repository(image))}[:@][^\s\"']+"
    return re.sub(line, lambda found: f"{found[1]}{image}", text, flags=re.MULTILINE)


def _switched(text: str, setting: str, image: str) -> str:
    active = re.search(r"\bblue_green:.*?\bactive:\s*[\"']?(\w+)", text, re.DOTALL)
    if not active:
        return replaced(text, f"{setting.removesuffix('.blue_green')}.image", image)
    waits = "green" if active[1] == "blue" else "blue"
    after = replaced(text, f"{setting}.{waits}_image", image)
    if after == text:
        return text
    return re.sub(r"(\bblue_green:.*?\bactive:\s*[\"']?)\w+", rf"\g<1>{waits}", after, count=1, flags=re.DOTALL)


def main(folder: Path, setting: str, image: str) -> int:
    """Write it, and print the files that changed."""
    for path in sorted(folder.glob("Pulumi.*.yaml")):
        before = path.read_text(encoding="utf-8")
        after = replaced(before, setting, image)
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):  # the program, the setting, the image, and where its stacks' files lie
        raise SystemExit("python3 -m tools.new_image SETTING IMAGE [FOLDER]")
    raise SystemExit(main(Path(*sys.argv[3:]), *sys.argv[1:3]))
