import re

import pulumi_aws as aws

from components.shared.data_key import DataKey, DataKeyArgs, alias_name
from testing.cloud import Cloud
from tests.samples import TAGS


def test_people_know_a_key_by_its_alias(cloud: Cloud) -> None:
    args = DataKeyArgs(purpose="Orders", region="eu-central-1", tags=TAGS)
    cloud.build(lambda: DataKey("db-key", args))
    alias = cloud.only(aws.kms.Alias).inputs
    assert re.fullmatch(r"alias/orders-dev-db-key-[0-9a-f]{8}", alias["name"])
    assert alias["region"] == "eu-central-1"


def test_two_keys_of_one_name_have_two_aliases_in_letters_that_kms_takes() -> None:
    tags = {"Project": "a.b", "Environment": "dev"}
    names = {alias_name("site key", tags, key_id) for key_id in ("01234567-89ab", "11234567-89ab")}
    assert names == {"alias/a-b-dev-site-key-01234567", "alias/a-b-dev-site-key-11234567"}
