"""Pairs of programs, in one module for each module of `sandbox/laws/`."""

from . import (
    api_models,
    caches,
    databases,
    edge,
    eks,
    gateway,
    iam,
    kubernetes_controllers,
    kubernetes_kinds,
    kubernetes_objects,
    kubernetes_pods,
    names,
    networks,
    notifications,
    references,
    stores,
    teardown,
    windows,
)
from .pair import Pair

MODULES = (
    api_models,
    references,
    names,
    networks,
    iam,
    eks,
    databases,
    caches,
    edge,
    gateway,
    stores,
    kubernetes_controllers,
    notifications,
    kubernetes_kinds,
    kubernetes_objects,
    kubernetes_pods,
    windows,
    teardown,
)
PAIRS = [pair for module in MODULES for pair in module.PAIRS]

__all__ = ["MODULES", "PAIRS", "Pair"]
