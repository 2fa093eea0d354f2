from tools.law_reference import PAGE, reference


def test_the_page_is_what_the_laws_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run python -m tools.law_reference"
