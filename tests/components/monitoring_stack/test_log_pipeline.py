"""What becomes of lines, by the rendered expressions; Python's expressions agree with RE2 on all that is used here."""

import re

import pytest

from components.monitoring_stack.log_pipeline import FIRST_LINE, LEVEL, SECRETS, event_config, node_config, probe_lines
from components.shared.watch import LogStage

LOKI = "http://loki:3100"
STAGE = LogStage(
    namespace="flowise", app="flowise", fields=("request_id", "span_id", "trace_id"), probe_paths=("/api/v1/ping",)
)


def redacted(line: str) -> str:
    for expression in SECRETS:
        # the group goes, as in Alloy's stage.replace
        line = re.sub(expression, lambda found: found[0].replace(found[1], "<redacted>"), line)
    return line


JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
SECRET_LINES = [
    ("Authorization: Bearer dGhpcy1pcy1hLXNlY3JldA==", "Authorization: Bearer <redacted>"),
    ('{"authorization":"bearer abcdefghijklmnop1234"}', '{"authorization":"bearer <redacted>"}'),
    ("proxy: Basic dXNlcjpwYXNzd29yZDEyMzQ=", "proxy: Basic <redacted>"),
    (f"token {JWT} expired", "token <redacted> expired"),
    ("key sk-proj-abcdefghijklmnop1234 refused", "key <redacted> refused"),
    ("with dapi0123456789abcdef0123456789abcdef", "with <redacted>"),
    ("AKIAIOSFODNN7EXAMPLE is not allowed", "<redacted> is not allowed"),
    ('{"message":"body {\\"password\\":\\"hunter22\\"}"}', '{"message":"body {\\"password\\":\\"<redacted>\\"}"}'),
    ("GET /x?api_key=12345678&a=b", "GET /x?api_key=<redacted>&a=b"),
    ("postgres://flowise:s3cr3t@db:5432/flowise", "postgres://flowise:<redacted>@db:5432/flowise"),
    ("client_secret: 'abcd1234'", "client_secret: '<redacted>'"),
]
PLAIN_LINES = [
    '{"time":"2026-11-21T10:00:00.000Z","level":"info","message":"Flowise Server is listening at 3000"}',
    "the bearer of bad news",
    "wrong password for user flowise",
    "tokens: 1234, took 12 ms",
    "https://flowise.example.com:443/api/v1/ping",
    'caller=metrics.go secret="flowise/app" msg=done',
    "basic auth is off",
]


@pytest.mark.parametrize(("line", "left"), SECRET_LINES)
def test_what_looks_like_a_secret_goes(line: str, left: str) -> None:
    assert redacted(line) == left


@pytest.mark.parametrize("line", PLAIN_LINES)
def test_what_does_not_stays(line: str) -> None:
    assert redacted(line) == line


def test_what_is_redacted_once_stays_as_it_is() -> None:
    for _, left in SECRET_LINES:
        assert redacted(left) == left


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ('{"time":"2026-11-21T10:00:00.000Z","level":"error","message":"no"}', "error"),
        ('level=warn ts=2026-11-21 caller=a.go msg="slow"', "warn"),
        ('{"Level": "INFO"}', "INFO"),
        ("level=warning msg=x", "warning"),
    ],
)
def test_a_level_is_found(line: str, level: str) -> None:
    found = re.search(LEVEL, line)
    assert found is not None
    assert found["level"] == level


@pytest.mark.parametrize("line", ["level=verbose", "the level of water", "levels=info", "a sea level: high"])
def test_no_other_word_becomes_a_label(line: str) -> None:
    assert re.search(LEVEL, line) is None


@pytest.mark.parametrize(
    ("line", "dropped"),
    [
        ('"GET /healthz HTTP/1.1" 200', True),
        ("GET /api/v1/ping HTTP/1.1", True),
        ("HEAD /-/ready HTTP/1.1", True),
        ("GET /readyz?verbose HTTP/1.1", True),
        ("POST /api/v1/prediction/1 HTTP/1.1", False),
        ("GET /metricsomething HTTP/1.1", False),
        ("GET /api/v1/pings HTTP/1.1", False),
    ],
)
def test_probes_alone_are_noise(line: str, dropped: bool) -> None:
    assert bool(re.search(probe_lines([STAGE]), line)) is dropped


def test_a_stack_trace_is_one_entry() -> None:
    lines = ["Error: no way", "    at here (a.js:1:2)", "\tat there", "next"]
    assert [bool(re.search(FIRST_LINE, line)) for line in lines] == [True, False, False, True]


@pytest.mark.parametrize("config", [node_config(LOKI, [STAGE]), event_config(LOKI)], ids=["nodes", "events"])
def test_labels_are_bounded_and_ids_are_none(config: str) -> None:
    (kept,) = re.findall(r"stage\.label_keep \{\n\s+values = \[(.*)\]", config)
    assert kept == '"app", "component", "container", "level", "namespace"'
    # nothing is a label after that, for it is the last stage
    assert config.index("stage.label_keep") > max(
        found.start() for found in re.finditer(r"stage\.(?!label_keep)", config)
    )
    assert f'url = "{LOKI}/loki/api/v1/push"' in config
    assert config.count("stage.replace") == len(SECRETS)


def test_lines_of_json_bear_their_request_and_trace() -> None:
    config = node_config(LOKI, [STAGE])
    of_flowise = config[config.index("stage.match") : config.index("stage.label_keep")]
    assert 'selector = "{namespace=\\"flowise\\",app=\\"flowise\\"}"' in of_flowise
    assert 'values = { request_id = "", span_id = "", trace_id = "" }' in of_flowise


def test_one_agent_asks_for_the_pods_of_its_own_node() -> None:
    assert 'field = "spec.nodeName=" + sys.env("K8S_NODE_NAME")' in node_config(LOKI)


def test_secrets_go_before_anything_reads_the_line() -> None:
    config = node_config(LOKI, [STAGE])
    assert config.rindex("stage.replace") < config.index("stage.regex") < config.index("stage.json")


def test_an_application_s_probes_are_noise_only_where_it_says_so() -> None:
    assert re.search(probe_lines(), "GET /api/v1/ping HTTP/1.1") is None
    assert "stage.json" not in node_config(LOKI)
