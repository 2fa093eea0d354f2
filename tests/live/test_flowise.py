"""The real Flowise with the environment that the program renders, in both modes."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from components.flowise_service.environment import SERVER_KEYS
from components.flowise_service.open_paths import OPEN_PATHS, closed_inside
from components.flowise_service.settings import BROWSER_NODES
from tests.waiting import PATIENCE_SECONDS, wait_until
from tools import end_to_end
from tools.flows.client import Flowise, Login

from .client import PIXEL, Browser
from .conftest import MASTER_PASSWORD, TOKEN, Place, is_ready
from .servers import READY_SECONDS
from .test_flow_costs import check_counts

pytestmark = pytest.mark.live
DATABRICKS = {"url": "https://dbc-1.cloud.databricks.com", "token_secret_name": "flowise/databricks-token"}
Make = Callable[..., Place]


@pytest.fixture(scope="module")
def alone(ranges: Make) -> Place:
    """Dev: one process that does all, here with a workspace of Databricks to ask."""
    place = ranges("dev", service={"databricks": DATABRICKS})
    place.setup_database()
    place.setup()
    return place


@pytest.fixture(scope="module")
def served(queue: Place) -> Iterator[tuple[Browser, str]]:
    """A server of prod, a browser in which the owner has logged in, and the id of a flow."""
    with queue.ready("app-server-pods") as (_, site, _probe):
        queue.log_in(site)
        yield site, queue.make_flow(site)


def test_both_setups_may_be_run_again(queue: Place) -> None:
    assert "is ready for" in queue.setup_database()
    said = queue.setup()
    assert "0 migrations applied" in said
    assert "registered" not in said
    assert "in place" not in said


def test_no_setup_prints_a_secret(queue: Place) -> None:
    said = queue.setup_database() + queue.setup()
    pod = queue.stack.pod("app-setup-job").environment
    for name in ("DATABASE_PASSWORD", "OWNER_PASSWORD", "METRICS_API_KEY", "FLOWISE_SECRETKEY_OVERWRITE"):
        assert pod[name] not in said
    assert MASTER_PASSWORD not in said


def logs_in(site: Browser, email: str, password: str) -> bool:
    return Browser(site.url)("POST", "/api/v1/auth/login", {"email": email, "password": password})[0] == 200


def test_the_owners_account_has_the_e_mail_of_the_settings(queue: Place, served: tuple[Browser, str]) -> None:
    site, owner = served[0], queue.owner()
    moved = "moved@example.com"
    try:
        assert "the owner's e-mail is changed" in queue.setup(OWNER_EMAIL=moved)
        assert (logs_in(site, **{**owner, "email": moved}), logs_in(site, **owner)) == (True, False)
    finally:
        said = queue.setup()
    assert "the owner's e-mail is changed" in said
    assert logs_in(site, **owner)


def test_an_e_mail_that_another_account_has_is_refused_and_nothing_changes(
    queue: Place, served: tuple[Browser, str]
) -> None:
    queue.ask_database(
        'INSERT INTO "user" (name, email, status, "createdBy", "updatedBy") '
        "SELECT 'other', 'taken@example.com', 'active', id, id FROM \"user\" LIMIT 1"
    )
    with pytest.raises(AssertionError, match=r"flowise:service.owner_email is that of another account"):
        queue.setup(OWNER_EMAIL="taken@example.com")
    assert logs_in(served[0], **queue.owner())
    queue.ask_database("DELETE FROM \"user\" WHERE email = 'taken@example.com'")


def test_a_database_of_another_key_is_refused(queue: Place) -> None:
    with pytest.raises(AssertionError, match=r"were encrypted with the key \w{16}, and this stack has another-key"):
        queue.setup(KEY_FINGERPRINT="another-key")


def test_pods_that_start_at_once_all_come_up(queue: Place) -> None:
    roles = ["app-server-pods", "app-server-pods", "app-worker-pods"]
    with queue.pod(roles[0]) as one, queue.pod(roles[1]) as two, queue.pod(roles[2]) as three:
        for process, _, probe in (one, two, three):
            wait_until(partial(is_ready, process, probe), "ready", READY_SECONDS)
        # a login on one server holds on the other
        queue.log_in(one[1])
        other = Browser(two[1].url, dict(one[1].cookies))
        assert other("GET", "/api/v1/chatflows")[0] == 200


def test_nobody_but_the_owner_can_register(served: tuple[Browser, str]) -> None:
    stranger = Browser(served[0].url)
    body = {"user": {"name": "me", "email": "me@example.com", "type": "pro", "credential": "Passw0rd!x"}}
    assert stranger("POST", "/api/v1/account/register", body)[0] == 401


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_closed_path_asks_a_stranger_for_a_login(served: tuple[Browser, str], method: str) -> None:
    stranger = Browser(served[0].url)
    asked = {path: stranger(method, path, {} if method == "POST" else None)[0] for path in closed_inside(())}
    assert {path: status for path, status in asked.items() if status != 401} == {}


def test_a_tag_in_a_path_is_none_to_flowise_which_is_why_the_edge_refuses_it(served: tuple[Browser, str]) -> None:
    assert Browser(served[0].url)("GET", "/api/v1/pi%3Cx%3Eng") == (200, "pong")


def test_nodes_that_steer_a_browser_are_no_kind_of_node(served: tuple[Browser, str]) -> None:
    _, nodes = served[0]("GET", "/api/v1/nodes")
    names = {each["name"] for each in nodes}
    assert "cheerioWebScraper" in names
    assert names.isdisjoint(BROWSER_NODES)


@pytest.mark.parametrize("address", ["192.0.0.192", "100.100.100.200", "[64:ff9b::a9fe:a9fe]", "169.254.169.254"])
def test_links_are_fetched_from_no_address_that_is_denied(served: tuple[Browser, str], address: str) -> None:
    asked = urlencode({"url": f"http://{address}/", "relativeLinksMethod": "webCrawl", "limit": 1})
    status, said = served[0]("GET", f"/api/v1/fetch-links?{asked}")
    assert status == 500
    assert "denied by policy" in str(said)


def test_the_version_is_told_to_nobody_who_is_not_logged_in(served: tuple[Browser, str]) -> None:
    assert Browser(served[0].url)("GET", "/api/v1/version")[0] == 401
    assert served[0]("GET", "/api/v1/version")[0] == 200


def test_metrics_are_read_with_the_key_that_prometheus_has(queue: Place, served: tuple[Browser, str]) -> None:
    key = queue.stack.pod("app-setup-job").environment["METRICS_API_KEY"]
    stranger = Browser(served[0].url)
    assert stranger("GET", "/api/v1/metrics")[0] == 401
    status, text = stranger("GET", "/api/v1/metrics", Authorization=f"Bearer {key}", x_request_from="")
    assert status == 200
    assert "http_request_duration_ms_bucket" in text


def test_the_client_is_the_one_before_cloudfront(served: tuple[Browser, str]) -> None:
    # X-Forwarded-For as CloudFront and the balancer write it; what the client itself put in front is not believed
    status, told = served[0]("GET", "/api/v1/ip", X_Forwarded_For="198.51.100.1, 203.0.113.7, 130.176.0.1")
    assert (status, told["ip"]) == (200, "203.0.113.7")


def test_a_flow_answers_through_the_queue_with_databricks_token(queue: Place, served: tuple[Browser, str]) -> None:
    site, flow_id = served
    # nor does it need what signs logins: the credential's key is all
    assert not set(SERVER_KEYS) & set(queue.stack.pod("app-worker-pods").environment)
    with queue.ready("app-worker-pods") as (worker, _, _probe):
        status, said = site("POST", f"/api/v1/prediction/{flow_id}", {"question": "are you there?"})
        assert status == 200, (said, worker.said)
        assert said["text"] == "heard: are you there?"
        assert queue.model.asked[-1] == ("/serving-endpoints/chat/completions", f"Bearer {TOKEN}")
        assert "Completed job" in worker.said


def test_what_staging_is_asked_after_a_deployment_holds_here(queue: Place, served: tuple[Browser, str]) -> None:
    owner = queue.owner()
    place = Flowise(served[0].url, Login(email=owner["email"], password=owner["password"]))
    with queue.ready("app-worker-pods") as (worker, _, _probe):
        assert [*end_to_end.steps(place, "a1b2c3")] == [
            *("logged in", "made a flow", "a question was answered", "a file came back as it was sent"),
            *("deleted the flow", "logged out, and nobody is let in"),
        ]
        assert worker.said.count("Completed job") >= 2
    status, flows = served[0]("GET", "/api/v1/chatflows")
    assert status == 200
    assert [each["name"] for each in flows if "end-to-end" in each["name"]] == []


def test_files_land_in_the_bucket(queue: Place, served: tuple[Browser, str]) -> None:
    site, flow_id = served
    upload = {"data": f"data:image/png;base64,{PIXEL}", "type": "file", "name": "pixel.png", "mime": "image/png"}
    with queue.ready("app-worker-pods"):
        body = {"question": "what is this?", "uploads": [upload], "chatId": "live-chat"}
        site("POST", f"/api/v1/prediction/{flow_id}", body)
    found = queue.s3.list_objects_v2(Bucket=queue.bucket).get("Contents", [])
    assert [each["Key"] for each in found if each["Key"].endswith("/live-chat/pixel.png")]


def test_logs_are_objects_and_hold_no_password(queue: Place) -> None:
    with queue.ready("app-server-pods") as (process, site, _):
        wrong = {"email": "nobody@example.com", "password": "wrong-password-1!"}
        site("POST", "/api/v1/auth/login", wrong, x_request_id="an-id-of-the-edge==")
        wait_until(lambda: "auth/login" in process.said, "a line of the login")
        entries = [json.loads(line) for line in process.said.splitlines() if line.startswith("{")]
        told = next(entry for entry in entries if "auth/login" in entry["message"])
        # prod is traced
        assert set(told) == {"time", "level", "message", "request_id", "trace_id", "span_id"}
        assert told["request_id"] == "an-id-of-the-edge=="
        plain = [line for line in process.said.splitlines() if line and not line.startswith("{")]
        assert plain == []
        assert "wrong-password-1!" not in process.said


def test_a_worker_ends_an_answer_that_takes_longer_than_flowises_own_patience(
    queue: Place, served: tuple[Browser, str]
) -> None:
    site, flow_id = served
    answers: list[Any] = []
    with queue.ready("app-worker-pods") as (worker, _, _probe):
        queue.model.slow_seconds.append(35)  # Flowise itself gives up 30 s after SIGTERM
        asked = len(queue.model.asked)
        asking = threading.Thread(
            target=lambda: answers.append(site("POST", f"/api/v1/prediction/{flow_id}", {"question": "slowly"}))
        )
        asking.start()
        wait_until(lambda: len(queue.model.asked) > asked, "the model is asked")
        assert worker.stop(queue.grace("app-worker-pods")) == 0, worker.said
        asking.join(timeout=PATIENCE_SECONDS)
    assert [status for status, _ in answers] == [200]
    assert answers[0][1]["text"] == "heard: slowly"


def test_a_server_ends_within_its_grace(queue: Place) -> None:
    with queue.ready("app-server-pods") as (server, _, _probe):
        assert server.stop(queue.grace("app-server-pods")) == 0


def test_each_closed_path_is_spelled_as_flowise_spells_it(package: Path) -> None:
    written = (package / "dist" / "utils" / "constants.js", *(package / "dist" / "enterprise" / "sso").glob("*SSO.js"))
    listed = {path for file in written for path in re.findall(r"'(/api/v1/[^']+)'", file.read_text())}
    assert [each.entry for each in OPEN_PATHS if each.entry not in listed] == []


def test_one_process_alone_answers(alone: Place) -> None:
    with alone.ready("app-server-pods") as (server, site, probe):
        alone.log_in(site)
        flow_id = alone.make_flow(site)
        status, said = site("POST", f"/api/v1/prediction/{flow_id}", {"question": "alone?"})
        assert (status, said.get("text")) == (200, "heard: alone?"), server.said
        assert probe("GET", "/livez")[0] == 200
        check_counts(alone, site, probe)


def test_without_its_database_a_server_is_not_ready_whatever_it_says_itself(alone: Place) -> None:
    with alone.ready("app-server-pods") as (_, site, probe):
        alone.stop_database()
        wait_until(lambda: probe("GET", "/readyz")[0] == 503, "told that it is not ready")
        assert probe("GET", "/readyz")[1].startswith("database: ")
        # what a restart would not mend restarts nobody; Flowise's own answer is the same as ever
        assert probe("GET", "/livez")[0] == 200
        assert site("GET", "/api/v1/ping") == (200, "pong")
