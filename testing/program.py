"""Runs the whole program on the mocks, as the engine would run it for a stack."""

import json
import runpy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime import config as runtime_config
from pulumi.runtime import settings as runtime

from testing.cloud import Cloud, CloudMonitor
from testing.event_loop import own_event_loop

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Run:
    """What a run of the program asked for: resources, and exports with whether each is secret."""

    cloud: Cloud
    exports: dict[str, tuple[Any, bool]]


@cache
def run(stack: str, *, preview: bool = False, folder: Path = ROOT) -> Run:
    """Run the program for a committed stack; once for all tests that ask, for a run changes nothing."""
    return run_changed(stack, Cloud(preview=preview), {}, folder)


def run_changed(stack: str, cloud: Cloud, changes: Mapping[str, Any], folder: Path = ROOT) -> Run:
    """Run the program in a folder for a committed stack in which some keys differ; None takes one out.

    A key is as the stack file has it, and may lead into a section: `flowise:network.nat`.
    """
    with _engine(stack, cloud, changes, folder):
        exports = cloud.build_and_read(lambda: runpy.run_path(str(folder / "__main__.py")))
    return Run(cloud, exports)


def changed_config(stack: str, changes: Mapping[str, Any], folder: Path = ROOT) -> dict[str, Any]:
    """Return the configuration of a committed stack in which some keys differ, as `run_changed` takes them."""
    config: dict[str, Any] = yaml.safe_load((folder / f"Pulumi.{stack}.yaml").read_text())["config"]
    for path, value in changes.items():
        top, *sections = path.split(".")
        owner, key = config, top
        for section in sections:
            owner, key = owner.setdefault(key, {}), section
        if value is None:
            del owner[key]
        else:
            owner[key] = value
    return config


@contextmanager
def _engine(stack: str, cloud: Cloud, changes: Mapping[str, Any], folder: Path) -> Iterator[None]:
    config = changed_config(stack, changes, folder)
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text())["name"]
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    before = runtime_config.CONFIG.get()
    with own_event_loop():
        pulumi.runtime.set_all_config(texts)
        runtime.reset_options()
        monitor = CloudMonitor(cloud)
        pulumi.runtime.set_mocks(cloud, project=project, stack=stack, preview=cloud.preview, monitor=monitor)
        try:
            yield
        finally:
            runtime.reset_options()
            runtime_config.CONFIG.set(before)
