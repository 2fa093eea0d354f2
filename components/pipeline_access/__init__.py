"""The roles by which GitHub Actions plans and deploys a stack."""

from .component import PipelineAccess, PipelineAccessArgs, bind_roles
from .settings import PipelineSettings

__all__ = [
    "PipelineAccess",
    "PipelineAccessArgs",
    "PipelineSettings",
    "bind_roles",
]
