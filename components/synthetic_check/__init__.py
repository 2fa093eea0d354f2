"""A check from outside that asks the site through the CDN."""

from .component import SyntheticCheck, SyntheticCheckArgs
from .settings import COUNTRIES, SyntheticCheckSettings

__all__ = [
    "COUNTRIES",
    "SyntheticCheck",
    "SyntheticCheckArgs",
    "SyntheticCheckSettings",
]
