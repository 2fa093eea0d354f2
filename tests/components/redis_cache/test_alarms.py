import pytest

from components.redis_cache.alarms import cache_alarms
from components.redis_cache.settings import CacheSettings


@pytest.mark.parametrize(("replicas", "lag"), [(0, False), (1, True)])
def test_a_cache_is_watched_for_lag_where_it_has_a_replica(replicas: int, lag: bool) -> None:
    table = {alarm.role: alarm for alarm in cache_alarms(CacheSettings(replicas=replicas))}
    assert ("lag" in table) is lag
    # one lost key is one lost job
    assert (table["evictions"].threshold, table["evictions"].comparison) == (0, "above")


def test_what_somebody_is_waked_for_says_so() -> None:
    assert {each.role for each in cache_alarms(CacheSettings(replicas=1)) if each.critical} == {"evictions", "memory"}


def test_a_cache_that_evicts_is_watched_for_neither_memory_nor_evictions() -> None:
    kept = {each.role for each in cache_alarms(CacheSettings())}
    assert kept - {each.role for each in cache_alarms(CacheSettings(eviction_policy="allkeys-lfu"))} == {
        "evictions",
        "memory",
    }
