"""Pairs of the laws in `sandbox/laws/kubernetes_controllers.py`."""

from .pair import Pair
from .programs import keda_watching

PAIRS = [
    Pair(
        "keda-trigger-secret",
        "KEDA looks at ScaledObjects in jobs and not in other",
        keda_watching,
        {"scaled": ("other",)},
        {"scaled": ("jobs",)},
    ),
    Pair("keda-trigger-secret", 'secret "cache" not found', keda_watching, {"restrict": True}, {}),
    Pair(
        "keda-trigger-secret",
        'secret "cache" not found',
        keda_watching,
        {"restrict": True},
        {"restrict": False},
        first={},
    ),
    Pair("kubernetes-finalizer", "ScaledObject scaled stands", keda_watching, {}, {"scaled": ()}, deletes="keda"),
]
