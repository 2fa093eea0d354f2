"""The changes that are rehearsed, each as somebody would commit it."""

from .account import Account


def harmless_tag(account: Account) -> None:
    """Another team answers for it."""
    for stack in ("dev", "staging", "prod"):
        account.set(stack, {"flowise:tags.CostCenter": "platform-2"})


def bigger_database(account: Account) -> None:
    """The database gets the next class."""
    account.set("prod", {"flowise:database.instance_class": "db.m7g.xlarge"})


def new_service(account: Account) -> None:
    """Traces are kept, by a service that was not there."""
    account.set("dev", {"flowise:monitoring.traces": {}})


def dangerous_replace(account: Account) -> None:
    """The database's master gets another name, which RDS does by another database."""
    account.replace("components/rds_postgres/identity.py", '"_master"', '"_admin"')


def another_range(account: Account) -> None:
    """The network gets another range."""
    account.set("dev", {"flowise:network.cidr": "10.50.0.0/16"})


def broken_policy(account: Account) -> None:
    """Nodes answer to the metadata service's first version, which forged requests reach."""
    account.replace("components/eks_cluster/node_group.py", '"http_tokens": "required"', '"http_tokens": "optional"')
