"""What a stack meets that was there before: names that something of its first life still bears."""

import re
from collections.abc import Iterator

from .law import Law, Refusal, ResourceOperation, get
from .second_life import LOG_GROUP, SECRET, SNAPSHOTS, snapshot_of


def _secret(op: ResourceOperation) -> Iterator[Refusal]:
    name = op.text("name")
    if op.inventory.left(SECRET, name, op.region):
        yield Refusal(
            "InvalidRequestException",
            f"You can't create this secret because a secret with this name is already scheduled for deletion: {name}",
            "restore that secret, leave the name to Pulumi, or set recoveryWindowInDays to 0 where losing it is meant",
        )


def _log_group(op: ResourceOperation) -> Iterator[Refusal]:
    name = op.text("name")
    if found := op.inventory.left(LOG_GROUP, name, op.region):
        yield Refusal(
            "ResourceAlreadyExistsException",
            f"The specified log group already exists: {name}, for {found.why} ({found.source})",
            f"delete it (`aws logs delete-log-group --log-group-name {name}`; on the sandbox `drift {name} --delete`), or "
            "import it",
        )


def _snapshot(op: ResourceOperation) -> Iterator[Refusal]:
    name = snapshot_of(op.old) if op.old else ""
    if name and op.inventory.left(SNAPSHOTS[op.token], name, op.region):
        yield Refusal(
            "SnapshotAlreadyExists",
            f"Cannot create the snapshot because a snapshot with the identifier {name} already exists",
            "let the identifier differ from life to life (a RandomId kept with the resource), or delete that snapshot",
        )


def _vault(op: ResourceOperation) -> Iterator[Refusal]:
    points = get(op.old.outputs, "recoveryPoints") if op.old else None
    if op.old and isinstance(points, int | float) and points and get(op.old.inputs, "forceDestroy") is not True:
        yield Refusal(
            "InvalidRequestException",
            f"Backup vault cannot be deleted as it contains recovery points: {points:g} in {op.old.id}",
            "delete its recovery points first, or set forceDestroy where losing them is meant",
        )


LAWS = (
    Law(
        "secret-scheduled-for-deletion",
        "a deleted secret keeps its name",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html",
        re.escape(SECRET),
        _secret,
        ("create",),
    ),
    Law(
        "log-group-left-over",
        "a service's log group outlives its service",
        "https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2763",
        re.escape(LOG_GROUP),
        _log_group,
        ("create",),
    ),
    *(
        Law(
            "final-snapshot-left-over",
            "each life takes a last snapshot of its own name",
            "https://github.com/terraform-aws-modules/terraform-aws-rds/pull/82",
            re.escape(token),
            _snapshot,
            ("delete",),
        )
        for token in SNAPSHOTS
    ),
    Law(
        "backup-vault-not-empty",
        "a vault with recovery points stays",
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVault.html",
        r"aws:backup/vault:Vault",
        _vault,
        ("delete",),
    ),
)
