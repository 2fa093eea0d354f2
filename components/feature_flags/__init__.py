"""Feature flags by AWS AppConfig: what an application does differently without a rollout, and the way back."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import FeatureFlags, FeatureFlagsArgs
    from .flags import Flag, flags_are_known
    from .settings import FeatureFlagSettings
else:
    __getattr__ = on_demand(__name__)

__all__ = ["FeatureFlagSettings", "FeatureFlags", "FeatureFlagsArgs", "Flag", "flags_are_known"]
