"""Each lock of npm is whole: `npm ci` refuses one that lacks a package, be it for another system alone."""

from pathlib import Path

import pytest

from tests.npm_locks import found_from, packages

ROOT = Path(__file__).parents[2]
LOCKS = sorted(
    path.relative_to(ROOT)
    for folder in ("image", "examples", "tools")
    for path in (ROOT / folder).rglob("package-lock.json")
    if "node_modules" not in path.parts
)


def test_there_are_locks() -> None:
    assert {"image/package-lock.json", "examples/tiktrend/app/web/package-lock.json"} <= set(map(str, LOCKS))


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_nothing_is_missing_and_nothing_is_left_over(lock: Path) -> None:
    known = packages(ROOT / lock)
    missing = [
        f"{path} -> {name}"
        for path, entry in known.items()
        for kind in ("dependencies", "optionalDependencies")
        for name in entry.get(kind, {})
        if found_from(known, path, name) is None
    ]
    assert missing == []
    assert [path for path, entry in known.items() if entry.get("extraneous")] == []


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_every_package_is_pinned_to_its_bytes(lock: Path) -> None:
    # a bundled one lies in its parent's archive
    loose = [
        path
        for path, entry in packages(ROOT / lock).items()
        if path and "integrity" not in entry and not entry.get("inBundle")
    ]
    assert loose == []


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_a_lock_names_no_registry(lock: Path) -> None:
    assert [path for path, entry in packages(ROOT / lock).items() if "resolved" in entry] == []
    assert "omit-lockfile-registry-resolved=true" in (ROOT / lock.with_name(".npmrc")).read_text().splitlines()
