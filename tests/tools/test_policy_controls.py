"""What others' checks of controls are called, read from clones of their repositories."""

import json
import subprocess
from pathlib import Path

import pytest

from tools import policy_controls

REQUIREMENTS = {
    "Requirements": [{"Id": "RDS.3", "Checks": ["rds_instance_storage_encrypted"]}, {"Id": "RDS.26", "Checks": []}]
}
CONTROLS = """
control "foundational_security_rds_3" {
  title         = "3 RDS DB instances should have encryption at-rest enabled"
  query         = query.rds_db_instance_encryption_at_rest_enabled

  tags = merge(local.foundational_security_rds_common_tags, {})
}

control "foundational_security_docdb_1" {
  query         = query.docdb_cluster_encrypted_at_rest
}
"""
CHECKS = """
groups:
  - id: 4.2
    checks:
      - id: 4.2.1
        text: "Minimize"
"""


def clone(folder: Path, path: str, text: str) -> str:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b.c commit -qm one"):
        subprocess.run(["git", "-C", str(folder), *command.split()], check=True)
    return str(folder)


def test_it_writes_numbers_and_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_controls, "CONTROLS", tmp_path / "controls.json")
    prowler = tmp_path / "prowler" / "prowler" / "compliance" / "aws"
    prowler.mkdir(parents=True)
    (prowler / "cis_3.0_aws.json").write_text(
        '{"Requirements": [{"Id": "1.1", "Checks": ["contacts"]}]}', encoding="utf-8"
    )
    folders = [
        clone(
            tmp_path / "prowler",
            "prowler/compliance/aws/aws_foundational_security_best_practices_aws.json",
            json.dumps(REQUIREMENTS),
        ),
        clone(tmp_path / "turbot", "foundational_security/rds.pp", CONTROLS),
        clone(tmp_path / "kube-bench", "cfg/eks-1.5.0/policies.yaml", CHECKS),
    ]
    assert policy_controls.main(folders) == 0
    written = json.loads((tmp_path / "controls.json").read_text(encoding="utf-8"))
    assert written["FSBP"] == {
        "documentdb.1": ["docdb_cluster_encrypted_at_rest"],
        "rds.3": ["rds_db_instance_encryption_at_rest_enabled", "rds_instance_storage_encrypted"],
    }
    assert (written["CIS AWS"], written["CIS EKS"]) == ({"1.1": ["contacts"]}, ["4.2.1"])
    assert all(len(commit) == 40 for commit in written["sources"].values())
