from typing import Any

import pytest

from components.planning.waf_rules import waf_rules


def planned(countries: tuple[str, ...] = (), rate: int = 2000) -> dict[str, Any]:
    return {rule.name: rule for rule in waf_rules(requests_per_five_minutes=rate, allowed_countries=countries)}


def test_priorities_are_a_promise() -> None:
    rules = planned(countries=("DE",))
    assert {name: rule.priority for name, rule in rules.items()} == {
        "countries": 0,
        "known-bad-addresses": 10,
        "rate": 20,
        "closes-queue-board": 30,
        "closes-metrics": 31,
        "closes-registration": 32,
        "common-attacks": 40,
        "known-bad-inputs": 50,
        "sql-injection": 60,
    }


def test_a_rule_more_moves_no_other() -> None:
    without, with_countries = planned(), planned(countries=("DE",))
    assert set(with_countries) - set(without) == {"countries"}
    assert {name: with_countries[name] for name in without} == without


def test_rules_come_in_the_order_in_which_they_are_asked() -> None:
    priorities = [rule.priority for rule in waf_rules(requests_per_five_minutes=10, allowed_countries=("DE",))]
    assert priorities == sorted(set(priorities))


def test_aws_groups_decide_and_our_own_rules_block() -> None:
    assert {name for name, rule in planned(("DE",)).items() if rule.managed} == {
        "known-bad-addresses",
        "common-attacks",
        "known-bad-inputs",
        "sql-injection",
    }


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("known-bad-addresses", "AWSManagedRulesAmazonIpReputationList"),
        ("common-attacks", "AWSManagedRulesCommonRuleSet"),
        ("known-bad-inputs", "AWSManagedRulesKnownBadInputsRuleSet"),
        ("sql-injection", "AWSManagedRulesSQLiRuleSet"),
    ],
)
def test_the_groups_are_amazons(name: str, group: str) -> None:
    statement = planned()[name].statement["managed_rule_group_statement"]
    assert (statement["vendor_name"], statement["name"]) == ("AWS", group)


def test_a_flow_can_be_saved() -> None:
    overrides = planned()["common-attacks"].statement["managed_rule_group_statement"]["rule_action_overrides"]
    assert {each["name"]: each["action_to_use"] for each in overrides} == {
        "SizeRestrictions_BODY": {"count": {}},
        "CrossSiteScripting_BODY": {"count": {}},
        "GenericLFI_BODY": {"count": {}},
        "GenericRFI_BODY": {"count": {}},
        "EC2MetaDataSSRF_BODY": {"count": {}},
    }


def test_nothing_else_only_counts() -> None:
    counting = [name for name, rule in planned().items() if "'count'" in str(rule.statement)]
    assert counting == ["common-attacks"]


def test_one_address_is_held_to_the_rate_over_five_minutes() -> None:
    statement = planned(rate=123)["rate"].statement["rate_based_statement"]
    assert statement == {"aggregate_key_type": "IP", "evaluation_window_sec": 300, "limit": 123}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("closes-queue-board", "/admin/queues"),
        ("closes-metrics", "/api/v1/metrics"),
        ("closes-registration", "/api/v1/account/register"),
    ],
)
def test_a_path_is_closed_however_it_is_written(name: str, path: str) -> None:
    statement = planned()[name].statement["byte_match_statement"]
    assert statement["search_string"] == path
    assert statement["positional_constraint"] == "STARTS_WITH"
    assert statement["field_to_match"] == {"uri_path": {}}
    assert [each["type"] for each in statement["text_transformations"]] == ["URL_DECODE", "NORMALIZE_PATH", "LOWERCASE"]
    assert [each["priority"] for each in statement["text_transformations"]] == [0, 1, 2]


def test_only_listed_countries_come_in() -> None:
    inner = planned(countries=("DE", "FR"))["countries"].statement["not_statement"]["statement"]
    assert inner == {"geo_match_statement": {"country_codes": ["DE", "FR"]}}


def test_without_a_list_no_country_is_refused() -> None:
    assert "countries" not in planned()
