"""IAM: what may be done, and by whom."""

from typing import Any

from .reading import get, items, statements, strings
from .rule import Rule

_POLICIES = r"aws:iam/(policy:Policy|rolePolicy:RolePolicy)"
_ADMIN = ("/AdministratorAccess", "/IAMFullAccess", "/PowerUserAccess")


def _allowed(props: dict[str, Any], key: str = "policy") -> list[dict[str, Any]]:
    return [item for item in statements(get(props, key)) if item.get("Effect") == "Allow"]


def _no_star_admin(props: dict[str, Any]) -> bool:
    return not any("*" in strings(s.get("Action")) and "*" in strings(s.get("Resource")) for s in _allowed(props))


def _no_service_star(props: dict[str, Any]) -> bool:
    return not any(
        any(action.endswith(":*") for action in strings(s.get("Action"))) and "*" in strings(s.get("Resource"))
        for s in _allowed(props)
    )


def _pass_role(props: dict[str, Any]) -> bool:
    return not any(
        "iam:PassRole" in strings(s.get("Action")) and "*" in strings(s.get("Resource")) for s in _allowed(props)
    )


def _trust(props: dict[str, Any]) -> bool:
    return not any(
        "*" in strings(s.get("Principal")) and not s.get("Condition") for s in _allowed(props, "assumeRolePolicy")
    )


def _not_admin(props: dict[str, Any]) -> bool:
    given = [get(props, "policyArn"), *items(props, "managedPolicyArns")]
    return not any(isinstance(arn, str) and arn.endswith(_ADMIN) for arn in given)


RULES = (
    Rule(
        "iam-no-star-admin",
        "critical",
        _POLICIES,
        _no_star_admin,
        "name the actions and the resources: `*` on `*` is the whole account",
        "FSBP IAM.1",
    ),
    Rule(
        "iam-no-service-star",
        "high",
        _POLICIES,
        _no_service_star,
        "name the actions, or the resources: not a whole service on everything",
        "FSBP IAM.21",
    ),
    Rule("iam-passrole", "critical", _POLICIES, _pass_role, "name the roles that may be passed", "CKV_AWS_286"),
    Rule(
        "iam-trust",
        "high",
        r"aws:iam/role:Role",
        _trust,
        "name who may assume the role, or add a condition",
        "CKV_AWS_60",
    ),
    Rule(
        "iam-managed-admin",
        "critical",
        r"aws:iam/(rolePolicyAttachment:RolePolicyAttachment|role:Role)",
        _not_admin,
        "attach a policy with the few actions that are needed",
        "CKV_AWS_274",
    ),
    Rule(
        "iam-no-users",
        "high",
        r"aws:iam/(user:User|accessKey:AccessKey)",
        lambda _: False,
        "use a role: users have keys, and keys leak",
        "CIS AWS 1.15",
    ),
)
