"""Secrets in clear: in environments, arguments, annotations and ConfigMaps."""

import re
from typing import Any

from ..kit.reading import among, get, items
from ..kit.rule import Resource, Rule
from ..kit.secret_text import PLAIN_WORDS, decoded, named, plainly_named, shows_token
from .judging import each
from .templates import PODS, templates

# a setting in a file, or an option of a command: the word, its value, which is no reference and no switch
_VALUE = r"[\"']?(?![\"'\s]|[$<{/%*-]|true\b|false\b|null\b|none\b)[^\s\"'.(){}\[\],;]{4,}"
_KEY = rf"^[ \t]*[\"']?(?:export )?[\w.-]*(?:{PLAIN_WORDS})[\"']?[ \t]*[:=][ \t]*"
_SETTING = re.compile(rf"(?im){_KEY}{_VALUE}[\"']?[ \t]*[,;]?[ \t]*$")
# in a program a bare word is a name, and only what is quoted is a value
_CODE = (".js", ".mjs", ".cjs", ".ts", ".py", ".sh", ".go", ".rb", ".lua", ".sql", ".alloy", ".rego", ".tmpl", ".tpl")
_ASSIGNMENT = re.compile(rf"(?im){_KEY}([\"'])(?![$<{{/%])[^\s\"'${{]{{4,}}\1")
_OPTION = re.compile(
    rf"(?i)(?:^|\s)(?:--?[\w.-]*(?:{PLAIN_WORDS})(?:=|\s+)|--token(?:=|\s+)|\w*(?:{PLAIN_WORDS})=){_VALUE}"
)
_LINK = "https://kubernetes.io/docs/concepts/configuration/secret/"
OBJECTS = r"kubernetes:(?!helm\.sh/|yaml:|kustomize:).+"


def is_secret(name: Any, value: Any) -> bool:
    """Return whether a value is a secret, by what it looks like or by its name."""
    if not isinstance(value, str) or not value:
        return False
    return (
        shows_token(value)
        or named(name, value)
        or (plainly_named(str(name)) and value.lower() not in ("true", "false"))
    )


def _no_literals(container: Any) -> bool:
    return not any(is_secret(get(one, "name"), get(one, "value")) for one in items(container, "env"))


def _no_arguments(container: Any) -> bool:
    words = [word for key in ("command", "args") for word in items(container, key) if isinstance(word, str)]
    probes = [
        word
        for key in ("livenessProbe", "readinessProbe", "startupProbe")
        for word in items(container, key, "exec", "command")
        if isinstance(word, str)
    ]
    return not any(shows_token(line) or _OPTION.search(line) for line in (" ".join(words), " ".join(probes)))


def _annotated(resource: Resource) -> bool:
    holders = [resource.get("metadata"), *(template.metadata for template in templates(resource))]
    found = [annotations for one in holders if isinstance(annotations := get(one, "annotations"), dict)]
    return not any(is_secret(key, value) for annotations in found for key, value in annotations.items())


def _config_map(resource: Resource) -> bool:
    data, binary = resource.get("data"), resource.get("binaryData")
    texts = list(data.items()) if isinstance(data, dict) else []
    texts += [(key, decoded(str(value))) for key, value in binary.items()] if isinstance(binary, dict) else []
    return not any(is_secret(file, text) or _sets_secret(file, text) for file, text in texts)


def _sets_secret(file: str, text: Any) -> bool:
    settings = _ASSIGNMENT if file.endswith(_CODE) else _SETTING
    return isinstance(text, str) and settings.search(text) is not None


def _as_files(container: Any) -> bool:
    named = [get(variable, "valueFrom", "secretKeyRef") for variable in items(container, "env")]
    named += [get(source, "secretRef") for source in items(container, "envFrom")]
    return all(among(one, None) for one in named)


RULES = (
    Rule(
        "k8s-secret-literal", "critical", "no environment variable contains a secret in plain text", "refer to a Secret, or mount one", "secrets", PODS, each(_no_literals),
        refs="CIS EKS 4.4.2", link=_LINK,
    ),
    Rule(
        "k8s-secret-args", "critical", "no container's command has a secret in plain text", "let the program read it from a mounted Secret", "secrets", PODS, each(_no_arguments),
        refs="CIS EKS 4.4.2", link=_LINK,
    ),
    Rule(
        "k8s-secret-annotation", "critical", "no annotation contains a secret in plain text", "put it into a Secret: whoever may list an object reads its annotations", "secrets", OBJECTS, _annotated,
        refs="CIS EKS 4.4.2", link=_LINK,
    ),
    Rule(
        "k8s-secret-config", "critical", "no ConfigMap contains a secret in plain text", "put it into a Secret, or keep it outside", "secrets", "kubernetes:core/v1:ConfigMap(Patch)?",
        _config_map, refs="CIS EKS 4.4.2", link=_LINK,
    ),
    Rule(
        "k8s-secret-env", "low", "secrets are mounted as files, not passed as environment variables", "mount the Secret", "secrets", PODS, each(_as_files), refs="CIS EKS 4.4.1, CKV_K8S_35",
        link=_LINK, level="advisory",
    ),
)  # fmt: skip
