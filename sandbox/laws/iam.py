"""IAM: policy documents that parse, elements and actions that exist, sizes, and principals in trust policies."""

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Literal

from .. import aws_data
from ..wire import UNKNOWN
from .law import Law, Refusal, ResourceOperation
from .permissions import role_of, trusts

Kind = Literal["identity", "trust", "resource"]

_GRAMMAR = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"
_ACTIONS = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"
_LIMITS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"

# Type -> where its documents stand, of which kind, and how many characters AWS takes (white space not counted by IAM).
_DOCUMENTS: Mapping[str, tuple[str, Kind, int]] = {
    "aws:iam/policy:Policy": ("policy", "identity", 6144),
    "aws:iam/rolePolicy:RolePolicy": ("policy", "identity", 10240),
    "aws:iam/userPolicy:UserPolicy": ("policy", "identity", 2048),
    "aws:iam/groupPolicy:GroupPolicy": ("policy", "identity", 5120),
    "aws:iam/role:Role": ("assumeRolePolicy", "trust", 2048),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html: 20 KB
    "aws:s3/bucketPolicy:BucketPolicy": ("policy", "resource", 20480),
    # https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html: 32 KB
    "aws:kms/key:Key": ("policy", "resource", 32768),
    "aws:kms/keyPolicy:KeyPolicy": ("policy", "resource", 32768),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("policy", "resource", 20480),
    "aws:sns/topicPolicy:TopicPolicy": ("policy", "resource", 30720),
    "aws:sqs/queuePolicy:QueuePolicy": ("policy", "resource", 8192),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("policy", "resource", 20480),
    "aws:backup/vaultPolicy:VaultPolicy": ("policy", "resource", 20480),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("policy", "resource", 10240),
}
_TOP = {"Version", "Id", "Statement"}
_ELEMENTS = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}
_OPERATORS = re.compile(
    r"(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|Like)|String(Not)?EqualsIgnoreCase|Numeric(Not)?Equals|"
    r"Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|"
    r"(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null"
)


@cache
def _services() -> Mapping[str, frozenset[str]]:
    """Return every service prefix with its actions, in lower case, as cfn-lint ships them."""
    listed = aws_data.read("AdditionalSpecs/Policies.json")
    return {service: frozenset(known["Actions"]) for service, known in listed.items()}


def _document(op: ResourceOperation) -> Iterator[Refusal]:
    key, kind, limit = _DOCUMENTS[op.token]
    value = op.get(key)
    if not isinstance(value, str) or UNKNOWN in value:
        return
    try:
        document = json.loads(value)
    except ValueError as error:
        yield _malformed(f"This policy contains invalid Json: {error}", "build it with json.dumps, not by hand")
        return
    size = len(re.sub(r"\s", "", value))
    if size > limit:
        yield Refusal(
            "LimitExceeded",
            f"Maximum policy size of {limit} characters exceeded: {size}",
            "divide it, or name resources by a pattern",
        )
    yield from _judge(document, kind)
    for arn in sorted(set(_named(document))):
        if op.inventory.gone(arn):
            yield _malformed(
                f'Invalid principal in policy: "AWS":"{arn}", which stood in this account once and was deleted',
                "hand over the ARN of a role or a user that stands now",
            )


def _named(document: Any) -> Iterator[str]:
    """Yield whom a document's statements name."""
    listed = document.get("Statement") if isinstance(document, dict) else None
    for statement in listed if isinstance(listed, list) else [listed]:
        principal = statement.get("Principal") if isinstance(statement, dict) else None
        yield from _strings(principal.get("AWS")) if isinstance(principal, dict) else ()


def _malformed(message: str, instead: str) -> Refusal:
    return Refusal("MalformedPolicyDocument", message, instead)


def _judge(document: Any, kind: Kind) -> Iterator[Refusal]:
    if not isinstance(document, dict) or "Statement" not in document:
        yield _malformed("Missing required field Statement", "give a Version and a list of statements")
        return
    for element in document.keys() - _TOP:
        yield _malformed(
            f"Syntax errors in policy: unknown element {element}", f"a policy has {', '.join(sorted(_TOP))}"
        )
    if document.get("Version", "2008-10-17") not in ("2012-10-17", "2008-10-17"):
        yield _malformed(
            f"The policy version {document['Version']} is not valid",
            'write "Version": "2012-10-17": it is no date of yours',
        )
    listed = document["Statement"]
    statements = listed if isinstance(listed, list) else [listed]
    sids = [s["Sid"] for s in statements if isinstance(s, dict) and s.get("Sid")]
    for sid in sorted({sid for sid in sids if sids.count(sid) > 1}):
        yield _malformed(
            f"Statement IDs (SID) in a single policy must be unique: {sid}", "name each statement otherwise"
        )
    for statement in statements:
        if isinstance(statement, dict):
            yield from _statement(statement, kind)
        else:
            yield _malformed("a statement is no object", "write each statement as an object")


def _statement(statement: Mapping[str, Any], kind: Kind) -> Iterator[Refusal]:
    where = f" in {statement['Sid']}" if statement.get("Sid") else ""
    for element in statement.keys() - _ELEMENTS:
        yield _malformed(f"Syntax errors in policy: unknown element {element}{where}", "elements are case-sensitive")
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield _malformed(f"Invalid Effect {statement.get('Effect')}{where}", "write Allow or Deny")
    if ("Action" in statement) == ("NotAction" in statement):
        yield _malformed(f"Policy statement must contain actions{where}", "give an Action, or a NotAction, not both")
    yield from _who_and_what(statement, kind, where)
    for resource in _strings(statement.get("Resource")):
        if kind == "identity" and resource != "*" and not resource.startswith("arn:") and resource != UNKNOWN:
            yield _malformed(
                f'Resource {resource} must be in ARN format or "*".', "hand over the resource's arn, not its id or name"
            )
    condition = statement.get("Condition")
    for operator in condition if isinstance(condition, dict) else ():
        if not _OPERATORS.fullmatch(operator):
            yield _malformed(f"Invalid Condition type : {operator}{where}", "use an operator that the grammar names")
    yield from _principals(statement.get("Principal"), where)
    for action in (*_strings(statement.get("Action")), *_strings(statement.get("NotAction"))):
        yield from _action(action, where)


def _who_and_what(statement: Mapping[str, Any], kind: Kind, where: str) -> Iterator[Refusal]:
    has_principal = "Principal" in statement or "NotPrincipal" in statement
    has_resource = "Resource" in statement or "NotResource" in statement
    if kind == "identity" and has_principal:
        yield _malformed(
            f"Policy document should not specify a principal{where}", "whoever has the policy is the principal"
        )
    if kind == "identity" and not has_resource:
        yield _malformed(f"Policy statement must contain resources{where}", "name the resources, or their pattern")
    if kind == "trust" and has_resource:
        yield _malformed(
            f"Has prohibited field Resource{where}", "a trust policy is about the role itself: leave it out"
        )
    if kind != "identity" and not has_principal:
        yield _malformed(f"Missing required field Principal{where}", "name who may: an account, a role or a service")
    if kind == "identity" and not re.fullmatch(r"[A-Za-z0-9]*", str(statement.get("Sid") or "")):
        yield _malformed(f"Statement IDs (SID) must be alpha-numeric{where}", "use letters and digits alone")


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html; the last but one are the ids
# that ARNs turn into when whom they name is gone
_PRINCIPAL = re.compile(
    r"\*|\d{12}|arn:aws[a-z-]*:iam::(\d{12}:(root|(role|user)/[\w+=,.@/-]+)|cloudfront:user/.+)"
    r"|arn:aws[a-z-]*:sts::\d{12}:(assumed-role|federated-user)/[\w+=,.@/-]+|(AROA|AIDA|ANPA|AGPA)[A-Z0-9]+|.*"
    + re.escape(UNKNOWN)
    + ".*"
)


def _principals(principal: Any, where: str) -> Iterator[Refusal]:
    if isinstance(principal, dict):
        for kind in principal.keys() - {"AWS", "Service", "Federated", "CanonicalUser"}:
            yield _malformed(
                f"Invalid principal in policy: {kind}{where}", "use AWS, Service, Federated or CanonicalUser"
            )
        for who in _strings(principal.get("AWS")):
            if not _PRINCIPAL.fullmatch(who):
                yield _malformed(
                    f'Invalid principal in policy: "AWS":"{who}"{where}',
                    "name an account, or the ARN of a role or a user: arn:aws:iam::123456789012:role/name, without *",
                )
        for service in _strings(principal.get("Service")):
            if "." not in service:
                yield _malformed(
                    f'Invalid principal in policy: "SERVICE":"{service}"{where}',
                    f"write the service's whole name, as in {service}.amazonaws.com",
                )
    elif isinstance(principal, str) and principal != "*":
        yield _malformed(f"Invalid principal in policy: {principal}{where}", 'write {"AWS": ...} or {"Service": ...}')


def _action(action: str, where: str) -> Iterator[Refusal]:
    if action == "*":
        return
    service, colon, name = action.partition(":")
    if not colon:
        yield _malformed(
            f"Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: {action}{where}",
            "write service:Action",
        )
        return
    known = _services().get(service.lower())
    if known is None:
        yield Refusal(
            "InvalidAction", f"there is no service {service}{where}", "see the service authorization reference"
        )
    elif not any(fnmatchcase(candidate, name.lower()) for candidate in known):
        yield Refusal(
            "InvalidAction",
            f"{service} has no action {name}{where}: IAM would take it, and it would allow nothing",
            "see the service authorization reference for the action's name",
        )


def _strings(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


_TYPES = "|".join(re.escape(token) for token in _DOCUMENTS)


def _lockout(op: ResourceOperation) -> Iterator[Refusal]:
    text = op.text("policy")
    try:
        document = json.loads(text) if text else None
    except ValueError:
        return
    if document is None or op.get("bypassPolicyLockoutSafetyCheck") is True:
        return
    listed = document.get("Statement", []) if isinstance(document, dict) else []
    for statement in listed if isinstance(listed, list) else [listed]:
        actions = [a.lower() for a in _strings(statement.get("Action"))]
        if statement.get("Effect") == "Allow" and any(fnmatchcase("kms:putkeypolicy", a) for a in actions):
            return
    yield Refusal(
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
        "allow the account's root, or the deploying role, kms:* or at least kms:PutKeyPolicy",
    )


def _attachment(op: ResourceOperation) -> Iterator[Refusal]:
    arn = op.text("policyArn")
    if arn and not re.fullmatch(r"arn:aws[a-z-]*:iam::(aws|\d{12}):policy/[\w+=,.@/-]+", arn):
        yield Refusal(
            "ValidationError", f"ARN {arn} is not valid.", "hand over the arn of an iam.Policy, or of AWS's own"
        )


# Type -> where it names the role that a service is to take, the service, and what AWS says where it may not.
_TAKEN: Mapping[str, tuple[tuple[str, ...], str, str, str]] = {
    "aws:lambda/function:Function": (
        ("role",),
        "lambda.amazonaws.com",
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    ),
    "aws:sfn/stateMachine:StateMachine": (
        ("roleArn",),
        "states.amazonaws.com",
        "AccessDeniedException",
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.",
    ),
    "aws:cloudwatch/eventTarget:EventTarget": (
        ("roleArn",),
        "events.amazonaws.com",
        "ValidationException",
        "Provided role cannot be assumed by principal 'events.amazonaws.com'.",
    ),
    "aws:scheduler/schedule:Schedule": (
        ("target", "roleArn"),
        "scheduler.amazonaws.com",
        "ValidationException",
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    ),
    "aws:eks/cluster:Cluster": (
        ("roleArn",),
        "eks.amazonaws.com",
        "InvalidParameterException",
        "The role could not be assumed because it does not exist or the trusted entity is not correct",
    ),
    "aws:codebuild/project:Project": (
        ("serviceRole",),
        "codebuild.amazonaws.com",
        "InvalidInputException",
        "CodeBuild is not authorized to perform: sts:AssumeRole on the service role",
    ),
    "aws:rds/instance:Instance": (
        ("monitoringRoleArn",),
        "monitoring.rds.amazonaws.com",
        "InvalidParameterValue",
        "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING",
    ),
}


def _taken(op: ResourceOperation) -> Iterator[Refusal]:
    path, service, code, message = _TAKEN[op.token]
    role = role_of(op.inventory, op.text(*path))
    if role is not None and not trusts(role, service):
        yield Refusal(
            code,
            f"{message} ({op.text(*path)})",
            f'let the role\'s assumeRolePolicy allow sts:AssumeRole to {{"Service": "{service}"}}',
        )


LAWS = (
    Law("iam-policy-document", "IAM policy documents", f"{_GRAMMAR}, {_ACTIONS}, {_LIMITS}", _TYPES, _document),
    Law(
        "kms-key-policy-lockout",
        "a key's policy leaves a way in",
        "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html",
        r"aws:kms/(key:Key|keyPolicy:KeyPolicy)",
        _lockout,
    ),
    Law(
        "iam-role-trust",
        "a service may take its role",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html, "
        "https://github.com/Miserlou/Zappa/issues/381, https://github.com/lumigo-io/lumigo-CLI/issues/83",
        "|".join(re.escape(token) for token in _TAKEN),
        _taken,
    ),
    Law(
        "iam-policy-arn",
        "an attached policy has an ARN",
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html",
        r"aws:iam/\w+PolicyAttachment:\w+",
        _attachment,
    ),
)
