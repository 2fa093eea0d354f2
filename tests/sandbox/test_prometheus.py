"""The programs that judge rules and routes are Prometheus's and Alertmanager's own."""

import subprocess
from pathlib import Path

from sandbox.prometheus import amtool, promtool


def test_promtool_refuses_a_rule_that_cannot_be_read(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    for expression, status in (("up == 0", 0), ("up ==", 1)):
        rules.write_text(f"groups: [{{name: a, rules: [{{alert: A, expr: '{expression}'}}]}}]", encoding="utf-8")
        assert (
            subprocess.run([promtool(), "check", "rules", rules], check=False, capture_output=True).returncode == status
        )


def test_amtool_refuses_a_route_to_nobody(tmp_path: Path) -> None:
    config = tmp_path / "alertmanager.yaml"
    for receiver, status in (("people", 0), ("nobody", 1)):
        config.write_text(f"route: {{receiver: {receiver}}}\nreceivers: [{{name: people}}]", encoding="utf-8")
        assert subprocess.run([amtool(), "check-config", config], check=False, capture_output=True).returncode == status
