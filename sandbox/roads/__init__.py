"""The roads of a stack: ways that traffic must take, walked over what is deployed (docs/roads.md)."""

from .find import find
from .model import Finding, Road, Spare, Wall

__all__ = ["Finding", "Road", "Spare", "Wall", "find"]
