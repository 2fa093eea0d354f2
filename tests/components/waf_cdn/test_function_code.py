"""CloudFront's functions, run as they are handed over, on a JavaScript engine."""

import hashlib
import json
from typing import Any

import pytest
import quickjs

from components.waf_cdn.function_code import MOST_FUNCTION_BYTES, asset_function, page_function, request_function

KEY = "k-1"
# what stands in for CloudFront's two modules
MODULES = """
const digesting = {text: '', update(more) { this.text += more; return this }, digest() { return sha256(this.text) }};
const crypto = {createHash: () => digesting};
const get = async (key) => { if (!stored(key)) throw new Error('KeyNotFound'); return 'a caller' };
const cf = {kvs: () => ({get})};
"""


def run(code: str, event: dict[str, Any]) -> Any:
    context = quickjs.Context()
    context.add_callable("sha256", lambda text: hashlib.sha256(text.encode()).hexdigest())
    context.add_callable("stored", lambda key: key == hashlib.sha256(KEY.encode()).hexdigest())
    lines = [line for line in code.splitlines() if not line.startswith("import ")]
    context.eval("\n".join([MODULES, *lines]))
    context.eval(
        f"var done = ''; Promise.resolve(handler({json.dumps(event)})).then((r) => {{ done = JSON.stringify(r) }})"
    )
    while context.execute_pending_job():
        pass
    return json.loads(context.eval("done"))


def requested(
    uri: str, *, method: str = "GET", headers: dict[str, str] | None = None, **settings: Any
) -> dict[str, Any]:
    event = {
        "context": {"requestId": "id-1"},
        "request": {
            "method": method,
            "uri": uri,
            "querystring": {},
            "headers": {name: {"value": value} for name, value in (headers or {}).items()},
        },
    }
    code = request_function(
        key_paths=settings.get("key_paths", ()),
        site_path=settings.get("site_path"),
        refuses_markup=settings.get("refuses_markup", True),
    )
    result: dict[str, Any] = run(code, event)
    return result


def answered(status: int, headers: dict[str, str], *, kept_days: int = 365) -> str:
    event = {
        "context": {"requestId": "id-1"},
        "response": {"statusCode": status, "headers": {name: {"value": value} for name, value in headers.items()}},
    }
    return str(run(asset_function(kept_days), event)["headers"]["cache-control"]["value"])


def test_every_request_bears_the_id_that_the_logs_have() -> None:
    headers = requested("/", headers={"x-request-id": "forged", "x-amzn-trace-id": "forged"})["headers"]
    assert headers["x-request-id"]["value"] == "id-1"
    assert headers["x-amzn-trace-id"]["value"] == "Edge=id-1"


PATHS = ("/api/v1/prediction", "/api/v1/vector")


@pytest.mark.parametrize(
    "uri",
    [
        "/api/v1/prediction/1",
        "/api/v1/prediction",
        "/API/V1/Prediction/1",
        "/api/v1//prediction/1",
        "/api/v1/%70rediction/1",
        "/api/v1/chatflows/../prediction/1",
        "/api/v1/vector/upsert/1",
    ],
)
def test_a_path_with_a_key_is_answered_with_a_known_one_alone(uri: str) -> None:
    assert requested(uri, key_paths=PATHS)["statusCode"] == 401
    assert requested(uri, key_paths=PATHS, headers={"x-api-key": "k-2"})["statusCode"] == 401
    let_in = requested(uri, key_paths=PATHS, headers={"x-api-key": KEY})
    assert let_in["uri"] == uri
    # the application's logs have no use for it
    assert "x-api-key" not in let_in["headers"]


@pytest.mark.parametrize(
    "uri",
    [
        "/api/v1/predic<b>tion/1",
        "/api/v1/predic%3Cb%3Etion/1",
        "/api/v1/predic%3cb%3etion/1",
        "/api/v1/predic&shy;tion/1",
        "/api/v1/predic%26shy;tion/1",
        "/api/v1/predic%zz%3Cb%3Etion/1",
    ],
)
def test_no_path_with_markup_gets_past_the_key_that_it_would_need_without(uri: str) -> None:
    # an application that strips markup would serve /api/v1/prediction/1
    assert requested(uri, key_paths=PATHS)["statusCode"] == 403
    assert requested(uri, key_paths=PATHS, headers={"x-api-key": KEY})["statusCode"] == 403
    assert requested(uri, method="OPTIONS")["statusCode"] == 403


@pytest.mark.parametrize("uri", ["/files/a+b%20(1)%C3%BC.png", "/%253Cb%253E", "/a'b\"c;d=e,f~g", "/%zz"])
def test_other_signs_in_a_path_are_no_markup(uri: str) -> None:
    assert requested(uri)["uri"] == uri


@pytest.mark.parametrize("uri", ["/search/salt&pepper", "/a%3Cb%3E"])
def test_markup_comes_in_where_the_application_takes_a_path_as_it_is(uri: str) -> None:
    assert requested(uri, refuses_markup=False)["uri"] == uri


def test_a_refusal_is_kept_by_nobody_and_tells_nothing() -> None:
    refusal = requested("/api/v1/prediction/1", key_paths=PATHS, headers={"x-api-key": "k-2"})
    assert refusal["headers"]["cache-control"]["value"] == "no-store"
    assert "k-2" not in json.dumps(refusal)


@pytest.mark.parametrize("uri", ["/", "/api/v1/chatflows", "/api/v1/internal-prediction/1", "/%zz"])
def test_other_paths_need_no_key(uri: str) -> None:
    assert requested(uri, key_paths=PATHS)["uri"] == uri


def test_a_browser_may_ask_without_a_key_whether_it_may_ask() -> None:
    assert "statusCode" not in requested("/api/v1/prediction/1", method="OPTIONS", key_paths=PATHS)


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("/portal", "/portal/index.html"),
        ("/portal/", "/portal/index.html"),
        ("/portal/people/7", "/portal/index.html"),
        ("/portal/app.3f2a.js", "/portal/app.3f2a.js"),
        ("/portals", "/portals"),
        ("/", "/"),
    ],
)
def test_a_page_of_the_static_site_is_its_one_file(uri: str, file: str) -> None:
    assert requested(uri, site_path="/portal")["uri"] == file


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("/", "/index.html"),
        ("/people/7", "/index.html"),
        ("/people/", "/index.html"),
        ("/v1.2/people", "/index.html"),
        ("/assets/index-3f2a9c1d.js", "/assets/index-3f2a9c1d.js"),
        ("/favicon.ico", "/favicon.ico"),
    ],
)
def test_a_page_of_a_front_end_is_its_one_file_and_a_missing_file_stays_missing(uri: str, file: str) -> None:
    event = {"request": {"method": "GET", "uri": uri, "querystring": {}, "headers": {}}}
    assert run(page_function(), event)["uri"] == file


def test_browsers_keep_an_asset_a_year() -> None:
    assert answered(200, {"content-type": "text/javascript"}) == "public, max-age=31536000, immutable"
    assert answered(304, {}) == "public, max-age=31536000, immutable"


def test_browsers_keep_an_asset_as_long_as_its_application_says() -> None:
    assert answered(200, {"content-type": "text/css"}, kept_days=30) == "public, max-age=2592000, immutable"


def test_browsers_do_not_keep_the_page_that_stands_in_for_an_asset() -> None:
    assert (
        answered(200, {"content-type": "text/html; charset=UTF-8", "cache-control": "public, max-age=0"}) == "no-store"
    )


def test_functions_are_no_larger_than_cloudfront_takes() -> None:
    for code in (
        request_function(key_paths=["/a" * 100] * 20, site_path="/portal", refuses_markup=True),
        asset_function(365),
        page_function(),
    ):
        assert len(code.encode()) <= MOST_FUNCTION_BYTES
