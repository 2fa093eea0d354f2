"""Whom an IAM policy document lets in, and whether its conditions hold anybody off.

A condition is judged by its value. `aws:PrincipalArn: *` holds off nobody, and neither do an operator that also holds
where its key is absent (`...IfExists`, `ForAllValues:`, `Null`) and one that only names whom it does not mean.
Keys: IAM's global condition keys, and what S3 calls public ("The meaning of public" of its user guide).
"""

import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from .reading import UNKNOWN, statements, strings

# tied to an account, an organization or a resource
_NAMES = frozenset({
    *(
        f"aws:{key}"
        for key in (
            "sourcearn", "sourceaccount", "sourceowner", "sourceorgid", "sourceorgpaths",
            "sourcevpc", "sourcevpce", "sourcevpcarn", "vpceaccount", "vpceorgid",
            "principalarn", "principalaccount", "principalorgid", "principalorgpaths", "userid", "federatedprovider",
        )
    ),
    "kms:calleraccount", "s3:dataaccesspointaccount", "s3:dataaccesspointarn", "elasticfilesystem:accesspointarn",
    "lambda:functionarn", "sns:endpoint", "cognito-identity.amazonaws.com:aud", "saml:aud",
})  # fmt: skip
_ADDRESSES = frozenset({"aws:sourceip", "aws:vpcsourceip"})
# an address range wider than this is the internet, as for a security group
_WIDEST_PREFIX = {4: 8, 6: 16}
_SWITCHES = frozenset({"elasticfilesystem:accessedviamounttarget", "aws:principalisawsservice"})
_EQUAL = re.compile(r"(?i)(foranyvalue:)?(string(equals(ignorecase)?|like)|arn(equals|like))")
_ACCOUNT_PART = 4  # of an ARN's parts
_ACCOUNT = re.compile(r"\d{12}")


def everybody(statement: Any) -> bool:
    """Return whether a statement's principal is everybody, or everybody of any account."""
    principal = statement.get("Principal") if isinstance(statement, dict) else None
    return any(one == "*" or re.fullmatch(r"arn:[\w*-]*:(iam|sts)::\*:.*", one) for one in strings(principal))


def held(statement: Any) -> bool:
    """Return whether conditions tie a statement to somebody: an account, an organization, a network, a resource."""
    conditions = statement.get("Condition")
    if conditions is UNKNOWN:
        return True
    if not isinstance(conditions, dict):
        return False
    return any(
        _ties(operator, key.lower(), value)
        for operator, tests in conditions.items()
        if isinstance(tests, dict) or tests is UNKNOWN
        for key, value in (tests.items() if isinstance(tests, dict) else [("aws:sourcearn", UNKNOWN)])
    )


def open_to_all(document: Any) -> bool:
    """Return whether a document lets everybody in: by name, or by naming only whom it does not mean."""
    return any((everybody(one) or "NotPrincipal" in one) and not held(one) for one in statements(document))


def accounts(document: Any) -> set[str]:
    """Return the accounts that a document's principals are of."""
    found = set()
    for statement in statements(document):
        for one in strings(statement.get("Principal")):
            account = one if _ACCOUNT.fullmatch(one) else _account_of(one)
            found |= {account} if _ACCOUNT.fullmatch(account) else set()
    return found


def _account_of(arn: str) -> str:
    parts = arn.split(":")
    return parts[_ACCOUNT_PART] if parts[0] == "arn" and len(parts) > _ACCOUNT_PART else ""


def _ties(operator: str, key: str, value: Any) -> bool:
    values = list(_values(value))
    if not values:
        return value is UNKNOWN
    if key in _SWITCHES:
        return operator.lower() == "bool" and all(one is UNKNOWN or str(one).lower() == "true" for one in values)
    if key in _ADDRESSES:
        return operator.lower() == "ipaddress" and all(one is UNKNOWN or _narrow(one) for one in values)
    # the text of a token's own claims ties it to one issuer's caller: `sub` and `aud`, whoever issues it
    if key not in _NAMES and not key.endswith((":sub", ":aud")):
        return False
    literal = "like" not in operator.lower() and not operator.lower().endswith(("arnequals", "arnlike"))
    return bool(_EQUAL.fullmatch(operator)) and all(one is UNKNOWN or _names_one(str(one), literal) for one in values)


def _values(value: Any) -> Iterator[Any]:
    for one in value if isinstance(value, list) else [value]:
        if one is not None:
            yield one


def _narrow(cidr: Any) -> bool:
    try:
        network = ip_network(str(cidr), strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _WIDEST_PREFIX[network.version]


def _names_one(value: str, literal: bool) -> bool:
    """Return whether a value names one account, organization or resource. With StringEquals a star is a letter."""
    if value.startswith("arn:"):
        account, resource = _account_of(value), ":".join(value.split(":")[5:])
        if account:
            return literal or ("*" not in account and "?" not in account)
        return bool(resource) and resource[0] not in "*?"
    return (
        bool(value)
        and (literal or value[0] not in "*?")
        and value not in ("*", "o-*", "vpc-*", "vpce-*", "AIDA*", "AROA*")
    )
