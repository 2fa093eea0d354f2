"""Types and sections that several components' settings are made of."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from .problems import Problem
from .section import Section

# CloudFront gives up on an origin after at most 120 s (UpdateDistribution: OriginReadTimeout): a longer answer is lost.
LONGEST_ANSWER_SECONDS = 120
# ELBV2 AuthenticateOidcActionConfig: SessionTimeout is 1 to 604,800 s.
MOST_SESSION_HOURS = 168
HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(/[A-Za-z0-9/._~-]*)?$")]
# a secret of Secrets Manager in the stack's own account and region, and one that may lie elsewhere: its name or ARN
SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$")]
SecretId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@:-]{1,2048}$")]


class DomainSettings(Section):
    """The site's own name."""

    name: Annotated[str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")] = Field(
        description="fully qualified name of the site", examples=["www.example.com"]
    )
    hosted_zone_id: Annotated[str, StringConstraints(pattern=r"^Z[A-Z0-9]{1,31}$")] = Field(
        description="Route 53 hosted zone in which the name lies", examples=["Z0123456789ABCDEFGHIJ"]
    )


class SignInSettings(Section):
    """An OpenID Connect provider that people sign in with, before they reach the site."""

    issuer: HttpsUrl = Field(description="the provider's issuer", examples=["https://login.example.com"])
    authorization_endpoint: HttpsUrl = Field(
        description="where people are sent", examples=["https://login.example.com/authorize"]
    )
    token_endpoint: HttpsUrl = Field(
        description="where the load balancer redeems a code", examples=["https://login.example.com/token"]
    )
    user_info_endpoint: HttpsUrl = Field(
        description="where it asks who somebody is", examples=["https://login.example.com/userinfo"]
    )
    client_id: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,256}$")] = Field(
        description="the client's id; its redirect address is https://<domain>/oauth2/idpresponse", examples=["site"]
    )
    client_secret_name: SecretId = Field(
        description="name or ARN of the Secrets Manager secret that holds the client's secret as its whole text, made "
        "by hand beforehand",
        examples=["site/sign-in"],
    )
    session_hours: int = Field(
        default=12, ge=1, le=MOST_SESSION_HOURS, description="hours after which people sign in again"
    )


class ExtraVariable(Section):
    """One more variable of an application's environment: its value, or where that is kept."""

    value: str | None = Field(default=None, description="the value itself, for what is no secret")
    secret_name: SecretName | None = Field(
        default=None,
        description="name of a Secrets Manager secret, made by hand and encrypted with AWS's own key",
        examples=["site/smtp"],
    )
    secret_field: str | None = Field(
        default=None, description="a field of that secret's JSON object; without it, all of its text"
    )
    parameter_name: Annotated[str, StringConstraints(pattern=r"^/?[A-Za-z0-9_./-]{1,1011}$")] | None = Field(
        default=None, description="name of a Systems Manager parameter, made by hand", examples=["/site/smtp-host"]
    )

    def problems(self) -> Iterator[Problem]:
        """Judge that there is one source."""
        sources = {"value": self.value, "secret_name": self.secret_name, "parameter_name": self.parameter_name}
        given = [key for key, each in sources.items() if each is not None]
        if len(given) != 1:
            yield Problem(
                "value", "or another source must be given, one alone", given, f"write one of {', '.join(sources)}"
            )
        if self.secret_field is not None and self.secret_name is None:
            yield Problem("secret_field", "is of a secret", self.secret_field, "name the secret in secret_name")
