"""Images of charts and pods, from where the account has them."""

from collections.abc import Mapping
from typing import Any

from pulumi import Input, Output, RunError

from .images import CHART_IMAGES, cached_path


def relocated(reference: str, host: Input[str], prefix: str) -> Input[str]:
    """Return where an image, or a registry's images, lie in the account; what is of no known registry stays."""
    path = cached_path(reference)
    return reference if path is None else Output.concat(host, f"/{prefix}/{path}")


def chart_values(chart: str, values: Mapping[str, Any], host: Input[str], prefix: str) -> dict[str, Any]:
    """Return a chart's values with its images from the account; of a chart without a row it is not known how."""
    rows = CHART_IMAGES.get(chart)
    if rows is None:
        raise RunError(f"nobody wrote down where the chart {chart} says whence its images come: give it a row")
    changed = dict(values)
    for path, reference in rows.items():
        changed = _with(changed, path.split("."), relocated(reference, host, prefix))
    return changed


def _with(values: Mapping[str, Any], path: list[str], value: Input[str]) -> dict[str, Any]:
    head, *rest = path
    return {**values, head: _with(values.get(head, {}), rest, value) if rest else value}


def pod_images(spec: Any, host: Input[str], prefix: str) -> Any:
    """Return a spec with the image of every container in it from the account; a class of the SDK hides its own."""
    if isinstance(spec, Mapping):
        return {
            key: relocated(value, host, prefix)
            if key == "image" and isinstance(value, str)
            else pod_images(value, host, prefix)
            for key, value in spec.items()
        }
    if isinstance(spec, list):
        return [pod_images(each, host, prefix) for each in spec]
    if type(spec).__name__.endswith("Args"):
        raise RunError(f"a pod's images are found in plain data alone: write a dictionary for {type(spec).__name__}")
    return spec
