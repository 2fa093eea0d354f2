"""A check from outside that asks the site through the CDN."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import SyntheticCheck, SyntheticCheckArgs
    from .settings import COUNTRIES, SyntheticCheckSettings
else:
    __getattr__ = on_demand(__name__)

__all__ = [
    "COUNTRIES",
    "SyntheticCheck",
    "SyntheticCheckArgs",
    "SyntheticCheckSettings",
]
