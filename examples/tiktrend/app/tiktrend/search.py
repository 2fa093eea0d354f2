"""The search engine, and what answers without it."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import meilisearch
import structlog

from . import database
from .breaker import Breaker
from .observed import DEGRADED
from .settings import settings

ANSWER_SECONDS = 2
log = structlog.get_logger()
breaker = Breaker("search")


@cache
def index() -> Any:
    """Return the one index; its key is for no other."""
    given = settings()
    return meilisearch.Client(given.search_url, given.search_key, timeout=ANSWER_SECONDS).index(given.search_index)


def found(words: str, most: int) -> tuple[list[dict[str, Any]], str]:
    """Return products, and what found them: the engine, or the database where that fails."""
    try:
        answer = breaker.call(lambda: index().search(words, {"limit": most}))
        return answer["hits"], "search"
    except Exception as error:
        # the class alone: a client's message may hold the address with its key
        log.warning("the search engine does not answer", error=type(error).__name__)
        DEGRADED.inc()
        return database.matching(words, most), "database"


def add(products: Sequence[dict[str, Any]]) -> None:
    """Have products indexed; the engine does it after it has answered."""
    if products:
        breaker.call(lambda: index().add_documents(list(products), primary_key="id"))
