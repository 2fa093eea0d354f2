"""The two packages that an environment gets: what the wheels hold, and that they are found from any folder."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "flowise_platform": ROOT / "components",
    "platform_policies": ROOT / "policies" / "src" / "platform_policies",
}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Return the files of each wheel, by its distribution's name."""
    folder = tmp_path_factory.mktemp("wheels")
    uv = Path(sys.executable).parent / "uv"
    # offline: uv builds by itself, and fetches nothing that the lock does not name
    options = "build --all-packages --wheel --offline --no-cache --quiet --out-dir"
    subprocess.run([uv, *options.split(), folder], cwd=ROOT, check=True)
    return {wheel.name.split("-")[0]: set(zipfile.ZipFile(wheel).namelist()) for wheel in folder.glob("*.whl")}


@pytest.mark.parametrize(("distribution", "package"), PACKAGES.items(), ids=list(PACKAGES))
def test_a_wheel_holds_one_package_whole_with_its_types(
    distribution: str, package: Path, wheels: dict[str, set[str]]
) -> None:
    assert wheels.keys() == PACKAGES.keys()
    files = {name for name in wheels[distribution] if ".dist-info/" not in name and not name.endswith("/")}
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", package],
        cwd=package.parent, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert files == {name for name in listed if (package.parent / name).exists()}
    assert f"{package.name}/py.typed" in files


@pytest.mark.parametrize("module", ["components.vpc", "platform_policies"])
def test_a_package_is_imported_from_any_folder(module: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-I", "-c", f"import {module}"], cwd=tmp_path, check=True)
