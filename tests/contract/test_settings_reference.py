from stack import StackSettings
from tools.settings_reference import PAGE, reference


def test_the_committed_reference_is_current() -> None:
    assert PAGE.read_text() == reference(), "run python -m tools.settings_reference"


def test_every_section_has_a_table() -> None:
    page = reference()
    assert all(f"## flowise:{name}\n" in page for name in ("network", "cluster", "database", "service", "edge"))
    assert "## flowise:service.databricks\n" in page
    assert "`aws:region`" in page


def test_every_top_key_is_in_it() -> None:
    page = reference()
    assert [name for name in StackSettings.model_fields if name not in page] == []
