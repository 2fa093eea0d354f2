"""What holds data, and what is lost with it: the one place for it.

Previews of the sandbox warn by it, the guard over plans (`tools.plan_guard`) refuses by it, and the report of a change
(`tools.report`) tells it.
"""

from .losses import REPLACES, Lost, kept, losses
from .table import LOSS, LOSSES, Loss, holds_data, loss_of, warning

__all__ = ["LOSS", "LOSSES", "REPLACES", "Loss", "Lost", "holds_data", "kept", "loss_of", "losses", "warning"]
