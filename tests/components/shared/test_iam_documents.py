import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components.shared.iam_documents import allow, document, key_policy, pod_trust, service_trust
from components.vpc.endpoint_policies import s3_endpoint_policy
from testing.cloud import Cloud


def rendered(cloud: Cloud, written: Mapping[str, Any]) -> dict[str, Any]:
    texts: list[str] = []
    cloud.build(lambda: pulumi.Output.json_dumps(written).apply(texts.append))
    return dict(json.loads(texts[0]))


def test_a_pod_role_is_for_one_service_account_of_one_cluster(cloud: Cloud) -> None:
    trust = rendered(cloud, pod_trust(cluster_arn="arn:c", namespace="flowise", service_account="app"))
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"]["StringEquals"] == {
        "aws:RequestTag/eks-cluster-arn": "arn:c",
        "aws:RequestTag/kubernetes-namespace": "flowise",
        "aws:RequestTag/kubernetes-service-account": "app",
    }


def test_a_key_is_administered_by_its_account_alone(cloud: Cloud) -> None:
    policy = rendered(
        cloud, key_policy(partition="aws", account="111122223333", region="eu-west-1", encrypts_logs=False, services=())
    )
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}


def test_logs_use_a_key_for_groups_of_the_account_alone(cloud: Cloud) -> None:
    policy = rendered(
        cloud, key_policy(partition="aws", account="111122223333", region="eu-west-1", encrypts_logs=True, services=())
    )
    logs = policy["Statement"][1]
    assert logs["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert logs["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:*"}
    }


def test_a_service_uses_a_key_for_the_account_alone(cloud: Cloud) -> None:
    policy = rendered(
        cloud,
        key_policy(
            partition="aws",
            account="111122223333",
            region="eu-west-1",
            encrypts_logs=False,
            services=("sns.amazonaws.com", "events.amazonaws.com", "events.rds.amazonaws.com"),
        ),
    )
    _, sns, rules, events = policy["Statement"]
    assert [each["Sid"] for each in (sns, rules, events)] == [
        "SnsForThisAccount",
        "EventsForThisAccount",
        "EventsRdsForThisAccount",
    ]
    here = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert (sns["Condition"], events["Condition"]) == (here, here)
    # EventBridge does not say for whom it acts (EventBridge user guide, eb-troubleshooting)
    assert "Condition" not in rules


def test_the_s3_endpoint_lets_nothing_out_of_the_account(cloud: Cloud) -> None:
    policy = rendered(cloud, s3_endpoint_policy(partition="aws", account="111122223333", region="eu-west-1"))
    own, aws_buckets = policy["Statement"]
    assert own["Condition"] == {"StringEquals": {"aws:ResourceAccount": "111122223333"}}
    assert "s3:*" not in own["Action"]
    assert aws_buckets["Action"] == ["s3:GetObject"]
    assert aws_buckets["Resource"] == [
        "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
        "arn:aws:s3:::al2023-repos-eu-west-1-de612dc2/*",
        "arn:aws:s3:::prod-registry-k8s-io-eu-west-1/*",
    ]


def test_a_service_may_be_held_to_one_account() -> None:
    (statement,) = service_trust("monitoring.rds.amazonaws.com", account="111122223333")["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


@pytest.mark.parametrize("conditions", [None, {"Bool": {"aws:SecureTransport": "true"}}])
def test_a_condition_appears_when_given(conditions: dict[str, Any] | None) -> None:
    (statement,) = document([allow("Reads", ["s3:GetObject"], ["arn:b/*"], conditions=conditions)])["Statement"]
    assert statement.get("Condition") == conditions
