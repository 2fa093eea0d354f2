"""What AWS gives back otherwise than it was written, as the provider finds it when it reads a resource it has made.

The engine compares a program with what was read: what is given back otherwise is a difference at the next preview, and
after the next update again, unless the provider takes both for the same (`provider_facts` knows which it does).
"""

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..wire import UNKNOWN

_PROVIDER = "https://github.com/hashicorp/terraform-provider-aws"
_EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference"
_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"

Values = Mapping[str, Any]


@dataclass(frozen=True)
class ReadBack:
    """One input that AWS gives back in its own form: of which types, how, why, and what to write instead.

    `form` takes the value as written, all that the resource was given, and what was read before an update.
    """

    types: str
    property: str
    form: Callable[[Any, Values, Any], Any]
    why: str
    source: str
    instead: str


# What families have of their own accord, by their name from a major on: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html,
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Security.html
_OWN_VALUES: tuple[tuple[str, int, Values], ...] = (
    ("postgres", 15, {"rds.force_ssl": "1"}),
    ("aurora-postgresql", 17, {"rds.force_ssl": "1"}),
)


def _of_family(family: object) -> Values:
    found = re.fullmatch(r"([a-z-]+)(\d+)(\.\d+)?", str(family))
    return next((own for name, major, own in _OWN_VALUES if found and name == found[1] and int(found[2]) >= major), {})


def _parameters(written: Any, given: Values, before: Any) -> Any:
    """A family's own value keeps the family's way of applying it, and a way alone is no change to RDS."""
    own = _of_family(given.get("family"))
    methods = {
        (each.get("name"), str(each.get("value"))): each.get("applyMethod")
        for each in (before if isinstance(before, list) else ())
        if isinstance(each, Mapping)
    }
    return [_applied(each, own, methods) for each in written]


def _applied(parameter: Any, own: Values, methods: Mapping[tuple[Any, str], Any]) -> Any:
    name, value = parameter.get("name"), str(parameter.get("value"))
    method = "pending-reboot" if own.get(name) == value else methods.get((name, value))
    return {**parameter, "applyMethod": method} if method else parameter


def _range(written: Any, _given: Values, _before: Any) -> Any:
    try:
        return str(ipaddress.ip_network(written, strict=False))
    except ValueError:
        return written


def _plain_name(written: Any, _given: Values, _before: Any) -> Any:
    return written.removesuffix(".").lower()


def _name_servers(written: Any, given: Values, _before: Any) -> Any:
    return [each.removesuffix(".") + "." for each in written] if given.get("type") == "NS" else written


def _redrive(written: Any, _given: Values, _before: Any) -> Any:
    document = _document(written)
    count = document.get("maxReceiveCount") if isinstance(document, dict) else None
    return (
        json.dumps({**document, "maxReceiveCount": int(count)})
        if isinstance(count, str) and count.isdigit()
        else written
    )


def _principals(written: Any, _given: Values, _before: Any) -> Any:
    document = _document(written)
    if not isinstance(document, dict):
        return written
    statements = document.get("Statement")
    listed = statements if isinstance(statements, list) else [statements]
    kept = [_of_statement(each) for each in listed]
    return written if kept == listed else json.dumps({**document, "Statement": kept})


def _of_statement(statement: Any) -> Any:
    named = statement.get("Principal") if isinstance(statement, dict) else None
    if not isinstance(named, dict) or "AWS" not in named:
        return statement
    said = named["AWS"]
    arns = [_account(each) for each in said] if isinstance(said, list) else _account(said)
    return {**statement, "Principal": {**named, "AWS": arns}}


def _account(said: Any) -> Any:
    return f"arn:aws:iam::{said}:root" if isinstance(said, str) and re.fullmatch(r"\d{12}", said) else said


def _routes(written: Any, _given: Values, _before: Any) -> Any:
    return [_by_nat(each) for each in written]


def _by_nat(route: Any) -> Any:
    gateway = str(route.get("gatewayId") or "")
    return {**route, "gatewayId": None, "natGatewayId": gateway} if gateway.startswith("nat-") else route


def _document(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


READ_BACKS: tuple[ReadBack, ...] = (
    ReadBack(
        "aws:rds/(parameterGroup:ParameterGroup|clusterParameterGroup:ClusterParameterGroup)",
        "parameters",
        _parameters,
        "RDS keeps a family's own value as pending-reboot, and takes no change of the way of applying alone",
        f"{_PROVIDER}/issues/39252",
        "write the value with the way of applying that is given back, or leave the parameter out",
    ),
    ReadBack(
        "aws:ec2/networkAclRule:NetworkAclRule",
        "cidrBlock",
        _range,
        "EC2 keeps a range by its first address",
        f"{_EC2}/API_CreateNetworkAclEntry.html",
        "write the range by its first address",
    ),
    ReadBack(
        "aws:ec2/networkAclRule:NetworkAclRule",
        "ipv6CidrBlock",
        _range,
        "EC2 keeps a range by its first address, in its short form",
        f"{_EC2}/API_CreateNetworkAclEntry.html",
        "write the range by its first address, in its short form",
    ),
    ReadBack(
        "aws:ec2/(routeTable:RouteTable|defaultRouteTable:DefaultRouteTable)",
        "routes",
        _routes,
        "EC2 takes a NAT gateway's id for a gateway's, and gives it back as the NAT gateway's",
        "https://github.com/hashicorp/terraform/issues/8035",
        "write the NAT gateway's id as natGatewayId",
    ),
    ReadBack(
        "aws:route53/record:Record",
        "records",
        _name_servers,
        "Route 53 keeps the names of name servers with a dot at the end",
        "https://github.com/cloud-gov/terraform-provision/pull/2066",
        "end each name with a dot",
    ),
    ReadBack(
        "aws:route53/zone:Zone",
        "name",
        _plain_name,
        "Route 53 keeps a zone's name in small letters, and the provider without the dot at its end",
        f"{_PROVIDER}/issues/241",
        "write the name in small letters and without the dot",
    ),
    ReadBack(
        "aws:sqs/(queue:Queue|redrivePolicy:RedrivePolicy)",
        "redrivePolicy",
        _redrive,
        "SQS keeps maxReceiveCount as a number",
        "https://www.pulumi.com/registry/packages/aws/api-docs/sqs/queue/",
        'write maxReceiveCount as a number (5), not as a text ("5")',
    ),
    *(
        ReadBack(
            types,
            name,
            _principals,
            "IAM keeps an account among principals as the ARN of its root",
            _IAM,
            "write the ARN of the account's root",
        )
        for types, name in (
            ("aws:iam/role:Role", "assumeRolePolicy"),
            (
                "aws:(kms/key:Key|s3/bucketPolicy:BucketPolicy|sns/topicPolicy:TopicPolicy|sqs/queuePolicy:QueuePolicy)",
                "policy",
            ),
        )
    ),
)


@cache
def of_type(token: str) -> tuple[ReadBack, ...]:
    """Return what of a type is given back in another form."""
    return tuple(each for each in READ_BACKS if re.fullmatch(each.types, token))


def given_back(token: str, outputs: Values, before: Values | None = None) -> dict[str, Any]:
    """Return a resource's properties as AWS gives them back; `before` are those of the resource as it stood."""
    result = dict(outputs)
    for each in of_type(token):
        written = result.get(each.property)
        if written not in (None, "", []) and not _holds_unknown(written):
            result[each.property] = each.form(written, outputs, (before or {}).get(each.property))
    return result


def read(token: str, inputs: Values, outputs: Values) -> Iterator[tuple[str, Any]]:
    """Yield the inputs that were given back otherwise than written, each with what was read."""
    for each in of_type(token):
        written, found = inputs.get(each.property), outputs.get(each.property)
        if written is not None and found is not None and written != found:
            yield each.property, found


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_unknown, value.values()))
    return any(map(_holds_unknown, value)) if isinstance(value, list) else bool(value == UNKNOWN)
