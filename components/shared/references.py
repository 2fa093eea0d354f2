"""What one component hands to the next, whole: where something lies and how it is reached."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pulumi import Input, Resource

from .external_secrets import SecretField, Source
from .iam_documents import Statement
from .network_policies import NetworkRanges


@dataclass(frozen=True, kw_only=True)
class NetworkRef:
    """A network: its region, its subnets by tier, and the ranges that policies name."""

    vpc_id: Input[str]
    region: str
    private_subnet_ids: Input[Sequence[Input[str]]]
    balancer_subnet_ids: Input[Sequence[Input[str]]]
    data_subnet_ids: Input[Sequence[Input[str]]]
    control_plane_subnet_ids: Input[Sequence[Input[str]]]
    ranges: NetworkRanges
    private_services: Collection[str] = ()  # of AWS, as endpoints call them, that answer within the network


@dataclass(frozen=True, kw_only=True)
class ClusterRef:
    """A Kubernetes cluster; every node carries its security group, so that it stands for the pods.

    `node_statements` are what nodes may do beside joining and pulling.
    """

    name: Input[str]
    arn: Input[str]
    endpoint: Input[str]
    security_group_id: Input[str]
    node_statements: Sequence[Statement] = ()


@dataclass(frozen=True, kw_only=True)
class AlarmTarget:
    """The topic that alarms tell, and the key under which its messages lie."""

    arn: Input[str]
    key_arn: Input[str]


@dataclass(frozen=True, kw_only=True)
class SecretAccess:
    """How a namespace gets Secrets: the operator's role, and the IAM path in which each has one for its own roles."""

    operator_role_arn: Input[str]
    role_path: str


@dataclass(frozen=True, kw_only=True)
class Placement:
    """What a component finds in a stack's cluster and around it: the same for every one that runs there.

    `controllers` bring the kinds of load balancing, secrets and volumes, and act on them.
    """

    network: NetworkRef
    cluster: ClusterRef
    controllers: Resource
    secret_access: SecretAccess
    alarms: AlarmTarget
    access_log_bucket: Input[str]
    protect_data: bool
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DatabaseRef:
    """How an application logs in to its database; `certificates` are its authorities that Node does not know (PEM)."""

    address: Input[str]
    port: Input[int]
    name: Input[str]
    username: Input[str]
    password: Source
    certificates: str


@dataclass(frozen=True, kw_only=True)
class InstanceLogin:
    """A login that a database's instance knows, and its copies with it."""

    username: Input[str]
    password: SecretField


@dataclass(frozen=True, kw_only=True)
class InstanceRef:
    """A database's instance, as who restores a copy of it and looks into that knows it.

    One of the `logins` is as it was when the copy was taken; `certificates` are their authorities (PEM).
    """

    arn: Input[str]
    port: int
    subnet_group_name: Input[str]
    database_name: str
    logins: Sequence[InstanceLogin]
    certificates: str


@dataclass(frozen=True, kw_only=True)
class CacheRef:
    """How an application logs in to its cache, and how who only looks at its queues does, if that is another user."""

    address: Input[str]
    port: Input[int]
    username: Input[str]
    password: Source
    observer: "CacheRef | None" = None

    @property
    def for_observers(self) -> "CacheRef":
        """Return how who only looks logs in."""
        return self.observer or self


@dataclass(frozen=True, kw_only=True)
class OriginRef:
    """The load balancer before a service, and how long it may take to answer.

    `certificate_record` proves that the site's name is ours, where the load balancer's certificate has such a record.
    """

    load_balancer_arn: Input[str]
    load_balancer_dns_name: Input[str]
    read_timeout_seconds: int
    certificate_record: Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class LogBucketRef:
    """The bucket that access logs go to."""

    name: Input[str]
    arn: Input[str]
