from sandbox import schema
from sandbox.stateful import LOSS, LOSSES, holds_data, warning


def test_only_a_replacement_of_what_holds_data_is_worth_a_warning() -> None:
    said = warning("aws:rds/instance:Instance", ["dbName", "username"])
    assert "`dbName`, `username` cannot change in place" in said
    assert "deleted with every row since the last snapshot" in said
    assert warning("aws:rds/instance:Instance", []) == ""
    assert warning("aws:sns/topic:Topic", ["name"]) == ""
    assert warning("aws:ec2/eip:Eip", ["domain"]) == ""


def test_each_of_them_exists_and_stands_there_once() -> None:
    assert len(LOSS) == sum(len(loss.types) for loss in LOSSES)
    assert [token for token in LOSS if schema.resource(token) is None] == []


def test_data_are_told_from_addresses_and_networks() -> None:
    assert holds_data("aws:s3/bucket:Bucket")
    assert holds_data("aws:kms/key:Key")
    assert not holds_data("aws:ec2/vpc:Vpc")
    assert not holds_data("aws:sns/topic:Topic")
