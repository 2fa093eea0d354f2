"""The roles by which GitHub Actions plans and deploys a stack."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import PipelineAccess, PipelineAccessArgs, bind_roles
    from .settings import PipelineSettings
else:
    __getattr__ = on_demand(__name__)

__all__ = [
    "PipelineAccess",
    "PipelineAccessArgs",
    "PipelineSettings",
    "bind_roles",
]
