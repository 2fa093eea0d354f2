"""Physical names where the program gives none."""

import pytest

from sandbox import autonaming
from sandbox.autonaming import NameRequiredError, Proposal

DIGITS = "0123456789abcdef"
ROLE = "aws:iam/role:Role"


def test_a_name_is_made_of_the_logical_one_and_seven_digits() -> None:
    assert autonaming.aws(ROLE, "node", {}, {}, Proposal(), DIGITS) == {"name": "node-0123456", "__defaults": ["name"]}


def test_the_engine_s_proposal_wins() -> None:
    assert (
        autonaming.aws(ROLE, "node", {}, {}, Proposal("flowise-dev-node-1a2b3c"), DIGITS)["name"]
        == "flowise-dev-node-1a2b3c"
    )


def test_a_given_name_stays() -> None:
    assert autonaming.aws(ROLE, "node", {"name": "mine"}, {}, Proposal("x"), DIGITS) == {
        "name": "mine",
        "__defaults": [],
    }


def test_a_prefix_is_a_name_too() -> None:
    assert "name" not in autonaming.aws(ROLE, "node", {"namePrefix": "mine-"}, {}, Proposal(), DIGITS)


def test_an_old_made_up_name_is_kept() -> None:
    olds = {"name": "node-fffffff", "__defaults": ["name"]}

    assert autonaming.aws(ROLE, "node", {}, olds, Proposal(), DIGITS)["name"] == "node-fffffff"


@pytest.mark.parametrize(
    ("token", "key"),
    [
        ("aws:s3/bucket:Bucket", "bucket"),
        ("aws:rds/instance:Instance", "identifier"),
        ("aws:elasticache/replicationGroup:ReplicationGroup", "replicationGroupId"),
    ],
)
def test_names_that_aws_wants_in_lower_case_are(token: str, key: str) -> None:
    assert autonaming.aws(token, "Files", {}, {}, Proposal(), DIGITS)[key] == "files-0123456"


def test_a_type_without_a_name_gets_none() -> None:
    assert autonaming.aws("aws:ec2/vpc:Vpc", "main", {}, {}, Proposal(), DIGITS) == {"__defaults": []}


def test_fails_when_autonaming_is_off_and_no_name_is_given() -> None:
    with pytest.raises(NameRequiredError, match="`name` is required"):
        autonaming.aws(ROLE, "node", {}, {}, Proposal(disabled=True), DIGITS)


def test_a_kubernetes_object_is_named_and_says_so() -> None:
    named = autonaming.kubernetes("app", {"metadata": {"labels": {"a": "b"}}}, {}, Proposal(), DIGITS)

    assert named["metadata"] == {
        "labels": {"a": "b"},
        "name": "app-01234567",
        "annotations": {"pulumi.com/autonamed": "true"},
    }


def test_a_kubernetes_object_keeps_its_made_up_name() -> None:
    olds = {"metadata": {"name": "app-ffffffff", "annotations": {"pulumi.com/autonamed": "true"}}}

    assert autonaming.kubernetes("app", {}, olds, Proposal(), DIGITS)["metadata"]["name"] == "app-ffffffff"


def test_a_release_keeps_its_name() -> None:
    assert autonaming.release("loki", {}, {"name": "loki-1"}, Proposal(), DIGITS)["name"] == "loki-1"
    assert autonaming.release("loki", {}, {}, Proposal(), DIGITS)["name"] == "loki-01234567"
