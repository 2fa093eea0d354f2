from sandbox.stateful import holds_data, warning
from sandbox.stateful.strangers import keeps


def test_only_a_replacement_of_what_holds_data_is_worth_a_warning() -> None:
    said = warning("aws:rds/instance:Instance", ["dbName", "username"])
    assert "`dbName`, `username` cannot change in place" in said
    assert "deleted with every row since the last snapshot" in said
    assert warning("aws:rds/instance:Instance", []) == ""
    assert warning("aws:sns/topic:Topic", ["name"]) == ""
    assert warning("aws:ec2/eip:Eip", ["domain"]) == ""


def test_data_are_told_from_addresses_and_networks() -> None:
    assert holds_data("aws:s3/bucket:Bucket")
    assert holds_data("aws:kms/key:Key")
    assert not holds_data("aws:ec2/vpc:Vpc")
    assert not holds_data("aws:sns/topic:Topic")


def test_a_kind_of_kubernetes_is_known_in_any_version_and_no_other_group_s() -> None:
    assert holds_data("kubernetes:core/v1:PersistentVolumeClaim")
    assert holds_data("kubernetes:apps/v1beta1:StatefulSet")
    assert holds_data("kubernetes:core/v1:PersistentVolumeClaimList")
    assert not holds_data("kubernetes:example.com/v1:Secret")


def test_the_last_words_of_a_name_decide() -> None:
    for name in (
        "DatabaseInstance",
        "SQLDatabase",
        "Buckets",
        "SecretVersion",
        "ResourceGroup",
        "NoSQLTable",
        "KeyRing",
    ):
        assert keeps(name), name
    for name in ("DatabaseInstanceIamMember", "BucketPolicy", "ServiceAccount", "ApiKey", "RouteTable", "Monitor"):
        assert not keeps(name), name
