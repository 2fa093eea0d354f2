"""What the real clouds refuse: one module per subject, each law naming the source of its truth."""

from collections.abc import Collection, Mapping
from functools import cache
from types import ModuleType

from . import (
    api_gateway,
    api_models,
    appconfig,
    autoscaling,
    certificates,
    cloudfront,
    dynamodb,
    ecs,
    eks,
    elasticache,
    event_rules,
    iam,
    kms,
    kubernetes_controllers,
    kubernetes_fields,
    kubernetes_kinds,
    kubernetes_objects,
    kubernetes_pods,
    kubernetes_rbac,
    kubernetes_services,
    lambda_functions,
    leftovers,
    load_balancers,
    logs,
    maintenance_windows,
    messaging,
    names,
    networks,
    notifications,
    quotas,
    rds,
    references,
    regions_and_tags,
    rest,
    roads,
    route53,
    s3,
    secrets_manager,
    state_machines,
    teardown,
    vpc_connections,
    waf,
)
from .law import EVERY_AWS_TYPE, Law, Refusal, ResourceOperation, sentence

MODULES: tuple[ModuleType, ...] = (
    api_models,
    references,
    names,
    quotas,
    regions_and_tags,
    networks,
    roads,
    vpc_connections,
    iam,
    kms,
    secrets_manager,
    s3,
    logs,
    notifications,
    messaging,
    event_rules,
    lambda_functions,
    state_machines,
    api_gateway,
    appconfig,
    autoscaling,
    ecs,
    eks,
    rds,
    dynamodb,
    elasticache,
    maintenance_windows,
    load_balancers,
    certificates,
    cloudfront,
    waf,
    route53,
    rest,
    kubernetes_controllers,
    kubernetes_kinds,
    kubernetes_objects,
    kubernetes_fields,
    kubernetes_services,
    kubernetes_rbac,
    kubernetes_pods,
    teardown,
    leftovers,
)
LAWS: tuple[Law, ...] = tuple(law for module in MODULES for law in module.LAWS)
NAMES: Mapping[str, str] = {law.id: law.name for law in LAWS}
"""What each law says in a few words, by its id."""
QUOTAS = quotas.QUOTAS


@cache
def _of(token: str, operation: str) -> tuple[Law, ...]:
    return tuple(law for law in LAWS if operation in law.operations and law.applies(token))


@cache
def judged(token: str) -> bool:
    """Return whether a law judges resources of this type, beyond what every AWS resource has."""
    return any(law.types != EVERY_AWS_TYPE and law.applies(token) for law in LAWS)


def refusals(op: ResourceOperation, off: Collection[str] = ()) -> list[tuple[Law, Refusal]]:
    """Everything that stands against an operation, but for laws whose ids are switched off."""
    return [(law, refusal) for law in _of(op.token, op.operation) if law.id not in off for refusal in law.judge(op)]


__all__ = [
    "LAWS",
    "MODULES",
    "NAMES",
    "QUOTAS",
    "Law",
    "Refusal",
    "ResourceOperation",
    "judged",
    "refusals",
    "sentence",
]
