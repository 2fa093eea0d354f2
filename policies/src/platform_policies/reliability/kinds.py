"""What keeps data of every type of AWS through a mistake: rules by kind."""

from ..kit import catalogue
from ..kit.reading import UNKNOWN, number, on
from ..kit.rule import Resource, Rule
from ..kit.switches import switch

_BACKUP = "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_backing_up_data_identified_backups_data.html"


def _forced(resource: Resource) -> str:
    return next(
        (place for place, value in catalogue.values(resource, "force_destroy") if value is not UNKNOWN and on(value)),
        "",
    )


def _few_days(resource: Resource) -> str:
    """Return which number of days is none: what is left out is AWS's own, of which only MemoryDB's and a cache's is none."""
    least = resource.parameters["least_days"]
    for place, value in catalogue.values(resource, "retention_days"):
        days = number(value)
        if value is UNKNOWN or (days is None and "snapshotRetentionLimit" not in place):
            continue
        if (days or 0) < least:
            return place
    return ""


RULES = (
    switch(
        "data-delete-protect", "high", "deletion_protected", True, "what holds data is protected from deletion", "switch it on", "backup", level="advisory", link=_BACKUP,
        refs="FSBP DocumentDB.5, FSBP Neptune.4, FSBP NetworkFirewall.9, CKV2_AWS_58, CKV_AWS_172, CKV_AWS_344",
    ),
    switch(
        "data-final-copy", "high", "final_copy", False, "what holds data leaves a snapshot when it is deleted", "leave it off, and name the snapshot", "backup", level="advisory", link=_BACKUP,
    ),
    Rule(
        "data-force-destroy", "high", "nothing that holds data is deleted with all that is in it", "leave it off", "backup", catalogue.types("force_destroy"), lambda s: not _forced(s), where=_forced,
        judges=catalogue.told("force_destroy"), link=_BACKUP,
    ),
    Rule(
        "data-backup-days", "high", "what can be backed up by itself is, for `least_days` or more", "set it", "backup", catalogue.types("retention_days"), lambda s: not _few_days(s), where=_few_days,
        judges=catalogue.told("retention_days"), refs="FSBP DocumentDB.2, FSBP Neptune.5, FSBP Redshift.3, CKV_AWS_343, CKV_AWS_360, CKV_AWS_361", link=_BACKUP, parameters={"least_days": 1},
    ),
)  # fmt: skip
