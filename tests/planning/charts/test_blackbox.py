from components.planning.charts.blackbox import blackbox_values


def test_a_site_that_asks_for_a_token_counts_as_answering() -> None:
    module = blackbox_values()["config"]["modules"]["answers"]
    assert module["http"] == {"valid_status_codes": [200, 401, 403], "fail_if_not_ssl": True}


def test_it_says_what_it_needs() -> None:
    needs = blackbox_values()["resources"]
    assert (set(needs["requests"]), set(needs["limits"])) == ({"cpu", "memory"}, {"memory"})
