"""How pods of a new kind take the place of old ones: how many there are meanwhile, and how long it takes."""

from math import ceil

# Of the replicas, as maxSurge rounds it, up (Deployment: rollingUpdate): a rollout of any size is done in four goes.
SURGE_PERCENT = 25
# a node that comes first, with the image pulled onto it
PLACE_SECONDS = 120
# pulumi-kubernetes waits so long for a Deployment unless pulumi.com/timeoutSeconds says otherwise (await/deployment.go)
PROVIDER_SECONDS = 600


def surge(replicas: int) -> int:
    """Return how many more than its replicas a Deployment may have while it changes."""
    return ceil(replicas * SURGE_PERCENT / 100)


def at_work(replicas: int) -> int:
    """Return the most pods that run or start at once."""
    return replicas + surge(replicas)


def at_once(replicas: int) -> int:
    """Return the most pods that exist at once: every old one may still be ending when the last new one comes.

    A quota counts a pod until its grace period is over (Kubernetes, quota/v1/evaluator/core, QuotaV1Pod).
    """
    return at_work(replicas) + replicas


def longest_seconds(replicas: int, *, start_seconds: int, grace_seconds: int) -> int:
    """Return how long a rollout may take, where nodes have no room for new pods before the old ones have ended."""
    goes = ceil(replicas / surge(replicas))
    return max(PROVIDER_SECONDS, goes * (PLACE_SECONDS + start_seconds + grace_seconds))
