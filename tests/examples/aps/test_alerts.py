"""The alerts of Sistema APS, judged by promtool."""

from pathlib import Path

import yaml

from components.monitoring_stack.alerts.rules import completed
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from examples.aps import application as app
from examples.web_watch import SECONDS
from tests.components.monitoring_stack.cases.case import calm, story
from tests.components.monitoring_stack.rules import run, write_rules
from tests.examples.web_cases import histogram, instance_down, judge, replicas_missing, slow_between

POD = 'namespace="aps",pod="a",method="GET",route="/"'
BOUNDS = ("0.05", "0.1", "0.25", "0.5", "1", "2", "5", "10", "30", "+Inf")
OF = (SECONDS, POD, BOUNDS)
CASES = (
    story("HighResponseTime", "warning", "3 s", slow_between(*OF, 0.2, 3, minutes=10), "11m", "18m", "30m"),
    calm("HighResponseTime", "1.5 s", slow_between(*OF, 0.2, 1.5, minutes=10), "18m"),
    *instance_down("AppInstanceDown", "aps", "aps"),
    *replicas_missing("aps", "app-web-pods"),
)


def test_alerts_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    judge(tmp_path, app.watch(app.Promises()), CASES)


def test_its_three_objectives_burn_a_budget(tmp_path: Path) -> None:
    """Of 1,000 answers, two are 5xx: twice what is promised; and half of them take 2 s."""
    rules = write_rules(tmp_path, completed([app.watch(app.Promises())], MonitoringSettings()))
    slo = next(path for path in rules.values() if "slo:bad_events" in path.read_text())
    series = {
        **histogram(SECONDS, f'{POD},code="200"', BOUNDS, 0.2, (30, 499)),
        **histogram(SECONDS, f'{POD},code="201"', BOUNDS, 2, (30, 499)),
        **histogram(SECONDS, f'{POD},code="503"', BOUNDS, 0.2, (30, 2)),
        'probe_success{job="site",instance="https://aps.example.com"}': "1x30",
    }
    expected = {"errors": 0.002, "response-time": 0.499, "availability": 0.0}
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'round(slo:error_ratio:rate5m{{slo="{name}"}}, 0.001)',
                "eval_time": "20m",
                "exp_samples": [{"labels": f'{{slo="{name}"}}', "value": value}],
            }
            for name, value in expected.items()
        ],
    }
    file = tmp_path / "slo-tests.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [str(slo)], "evaluation_interval": "1m", "tests": [test]}))
    tested = run("test", "rules", file)
    assert tested.returncode == 0, tested.stdout + tested.stderr
