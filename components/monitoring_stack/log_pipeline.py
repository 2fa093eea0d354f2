"""What Alloy is told of logs, in its own language (https://grafana.com/docs/alloy/latest/get-started/configuration-syntax/).

Helm reads the text as a template: it may hold no two braces in a row.
"""

import json
from collections.abc import Iterable, Sequence

from ..shared.watch import LogStage

# whatever a line is, these are its labels; each has few values, for every combination is a stream of its own
LABELS = ("app", "component", "container", "level", "namespace")
# beside the line, where many values cost nothing
METADATA = ("pod", "stream")
REDACTED = "<redacted>"
# what people and libraries print by mistake; the group is what goes (RE2)
SECRETS: Sequence[str] = (
    # a bearer token or basic credentials, of which even a curl in a stack trace tells
    r"(?i)\b(?:bearer|basic)\s+([A-Za-z0-9._~+/=-]{16,})",
    # a JSON web token, wherever it stands
    r"\b(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)",
    # keys that say what they are: OpenAI's and Anthropic's, Databricks', AWS's, GitHub's, Slack's
    r"\b(sk-[A-Za-z0-9_-]{16,}|dapi[0-9a-f]{32}|(?:AKIA|ASIA)[A-Z0-9]{16}|gh[opsu]_[A-Za-z0-9]{36}|xox[abp]-[A-Za-z0-9-]{10,})",
    # a named value, in JSON, in a URL or in a sentence
    r"""(?i)\b(?:password|passwd|api[_-]?key|client[_-]?secret|access[_-]?token|refresh[_-]?token|secret[_-]?key)"""
    r"""\\?["']?\s*[=:]\s*\\?["']?([^\s"'\\,;&}<]{4,})""",
    # the password of a connection string
    r"\b[a-z][a-z0-9+]*://[^\s:/@]+:([^\s:/@]{3,})@",
)
# probes of the kubelet, of the load balancer and of Prometheus, which tell nothing that a metric does not
PROBE_PATHS = ("/healthz", "/livez", "/readyz", "/ready", "/metrics", "/-/healthy", "/-/ready")
LEVEL = r"(?i)\blevel[\"']?\s*[=:]\s*[\"']?(?P<level>trace|debug|info|notice|warning|warn|error|fatal|critical|panic)\b"
WARNINGS = '{app="kubernetes-events"} |= `"type":"Warning"`'
# a line that begins with a space goes on with the one before: a stack trace is one entry
FIRST_LINE = r"^\S"


def node_config(loki_url: str, stages: Sequence[LogStage] = ()) -> str:
    """Return the configuration of whoever reads the files of containers' logs on a node."""
    return "\n".join(
        (
            _itself(),
            _discovery(),
            'local.file_match "pods" {\n  path_targets = discovery.relabel.pods.output\n}\n',
            _block("loki.source.file", "pods", "targets    = local.file_match.pods.targets", "pods"),
            _processing(stages),
            _write(loki_url),
        )
    )


def event_config(loki_url: str) -> str:
    """Return the configuration of whoever reads Kubernetes events: their namespace is the one of what they tell of."""
    return "\n".join(
        (
            _itself(),
            _block("loki.source.kubernetes_events", "all", 'log_format = "json"', "events"),
            f"""loki.process "events" {{
  forward_to = [loki.write.loki.receiver]

  stage.static_labels {{
    values = {{ app = "kubernetes-events", level = "info" }}
  }}
  stage.match {{
    selector = {_text(WARNINGS)}

    stage.static_labels {{
      values = {{ level = "warning" }}
    }}
  }}
{_redaction()}{_bounds()}}}
""",
            _write(loki_url),
        )
    )


def _itself() -> str:
    return 'logging {\n  level  = "warn"\n  format = "json"\n}\n'


def _discovery() -> str:
    labels = {
        "namespace": ["__meta_kubernetes_namespace"],
        "pod": ["__meta_kubernetes_pod_name"],
        "container": ["__meta_kubernetes_pod_container_name"],
        "component": ["__meta_kubernetes_pod_label_app_kubernetes_io_component"],
    }
    copied = "".join(
        f"  rule {{\n    source_labels = {json.dumps(sources)}\n    target_label  = {_text(target)}\n  }}\n"
        for target, sources in labels.items()
    )
    named = [f"__meta_kubernetes_pod_label_{label}" for label in ("app_kubernetes_io_name", "k8s_app", "app")]
    return f"""discovery.kubernetes "pods" {{
  role = "pod"

  selectors {{
    role  = "pod"
    field = "spec.nodeName=" + sys.env("K8S_NODE_NAME")
  }}
}}

discovery.relabel "pods" {{
  targets = discovery.kubernetes.pods.targets

{copied}  // the first of them that is there
  rule {{
    source_labels = {json.dumps(named)}
    regex         = {_text("^;*([^;]+)(?:;.*)?$")}
    target_label  = "app"
  }}
  rule {{
    source_labels = ["__meta_kubernetes_pod_uid", "__meta_kubernetes_pod_container_name"]
    separator     = "/"
    target_label  = "__path__"
    replacement   = "/var/log/pods/*$1/*.log"
  }}
}}
"""


def probe_lines(stages: Iterable[LogStage] = ()) -> str:
    """Return the expression of the lines that tell of probes alone."""
    paths = (*PROBE_PATHS, *(path for stage in stages for path in stage.probe_paths))
    return rf"(?:GET|HEAD) /(?:{'|'.join(path.removeprefix('/').replace('.', '[.]') for path in paths)})[ ?\"]"


def _processing(stages: Sequence[LogStage]) -> str:
    return f"""loki.process "pods" {{
  forward_to = [loki.write.loki.receiver]

  // puts together what the runtime has cut at 16 KiB
  stage.cri {{ }}
  stage.drop {{
    expression          = {_text(probe_lines(stages))}
    drop_counter_reason = "probe"
  }}
  stage.multiline {{
    firstline = {_text(FIRST_LINE)}
  }}
{_redaction()}  stage.regex {{
    expression = {_text(LEVEL)}
  }}
  stage.labels {{
    values = {{ level = "" }}
  }}
{"".join(map(_json_lines, stages))}{_bounds()}}}
"""


def _json_lines(stage: LogStage) -> str:
    labels = {"namespace": stage.namespace, "app": stage.app}
    selector = "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"
    fields = ", ".join(f'{name} = ""' for name in stage.fields)
    kept = f"    stage.structured_metadata {{\n      values = {{ {fields} }}\n    }}\n" if fields else ""
    return f"""  stage.match {{
    selector = {_text(selector)}

    stage.json {{
      expressions = {{ {", ".join(filter(None, ('level = ""', fields)))} }}
    }}
    stage.labels {{
      values = {{ level = "" }}
    }}
{kept}  }}
"""


def _redaction() -> str:
    return "".join(
        f"  stage.replace {{\n    expression = {_text(each)}\n    replace    = {_text(REDACTED)}\n  }}\n"
        for each in SECRETS
    )


def _bounds() -> str:
    kept = ", ".join(f'{name} = ""' for name in METADATA)
    return (
        f"  stage.structured_metadata {{\n    values = {{ {kept} }}\n  }}\n"
        f"  stage.label_keep {{\n    values = {json.dumps(LABELS)}\n  }}\n"
    )


def _block(component: str, label: str, argument: str, to: str) -> str:
    return f'{component} "{label}" {{\n  {argument}\n  forward_to = [loki.process.{to}.receiver]\n}}\n'


def _write(url: str) -> str:
    return f"""loki.write "loki" {{
  endpoint {{
    url = {_text(url + "/loki/api/v1/push")}
    // some six hours: the files wait on the node as long as the kubelet leaves them there
    max_backoff_retries = 80
  }}
}}
"""


def _text(value: str) -> str:
    """Write a string; Alloy's escapes are those of Go, of which JSON's are a part."""
    return json.dumps(value)
