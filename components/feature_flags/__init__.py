"""Feature flags by AWS AppConfig: what an application does differently without a rollout, and the way back."""

from .component import FeatureFlags, FeatureFlagsArgs
from .flags import Flag, flags_are_known
from .settings import FeatureFlagSettings

__all__ = ["FeatureFlagSettings", "FeatureFlags", "FeatureFlagsArgs", "Flag", "flags_are_known"]
