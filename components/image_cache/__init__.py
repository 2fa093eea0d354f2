"""Images from repositories of the account, which ECR fills from the registries on the internet."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import ImageCache, ImageCacheArgs
    from .images import UPSTREAMS, cached_path, registry_of
    from .settings import ImageCacheSettings
else:
    __getattr__ = on_demand(__name__)

__all__ = ["UPSTREAMS", "ImageCache", "ImageCacheArgs", "ImageCacheSettings", "cached_path", "registry_of"]
