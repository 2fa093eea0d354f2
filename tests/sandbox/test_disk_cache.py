from pathlib import Path

from sandbox.disk_cache import DiskCache


def never() -> str:
    raise AssertionError("it stands in the cache")


def test_what_is_found_is_kept_for_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "cache.db"
    assert DiskCache(path).get("a", lambda: {"x": [1, None]}) == {"x": [1, None]}
    assert DiskCache(path).get("a", never) == {"x": [1, None]}


def test_nothing_is_kept_as_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    assert DiskCache(path).get("unknown type", lambda: None) is None
    assert DiskCache(path).get("unknown type", never) is None


def test_a_damaged_file_is_done_without(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(b"no database" * 100)
    assert DiskCache(path).get("a", lambda: 1) == 1


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = DiskCache(tmp_path / "file" / "cache.db")
    assert cache.get("a", lambda: 1) == 1
    assert cache.get("a", never) == 1
