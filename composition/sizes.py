"""What `size` fills in: presets for sections of a stack's file, below what the file itself says."""

from collections.abc import Mapping
from typing import Any, Literal

Size = Literal["small", "medium", "large"]
Preset = Mapping[str, Any]


def _nodes(kind: str, fewest: int, most: int) -> Preset:
    return {"instance_types": [kind], "min_size": fewest, "desired_size": fewest, "max_size": most}


# by section; `small` bears the loss of nothing, `medium` and `large` that of a node or a zone, as prod must
SIZES: Mapping[str, Mapping[str, Preset]] = {
    "small": {
        "cluster": {"system_nodes": _nodes("t4g.medium", 1, 2), "app_nodes": _nodes("t4g.large", 1, 3)},
        "database": {"instance_class": "db.t4g.small", "storage_gib": 20, "multi_az": False},
        "cache": {"node_type": "cache.t4g.micro", "replicas": 0},
    },
    "medium": {
        "cluster": {"system_nodes": _nodes("t4g.large", 2, 3), "app_nodes": _nodes("m7g.large", 2, 6)},
        "database": {"instance_class": "db.t4g.large", "storage_gib": 50, "multi_az": True},
        "cache": {"node_type": "cache.t4g.medium", "replicas": 1},
    },
    "large": {
        "cluster": {"system_nodes": _nodes("m7g.large", 3, 4), "app_nodes": _nodes("m7g.xlarge", 3, 6)},
        "database": {"instance_class": "db.m7g.large", "storage_gib": 100, "max_storage_gib": 500, "multi_az": True},
        "cache": {"node_type": "cache.m7g.large", "replicas": 1},
    },
}


def beneath(given: Mapping[str, Any], preset: Preset) -> dict[str, Any]:
    """Return what is given, and of the preset what it lacks, key by key; a list that is given counts whole."""
    filled = {**preset, **given}
    for key, value in preset.items():
        own = given.get(key, {})
        # a server that stood before is as it is; what is no object is for the model to refuse
        if isinstance(value, Mapping) and isinstance(own, Mapping):
            filled[key] = dict(own) if "existing" in own else beneath(own, value)
    return filled
