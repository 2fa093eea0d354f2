import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from components.flowise_service.settings import ServiceSettings
from tests.npm_locks import found_from

IMAGE = Path(__file__).parents[2] / "image"
LOCK: dict[str, Any] = json.loads((IMAGE / "package-lock.json").read_text())
PACKAGES: dict[str, dict[str, Any]] = LOCK["packages"]
FLOWISE = "node_modules/flowise"


def test_the_lock_is_of_this_package() -> None:
    manifest = json.loads((IMAGE / "package.json").read_text())
    root = PACKAGES[""]
    assert {key: root[key] for key in ("name", "version", "dependencies", "engines")} == {
        key: manifest[key] for key in ("name", "version", "dependencies", "engines")
    }


def test_one_version_of_flowise_is_named_everywhere() -> None:
    deployed = ServiceSettings.model_fields["image"].default.rpartition(":")[2]
    assert PACKAGES[FLOWISE]["version"] == deployed
    assert json.loads((IMAGE / "package.json").read_text())["dependencies"]["flowise"] == deployed
    assert LOCK["version"] == deployed
    assert f"ARG VERSION={deployed}\n" in (IMAGE / "Dockerfile").read_text()
    compose = (IMAGE.parent / "compose" / "compose.yaml").read_text()
    assert re.findall(r"flowise-platform/flowise:(\S+)", compose) == [deployed]


# the first versions without the holes of docs/operations/image.md, one for each major that was mended
@pytest.mark.parametrize(
    ("name", "floors"),
    [
        ("axios", [(1, 16, 0)]),
        ("form-data", [(2, 5, 4), (3, 0, 4), (4, 0, 4)]),  # GHSA-fjxv-7rqg-78g4
        ("langsmith", [(0, 5, 18)]),
        ("multer", [(2, 1, 1)]),
        ("nodemailer", [(10, 1, 4)]),
        ("vm2", [(3, 12, 2)]),
        ("xlsx", [(0, 20, 2)]),
    ],
)
def test_no_place_of_the_tree_has_a_version_with_a_published_hole(
    name: str, floors: Sequence[tuple[int, int, int]]
) -> None:
    versions = [entry["version"] for path, entry in PACKAGES.items() if path.endswith(f"node_modules/{name}")]
    assert versions
    numbers = [tuple(map(int, each.split("."))) for each in versions]
    floor_of = {floor[0]: floor for floor in floors}
    assert [each for each in numbers if each < floor_of.get(each[0], floors[-1])] == []


@pytest.mark.parametrize("name", ["pg", "@aws-sdk/client-secrets-manager", "bullmq", "ioredis", "prom-client"])
def test_the_platforms_scripts_find_their_packages_in_the_image(name: str) -> None:
    # pods set NODE_PATH, which is one folder, and is not searched upwards
    modules = ServiceSettings().script_image().modules
    assert f"WORKDIR {modules.removesuffix('/node_modules')}\n" in (IMAGE / "Dockerfile").read_text()
    assert f"node_modules/{name}" in PACKAGES


def test_the_mcp_server_that_the_settings_name_is_in_the_image() -> None:
    [path] = ServiceSettings.model_fields["custom_mcp_scripts"].examples or [[]]
    folder = path.removeprefix(f"{ServiceSettings().script_image().modules.removesuffix('/node_modules')}/")
    assert folder.removesuffix("/dist/index.js") in PACKAGES


@pytest.mark.parametrize("name", ["pg", "ioredis"])
def test_the_health_check_asks_with_the_modules_that_flowise_itself_uses(name: str) -> None:
    assert found_from(PACKAGES, FLOWISE, name) == f"node_modules/{name}"


@pytest.mark.parametrize("cpu", ["x64", "arm64"])
def test_native_modules_are_locked_for_both_kinds_of_nodes(cpu: str) -> None:
    native = {
        path
        for path, entry in PACKAGES.items()
        if entry.get("cpu") == [cpu] and "linux" in entry.get("os", []) and entry.get("libc", ["glibc"]) == ["glibc"]
    }
    assert {
        f"node_modules/@msgpackr-extract/msgpackr-extract-linux-{cpu}",
        f"node_modules/@napi-rs/canvas-linux-{cpu}-gnu",
        f"node_modules/chromadb-js-bindings-linux-{cpu}-gnu",
    } <= native
