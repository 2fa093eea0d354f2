"""Documents that say who may do something to a resource, wherever a type has one."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from ..kit import catalogue
from ..kit.documents import accounts, held, open_to_all
from ..kit.places import each
from ..kit.reading import get, given, statements, strings
from ..kit.rule import Resource, Rule

# These have a rule of their own, by an older name.
_NAMED = r"aws:(s3/bucket(V2|Policy)?:.*|kms/key:Key|secretsmanager/.*|sns/topic(Policy)?:.*|sqs/queue(Policy)?:.*|iam/role:Role)"
# An API is there to be called by everybody, with a document or without; apigw-auth says whether it asks who calls.
_PUBLIC_BY_NATURE = r"aws:apigateway/.*"
_PUBLIC = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html"
# Whom a resource is shared with by an account's number, outside of any document.
_SHARED_WITH: dict[str, tuple[str, ...]] = {
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission": ("accountId",),
    "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission": ("accountId",),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": ("peerOwnerId",),
    "aws:ec2/vpcEndpointService:VpcEndpointService": ("allowedPrincipals.*",),
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": ("principalArn",),
    "aws:ec2transitgateway/peeringAttachment:PeeringAttachment": ("peerAccountId",),
    "aws:ram/principalAssociation:PrincipalAssociation": ("principal",),
    "aws:rds/snapshot:Snapshot": ("sharedAccounts.*",),
    "aws:rds/snapshotCopy:SnapshotCopy": ("sharedAccounts.*",),
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": ("sharedAccounts.*",),
    "aws:ssm/document:Document": ("permissions.account_ids",),
    "aws:lambda/permission:Permission": ("principal", "sourceAccount"),
    "aws:lambda/layerVersionPermission:LayerVersionPermission": ("principal",),
    "aws:cloudwatch/eventPermission:EventPermission": ("principal",),
    "aws:redshift/endpointAuthorization:EndpointAuthorization": ("account",),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ("rules.*.destination.account",),
    "aws:imagebuilder/distributionConfiguration:DistributionConfiguration": (
        "distributions.*.amiDistributionConfiguration.launchPermission.userIds.*",
    ),
}  # fmt: skip


def placed(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Yield each document of a resource that says who may do something to it, and where it stands."""
    yield from catalogue.values(resource, "documents")


def _first(bad: Callable[[Resource, Any], bool]) -> Callable[[Resource], str]:
    """Return what tells where a resource's first bad document stands."""
    return lambda resource: next((place for place, document in placed(resource) if bad(resource, document)), "")


def _none(bad: Callable[[Resource, Any], bool]) -> Callable[[Resource], bool]:
    first = _first(bad)
    return lambda resource: not first(resource)


def _public(resource: Resource, document: Any) -> bool:
    # in a VPC a domain is reached by whom its security groups let in
    return open_to_all(document) and not given(resource.get("vpcOptions"))


def _foreign(resource: Resource, document: Any) -> bool:
    known = set(resource.parameters["accounts"])
    return bool(known) and not accounts(document) <= known


def _known_accounts(resource: Resource) -> bool:
    known = set(resource.parameters["accounts"])
    if not known:
        return True
    shared = [value for _, value in _shares(resource)]
    named = {part for value in shared for part in re.findall(r"\b\d{12}\b", str(value))}
    return named <= known and not any(_foreign(resource, document) for _, document in placed(resource))


def _shares(resource: Resource) -> Iterator[tuple[str, Any]]:
    yield from each(resource.props, _SHARED_WITH.get(resource.type, ()))


def _everything(_: Resource, document: Any) -> bool:
    return any(
        not held(statement)
        and any(action == "*" or action.endswith(":*") for action in strings(statement.get("Action")))
        for statement in statements(document)
    )


def _deputy(resource: Resource, document: Any) -> bool:
    # EventBridge publishes to a topic without a source (its user guide, eb-troubleshooting: a topic's policy has none)
    named = set(_DEPUTIES) - ({"events.amazonaws.com"} if resource.type.startswith("aws:sns/") else set())
    for statement in statements(document):
        principal = statement.get("Principal")
        services = list(strings(get(principal, "Service"))) if isinstance(principal, dict) else []
        if set(services) & named and not held(statement):
            return True
    return False


# Services that act for any account that asks them, and send what they act for along as a condition key.
_DEPUTIES = tuple(
    f"{one}.amazonaws.com"
    for one in ("sns", "s3", "events", "cloudtrail", "config", "ses", "cloudfront", "apigateway", "logs", "budgets", "delivery.logs", "scheduler")
)  # fmt: skip
_WITHOUT_ROLES = r"aws:(iam/role|kms/.*|s3/bucket(V2)?):.*"

RULES = (
    Rule(
        "policy-public", "critical", "no policy of a resource lets everybody in", "name the principals, or add a condition that ties them to an account, an organization or a network",
        "boundary", catalogue.types("documents", f"{_NAMED}|{_PUBLIC_BY_NATURE}"), _none(_public), where=_first(_public), judges=catalogue.told("documents"),
        refs="FSBP KMS.5, FSBP Lambda.1, CKV_AWS_32, CKV_AWS_167, CKV_AWS_283", link=_PUBLIC,
    ),
    Rule(
        "policy-foreign-account", "high", "no policy or share names an account that is not listed", "list the account under the parameter `accounts`, or take it out",
        "boundary", "|".join((catalogue.types("documents"), *_SHARED_WITH)), _known_accounts, where=_first(_foreign), judges=f"{catalogue.told('documents')}, and whom {len(_SHARED_WITH)} types are shared with; silent while `accounts` is empty",
        refs="CKV_AWS_385", link=_PUBLIC, parameters={"accounts": []},
    ),
    Rule(
        "policy-all-actions", "medium", "no policy of a resource allows all actions", "name the actions", "privilege", catalogue.types("documents", _WITHOUT_ROLES), _none(_everything),
        where=_first(_everything), judges=catalogue.told("documents"), refs="CKV_AWS_72", link=_PUBLIC, level="advisory",
    ),
    Rule(
        "policy-confused-deputy", "medium", "a service that a policy lets in acts for one's own account alone", "add the condition aws:SourceAccount or aws:SourceArn", "boundary",
        catalogue.types("documents", _WITHOUT_ROLES), _none(_deputy), where=_first(_deputy), judges=catalogue.told("documents"), level="advisory",
        link="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    ),
)  # fmt: skip
