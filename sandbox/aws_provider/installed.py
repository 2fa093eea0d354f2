"""Which provider of AWS is at hand: Pulumi's own plugin, as `pulumi` installs it, or a binary of Terraform's."""

import os
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from ..schema import PACKAGES

# $PULUMI_HOME/plugins/resource-aws-v7.51.1/pulumi-resource-aws
_PLUGIN = "pulumi-resource-aws"
_PLUGIN_FOLDER = re.compile(r"resource-aws-v(\d+(?:\.\d+)*)$")
# terraform-provider-aws_v6.22.0_x5
_BINARY = re.compile(r"terraform-provider-aws_v(\d+(?:\.\d+)*)(_x\d+)?(\.exe)?$")


class NoProviderError(Exception):
    """What a person named is no provider of AWS."""


def is_plugin(program: Path) -> bool:
    """Return whether a provider is Pulumi's plugin, and not Terraform's."""
    return program.name.partition(".")[0] == _PLUGIN


def named(path: Path) -> Path:
    """Return the program that a path leads to: itself, or what lies in a plugin's folder. Raises NoProviderError."""
    program = path / _PLUGIN if path.is_dir() else path
    if not program.is_file():
        raise NoProviderError(f"there is no {program}")
    if not is_plugin(program) and not _BINARY.match(program.name):
        raise NoProviderError(
            f"{program.name} is neither {_PLUGIN} nor a terraform-provider-aws_v<version>: "
            "name one of these, by the name it was released under"
        )
    return program.resolve() if is_plugin(program) else program.absolute()


def found(folder: Path) -> Path | None:
    """Return what is installed for a program in a folder; None where nothing is.

    Pulumi's plugin comes first, of the SDK's own version or else the newest of the same major one: it is what `pulumi`
    would run. Of Terraform's the newest is taken.
    """
    wanted = _numbers(version(PACKAGES["aws"].replace("_", "-")))
    plugins = {number: program for number, program in _plugins() if number[:1] == wanted[:1]}
    binaries = dict(_binaries(folder))
    for known in ({wanted: plugins[wanted]} if wanted in plugins else plugins, binaries):
        if known:
            return known[max(known)]
    return None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def _plugins() -> Iterator[tuple[tuple[int, ...], Path]]:
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    for program in home.glob(f"plugins/resource-aws-v*/{_PLUGIN}"):
        if match := _PLUGIN_FOLDER.match(program.parent.name):
            yield _numbers(match[1]), program


def _binaries(folder: Path) -> Iterator[tuple[tuple[int, ...], Path]]:
    """Where `terraform init` puts them, and where a person may: https://developer.hashicorp.com/terraform/cli/config."""
    home = Path.home() / ".terraform.d"
    caches = [Path(cache)] if (cache := os.environ.get("TF_PLUGIN_CACHE_DIR")) else []
    for root in (folder / ".terraform" / "providers", home / "plugins", home / "plugin-cache", *caches):
        for program in sorted(root.rglob("terraform-provider-aws_v*")) if root.is_dir() else ():
            if match := _BINARY.match(program.name):
                yield _numbers(match[1]), program
