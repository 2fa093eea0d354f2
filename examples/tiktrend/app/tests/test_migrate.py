"""Migrations, forth and back."""

from typing import Any

import pytest
from sqlalchemy import inspect, text
from tiktrend import migrate


def columns(engine: Any) -> set[str]:
    return {each["name"] for each in inspect(engine).get_columns("products")}


def test_it_goes_back_and_forth_and_says_so(engine: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert "image_url" in columns(engine)
    for target, said in (
        ("head", "nothing to do: the database is at 0002"),
        ("0001", "went back from 0002 to 0001"),
        ("0001", "nothing to do: the database is at 0001"),
        ("head", "went from 0001 to 0002"),
    ):
        assert migrate.main([target]) == 0
        assert capsys.readouterr().out.strip() == said
        assert ("image_url" in columns(engine)) == (target != "0001")


def test_an_image_that_went_back_leaves_newer_tables_alone(engine: Any) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    assert migrate.migrate("head") == "nothing to do: the database is at 0003, ahead of this image"
    # who wants them back needs the image that knows how
    assert migrate.main(["0001"]) == 2


def test_a_revision_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no revision 0009: there are 0001, 0002"):
        migrate.migrate("0009")
