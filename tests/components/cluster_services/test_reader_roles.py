"""Whose roles a store may name; what the API server makes of the policy is in tests/engine/test_custom_kinds.py."""

import re

import pulumi_kubernetes as k8s
import pytest

from tools import shapes

STORE = "kubernetes:external-secrets.io/v1:SecretStore"
FOLLOWS = re.compile(r"role(/.+/)' [+] variables\.home [+] '/")


@pytest.mark.parametrize("shape", ["dev-with-traces-and-datadog", "prod"])
def test_each_store_names_a_role_under_its_own_namespaces_path(shape: str) -> None:
    cloud = shapes.made(shape).cloud
    spec = cloud.only(k8s.admissionregistration.v1.ValidatingAdmissionPolicy).inputs["spec"]
    (found,) = FOLLOWS.findall(spec["validations"][0]["expression"])
    stores = cloud.of(STORE)
    assert len({each.inputs["metadata"]["namespace"] for each in stores}) > 1
    for store in stores:
        begins = f":role{found}{store.inputs['metadata']['namespace']}/"
        assert begins in store.inputs["spec"]["provider"]["aws"]["role"], store.name


def test_the_policy_denies_from_before_the_operator_runs() -> None:
    cloud = shapes.made("prod").cloud
    policy = cloud.only(k8s.admissionregistration.v1.ValidatingAdmissionPolicy)
    binding = cloud.only(k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding)
    assert policy.urn in binding.depends_on
    assert (policy.inputs["spec"]["failurePolicy"], binding.inputs["spec"]["validationActions"]) == ("Fail", ["Deny"])
    operator = cloud.named("services-secrets-release")
    assert binding.urn in operator.depends_on
