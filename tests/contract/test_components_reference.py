from components.redis_cache import RedisCache
from components.vpc import Vpc
from tools.components_reference import PAGE, components, reference

SEVEN = {"EksCluster", "FlowiseService", "MonitoringStack", "RdsPostgres", "RedisCache", "Vpc", "WafCdn"}


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text() == reference(), "run python -m tools.components_reference --write"


def test_it_has_what_a_program_may_import() -> None:
    names = {kind.__name__ for kind in components()}
    assert names >= SEVEN | {"AlarmBridge", "Backups", "ClusterServices", "DatabaseSetup", "PipelineAccess"}
    # what a component makes for itself is its own affair
    assert names.isdisjoint({"DatabaseLogins", "FlowLog", "Karpenter", "NodeGroup"})


def part(kind: type) -> str:
    return reference().split(f"## {kind.__name__}\n")[1].split("\n## ")[0]


def test_it_tells_what_is_taken_given_and_made() -> None:
    cache = part(RedisCache)
    assert "`from components.redis_cache import RedisCache, RedisCacheArgs`" in cache
    assert "| `username` | `str` |" in cache
    assert "| `network` | `NetworkRef` |" in cache
    assert "| `address` | `Output[str]` |" in cache
    assert "| `ref` | `CacheRef` |" in cache
    assert "`aws:elasticache/replicationGroup:ReplicationGroup`" in cache
    # of what lies in it, too
    assert "`aws:kms/key:Key`" in cache
    assert "| `egress_domains` | `Sequence[str]`, optional |" in part(Vpc)
