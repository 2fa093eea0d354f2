"""Redis: sessions, answers that are kept for seconds, and counts of requests. Jobs lie there, too, and are Celery's.

Every key of ours expires: where memory is short, what has the least time left goes, and jobs never expire.
"""

import json
import secrets
import time
from functools import cache
from typing import Any

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from .settings import settings

SESSION_SECONDS = 7 * 24 * 3600
ANSWER_SECONDS = 10
CANARY = "canary:done"
CANARY_SECONDS = 24 * 3600


@cache
def client() -> redis.Redis:
    """Return this process's connections."""
    given: Any = settings().redis
    return redis.Redis(
        **given,
        decode_responses=True,
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(ExponentialBackoff(cap=0.5), 2),
        retry_on_error=[redis.ConnectionError, redis.TimeoutError],
        health_check_interval=30,
    )


def begin_session(owner: str) -> str:
    """Return the token of a new session."""
    token = secrets.token_urlsafe(32)
    client().set(f"session:{token}", owner, ex=SESSION_SECONDS)
    return token


def owner_of(token: str) -> str | None:
    """Return whose session it is."""
    found = client().get(f"session:{token}") if token else None
    return str(found) if found is not None else None


def end_session(token: str) -> None:
    """Forget a session."""
    client().delete(f"session:{token}")


def kept(key: str) -> Any:
    """Return an answer that is kept, if it is; without Redis none is."""
    try:
        found = client().get(f"answer:{key}")
    except redis.RedisError:
        return None
    return json.loads(found) if found else None


def remember(key: str, answer: Any) -> None:
    """Keep an answer for some seconds."""
    try:
        client().set(f"answer:{key}", json.dumps(answer), ex=ANSWER_SECONDS)
    except redis.RedisError:
        return


def within_limit(address: str, most: int) -> bool:
    """Count a request of an address in this minute. Without Redis all are let through: the firewall counts as well."""
    key = f"requests:{address}:{int(time.time() // 60)}"
    try:
        pipe = client().pipeline()
        pipe.incr(key)
        pipe.expire(key, 120)
        counted, _ = pipe.execute()
    except redis.RedisError:
        return True
    return int(counted) <= most


def sing() -> None:
    """Note that a job was done now."""
    client().set(CANARY, str(time.time()), ex=CANARY_SECONDS)


def backlog(queue: str) -> dict[str, float]:
    """Return how many jobs wait and how long ago the last canary was done; nothing where Redis is away."""
    try:
        pipe = client().pipeline()
        pipe.llen(queue)
        pipe.get(CANARY)
        waiting, sung = pipe.execute()
    except redis.RedisError:
        return {}
    found = {"waiting": float(waiting)}
    if sung is not None:
        found["canary_age"] = max(0.0, time.time() - float(sung))
    return found
