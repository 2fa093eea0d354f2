"""Pairs of the laws in `sandbox/laws/api_gateway.py`."""

from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair

_FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:web"
_INVOKED = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{_FUNCTION}/invocations"


def _api(made: tuple[str, ...]) -> None:
    api = aws.apigateway.RestApi("api")
    place: dict[str, Any] = {"rest_api": api.id, "resource_id": api.root_resource_id, "http_method": "GET"}
    parts: list[pulumi.Resource] = []
    if "method" in made:
        parts.append(aws.apigateway.Method("method", authorization="NONE", **place))
    if "integration" in made:
        parts.append(aws.apigateway.Integration("integration", type="MOCK", **place))
    aws.apigateway.Deployment("deployment", rest_api=api.id, opts=pulumi.ResourceOptions(depends_on=parts))


def _integration(values: dict[str, Any]) -> None:
    given = {"type": "AWS_PROXY", "integration_http_method": "POST", "uri": _INVOKED, **values}
    aws.apigateway.Integration("integration", rest_api="a1b2c3d4e5", resource_id="abc123", http_method="GET", **given)


def _method(authorizer: str | None) -> None:
    aws.apigateway.Method(
        "method",
        rest_api="a1b2c3d4e5",
        resource_id="abc123",
        http_method="GET",
        authorization="CUSTOM",
        authorizer_id=authorizer,
    )


def _websocket(values: dict[str, Any]) -> None:
    aws.apigatewayv2.Api("api", protocol_type="WEBSOCKET", **values)


def _route(values: dict[str, Any]) -> None:
    aws.apigatewayv2.Route("route", api_id="a1b2c3d4e5", route_key="GET /", **values)


_BY_ACTION = {"route_selection_expression": "$request.body.action"}
PAIRS = [
    Pair(
        "api-gateway-deployment",
        "The REST API doesn't contain any methods",
        _api,
        (),
        ("method", "integration"),
        GITHUB + "wri/gfw-data-api/pull/378",
    ),
    Pair(
        "api-gateway-deployment",
        "No integration defined for method",
        _api,
        ("method",),
        ("method", "integration"),
        GITHUB + "hashicorp/terraform-provider-aws/issues/21210",
    ),
    Pair(
        "api-gateway-integration",
        "AWS ARN for integration must contain path or action",
        _integration,
        {"uri": _FUNCTION},
        {"uri": _INVOKED},
        GITHUB + "localstack/localstack/pull/12324",
    ),
    Pair("api-gateway-integration", "Lambda takes POST alone", _integration, {"integration_http_method": "GET"}, {}),
    Pair(
        "api-gateway-integration",
        "HttpMethod must be non-empty",
        _integration,
        {"type": "HTTP_PROXY", "uri": "https://example.com", "integration_http_method": None},
        {"type": "HTTP_PROXY", "uri": "https://example.com", "integration_http_method": "ANY"},
    ),
    Pair("api-gateway-authorizer", "Invalid authorizer ID specified", _method, None, "abc123"),
    Pair("api-gateway-websocket", "RouteSelectionExpression is required", _websocket, {}, _BY_ACTION),
    Pair(
        "api-gateway-websocket",
        "only supported for HTTP APIs",
        _websocket,
        {**_BY_ACTION, "cors_configuration": {"allow_origins": ["*"]}},
        _BY_ACTION,
    ),
    Pair(
        "api-gateway-route", "Invalid target specified: abc", _route, {"target": "abc"}, {"target": "integrations/abc"}
    ),
    Pair(
        "api-gateway-route",
        "AuthorizerId is required",
        _route,
        {"authorization_type": "JWT"},
        {"authorization_type": "JWT", "authorizer_id": "abc123"},
    ),
]
