"""API Gateway: an API is deployed with methods and their integrations, and integrations are addressed as it wants."""

import re
from collections.abc import Iterator

from ..world import Record
from .law import Law, Refusal, ResourceOperation, get

_DEPLOYMENT, _METHOD = "aws:apigateway/deployment:Deployment", "aws:apigateway/method:Method"
_INTEGRATION, _API = "aws:apigateway/integration:Integration", "aws:apigateway/restApi:RestApi"
_REFERENCE = "https://docs.aws.amazon.com/apigateway/latest/api/"


# arn:aws:apigateway:{region}:{service}:{path|action}/...
_ADDRESS = re.compile(r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+:[\w.-]+:(path|action)/.+")


def _of_api(op: ResourceOperation, token: str, api: str) -> list[Record]:
    return [each for each in op.inventory.of(token) if get(each.inputs, "restApi") == api]


def _deployment(op: ResourceOperation) -> Iterator[Refusal]:
    api = op.text("restApi")
    owner = op.inventory.owner(api) if api else None
    if owner is None or owner.token != _API or "body" in owner.inputs:
        return
    methods = _of_api(op, _METHOD, api)
    if not methods:
        yield Refusal(
            "BadRequestException",
            "The REST API doesn't contain any methods",
            "let the deployment depend on the methods and their integrations",
            may_appear=True,
        )
    places = {_place(each) for each in _of_api(op, _INTEGRATION, api)}
    without = [each for each in methods if _place(each) not in places]
    if without:
        yield Refusal(
            "BadRequestException",
            f"No integration defined for method: {without[0].urn.rpartition('::')[2]}",
            "give every method an integration, and let the deployment depend on them",
            may_appear=True,
        )


def _place(record: Record) -> tuple[object, object]:
    return get(record.inputs, "resourceId"), get(record.inputs, "httpMethod")


def _integration(op: ResourceOperation) -> Iterator[Refusal]:
    kind, uri = op.text("type"), op.text("uri")
    if kind in ("AWS", "AWS_PROXY") and uri and not _ADDRESS.fullmatch(uri):
        yield Refusal(
            "BadRequestException",
            f"Invalid ARN specified in the request: AWS ARN for integration must contain path or action: {uri}",
            "hand over the function's invoke_arn, not its arn",
        )
    # a stage's variable may stand for the whole
    if kind in ("HTTP", "HTTP_PROXY") and uri and not uri.startswith(("http://", "https://", "$")):
        yield Refusal(
            "BadRequestException",
            f"Invalid HTTP endpoint specified for URI: {uri}",
            "write a whole URL, with https://",
        )
    if kind in ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY") and "integrationHttpMethod" not in op.inputs:
        yield Refusal(
            "BadRequestException",
            "Enumeration value for HttpMethod must be non-empty",
            "set integrationHttpMethod: POST for a function",
        )
    if ":lambda:path/" in uri and op.text("integrationHttpMethod") not in ("", "POST"):
        yield Refusal(
            "Internal server error",
            f"Lambda takes POST alone, and the integration calls it with {op.text('integrationHttpMethod')}: every request would get 500",
            "set integrationHttpMethod to POST, whatever method the client uses",
        )


def _method(op: ResourceOperation) -> Iterator[Refusal]:
    kind = op.text("authorization")
    if kind in ("CUSTOM", "COGNITO_USER_POOLS") and "authorizerId" not in op.inputs:
        yield Refusal(
            "BadRequestException",
            f"Invalid authorizer ID specified. Setting the authorization type to {kind} requires a valid authorizer.",
            "set authorizerId to an authorizer of the same API",
        )


def _http_api(op: ResourceOperation) -> Iterator[Refusal]:
    if (
        op.text("protocolType") == "WEBSOCKET"
        and "routeSelectionExpression" not in op.inputs
        and "body" not in op.inputs
    ):
        yield Refusal(
            "BadRequestException",
            "RouteSelectionExpression is required for a WEBSOCKET API",
            "set routeSelectionExpression, as in $request.body.action",
        )
    if op.text("protocolType") == "WEBSOCKET" and "corsConfiguration" in op.inputs:
        yield Refusal(
            "BadRequestException",
            "CORS configuration is only supported for HTTP APIs",
            "leave corsConfiguration out",
        )


def _route(op: ResourceOperation) -> Iterator[Refusal]:
    target = op.text("target")
    if target and not target.startswith("integrations/"):
        yield Refusal(
            "BadRequestException",
            f"Invalid target specified: {target}",
            "write integrations/ before the integration's id",
        )
    if op.text("authorizationType") in ("JWT", "CUSTOM") and "authorizerId" not in op.inputs:
        yield Refusal(
            "BadRequestException",
            f"AuthorizerId is required for authorization type {op.text('authorizationType')}",
            "set authorizerId",
        )


LAWS = (
    Law(
        "api-gateway-deployment",
        "what is deployed has methods",
        "https://github.com/hashicorp/terraform-provider-aws/issues/21210",
        _DEPLOYMENT,
        _deployment,
        ("create",),
    ),
    Law(
        "api-gateway-integration",
        "what a method calls",
        _REFERENCE + "API_PutIntegration.html",
        _INTEGRATION,
        _integration,
    ),
    Law("api-gateway-authorizer", "a method's authorizer", _REFERENCE + "API_PutMethod.html", _METHOD, _method),
    Law(
        "api-gateway-websocket",
        "what an API of a protocol has",
        "https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html",
        "aws:apigatewayv2/api:Api",
        _http_api,
    ),
    Law(
        "api-gateway-route",
        "where a route leads",
        "https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html",
        "aws:apigatewayv2/route:Route",
        _route,
    ),
)
