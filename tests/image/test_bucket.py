import subprocess
from pathlib import Path

import pytest

from sandbox.nodejs import NODE
from tests.waiting import PATIENCE_SECONDS

SCRIPT = Path(__file__).parents[2] / "compose" / "bucket.cjs"
S3 = r"""
const fs = require('fs');
const { MADE, BROKEN } = process.env;
exports.HeadBucketCommand = class { run() { if (!fs.existsSync(MADE)) throw new Error('NotFound'); } };
exports.CreateBucketCommand = class {
  constructor({ Bucket }) { this.name = Bucket; }
  run() { if (BROKEN) throw new Error(BROKEN); fs.writeFileSync(MADE, this.name); }
};
exports.S3Client = class { async send(command) { return command.run(); } };
"""


def make_bucket(package: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    sdk = package / "node_modules" / "@aws-sdk" / "client-s3" / "index.js"
    sdk.parent.mkdir(parents=True, exist_ok=True)
    sdk.write_text(S3)
    known = {
        "FLOWISE_PACKAGE": str(package),
        "S3_STORAGE_BUCKET_NAME": "flowise",
        "MADE": str(package / "bucket"),
        **environment,
    }
    return subprocess.run(
        [NODE, SCRIPT], env=known, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )


@pytest.mark.parametrize("before", ["", "as it was"], ids=["absent", "present"])
def test_the_bucket_is_made_once(tmp_path: Path, before: str) -> None:
    if before:
        (tmp_path / "bucket").write_text(before)
    done = make_bucket(tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "bucket").read_text() == (before or "flowise")


def test_what_went_wrong_is_said(tmp_path: Path) -> None:
    done = make_bucket(tmp_path, BROKEN="no room")
    assert (done.returncode, done.stderr) == (1, "bucket flowise: no room\n")
