"""Every configuration that Alloy is given, read by Alloy's own parser and held against its documentation."""

import re
from pathlib import Path

import pytest

from components.monitoring_stack.log_pipeline import event_config, node_config
from components.monitoring_stack.settings.traces import TraceSettings
from components.monitoring_stack.trace_pipeline import trace_config
from components.shared.watch import LogStage
from tools.alloy_config import AlloyError, read

LOKI = "http://loki.logging.svc.cluster.local:3100"
CONFIGS = {
    "nodes": node_config(LOKI),
    "nodes-json": node_config(
        LOKI, [LogStage(namespace="orders", app="orders", fields=["trace_id"], probe_paths=["/health.txt"])]
    ),
    "events": event_config(LOKI),
    **{
        backend: trace_config(TraceSettings.model_validate({"backend": backend}), region="eu-west-1")
        for backend in ("tempo", "xray", "datadog")
    },
}
ARGUMENTS = {
    path: set(names.split())
    for path, _, names in (
        line.partition(":")
        for line in (Path(__file__).parent / "alloy_arguments.txt").read_text().splitlines()
        if not line.startswith("#")
    )
}


@pytest.mark.parametrize("name", CONFIGS)
def test_helm_finds_no_template_in_it(name: str) -> None:
    assert "{{" not in CONFIGS[name]


@pytest.mark.engine
@pytest.mark.parametrize("name", CONFIGS)
def test_alloy_reads_it_and_knows_every_argument(name: str) -> None:
    blocks = read(CONFIGS[name])
    assert len(blocks) > 5
    for block in blocks:
        assert set(block["attributes"]) <= ARGUMENTS[block["path"]], block["path"]


@pytest.mark.engine
@pytest.mark.parametrize("name", CONFIGS)
def test_whatever_is_named_is_there(name: str) -> None:
    there = {f"{block['path']}.{block['label']}" for block in read(CONFIGS[name]) if block["label"]}
    uses = r"\b((?:loki|otelcol|local|discovery)\.[a-z_.]+?)\.(?:receiver|input|targets|output|handler)\b"
    named = set(re.findall(uses, CONFIGS[name]))
    assert named
    assert named <= there


@pytest.mark.engine
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('loki.write "a" {\n  endpoint {\n    url = \n  }\n}\n', "expected expression"),
        ('loki.process "a" {\n  stage.regex {\n    expression = "(?P<level"\n  }\n}\n', "error parsing regexp"),
    ],
    ids=["syntax", "expression"],
)
def test_what_alloy_would_refuse_is_refused(text: str, why: str) -> None:
    with pytest.raises(AlloyError, match=why):
        read(text)
