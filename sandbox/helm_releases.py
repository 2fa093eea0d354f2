"""Helm releases: what the Kubernetes provider makes of their inputs."""

from collections.abc import Mapping
from typing import Any

RELEASE = "kubernetes:helm.sh/v3:Release"
# provider/pkg/provider/helm_release.go of pulumi-kubernetes: what its Release type has where nothing is given.
_OFF = (
    *("allowNullValues", "atomic", "cleanupOnFail", "createNamespace", "dependencyUpdate", "devel", "disableCRDHooks"),
    *("disableOpenapiValidation", "disableWebhooks", "forceUpdate", "lint", "recreatePods", "renderSubchartNotes"),
    *("replace", "resetValues", "reuseValues", "skipAwait", "skipCrds", "verify", "waitForJobs"),
)
TIMEOUT_SECONDS = 300
_DEFAULTS: Mapping[str, Any] = {
    **dict.fromkeys(_OFF, False),
    **dict.fromkeys(("description", "keyring", "postrender"), ""),
}


def with_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a release's inputs with what the provider writes into them where nothing is given."""
    told = {key: value for key, value in given.items() if value is not None}
    return {**_DEFAULTS, "timeout": 0 if told.get("skipAwait") else TIMEOUT_SECONDS, "values": {}, **told}


def upgraded(given: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return a release's new inputs with the values that an upgrade comes to (`before`: its outputs).

    Helm keeps the values that it has where it is given none, and under them where it is told to (pkg/action/upgrade.go,
    reuseValues): to take the last value away takes `resetValues`.
    """
    values, had = given.get("values") or {}, before.get("values") or {}
    if given.get("resetValues") or not had or (values and not given.get("reuseValues")):
        return given
    return {**given, "values": _under(had, values)}


def _under(had: Any, values: Any) -> Any:
    if not (isinstance(had, Mapping) and isinstance(values, Mapping)):
        return values
    return {**had, **{key: _under(had.get(key), value) for key, value in values.items()}}


def resource_names(objects: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return objects' names by kind and version, as manifest_json.go of the provider writes both."""
    found: dict[str, list[str]] = {}
    for each in objects:
        version, metadata = each["apiVersion"], each["metadata"]
        group = version.rpartition("/")[0]
        key = f"{each['kind']}{f'.{group}' if group else ''}/{version}"
        name = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
        found[key] = sorted({*found.get(key, ()), name})
    return found
