"""Whose roles a store may name and what External Secrets may write; what the API server makes of the policies is in
tests/engine/test_custom_kinds.py.
"""

import re

import pytest

from tools import shapes

STORE = "kubernetes:external-secrets.io/v1:SecretStore"
FOLLOWS = re.compile(r"role(/.+/)' [+] variables\.home [+] '/")


@pytest.mark.parametrize("shape", ["dev-with-traces-and-datadog", "prod"])
def test_each_store_names_a_role_under_its_own_namespaces_path(shape: str) -> None:
    cloud = shapes.made(shape).cloud
    spec = cloud.named("services-secrets-readers-policy").inputs["spec"]
    (found,) = FOLLOWS.findall(spec["validations"][0]["expression"])
    stores = cloud.of(STORE)
    assert len({each.inputs["metadata"]["namespace"] for each in stores}) > 1
    for store in stores:
        begins = f":role{found}{store.inputs['metadata']['namespace']}/"
        assert begins in store.inputs["spec"]["provider"]["aws"]["role"], store.name


@pytest.mark.parametrize("held", ["readers", "writes"])
def test_a_policy_denies_from_before_the_operator_runs(held: str) -> None:
    cloud = shapes.made("prod").cloud
    policy, binding = (cloud.named(f"services-secrets-{held}-{part}") for part in ("policy", "binding"))
    assert policy.urn in binding.depends_on
    assert (policy.inputs["spec"]["failurePolicy"], binding.inputs["spec"]["validationActions"]) == ("Fail", ["Deny"])
    operator = cloud.named("services-secrets-release")
    assert binding.urn in operator.depends_on


def test_what_may_be_written_is_asked_of_the_very_account_of_the_operator() -> None:
    cloud = shapes.made("prod").cloud
    release = cloud.named("services-secrets-release").inputs
    (condition,) = cloud.named("services-secrets-writes-policy").inputs["spec"]["matchConditions"]
    account = f"system:serviceaccount:{release['namespace']}:{release['values']['serviceAccount']['name']}"
    assert condition["expression"] == f"request.userInfo.username == '{account}'"


def test_every_secret_of_ours_is_one_that_the_operator_may_write() -> None:
    secrets = shapes.made("prod").cloud.of("kubernetes:external-secrets.io/v1:ExternalSecret")
    assert len(secrets) > 1
    for each in secrets:
        target = each.inputs["spec"]["target"]
        # without a type in a template it is Opaque
        assert (target["creationPolicy"], "template" in target) == ("Owner", False), each.name
