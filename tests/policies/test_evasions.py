"""Ways around the rules: nine of ten are seen, and the others say why not."""

from .evasions import EVASIONS
from .packs import Server


def test_nine_of_ten_ways_around_are_seen() -> None:
    server = Server("security")
    wrong = []
    for one in EVASIONS:
        found = dict(server.all(one.type, one.props))
        if (one.rule and one.rule not in found) or (not one.rule and "mandatory" in found.values()):
            wrong.append((one.name, one.rule, found))
    assert wrong == []
    seen = [one for one in EVASIONS if one.rule]
    assert len(EVASIONS) >= 40
    assert len(seen) >= 0.9 * len(EVASIONS)
    assert all(one.why for one in EVASIONS if not one.rule)
