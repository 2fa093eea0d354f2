"""IAM: what may be done, and by whom."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from ..kit.reading import UNKNOWN, document, get, statements, strings
from ..kit.rule import Resource, Rule

_POLICIES = r"aws:iam/(policy:Policy|rolePolicy:RolePolicy|groupPolicy:GroupPolicy|userPolicy:UserPolicy|role:Role)"
_ROLE = "aws:iam/role:Role"
_ATTACHMENTS = r"aws:iam/(rolePolicyAttachment:RolePolicyAttachment|policyAttachment:PolicyAttachment|userPolicyAttachment:UserPolicyAttachment|groupPolicyAttachment:GroupPolicyAttachment|role:Role)"
_ADMIN = ("/AdministratorAccess", "/IAMFullAccess", "/PowerUserAccess")
_LONGEST_POLICY = 6144  # IAM quota: characters of a managed policy, white space not counted
_LEAST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"
_TRUST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html"
_DECRYPT = ("kms:decrypt", "kms:reencryptfrom", "kms:reencryptto", "kms:reencrypt*", "kms:*")


def _documents(resource: Resource) -> list[Any]:
    if resource.type == _ROLE:
        return [get(inline, "policy") for inline in resource.items("inlinePolicies")]
    return [resource.get("policy")]


def _allowed(resource: Resource) -> Iterator[tuple[list[str], list[str], dict[str, Any]]]:
    """Yield each statement that allows: its actions, in lower case as IAM reads them, its resources, itself."""
    for policy in _documents(resource):
        for statement in statements(policy):
            actions = [action.lower() for action in strings(statement.get("Action"))]
            # NotAction and NotResource allow all but a few
            actions += ["*"] if "NotAction" in statement else []
            resources = list(strings(statement.get("Resource"))) + (["*"] if "NotResource" in statement else [])
            yield actions, resources, statement


def _no_star_admin(resource: Resource) -> bool:
    return not any("*" in actions and "*" in resources for actions, resources, _ in _allowed(resource))


def _no_service_star(resource: Resource) -> bool:
    return not any(
        "*" in resources and any(action.endswith(":*") for action in actions)
        for actions, resources, _ in _allowed(resource)
    )


def _pass_role(resource: Resource) -> bool:
    passing = [(r, s) for a, r, s in _allowed(resource) if any(fnmatchcase("iam:passrole", one) for one in a)]
    return not any("*" in resources or "iam:PassedToService" not in _conditions(s) for resources, s in passing)


def _decrypt(resource: Resource) -> bool:
    return not any(
        "*" in resources and any(action in _DECRYPT for action in actions) and not statement.get("Condition")
        for actions, resources, statement in _allowed(resource)
    )


def _wildcards(resource: Resource) -> bool:
    listed: dict[str, str] = resource.parameters["reasons"]
    return all(
        listed.get(str(statement.get("Sid", "")))
        for actions, resources, statement in _allowed(resource)
        if "*" in resources or any("*" in action for action in actions)
    )


def _conditions(statement: Any) -> set[str]:
    conditions = get(statement, "Condition")
    return (
        {key for tests in conditions.values() if isinstance(tests, dict) for key in tests}
        if isinstance(conditions, dict)
        else set()
    )


def _trust(resource: Resource) -> bool:
    return not any(
        "*" in strings(s.get("Principal")) and not s.get("Condition")
        for s in statements(resource.get("assumeRolePolicy"))
    )


def _federated(resource: Resource) -> bool:
    """Return whether a role that trusts an OIDC provider pins its subject, without a wildcard, and its audience."""
    for statement in statements(resource.get("assumeRolePolicy")):
        federated = list(strings(get(statement, "Principal", "Federated")))
        if not any("oidc-provider/" in one for one in federated):
            continue
        exact = get(statement, "Condition", "StringEquals")
        keys = {key.rpartition(":")[2]: value for key, value in exact.items()} if isinstance(exact, dict) else {}
        if not ({"sub", "aud"} <= keys.keys()) or any("*" in one for one in strings(keys["sub"])):
            return False
    return True


def _not_admin(resource: Resource) -> bool:
    given = [resource.get("policyArn"), *resource.items("managedPolicyArns")]
    return not any(isinstance(arn, str) and arn.endswith(_ADMIN) for arn in given)


def _sound(resource: Resource) -> bool:
    for policy in _documents(resource):
        found = document(policy)
        if found is UNKNOWN:
            continue
        if not isinstance(found, dict) or found.get("Version") != "2012-10-17" or "Statement" not in found:
            return False
        if isinstance(policy, str) and len("".join(policy.split())) > _LONGEST_POLICY:
            return False
    return True


RULES = (
    Rule(
        "iam-no-star-admin", "critical", "no IAM policy allows every action on every resource", "name the actions and the resources",
        "privilege", _POLICIES, _no_star_admin, refs="FSBP IAM.1, CIS AWS 1.16, CKV_AWS_62, CKV_AWS_63",
    ),
    Rule(
        "iam-no-service-star", "high", "no IAM policy allows all actions of a service on every resource",
        "name the actions, or the resources", "privilege", _POLICIES, _no_service_star, refs="FSBP IAM.21, CKV_AWS_290, CKV_AWS_355",
    ),
    Rule(
        "iam-wildcard", "medium", "a wildcard in an IAM policy's action or resource has a listed reason",
        "name what is meant, or list the statement's Sid with the reason under the parameter `reasons`", "privilege",
        _POLICIES, _wildcards, refs="CKV_AWS_355", link=_LEAST, parameters={"reasons": {}},
    ),
    Rule(
        "iam-passrole", "critical", "iam:PassRole names the roles, and the service they are passed to",
        "name the roles, and set the condition iam:PassedToService", "privilege", _POLICIES, _pass_role,
        refs="CKV_AWS_286", link="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    ),
    Rule(
        "iam-kms-decrypt", "medium", "no IAM policy allows kms:Decrypt on every key", "name the keys", "privilege", _POLICIES, _decrypt,
        refs="FSBP KMS.1, FSBP KMS.2",
    ),
    Rule(
        "iam-managed-admin", "critical", "no AWS managed administrator policy (AdministratorAccess, PowerUserAccess, IAMFullAccess) is attached",
        "attach a policy with the few actions that are needed", "privilege", _ATTACHMENTS, _not_admin,
        refs="CIS AWS 1.16, CKV_AWS_274, CKV2_AWS_56", link=_LEAST,
    ),
    Rule(
        "iam-trust", "high", "no role's trust policy lets every principal assume it", "name the principals, or add a condition", "identity", _ROLE, _trust,
        refs="CKV_AWS_60, CKV_AWS_61", link="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
    ),
    Rule(
        "iam-trust-oidc", "high", "a role's OIDC trust policy pins subject and audience",
        "pin sub and aud with StringEquals", "identity", _ROLE, _federated, refs="CKV_AWS_393, CIS EKS 5.2.1", link=_TRUST,
    ),
    Rule(
        "iam-no-users", "high", "no IAM user, console password or access key is created", "use a role: users have keys, and keys leak",
        "identity", r"aws:iam/(user:User|accessKey:AccessKey|userPolicy:UserPolicy|userLoginProfile:UserLoginProfile)",
        lambda s: s.name in s.parameters["allowed"], refs="CKV_AWS_273", link="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html", parameters={"allowed": []},
    ),
    Rule(
        "iam-json-valid", "medium", "an IAM policy document is valid", "write Version 2012-10-17, a Statement, and at most 6144 characters",
        "configuration", _POLICIES, _sound, link="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
)  # fmt: skip
