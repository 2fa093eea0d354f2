"""What a change of a Kubernetes provider's settings replaces: all that it made, where they lead to another cluster.

As its DiffConfig decides (pulumi-kubernetes, provider/pkg/provider/provider.go and util.go).
"""

import json
from collections.abc import Container, Mapping
from typing import Any

import yaml

from ..wire import UNKNOWN

Settings = Mapping[str, Any]

_LEADS = ("kubeconfig", "context", "cluster")
_IDENTIFIER = "clusterIdentifier"


def replacing(olds: Settings, news: Settings, changed: Container[str]) -> tuple[str, ...]:
    """Return the settings, of those that changed, for which everything is made anew."""
    before, after = olds.get(_IDENTIFIER), news.get(_IDENTIFIER)
    if after and before == after:
        return ()
    # whoever begins or ends to name the cluster makes nothing anew by that
    found = [_IDENTIFIER] if before and after else []
    if unknown := next((name for name in _LEADS if news.get(name) == UNKNOWN), None):
        return (*found, unknown)
    if "renderYamlToDirectory" in changed:
        found.append("renderYamlToDirectory")
    stood, stands = _cluster(olds), _cluster(news)
    if stood and stands and stood != stands:
        found += [name for name in _LEADS if name in changed]
    return tuple(found)


def _cluster(settings: Settings) -> Mapping[str, Any] | None:
    """Return the cluster that settings lead to: its server and CA, not who logs in to it."""
    given = settings.get("kubeconfig")
    try:
        config = yaml.safe_load(given) if isinstance(given, str) else json.loads(json.dumps(given))
    except yaml.YAMLError:
        return None
    if not isinstance(config, Mapping):
        return None
    context = _named(config, "contexts", settings.get("context") or config.get("current-context"), "context")
    if context is None:
        return None
    return _named(config, "clusters", settings.get("cluster") or context.get("cluster"), "cluster")


def _named(config: Mapping[str, Any], rows: str, name: Any, of: str) -> Mapping[str, Any] | None:
    return next((row.get(of) or {} for row in config.get(rows) or () if row.get("name") == name), None)
