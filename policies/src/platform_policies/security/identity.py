"""IAM: what may be done, and by whom."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from ..kit import catalogue
from ..kit.documents import open_to_all
from ..kit.reading import UNKNOWN, document, get, statements, strings
from ..kit.rule import Resource, Rule

_POLICIES = catalogue.types("grants")
_GRANTS = catalogue.told("grants")
_ROLE = "aws:iam/role:Role"
_ATTACHMENTS = r"aws:iam/(rolePolicyAttachment:RolePolicyAttachment|policyAttachment:PolicyAttachment|userPolicyAttachment:UserPolicyAttachment|groupPolicyAttachment:GroupPolicyAttachment|role:Role)"
_ADMIN = ("/AdministratorAccess", "/IAMFullAccess", "/PowerUserAccess")
_LONGEST_POLICY = 6144  # IAM quota: characters of a managed policy, white space not counted
_LEAST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"
_TRUST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html"
_READS = ("describe", "list", "get", "batchget", "search", "lookup", "view", "check", "estimate", "test", "validate", "preview", "simulate", "query", "scan", "filter", "read", "head", "discover", "select", "detect", "generate", "startquery", "stopquery", "startlivetail")  # fmt: skip
_EVERYTHING_OF_A_KIND = re.compile(
    r"arn:[^:]*:[^:]*:[^:]*:[^:]*:([*?]+(/[*?]+)?|(role|user|group|policy|function|secret|parameter|instance|table|key|project|cluster)[:/][*?]+)"
)
# Each lets its holder become somebody who may do more. Known since Rhino Security Labs' "AWS IAM Privilege Escalation: Methods
# and Mitigation"; checkov's CKV_AWS_286 and AWS's own "Privilege escalation" (IAM best practices) go by the same.
_ESCALATION = (
    "iam:createpolicyversion", "iam:setdefaultpolicyversion", "iam:attachuserpolicy", "iam:attachgrouppolicy", "iam:attachrolepolicy",
    "iam:putuserpolicy", "iam:putgrouppolicy", "iam:putrolepolicy", "iam:addusertogroup", "iam:updateassumerolepolicy", "iam:createaccesskey",
    "iam:createloginprofile", "iam:updateloginprofile", "iam:deleterolepermissionsboundary", "iam:deleteuserpermissionsboundary",
    "iam:putrolepermissionsboundary", "iam:deactivatemfadevice", "iam:resyncmfadevice", "iam:createsamlprovider", "iam:updatesamlprovider",
    "iam:createopenidconnectprovider", "iam:addclientidtoopenidconnectprovider", "iam:createservicespecificcredential",
    "sts:assumerole", "lambda:updatefunctioncode", "lambda:updatefunctionconfiguration", "lambda:addpermission", "glue:updatedevendpoint", "glue:updatejob",
    "ssm:sendcommand", "ssm:startsession", "ssm:startautomationexecution", "ec2-instance-connect:sendsshpublickey", "ec2:modifyinstanceattribute",
    "ecs:executecommand", "cloudformation:updatestack", "codebuild:updateproject", "codestar:createproject", "datapipeline:putpipelinedefinition",
    "sagemaker:createpresignednotebookinstanceurl", "sagemaker:createpresigneddomainurl", "eks:createaccessentry", "eks:associateaccesspolicy", "sso:putinlinepolicytopermissionset",
    "sso:createaccountassignment", "organizations:attachpolicy", "organizations:detachpolicy", "kms:putkeypolicy", "kms:creategrant",
    "s3:putbucketpolicy", "secretsmanager:putresourcepolicy",
)  # fmt: skip
# Each answers with data, or with a credential.
_DATA = (
    "s3:getobject", "s3:getobjectversion", "ssm:getparameter", "ssm:getparameters", "ssm:getparametersbypath", "ssm:getparameterhistory",
    "secretsmanager:getsecretvalue", "secretsmanager:batchgetsecretvalue", "dynamodb:getitem", "dynamodb:scan", "dynamodb:query", "rds-data:executestatement", "sqs:receivemessage",
    "redshift:getclustercredentials", "redshift-serverless:getcredentials", "rds-db:connect", "elasticache:connect", "lightsail:getinstanceaccessdetails", "codecommit:gitpull", "ec2:getpassworddata",
    "sts:getfederationtoken", "cognito-identity:getopenidtokenfordeveloperidentity",
)  # fmt: skip
_DECRYPT = ("kms:decrypt", "kms:reencryptfrom", "kms:reencryptto", "kms:reencrypt*", "kms:*")


def _documents(resource: Resource) -> list[Any]:
    return [value for _, value in catalogue.values(resource, "grants")]


def _allowed(resource: Resource) -> Iterator[tuple[list[str], list[str], dict[str, Any]]]:
    """Yield each statement that allows: its actions, in lower case as IAM reads them, its resources, itself."""
    for policy in _documents(resource):
        for statement in statements(policy):
            actions = [_short(action.lower()) for action in strings(statement.get("Action"))]
            # NotAction and NotResource allow all but a few
            actions += ["*"] if "NotAction" in statement else []
            resources = [_short(one) for one in strings(statement.get("Resource"))] + (
                ["*"] if "NotResource" in statement else []
            )
            yield actions, resources, statement


def _short(text: str) -> str:
    """Return an action or a resource with stars that say the same as one written as one."""
    shorter = re.sub(r"[*?]*\*[*?]*", "*", text)
    return "*" if re.fullmatch(r"\*(:\*)+|arn:(\*|aws[\w-]*:\*|[*\w-]+(:\*)+)", shorter) else shorter


def _no_star_admin(resource: Resource) -> bool:
    return not any("*" in actions and "*" in resources for actions, resources, _ in _allowed(resource))


def _no_service_star(resource: Resource) -> bool:
    return not any(
        "*" in resources and any(action.endswith(":*") for action in actions)
        for actions, resources, _ in _allowed(resource)
    )


def _pass_role(resource: Resource) -> bool:
    passing = [(r, s) for a, r, s in _allowed(resource) if any(fnmatchcase("iam:passrole", one) for one in a)]
    return not any(any(map(_everything, resources)) or not _passed_to_one(s) for resources, s in passing)


def _passed_to_one(statement: dict[str, Any]) -> bool:
    conditions = statement.get("Condition")
    tests = [one for one in conditions.values() if isinstance(one, dict)] if isinstance(conditions, dict) else []
    named = [value for one in tests for key, value in one.items() if key.lower() == "iam:passedtoservice"]
    return conditions is UNKNOWN or any("*" not in strings(value) for value in named)


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


def _trust(resource: Resource) -> bool:
    return not open_to_all(resource.get("assumeRolePolicy"))


def _no_not_action(resource: Resource) -> bool:
    return not any("NotAction" in one for policy in _documents(resource) for one in statements(policy))


def _restrictable(resource: Resource) -> bool:
    """Return whether whatever changes something, and could name what it changes, does."""
    return not any(
        "*" in resources and not statement.get("Condition") and any(map(_changes_what_it_could_name, actions))
        for actions, resources, statement in _allowed(resource)
    )


def _changes_what_it_could_name(action: str) -> bool:
    service, _, name = action.partition(":")
    if not name or name[0] == "*" or name.startswith(_READS):
        return False  # what reads is iam-data-star's, and a star alone iam-no-service-star's
    if "*" not in name and "?" not in name:
        return action not in catalogue.unscoped_actions()
    known = [one for one in catalogue.unscoped_actions() if fnmatchcase(one, action)]
    return not known or service in ("iam", "s3", "kms", "dynamodb", "lambda", "sqs", "sns", "secretsmanager")


def _kept_from(actions: tuple[str, ...]) -> Any:
    """Return what refuses these actions where they are allowed on everything of their kind, without a condition."""

    def holds(resource: Resource) -> bool:
        return not any(
            any(map(_everything, resources))
            and not statement.get("Condition")
            and any(_grants(granted, resources, one) for one in actions)
            for granted, resources, statement in _allowed(resource)
        )

    return holds


def _grants(granted: list[str], resources: list[str], action: str) -> bool:
    # a star alone on everything is another rule's
    stars = [] if "*" in resources else [one for one in granted if one == "*" or one.endswith(":*")]
    return any(
        fnmatchcase(action, one) for one in [*stars, *(one for one in granted if one != "*" and not one.endswith(":*"))]
    )


def _everything(resource: str) -> bool:
    return resource == "*" or _EVERYTHING_OF_A_KIND.fullmatch(resource) is not None


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


def _not_full(resource: Resource) -> bool:
    attached = [resource.get("policyArn"), *resource.items("managedPolicyArns")]
    return not any(
        isinstance(arn, str) and arn.startswith("arn:aws") and arn.endswith(("FullAccess", "FullAccess_v2"))
        for arn in attached
    )


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
        "privilege", _POLICIES, _no_star_admin, judges=_GRANTS, refs="FSBP IAM.1, CIS AWS 1.16, CKV_AWS_1, CKV_AWS_62, CKV_AWS_63, CKV_AWS_275",
    ),
    Rule(
        "iam-no-service-star", "high", "no IAM policy allows all actions of a service on every resource",
        "name the actions, or the resources", "privilege", _POLICIES, _no_service_star, judges=_GRANTS, refs="FSBP IAM.21, CKV_AWS_290, CKV_AWS_355",
    ),
    Rule(
        "iam-resource-star", "high", "whatever an IAM policy lets change, it names, where IAM can hold the action to a resource", "name the resources, or add a condition",
        "privilege", _POLICIES, _restrictable, judges=_GRANTS, refs="CKV_AWS_109, CKV_AWS_111, CKV_AWS_289, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356", link=_LEAST,
    ),
    Rule(
        "iam-data-star", "high", "no IAM policy lets all data of a kind be read, or credentials of every principal be had", "name the buckets, tables, secrets or parameters",
        "privilege", _POLICIES, _kept_from(_DATA), judges=_GRANTS, refs="CKV_AWS_287, CKV_AWS_288, CKV_AWS_107, CKV_AWS_108", link=_LEAST,
    ),
    Rule(
        "iam-escalation", "critical", "no IAM policy lets its holder become somebody who may do more", "name the roles, users or functions, or add a condition such as iam:PermissionsBoundary",
        "privilege", _POLICIES, _kept_from(_ESCALATION), judges=_GRANTS, refs="CKV_AWS_286, CKV_AWS_110, CKV2_AWS_40", link=_LEAST,
    ),
    Rule(
        "iam-not-action", "high", "an IAM policy that allows says what it allows, and not what it does not", "name the actions under Action: NotAction also allows what AWS adds tomorrow",
        "privilege", _POLICIES, _no_not_action, judges=_GRANTS, refs="CKV_AWS_49, CKV_AWS_63", link="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
    ),
    Rule(
        "iam-managed-full", "medium", "no AWS managed policy that allows all of a service (…FullAccess) is attached", "attach a policy with the few actions that are needed",
        "privilege", _ATTACHMENTS, _not_full, refs="FSBP IAM.21, CKV2_AWS_68", link=_LEAST, level="advisory",
    ),
    Rule(
        "iam-user-policy", "medium", "no policy is attached to a user", "attach it to a role", "privilege", r"aws:iam/(userPolicy:UserPolicy|userPolicyAttachment:UserPolicyAttachment|policyAttachment:PolicyAttachment)",
        lambda s: s.type.endswith(":PolicyAttachment") and s.get("users") in (None, [], UNKNOWN), refs="FSBP IAM.2, CIS AWS 1.15, CKV_AWS_40",
    ),
    Rule(
        "iam-wildcard", "medium", "a wildcard in an IAM policy's action or resource has a listed reason",
        "name what is meant, or list the statement's Sid with the reason under the parameter `reasons`", "privilege",
        _POLICIES, _wildcards, judges=_GRANTS, refs="CKV_AWS_355", link=_LEAST, parameters={"reasons": {}}, level="advisory",
    ),
    Rule(
        "iam-passrole", "critical", "iam:PassRole names the roles, and the service they are passed to",
        "name the roles, and set the condition iam:PassedToService", "privilege", _POLICIES, _pass_role, judges=_GRANTS,
        refs="CKV_AWS_286", link="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    ),
    Rule(
        "iam-kms-decrypt", "medium", "no IAM policy allows kms:Decrypt on every key", "name the keys", "privilege", _POLICIES, _decrypt, judges=_GRANTS,
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
        "pin sub and aud with StringEquals", "identity", _ROLE, _federated, refs="CKV_AWS_358, CKV_AWS_393, CIS EKS 5.2.1", link=_TRUST,
    ),
    Rule(
        "iam-no-users", "high", "no IAM user, console password or access key is created", "use a role: users have keys, and keys leak",
        "identity", r"aws:iam/(user:User|accessKey:AccessKey|userPolicy:UserPolicy|userLoginProfile:UserLoginProfile)",
        lambda s: s.name in s.parameters["allowed"], refs="CKV_AWS_273, CKV_AWS_348, CKV2_AWS_22", link="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html", parameters={"allowed": []},
    ),
    Rule(
        "iam-json-valid", "medium", "an IAM policy document is valid", "write Version 2012-10-17, a Statement, and at most 6144 characters",
        "configuration", _POLICIES, _sound, judges=_GRANTS, link="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
)  # fmt: skip
