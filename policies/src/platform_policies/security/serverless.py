"""Functions, APIs, workflows and the pools of users before them."""

from datetime import date
from typing import Any

from ..kit.holds import At, is_given, is_off, is_on, least, none_of, one_of
from ..kit.reading import UNKNOWN, get, given, items, off, on
from ..kit.rule import Resource, Rule

_URL = "aws:lambda/functionUrl:FunctionUrl"
_FUNCTION = "aws:lambda/function:Function"
_PERMISSION = "aws:lambda/permission:Permission"
_LAYER = "aws:lambda/layerVersionPermission:LayerVersionPermission"
_STAGES = r"aws:apigateway(/stage:Stage|v2/stage:Stage)"
_METHOD = "aws:apigateway/method:Method"
_SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
_GRAPHQL = "aws:appsync/graphQLApi:GraphQLApi"
_MACHINE = "aws:sfn/stateMachine:StateMachine"
_USERS = "aws:cognito/userPool:UserPool"
# docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html: from this day on AWS mends nothing in a runtime. The dates are
# those that cfn-lint reads from there.
_ENDS = {
    "dotnet6": "2024-12-20", "dotnet8": "2026-11-10", "dotnet9": "2026-11-10", "java11": "2027-06-30", "java17": "2027-06-30", "java21": "2029-06-30",
    "java8.al2": "2027-06-30", "nodejs16.x": "2024-06-12", "nodejs18.x": "2025-09-01", "nodejs20.x": "2026-04-30", "nodejs22.x": "2027-04-30", "nodejs24.x": "2028-04-30",
    "python3.8": "2024-10-14", "python3.9": "2025-12-15", "python3.10": "2026-10-31", "python3.11": "2027-06-30", "python3.12": "2028-10-31", "python3.13": "2029-06-30",
    "ruby3.2": "2026-03-31", "ruby3.3": "2027-03-31", "provided.al2": "2026-07-31",
}  # fmt: skip
_LONG_GONE = (
    "dotnetcore",
    "dotnet5",
    "go1.x",
    "nodejs1",
    "nodejs4",
    "nodejs6",
    "nodejs8",
    "python2",
    "python3.6",
    "python3.7",
    "ruby2",
    "java8",
)
_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg"
_API = "https://docs.aws.amazon.com/apigateway/latest/developerguide"


def _alive(resource: Resource) -> bool:
    runtime = resource.get("runtime")
    if not isinstance(runtime, str):
        return True
    end = {**_ENDS, **resource.parameters["ends"]}.get(runtime)
    gone = runtime in {"nodejs", "provided", "java8"} or (end is None and runtime.startswith(_LONG_GONE))
    return not gone and (end is None or date.fromisoformat(end) >= resource.parameters["today"])


def _invoked_by_somebody(resource: Resource) -> bool:
    """Return whether a permission names who may call: one that is for everybody says from where, or for which of them."""
    if resource.get("principal") != "*":
        return True
    return any(given(resource.get(key)) for key in ("sourceAccount", "sourceArn", "principalOrgId"))


def _for_one_source(resource: Resource) -> bool:
    principal = resource.get("principal")
    if not isinstance(principal, str) or not principal.endswith(".amazonaws.com"):
        return True
    return any(given(resource.get(key)) for key in ("sourceAccount", "sourceArn", "eventSourceToken"))


def _asks(resource: Resource) -> bool:
    # a browser asks first, without credentials, what it may ask
    return (
        resource.get("httpMethod") == "OPTIONS"
        or resource.get("authorization") != "NONE"
        or on(resource.get("apiKeyRequired"))
    )


def _cors(at: str) -> Any:
    def holds(resource: Resource) -> bool:
        cors = resource.get(at)
        everybody = "*" in items(cors, "allowOrigins")
        return not everybody or (off(get(cors, "allowCredentials")) and "*" not in items(cors, "allowMethods"))

    return holds


def _cached(resource: Resource) -> bool:
    cached = get(resource.props, "settings", "cachingEnabled")
    return cached in (None, False, UNKNOWN) or on(get(resource.props, "settings", "cacheDataEncrypted"))


def _no_key(resource: Resource) -> bool:
    ways = [resource.props, *resource.items("additionalAuthenticationProviders")]
    return all(get(way, "authenticationType") != "API_KEY" for way in ways)


def _long_password(resource: Resource) -> bool:
    policy = resource.get("passwordPolicy")
    flags = ("requireLowercase", "requireUppercase", "requireNumbers", "requireSymbols")
    return policy is UNKNOWN or (
        least("passwordPolicy.minimumLength", 8)(resource) and all(on(get(policy, flag)) for flag in flags)
    )


RULES = (
    Rule(
        "lambda-url-auth", "critical", "a function URL asks who calls", "set authorizationType to AWS_IAM, behind CloudFront with origin access control", "identity",
        _URL, one_of("authorizationType", "AWS_IAM"), refs="FSBP Lambda.1, CKV_AWS_258", link=f"{_LAMBDA}/urls-auth.html",
    ),
    Rule(
        "lambda-url-cors", "medium", "a function URL answers no page of everybody with credentials or by every method", "name the origins", "boundary", _URL, _cors("cors"),
        refs="CKV2_AWS_75", link=f"{_LAMBDA}/urls-configuration.html",
    ),
    Rule(
        "lambda-public", "critical", "a function may not be called by everybody", "name the principal, or its organization by principalOrgId", "boundary", _PERMISSION, _invoked_by_somebody,
        refs="FSBP Lambda.1, CKV_AWS_301",
    ),
    Rule(
        "lambda-source", "medium", "a service that calls a function does so for one source or account", "set sourceArn or sourceAccount", "boundary", _PERMISSION, _for_one_source,
        refs="CKV_AWS_364", link=f"{_LAMBDA}/access-control-resource-based.html",
    ),
    Rule(
        "lambda-layer-public", "high", "a layer is not shared with everybody", "name the account, or set organizationId", "boundary", _LAYER,
        lambda s: s.get("principal") != "*" or given(s.get("organizationId")), link=f"{_LAMBDA}/permissions-layer-cross-account.html",
    ),
    Rule(
        "lambda-runtime", "high", "a function's runtime is one that AWS still mends", "take a newer runtime, or list another end under `ends`", "patching", _FUNCTION, _alive,
        refs="FSBP Lambda.2, CKV_AWS_363", parameters={"ends": {}},
    ),
    Rule(
        "lambda-dead-letter", "low", "what a function fails at is kept", "set deadLetterConfig, or a destination of its event source", "availability", _FUNCTION, is_given("deadLetterConfig.targetArn"),
        refs="CKV_AWS_116", link=f"{_LAMBDA}/invocation-async-retain-records.html", level="advisory",
    ),
    Rule(
        "lambda-traced", "low", "a function is traced", "set tracingConfig.mode to Active", "audit", _FUNCTION, one_of("tracingConfig.mode", "Active"), refs="FSBP Lambda.7, CKV_AWS_50", level="advisory",
    ),
    Rule(
        "lambda-limited", "low", "a function has a limit to how often it runs at once", "set reservedConcurrentExecutions", "availability", _FUNCTION, least("reservedConcurrentExecutions", 0),
        refs="CKV_AWS_115", link=f"{_LAMBDA}/configuration-concurrency.html", level="advisory",
    ),
    Rule(
        "apigw-method-auth", "high", "an API Gateway method asks who calls", "set authorization, or apiKeyRequired", "identity", _METHOD, _asks, refs="CKV_AWS_59, CKV2_AWS_70",
        link=f"{_API}/apigateway-control-access-to-api.html",
    ),
    Rule(
        "apigw-validated", "low", "an API Gateway method's requests are validated", "set requestValidatorId", "boundary", _METHOD, is_given("requestValidatorId"), refs="CKV2_AWS_53",
        link=f"{_API}/api-gateway-method-request-validation.html", level="advisory",
    ),
    Rule(
        "apigw-logs", "medium", "an API's stage writes access logs", "set accessLogSettings", "audit", _STAGES, is_given("accessLogSettings.destinationArn"), refs="FSBP APIGateway.1, FSBP APIGateway.9, CKV_AWS_76",
    ),
    Rule(
        "apigw-traced", "low", "a REST API's stage is traced", "set xrayTracingEnabled", "audit", "aws:apigateway/stage:Stage", is_on("xrayTracingEnabled"), refs="FSBP APIGateway.3, CKV_AWS_73", level="advisory",
    ),
    Rule(
        "apigw-client-certificate", "low", "a REST API shows its back end a client certificate", "set clientCertificateId", "in-transit", "aws:apigateway/stage:Stage", is_given("clientCertificateId"),
        refs="FSBP APIGateway.2, CKV2_AWS_51", level="advisory",
    ),
    Rule(
        "apigw-cache-encrypted", "medium", "an API's cached answers are encrypted", "set settings.cacheDataEncrypted", "at-rest", _SETTINGS, _cached, refs="FSBP APIGateway.5, CKV_AWS_308",
    ),
    Rule(
        "apigw-bodies-logged", "medium", "an API does not log whole requests and answers", "leave settings.dataTraceEnabled off: bodies hold credentials and persons' data", "secrets", _SETTINGS, is_off("settings.dataTraceEnabled"),
        refs="CKV_AWS_276", link=f"{_API}/set-up-logging.html",
    ),
    Rule(
        "apigw-execution-logs", "low", "a REST API logs what it executes", "set settings.loggingLevel to ERROR or INFO", "audit", _SETTINGS, one_of("settings.loggingLevel", "ERROR", "INFO"), refs="FSBP APIGateway.1, CKV2_AWS_4", level="advisory",
    ),
    Rule(
        "apigw-tls", "high", "an API's own domain takes TLS 1.2 and newer alone", "set securityPolicy to TLS_1_2 or newer", "in-transit", r"aws:apigateway(v2)?/domainName:DomainName",
        At(("securityPolicy", "domainNameConfiguration.securityPolicy"), lambda v: v != "TLS_1_0", absent=True), refs="CKV_AWS_206", link=f"{_API}/apigateway-custom-domain-tls-version.html",
    ),
    Rule(
        "apigw-cors", "medium", "an HTTP API answers no page of everybody with credentials or by every method", "name the origins", "boundary", "aws:apigatewayv2/api:Api", _cors("corsConfiguration"),
        refs="CKV2_AWS_75", link=f"{_API}/http-api-cors.html",
    ),
    Rule(
        "appsync-key", "high", "a GraphQL API asks who calls, and not for an API key alone", "use AWS_IAM, AMAZON_COGNITO_USER_POOLS, OPENID_CONNECT or AWS_LAMBDA", "identity", _GRAPHQL, _no_key, refs="FSBP AppSync.5",
    ),
    Rule(
        "appsync-logs", "medium", "a GraphQL API logs its fields' errors", "set logConfig.fieldLogLevel to ERROR or ALL", "audit", _GRAPHQL, one_of("logConfig.fieldLogLevel", "ERROR", "ALL", "INFO", "DEBUG"), refs="FSBP AppSync.2, CKV_AWS_193, CKV_AWS_194",
    ),
    Rule(
        "sfn-logs", "medium", "a state machine logs its executions", "set loggingConfiguration.level to ERROR, FATAL or ALL", "audit", _MACHINE, one_of("loggingConfiguration.level", "ALL", "ERROR", "FATAL"), refs="FSBP StepFunctions.1, CKV_AWS_285",
    ),
    Rule(
        "sfn-traced", "low", "a state machine is traced", "set tracingConfiguration.enabled", "audit", _MACHINE, is_on("tracingConfiguration.enabled"), refs="CKV_AWS_284", level="advisory",
        link="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html",
    ),
    Rule(
        "cognito-guests", "high", "an identity pool gives no credentials to who has not logged in", "leave allowUnauthenticatedIdentities off", "identity", "aws:cognito/identityPool:IdentityPool", is_off("allowUnauthenticatedIdentities"),
        refs="FSBP Cognito.2, CKV_AWS_366",
    ),
    Rule(
        "cognito-passwords", "medium", "a user pool wants passwords of eight letters and four kinds", "set passwordPolicy", "identity", _USERS, _long_password, refs="FSBP Cognito.3", level="advisory",
    ),
    Rule(
        "cognito-threats", "low", "a user pool reacts to stolen passwords", "set userPoolAddOns.advancedSecurityMode to ENFORCED", "identity", _USERS, one_of("userPoolAddOns.advancedSecurityMode", "ENFORCED"), refs="FSBP Cognito.1", level="advisory",
    ),
    Rule(
        "cognito-protected", "medium", "a user pool is protected from deletion", "set deletionProtection to ACTIVE", "backup", _USERS, none_of("deletionProtection", "INACTIVE", absent=False), refs="FSBP Cognito.6", level="advisory",
    ),
)  # fmt: skip
