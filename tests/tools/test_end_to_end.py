"""What a deployed Flowise is asked, against a stand-in for its API."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tools import end_to_end
from tools.flows.client import Flowise, Login
from tools.flows.folder import Refused
from tools.flows.reach import front_door

from .flows.fake import OWNER, Fake, serving


class Site(Fake):
    """Answers flows and keeps files as well; `wrong` names the step that it gets wrong."""

    wrong: str = ""
    files: dict[str, str]
    out = False

    def answer(self, method: str, path: str, body: Any, headers: Any) -> tuple[int, Any]:
        self.asked.append((method, path, body))
        if self.out and self.wrong != "logout":
            return 401, {"message": "Unauthorized Access"}
        if path.startswith("nodes/"):
            name = path.partition("/")[2]
            described = {"label": name, "type": name, "version": 1, "category": "Agent Flows", "baseClasses": [name]}
            return 200, {"name": name, "inputs": [{"name": "directReplyMessage", "acceptVariable": True}], **described}
        if path == "chatflows" and method == "POST":
            return 200, {"id": self.have("agentflows", **body)}
        if path.startswith("prediction/"):
            for each in body.get("uploads", []):
                self.files[each["name"]] = each["data"].rpartition(",")[2]
            return 200, {"text": "" if self.wrong == "answer" else f"heard: {body['question']}"}
        if path.startswith("get-upload-file"):
            name = parse_qs(urlsplit(path).query)["fileName"][0]
            return 200, 5 if self.wrong == "file" else int(name.removesuffix(".txt"))
        if path == "account/logout":
            self.out = True
            return 200, {"message": "logged_out"}
        return super().answer(method, path, body, headers)


@contextmanager
def site(wrong: str = "") -> Iterator[Site]:
    found = Site()
    found.wrong, found.files = wrong, {}
    with serving(found):
        yield found


def asked(found: Site, login: Login | None = None) -> Flowise:
    return Flowise(found.url, login or Login(**OWNER))


def test_a_person_gets_from_login_to_logout_and_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with site() as found:

        @contextmanager
        def reach(place: str, folder: Path) -> Iterator[Flowise]:
            assert place == "https://ai.example.com"
            # what the stand-in answers is JSON, so the token is a number
            yield asked(found)

        steps = [*end_to_end.steps(asked(found), "123456")]
        assert steps == [
            *("logged in", "made a flow", "a question was answered", "a file came back as it was sent"),
            *("deleted the flow", "logged out, and nobody is let in"),
        ]
        assert found.rows["chatflows"] == {}
        assert found.files == {"123456.txt": "MTIzNDU2"}
        found.out = False
        assert end_to_end.main(Path(), ["https://ai.example.com"], reach=reach) == 1
    assert " s  logged in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("answer", "the flow answered {"),
        ("file", "the file came back with 1 characters"),
        ("logout", "sessions do not end"),
    ],
)
def test_a_step_that_does_something_else_fails_and_the_flow_goes(wrong: str, says: str) -> None:
    with site(wrong) as found, pytest.raises(end_to_end.Failed, match=says):
        list(end_to_end.steps(asked(found), "123456"))
    assert found.rows["chatflows"] == {}


def test_who_cannot_log_in_has_not_begun(capsys: pytest.CaptureFixture[str]) -> None:
    with site() as found:
        for login, says in (
            (Login(email="a@example.com", password="wrong"), "refused the login"),
            (Login(api_key="a-key"), "no API key may make a flow"),
        ):

            @contextmanager
            def door(stack: str, login: Login = login) -> Iterator[Flowise]:
                yield asked(found, login)

            assert end_to_end.main(Path(), ["staging", "--front-door"], door=door) == 2
            assert says in capsys.readouterr().err


def test_the_front_door_is_the_sites_address_with_the_owners_login() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:owner"
    outputs = {"url": "https://staging.flowise.example.com", "owner_secret_arn": arn}

    def ask(service: str, operation: str, *, region: str, **parameters: Any) -> dict[str, str]:
        assert (service, region, parameters) == ("secretsmanager", "eu-west-1", {"SecretId": arn})
        return {"SecretString": json.dumps(OWNER)}

    with front_door("staging", ask=ask, run=lambda *command: json.dumps(outputs)) as flowise:
        assert (flowise.url, flowise.login) == (outputs["url"], Login(**OWNER))
    # what the caller itself looks for in vain is no output's fault
    with (
        pytest.raises(KeyError, match="id"),
        front_door("staging", ask=ask, run=lambda *command: json.dumps(outputs)),
    ):
        raise KeyError("id")
    with (
        pytest.raises(Refused, match="stack staging has no output url"),
        front_door("staging", ask=ask, run=lambda *command: "{}"),
    ):
        pass
