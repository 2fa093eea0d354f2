from pathlib import Path

from sandbox.shelf import Shelf


def never() -> str:
    raise AssertionError("it stands on the shelf")


def test_what_is_found_is_kept_for_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "shelf.db"
    assert Shelf(path).get("a", lambda: {"x": [1, None]}) == {"x": [1, None]}
    assert Shelf(path).get("a", never) == {"x": [1, None]}


def test_nothing_is_kept_as_nothing(tmp_path: Path) -> None:
    path = tmp_path / "shelf.db"
    assert Shelf(path).get("unknown type", lambda: None) is None
    assert Shelf(path).get("unknown type", never) is None


def test_a_damaged_file_is_done_without(tmp_path: Path) -> None:
    path = tmp_path / "shelf.db"
    path.write_bytes(b"no database" * 100)
    assert Shelf(path).get("a", lambda: 1) == 1


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shelf = Shelf(tmp_path / "file" / "shelf.db")
    assert shelf.get("a", lambda: 1) == 1
    assert shelf.get("a", never) == 1
