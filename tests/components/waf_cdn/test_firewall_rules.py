import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.flowise_service.edge import edge_profile
from components.shared.edge_profile import EdgeProfile
from components.waf_cdn.firewall_capacity import MOST_UNITS, UNITS_IN_BASIC_PRICE, units
from components.waf_cdn.firewall_groups import LABELS
from components.waf_cdn.firewall_rules import WafRule, waf_rules
from components.waf_cdn.firewall_settings import FirewallSettings
from components.waf_cdn.firewall_statements import declares_more_than, path_begins

EVERYTHING: dict[str, Any] = {
    "allowed_countries": ("DE",),
    "closed_paths": ("/api/v1/user/test",),
    "anti_ddos": True,
    "bot_control": True,
    "requests_per_five_minutes_per_key": 500,
    "exemptions": dict.fromkeys(LABELS, ("/api/v1/webhook",)),
}


FLOWISE, NOBODYS = edge_profile(()), EdgeProfile()


def planned(profile: EdgeProfile = FLOWISE, *, sets: bool = False, **settings: Any) -> dict[str, WafRule]:
    arns = ["arn:v4", "arn:v6"] if sets else []
    rules = waf_rules(FirewallSettings.model_validate(settings), profile, allowed_sets=arns, denied_sets=arns)
    return {rule.name: rule for rule in rules}


def test_priorities_are_a_promise() -> None:
    assert {name: rule.priority for name, rule in planned(sets=True, **EVERYTHING).items()} == {
        "countries": 0,
        "denied-addresses": 1,
        "other-addresses": 2,
        "closes-markup": 3,
        "anti-ddos": 5,
        "known-bad-addresses": 10,
        "anonymous-addresses": 12,
        "rate": 20,
        "rate-login": 21,
        "rate-costly": 22,
        "rate-key": 23,
        "closes-unused": 29,
        "closes-queue-board": 30,
        "closes-metrics": 31,
        "closes-registration": 32,
        "closes-custom-mcp": 33,
        "closes-listed": 34,
        "too-large": 35,
        "closes-to-programs": 36,
        "closes-odd-keys": 37,
        "common-attacks": 40,
        "known-bad-inputs": 50,
        "sql-injection": 60,
        "outside-exemptions": 65,
        "bots": 70,
    }


def test_an_empty_profile_names_no_path_and_exempts_nothing() -> None:
    on: dict[str, Any] = {"anti_ddos": True, "bot_control": True, "requests_per_five_minutes_per_key": 500}
    rules = planned(NOBODYS, sets=True, allowed_countries=("DE",), **on)
    assert set(rules) == {
        *("countries", "denied-addresses", "other-addresses", "anti-ddos", "known-bad-addresses", "rate", "too-large"),
        *("anonymous-addresses", "common-attacks", "known-bad-inputs", "sql-injection", "bots"),
    }
    said = str(list(rules.values()))
    assert not re.search(r"uri_path|rule_action_overrides|exempt|'/|\^/", said), said


def test_what_a_stack_exempts_is_exempt_without_a_profile() -> None:
    label = next(iter(LABELS))
    assert label in str(planned(NOBODYS, exemptions={label: ("/hooks",)})["outside-exemptions"].statement)


def test_a_rule_more_moves_no_other() -> None:
    without, with_more = planned(), planned(sets=True, allowed_countries=("DE",), bot_control=True)
    assert set(with_more) - set(without) == {"countries", "denied-addresses", "other-addresses", "bots"}
    assert {name: with_more[name] for name in without} == without


def test_rules_come_in_the_order_in_which_they_are_asked() -> None:
    priorities = [rule.priority for rule in planned(sets=True, **EVERYTHING).values()]
    assert priorities == sorted(set(priorities))


def test_what_costs_extra_is_left_out_unless_asked_for() -> None:
    assert {"anti-ddos", "bots"} & set(planned()) == set()


def test_bots_are_counted_and_every_other_group_decides() -> None:
    rules = planned(**EVERYTHING).values()
    assert {rule.name for rule in rules if rule.managed and rule.counts} == {"bots"}


def test_a_challenge_is_never_put_to_a_program() -> None:
    (config,) = planned(anti_ddos=True)["anti-ddos"].statement["managed_rule_group_statement"][
        "managed_rule_group_configs"
    ]
    challenge = config["aws_managed_rules_anti_ddos_rule_set"]["client_side_action_config"]["challenge"]
    (exempt,) = challenge["exempt_uri_regular_expressions"]
    assert re.search(exempt["regex_string"], "/api/v1/prediction/1")
    assert not re.search(exempt["regex_string"], "/signin")


def test_who_asks_too_often_is_told_so() -> None:
    rates = {name: rule for name, rule in planned(logins_per_five_minutes_per_ip=33).items() if name.startswith("rate")}
    assert {rule.status for rule in rates.values()} == {429}
    limits = {name: rule.statement["rate_based_statement"]["limit"] for name, rule in rates.items()}
    assert limits == {"rate": 2000, "rate-login": 33, "rate-costly": 300}


def test_a_consumer_is_counted_by_a_digest_of_the_key_and_none_where_no_limit_is_set() -> None:
    assert "rate-key" not in planned()
    rate = planned(requests_per_five_minutes_per_key=500)["rate-key"]
    assert rate.status == 429
    assert rate.statement["rate_based_statement"] == {
        "aggregate_key_type": "CUSTOM_KEYS",
        "custom_keys": [
            {"header": {"name": "authorization", "text_transformations": [{"priority": 0, "type": "SHA256"}]}}
        ],
        "evaluation_window_sec": 300,
        "limit": 500,
    }


def test_the_capacity_of_a_few_rules_is_what_the_guide_says() -> None:
    rules = planned(allowed_countries=("DE",))
    # a country 1, a compared path 2, three transformations of the path 30
    assert units([rules["countries"]]) == 33
    # the core rule set 700; a header as it is 3
    assert units([rules["common-attacks"]]) == 700
    assert units([rules["too-large"]]) == 3
    # a rate 2, a regular expression 3, transformations 30, which the second rule shares
    assert units([rules["rate-login"]]) == 35
    assert units([rules["rate-login"], rules["rate-costly"]]) == 40
    # a rate 2, a key of its own 30
    assert units([planned(requests_per_five_minutes_per_key=500)["rate-key"]]) == 32


def test_all_rules_together_stay_within_the_basic_price() -> None:
    assert units(planned().values()) == 1269
    # the groups 700, 200, 200, 25 and 50, a rate 2, a header's size 3
    assert units(planned(NOBODYS).values()) == 1180
    assert units(planned(sets=True, **EVERYTHING).values()) <= UNITS_IN_BASIC_PRICE <= MOST_UNITS


@given(st.integers(1, 2**40), st.integers(-3, 3), st.integers(0, 2**41))
def test_a_declared_length_is_compared_as_a_number(largest: int, near: int, any_length: int) -> None:
    pattern = declares_more_than(largest)["regex_match_statement"]["regex_string"]
    for length in (max(0, largest + near), any_length):
        assert bool(re.search(pattern, str(length))) == (length > largest)


def test_the_pattern_of_a_length_fits_where_aws_wants_it() -> None:
    assert len(declares_more_than(1024 * 2**20)["regex_match_statement"]["regex_string"]) <= 512


@given(st.lists(st.from_regex(r"\A/[a-z0-9/_.-]{1,120}\Z"), min_size=1, max_size=40))
def test_paths_are_matched_by_their_beginnings_however_many(prefixes: list[str]) -> None:
    patterns = re.findall(r'"(?:regex_string|search_string)": "([^"]*)"', json.dumps(path_begins(prefixes)))
    patterns = [json.loads(f'"{each}"') for each in patterns]
    assert all(len(each) <= 512 for each in patterns)
    for prefix in prefixes:
        assert any(re.search(each, f"{prefix}/x") for each in patterns)
    assert not any(re.search(each, "~") for each in patterns)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"allowed_countries": ["XX"]}, "no country"),
        ({"allowed_cidrs": ["0.0.0.0/0"]}, "no range"),
        ({"denied_cidrs": ["203.0.113.7/24"]}, "no range"),
        ({"exemptions": {"SQLi": ["/"]}}, "no label"),
        ({"exemptions": {next(iter(LABELS)): []}}, "names no path"),
    ],
)
def test_what_the_firewall_would_not_take_is_refused_early(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        FirewallSettings.model_validate(settings)
