import pytest

from components.monitoring_stack.charts.blackbox import blackbox_values


@pytest.mark.parametrize(("module", "codes"), [("answers", [200, 401, 403]), ("serves", [200])])
def test_a_workspace_may_ask_for_a_token_and_the_site_may_not(module: str, codes: list[int]) -> None:
    http = blackbox_values()["config"]["modules"][module]["http"]
    assert (http["valid_status_codes"], http["fail_if_not_ssl"], http["follow_redirects"]) == (codes, True, False)


def test_it_says_what_it_needs() -> None:
    needs = blackbox_values()["resources"]
    assert (set(needs["requests"]), set(needs["limits"])) == ({"cpu", "memory"}, {"memory"})
