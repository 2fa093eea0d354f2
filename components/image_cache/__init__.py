"""Images from repositories of the account, which ECR fills from the registries on the internet."""

from .component import ImageCache, ImageCacheArgs
from .images import UPSTREAMS, cached_path, registry_of
from .settings import ImageCacheSettings

__all__ = ["UPSTREAMS", "ImageCache", "ImageCacheArgs", "ImageCacheSettings", "cached_path", "registry_of"]
