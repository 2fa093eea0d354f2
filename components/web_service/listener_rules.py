"""The rules of the load balancer's listener."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from ..config.types import DomainSettings, SignInSettings
from ..shared.edge_profile import EdgeProfile
from .listener_routes import Route, routes

Condition = aws.lb.ListenerRuleConditionArgs
HOUR_SECONDS = 3600


def listener_rules(
    name: str,
    profile: EdgeProfile,
    *,
    domain: DomainSettings,
    sign_in: SignInSettings | None,
    listener_arn: pulumi.Input[str],
    forward: Any,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Make a rule of each planned route; the client's secret is read where it is used.

    `forward` says to which groups of targets a request goes, and in which shares.
    """
    on = aws.lb.ListenerRuleActionArgs(type="forward", order=2, forward=forward)
    secret: pulumi.Output[str] | None = None
    if sign_in is not None:
        found = aws.secretsmanager.get_secret_version_output(
            secret_id=sign_in.client_secret_name, opts=pulumi.InvokeOutputOptions(parent=opts.parent)
        )
        secret = pulumi.Output.secret(found.secret_string)
    for route in routes(profile, signs_in=sign_in is not None):
        first = []
        if sign_in is not None and secret is not None and route.sign_in != "none":
            first = [_signs_in(sign_in, secret, refuses=route.sign_in == "refuse")]
        aws.lb.ListenerRule(
            f"{name}-route-{route.role}",
            listener_arn=listener_arn,
            priority=route.priority,
            conditions=_conditions(route, domain),
            actions=[*first, on],
            tags=dict(tags),
            opts=opts,
        )


def _signs_in(sign_in: SignInSettings, secret: pulumi.Input[str], *, refuses: bool) -> aws.lb.ListenerRuleActionArgs:
    return aws.lb.ListenerRuleActionArgs(
        type="authenticate-oidc",
        order=1,
        authenticate_oidc=aws.lb.ListenerRuleActionAuthenticateOidcArgs(
            issuer=sign_in.issuer,
            authorization_endpoint=sign_in.authorization_endpoint,
            token_endpoint=sign_in.token_endpoint,
            user_info_endpoint=sign_in.user_info_endpoint,
            client_id=sign_in.client_id,
            client_secret=secret,
            scope="openid email",
            session_timeout=sign_in.session_hours * HOUR_SECONDS,
            on_unauthenticated_request="deny" if refuses else "authenticate",
        ),
    )


def _conditions(route: Route, domain: DomainSettings) -> list[Condition]:
    conditions = [Condition(host_header=aws.lb.ListenerRuleConditionHostHeaderArgs(values=[domain.name]))]
    if route.paths:
        paths = aws.lb.ListenerRuleConditionPathPatternArgs(values=list(route.paths))
        conditions.append(Condition(path_pattern=paths))
    if route.by_key:
        header = aws.lb.ListenerRuleConditionHttpHeaderArgs(http_header_name="Authorization", values=["Bearer *"])
        conditions.append(Condition(http_header=header))
    return conditions
