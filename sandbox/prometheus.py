"""Prometheus's and Alertmanager's own judges of rules and routes, built once from the Go modules that `tools/` pins.

They parse and evaluate with what the servers themselves do.
"""

from pathlib import Path

from .toolchain import PINS, Pin, Tool

PINNED = PINS / "prometheus"
PROMETHEUS = "github.com/prometheus/prometheus"
ALERTMANAGER = "github.com/prometheus/alertmanager"


def promtool() -> Path:
    """Return the program that checks and tests rules, built where there is none. Raises ToolchainError."""
    return _tools().built() / "promtool"


def amtool() -> Path:
    """Return the program that checks Alertmanager's configuration and its routes; likewise."""
    return _tools().built() / "amtool"


def _tools() -> Tool:
    pin = Pin.read(PINNED, PROMETHEUS)
    return Tool(
        pin=pin,
        title="promtool and amtool",
        cache="prometheus",
        programs={"promtool": f"{PROMETHEUS}/cmd/promtool", "amtool": f"{ALERTMANAGER}/cmd/amtool"},
        stamps={},
        expectation="2 to 3 minutes on two cores, and 1 GB of module and build cache",
        # rules need none of the clouds' clients, which find targets (Prometheus's README, "Building from source")
        tags="remove_all_sd",
    )
