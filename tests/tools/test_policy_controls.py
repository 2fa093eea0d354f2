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
    text: "Pod Security Standards"
    checks:
      - id: 4.2.1
        text: "Minimize privileged containers, and privileged pods (Automated)"
"""
NIST = {
    "Requirements": [
        {"Id": "sc_28_1", "Checks": ["rds_instance_storage_encrypted", "contacts"]},
        {"Id": "ac_2_12_a", "Checks": ["contacts"]},
    ]
}
BENCHMARKS = """
benchmark "nist_800_53_rev_5_sc" {
  children = [
    benchmark.nist_800_53_rev_5_sc_13
  ]
}

benchmark "nist_800_53_rev_5_sc_13" {
  children = [
    control.docdb_cluster_encrypted_at_rest
  ]
}
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
    (prowler / "nist_800_53_revision_5_aws.json").write_text(json.dumps(NIST), encoding="utf-8")
    benchmarks, policies = tmp_path / "turbot" / "nist_800_53_rev_5", tmp_path / "kube-bench" / "cfg" / "cis-1.8"
    for folder, name, text in ((benchmarks, "sc.pp", BENCHMARKS), (policies, "policies.yaml", CHECKS)):
        folder.mkdir(parents=True)
        (folder / name).write_text(text, encoding="utf-8")
    (policies / "master.yaml").write_text(CHECKS.replace("4.2.1", "1.2.1"), encoding="utf-8")
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
    title = {"4.2.1": "and containers minimize pods privileged"}
    assert [written[name] for name in ("CIS AWS", "CIS EKS", "CIS Kubernetes")] == [{"1.1": ["contacts"]}, title, title]
    assert written["NIST"] == {"CIS AWS 1.1": "AC-2 SC-28", "FSBP documentdb.1": "SC-13", "FSBP rds.3": "SC-28"}
    assert all(len(commit) == 40 for commit in written["sources"].values())
