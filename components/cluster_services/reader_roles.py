"""Binds the roles that External Secrets takes on to the namespaces that they are for.

A role's trust knows the operator's pods and not whose store asks them, so the API server holds it: a store, or what
generates a Secret, names roles under its own namespace's path alone (docs/decisions/0025).
"""

from typing import Any

import pulumi

from .admission import put_into_force

# whatever of External Secrets' kinds names a role of AWS (external-secrets v0.20.4, apis/: SecretStoreProvider,
# ECRAuthorizationTokenSpec, STSSessionTokenSpec)
KINDS = {
    "external-secrets.io": ("clustersecretstores", "secretstores"),
    "generators.external-secrets.io": ("ecrauthorizationtokens", "stssessiontokens"),
}
ROLES = (
    "[object.spec.?provider.?aws.?role.orValue(''), object.spec.?role.orValue('')]"
    " + object.spec.?provider.?aws.?additionalRoles.orValue([])"
)


def policy_spec(role_path: str) -> dict[str, Any]:
    """Return the spec of a ValidatingAdmissionPolicy; `role_path` is what the paths of all namespaces begin with.

    Of what lies in no namespace no role is right.
    """
    own = f"'^arn:aws[a-z-]*:iam::[0-9]{{12}}:role{role_path}' + variables.home + '/[^/]+$'"
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": [group],
                    "apiVersions": ["*"],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": list(resources),
                }
                for group, resources in KINDS.items()
            ]
        },
        "variables": [
            {"name": "home", "expression": "request.?namespace.orValue('')"},
            {"name": "roles", "expression": ROLES},
        ],
        "validations": [
            {
                "expression": f"variables.roles.all(role, role == '' || role.matches({own}))",
                "messageExpression": f"'names a role that is not under {role_path}' + variables.home + '/'",
                "reason": "Forbidden",
            }
        ],
    }


def bind_reader_roles(name: str, role_path: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Make the policy and put it into force; what is returned stands once it is."""
    return put_into_force(name, policy_spec(role_path), opts)
