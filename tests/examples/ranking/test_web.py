"""The application of Ranking, with a database that is a dictionary."""

import io
import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from ranking.flags import DEFAULTS, Flags
from ranking.observed import JsonLines
from ranking.places import Score, ranked
from ranking.settings import Settings, read
from ranking.web import create_app

NOW = datetime(2026, 12, 1, tzinfo=UTC)
SETTINGS = Settings(
    database={},
    pool_size=1,
    flags_application="",
    flags_environment="",
    region="",
    signs_in=True,
    origins=("https://shop.example.com",),
)
ADMIN = {"x-amzn-oidc-identity": "ann", "x-request-id": "id-1"}


class Kept:
    """A store in memory."""

    def __init__(self, points: Mapping[str, float] | None = None) -> None:
        self.points = dict(points or {})
        self.notes: list[tuple[str, str, str, str]] = []
        self.there = True

    def answers(self) -> bool:
        return self.there

    def scores(self) -> list[Score]:
        return [Score(name, points, NOW) for name, points in self.points.items()]

    def give(self, name: str, points: float, by: str, request_id: str) -> None:
        self.points[name] = points
        self.notes.append((by, "gave points", name, request_id))

    def take_out(self, name: str, by: str, request_id: str) -> bool:
        self.notes.append((by, "took out", name, request_id))
        return self.points.pop(name, None) is not None

    def audit(self, by: str, request_id: str) -> list[dict[str, Any]]:
        return [{"by": each[0], "action": each[1], "name": each[2]} for each in self.notes]


class Plane:
    """What stands in for AppConfig: it gives what it is told to, in turn, and takes each token once."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.tokens, self.sessions = list(answers), 0, 0

    def start_configuration_session(self, **names: Any) -> Mapping[str, Any]:
        assert names["ConfigurationProfileIdentifier"] == "flags"
        self.sessions += 1
        return {"InitialConfigurationToken": f"token-{self.tokens}"}

    def get_latest_configuration(self, **token: Any) -> Mapping[str, Any]:
        assert token["ConfigurationToken"] == f"token-{self.tokens}"
        self.tokens += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        text = json.dumps(answer).encode() if answer is not None else b""
        return {"NextPollConfigurationToken": f"token-{self.tokens}", "Configuration": io.BytesIO(text)}


def client(store: Kept | None = None, plane: Plane | None = None, **changed: Any) -> TestClient:
    settings = Settings(**{**vars(SETTINGS), **changed})
    flags = Flags(settings, plane)
    flags.refresh()
    return TestClient(create_app(settings, store or Kept(), flags), raise_server_exceptions=False)


def lines(capsys: pytest.CaptureFixture[str], message: str) -> list[dict[str, Any]]:
    """Return what the log has of a kind."""
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [each for each in written if each["message"] == message]


def test_places_follow_points_and_equals_share_one() -> None:
    scores = [Score("b", 5, NOW), Score("a", 5, NOW), Score("c", 9, NOW), Score("d", 1, NOW)]
    shared = ranked(scores, NOW, weighted=False, ties_share=True)
    assert [(each.place, each.name) for each in shared] == [(1, "c"), (2, "a"), (2, "b"), (4, "d")]
    assert [each.place for each in ranked(scores, NOW, weighted=False, ties_share=False)] == [1, 2, 3, 4]


def test_points_count_half_after_a_month_where_the_flag_is_on() -> None:
    scores = [Score("old", 10, NOW - timedelta(days=30)), Score("new", 6, NOW)]
    assert [each.name for each in ranked(scores, NOW, weighted=False, ties_share=True)] == ["old", "new"]
    weighted = ranked(scores, NOW, weighted=True, ties_share=True)
    assert [(each.name, each.points) for each in weighted] == [("new", 6), ("old", 5)]


def test_a_ranking_is_everybodys() -> None:
    answer = client(Kept({"a": 1, "b": 2})).get("/api/rankings?limit=1")
    assert answer.json() == {"total": 2, "places": [{"place": 1, "name": "b", "points": 2.0}]}


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "many"])
def test_a_limit_that_makes_no_sense_is_refused(limit: str) -> None:
    assert client().get(f"/api/rankings?limit={limit}").status_code == 422


def test_flags_of_appconfig_change_what_is_shown_without_a_restart() -> None:
    plane = Plane({"page_size": 1}, None, {"page_size": 2})
    settings = SETTINGS
    flags = Flags(settings, plane)
    app = TestClient(create_app(settings, Kept({"a": 1, "b": 2, "c": 3}), flags))
    assert len(app.get("/api/rankings").json()["places"]) == 3
    shown = []
    for _ in range(3):
        flags.refresh()
        shown.append(len(app.get("/api/rankings").json()["places"]))
    assert shown == [1, 1, 2]
    assert plane.sessions == 1


def test_without_appconfig_what_was_known_stays_and_the_next_time_begins_anew() -> None:
    plane = Plane({"page_size": 7}, OSError("away"), {"page_size": 8})
    flags = Flags(SETTINGS, plane)
    known = []
    for _ in range(3):
        flags.refresh()
        known.append(flags["page_size"])
    assert (known, plane.sessions) == ([7, 7, 8], 2)


@pytest.mark.parametrize("values", [{"page_size": True}, {"page_size": "many"}, {"unheard_of": 1}, []])
def test_a_flag_that_cannot_be_is_left_at_the_applications_own(values: Any) -> None:
    flags = Flags(SETTINGS, Plane(values))
    flags.refresh()
    assert flags.all() == DEFAULTS


def test_flags_are_asked_for_beside_the_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Started:
        def __init__(self, **given: Any) -> None:
            self.daemon, self.target = given["daemon"], given["target"]

        def start(self) -> None:
            asked.append(1)

    monkeypatch.setattr("threading.Thread", Started)
    Flags(SETTINGS, None).follow()
    assert asked == []
    Flags(SETTINGS, Plane()).follow()
    assert asked == [1]


def test_whoever_administers_is_noted_with_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    store = Kept()
    app = client(store)
    assert app.put("/api/admin/scores", json={"name": "a", "points": 3}, headers=ADMIN).status_code == 204
    assert app.delete("/api/admin/scores/a", headers=ADMIN).status_code == 204
    assert app.delete("/api/admin/scores/a", headers=ADMIN).status_code == 404
    assert store.notes[0] == ("ann", "gave points", "a", "id-1")
    told = lines(capsys, "audit")
    assert [(each["by"], each["action"]) for each in told] == [("ann", "gave points"), ("ann", "took out")]
    assert app.get("/api/admin/audit", headers=ADMIN).json()[0]["by"] == "ann"


def test_who_has_not_signed_in_changes_nothing() -> None:
    store, given = Kept(), {"name": "a", "points": 3}
    assert client(store).put("/api/admin/scores", json=given).status_code == 401
    # where nobody signs in, whoever writes the header would be whoever they say
    assert client(store, signs_in=False).put("/api/admin/scores", json=given, headers=ADMIN).status_code == 403
    assert client(store).get("/api/admin/session", headers=ADMIN, follow_redirects=False).headers["location"] == "/"
    assert store.points == {}


def test_health_follows_the_database_and_life_does_not() -> None:
    store = Kept()
    app = client(store)
    assert app.get("/health").status_code == 200
    store.there = False
    assert (app.get("/health").status_code, app.get("/health").json()["failing"]) == (503, ["database"])
    assert app.get("/health?probe=live").status_code == 200


def test_a_scrape_has_the_computation_and_comes_from_within_alone() -> None:
    app = client(Kept({"a": 1}))
    app.get("/api/rankings")
    text = app.get("/metrics").text
    for name in (
        "ranking_computation_seconds_count",
        'http_request_duration_seconds_bucket{code="200",le="0.5",method="GET",route="/api/rankings"}',
        'http_request_phase_seconds_count{phase="computation"}',
        "http_requests_in_progress 1.0",
        "ranking_entries 1.0",
    ):
        assert name in text
    assert app.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"}).status_code == 404


def test_a_path_that_there_is_not_is_a_404_of_one_series() -> None:
    app = client()
    assert app.get("/api/nothing/7").json() == {"detail": "Not Found"}
    assert 'code="404",le="0.01",method="GET",route="none"' in app.get("/metrics").text


def test_an_answer_that_fails_is_counted_and_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    store = Kept()
    store.scores = lambda: 1 / 0  # type: ignore[method-assign, assignment, return-value] # it fails
    assert client(store).get("/api/rankings").status_code == 500
    (told,) = lines(capsys, "request")
    assert told["status"] == 500


@pytest.mark.parametrize(("origin", "let_in"), [("https://shop.example.com", True), ("https://evil.example", False)])
def test_pages_of_sites_that_are_named_may_ask_and_no_others(origin: str, let_in: bool) -> None:
    headers = client().get("/api/rankings", headers={"origin": origin}).headers
    assert (headers.get("access-control-allow-origin") == origin) is let_in


def test_a_line_of_the_log_is_json_with_the_route_and_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    client().get("/api/rankings", headers={"x-request-id": "id-9"})
    (line,) = lines(capsys, "request")
    assert (line["path"], line["status"], line["request_id"], line["level"]) == ("/api/rankings", 200, "id-9", "info")
    try:
        raise ValueError("broken")
    except ValueError:
        failed = logging.LogRecord("a", logging.ERROR, "", 0, "it", (), exc_info=sys.exc_info())
    assert "ValueError: broken" in json.loads(JsonLines().format(failed))["error"]


def test_the_environment_is_read_and_the_database_is_verified() -> None:
    needed = {"DB_HOST": "db", "DB_PORT": "5432", "DB_NAME": "n", "DB_USER": "u", "DB_PASSWORD": "p"}
    settings = read({**needed, "DB_CERTIFICATES": "/ca.pem", "SIGN_IN": "true", "CORS_ORIGINS": "https://a,https://b"})
    assert (settings.database["sslmode"], settings.database["sslrootcert"]) == ("verify-full", "/ca.pem")
    assert (settings.origins, settings.signs_in) == (("https://a", "https://b"), True)
    assert read(needed).origins == ()
