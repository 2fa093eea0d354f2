"""Judges an instance that was there before against what the section `database` says that it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from .settings import DatabaseSettings


@dataclass(frozen=True, kw_only=True)
class FoundInstance:
    """What was found of an instance."""

    engine: str
    engine_version: str
    instance_class: str
    multi_az: bool
    backup_retention_days: int
    encrypted: bool
    public: bool


def faults(found: FoundInstance, settings: DatabaseSettings) -> Iterator[str]:
    """Yield what makes an instance unfit, as sentences."""
    if found.engine != "postgres":
        yield f"it runs {found.engine}: name an instance of postgres"
    elif _major(found.engine_version) != _major(settings.engine_version):
        yield f"it runs version {found.engine_version}: write it as database.engine_version, which says " + (
            settings.engine_version
        )
    if found.instance_class != settings.instance_class:
        yield f"it is a {found.instance_class}: write it as database.instance_class, which says " + (
            settings.instance_class
        )
    if settings.multi_az and not found.multi_az:
        yield "it has no standby in another zone, which database.multi_az asks for: give it one"
    if found.backup_retention_days < settings.backup_retention_days:
        yield (
            f"its backups are kept {found.backup_retention_days} days: raise that to "
            f"database.backup_retention_days, {settings.backup_retention_days}"
        )
    if not found.encrypted:
        yield "its storage is not encrypted, which cannot change: restore a snapshot of it that is"
    if found.public:
        yield "it has a public address: turn that off"


def _major(version: str) -> str:
    return version.split(".", maxsplit=1)[0]
