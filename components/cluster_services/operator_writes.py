"""Holds External Secrets to the Secrets that an ExternalSecret owns.

Its chart's ClusterRole lets it write any Secret and ask for any account's token, either of which is the whole cluster:
a Secret may be such a token (docs/decisions/0025).
"""

from typing import Any

import pulumi

from ..shared.secret_reader import OPERATOR
from .admission import put_into_force

USER = f"system:serviceaccount:{OPERATOR}:{OPERATOR}"
# what is written, and what it is written over; either may be nothing
MADE = "[object, oldObject].filter(each, each != null)"
OWNED = (
    "each.metadata.?ownerReferences.orValue([]).exists(owner, "
    "owner.kind == 'ExternalSecret' && owner.apiVersion.startsWith('external-secrets.io/'))"
)


def policy_spec() -> dict[str, Any]:
    """Return the spec of a ValidatingAdmissionPolicy, which is about this one account."""
    core = {"apiGroups": [""], "apiVersions": ["v1"]}
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "resourceRules": [
                {**core, "operations": ["CREATE", "UPDATE", "DELETE"], "resources": ["secrets"]},
                {**core, "operations": ["CREATE"], "resources": ["serviceaccounts/token"]},
            ]
        },
        "matchConditions": [{"name": "operator", "expression": f"request.userInfo.username == '{USER}'"}],
        "validations": [
            {
                "expression": "request.resource.resource != 'serviceaccounts'",
                "message": "External Secrets reads as a role of AWS and needs no account's token",
                "reason": "Forbidden",
            },
            {
                "expression": (
                    f"request.resource.resource != 'secrets' || {MADE}.all(each, each.type == 'Opaque' && {OWNED})"
                ),
                "message": "External Secrets writes Secrets of type Opaque that an ExternalSecret owns, and no others",
                "reason": "Forbidden",
            },
        ],
    }


def bind_operator_writes(name: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Make the policy and put it into force; what is returned stands once it is."""
    return put_into_force(name, policy_spec(), opts)
