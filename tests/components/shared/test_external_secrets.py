from typing import Any

import pulumi
import pytest

from components.shared.external_secrets import Parameter, SecretField, external_secret_spec, services, store_spec
from testing.cloud import Cloud

SECRET = SecretField(arn="arn:s", version_id="v7", field="password")
WHOLE = SecretField(arn="arn:w", version_id="v1")
PARAMETER = Parameter(name="/smtp/host", version=3)


@pytest.mark.parametrize(
    ("source", "store", "reference"),
    [
        (SECRET, "sm", {"key": "arn:s", "version": "uuid/v7", "property": "password"}),
        (WHOLE, "sm", {"key": "arn:w", "version": "uuid/v1"}),
        (PARAMETER, "ps", {"key": "/smtp/host", "version": "3"}),
    ],
)
def test_a_value_is_asked_for_by_its_version(cloud: Cloud, source: Any, store: str, reference: dict[str, str]) -> None:
    def build() -> pulumi.Output[Any]:
        stores: Any = {"SecretsManager": "sm", "ParameterStore": "ps"}
        return pulumi.Output.from_input(external_secret_spec({"A": source}, stores))

    spec = cloud.value_of(build)[0]
    assert spec["data"] == [
        {
            "secretKey": "A",
            "remoteRef": reference,
            "sourceRef": {"storeRef": {"kind": "SecretStore", "name": store}},
        }
    ]
    assert spec["target"] == {"creationPolicy": "Owner", "immutable": True}


def test_stores_are_made_of_services_that_are_used() -> None:
    assert services([SECRET, WHOLE]) == ("SecretsManager",)
    assert services([PARAMETER, SECRET]) == ("ParameterStore", "SecretsManager")


def test_a_store_reads_as_one_role() -> None:
    spec = store_spec("SecretsManager", region="eu-west-1", role_arn="arn:role")
    assert spec["provider"]["aws"] == {"service": "SecretsManager", "region": "eu-west-1", "role": "arn:role"}
