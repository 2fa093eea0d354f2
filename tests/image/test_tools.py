"""The image of the platform's own scripts: its lock, and its health check in a real Node."""

import json
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from components.shared.node_image import TOOLS_MODULES
from sandbox.nodejs import NODE
from tests.node import ASSETS
from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "image" / "platform-tools"
MANIFEST: dict[str, Any] = json.loads((TOOLS / "package.json").read_text())
PACKAGES: dict[str, dict[str, Any]] = json.loads((TOOLS / "package-lock.json").read_text())["packages"]
FLOWISE: dict[str, dict[str, Any]] = json.loads((ROOT / "image" / "package-lock.json").read_text())["packages"]
SCRIPTS = ("database_setup.cjs", "restore_check.cjs", "alarm_bridge.cjs", "queue_exporter.cjs")


def test_it_has_what_the_scripts_ask_for_and_nothing_beside() -> None:
    texts = [path.read_text() for path in ASSETS if path.name in SCRIPTS]
    assert len(texts) == len(SCRIPTS)
    asked = {name for text in texts for name in re.findall(r"require\('([^.'][^']*)'\)", text)}
    built_in = {"crypto", "dns", "fs", "http", "module"}
    assert asked - built_in == set(MANIFEST["dependencies"])


def test_it_has_the_very_versions_that_flowise_has() -> None:
    # the scripts run on either image, and what reads a queue must know it as those do who write it
    for name, version in MANIFEST["dependencies"].items():
        assert FLOWISE[f"node_modules/{name}"]["version"] == version == PACKAGES[f"node_modules/{name}"]["version"]


def test_the_lock_is_of_this_package_and_pins_every_byte_without_a_registry() -> None:
    root = PACKAGES[""]
    assert {key: root[key] for key in ("name", "version", "dependencies", "engines")} == {
        key: MANIFEST[key] for key in ("name", "version", "dependencies", "engines")
    }
    assert [path for path, entry in PACKAGES.items() if path and "integrity" not in entry] == []
    assert [path for path, entry in PACKAGES.items() if "resolved" in entry] == []
    assert "omit-lockfile-registry-resolved=true" in (TOOLS / ".npmrc").read_text().splitlines()


def test_the_label_and_the_notice_name_every_licence_of_its_packages() -> None:
    licences = sorted({entry["license"] for path, entry in PACKAGES.items() if path})
    assert f'image.licenses="{" AND ".join(licences)}"' in (TOOLS / "Dockerfile").read_text()
    notice = (TOOLS / "NOTICE").read_text()
    assert all(licence in notice for licence in licences)


def test_pods_look_for_the_packages_where_the_image_has_them() -> None:
    text = (TOOLS / "Dockerfile").read_text()
    assert f"WORKDIR {TOOLS_MODULES.removesuffix('/node_modules')}\n" in text
    assert f"ENV NODE_PATH={TOOLS_MODULES}\n" in text
    assert f"ARG VERSION={MANIFEST['version']}\n" in text


def checked(folder: Path, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [NODE, folder / "healthcheck.cjs"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    return done.returncode, done.stderr.strip()


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """Give the folder of the image, with packages that do nothing."""
    for name in ("package.json", "healthcheck.cjs"):
        (tmp_path / name).write_text((TOOLS / name).read_text())
    for name in MANIFEST["dependencies"]:
        (tmp_path / "node_modules" / name).mkdir(parents=True)
        (tmp_path / "node_modules" / name / "index.js").touch()
    return tmp_path


@pytest.mark.parametrize(("status", "code"), [(200, 0), (500, 1)])
@pytest.mark.parametrize("variable", ["PORT", "METRICS_PORT"])
def test_a_script_that_listens_is_well_when_it_says_so(image: Path, variable: str, status: int, code: int) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request).start()
        assert checked(image, **{variable: str(server.server_port)})[0] == code
    assert asked == ["/livez"]


def test_a_script_that_does_not_listen_is_not_well(image: Path) -> None:
    code, said = checked(image, PORT=str(free_port()))
    assert code == 1
    assert "ECONNREFUSED" in said


def test_without_a_port_its_packages_are_looked_at(image: Path) -> None:
    assert checked(image) == (0, "")
    (image / "node_modules" / "pg" / "index.js").unlink()
    code, said = checked(image)
    assert code == 1
    assert "Cannot find module" in said
