"""Who may do what in the cluster: EKS's own access policies, by role."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["admin", "deployer", "viewer"]


@dataclass(frozen=True)
class Grant:
    """An access policy (EKS user guide, access-policy-permissions), for the whole cluster or for the application."""

    policy: str
    everywhere: bool


GRANTS: dict[Role, Grant] = {
    "admin": Grant("AmazonEKSClusterAdminPolicy", everywhere=True),
    "deployer": Grant("AmazonEKSEditPolicy", everywhere=False),
    # sees no Secrets
    "viewer": Grant("AmazonEKSViewPolicy", everywhere=True),
}
