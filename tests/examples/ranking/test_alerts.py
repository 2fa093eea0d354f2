"""The alerts of Ranking, judged by promtool."""

from pathlib import Path

from examples.ranking import watched as own
from examples.web_watch import SECONDS
from tests.components.monitoring_stack.cases.case import calm, story
from tests.examples.web_cases import failing, instance_down, judge, replicas_missing, slow_between

POD = 'namespace="ranking",pod="a"'
BOUNDS = ("0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "+Inf")
OF = (SECONDS, POD, BOUNDS)
COMPUTED = (own.COMPUTATION, POD, BOUNDS)
CASES = (
    story("HighResponseTime", "warning", "2 s", slow_between(*OF, 0.1, 2), "12m", "25m", "50m"),
    calm("HighResponseTime", "0.4 s", slow_between(*OF, 0.1, 0.4), "25m"),
    story("HighErrorRate", "critical", "one in twenty", failing(*OF, 0.05), "12m", "25m", "50m"),
    calm("HighErrorRate", "one in two hundred", failing(*OF, 0.005), "25m"),
    story("SlowRankingComputation", "warning", "2 s", slow_between(*COMPUTED, 0.05, 2), "15m", "28m", "50m"),
    calm("SlowRankingComputation", "0.2 s", slow_between(*COMPUTED, 0.05, 0.2), "28m"),
    *instance_down("AppInstanceDown", "ranking", "ranking"),
    *replicas_missing("ranking", "app-blue-web-pods"),
)


def test_alerts_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    judge(tmp_path, own.watch(own.Promises()), CASES)
