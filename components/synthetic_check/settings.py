"""Settings of the check from outside that asks the site through the CDN."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..config.regions import Region
from ..config.section import Section
from ..config.types import SecretId

# Where the addresses of AWS's regions lie, as AWS WAF's countries have it (https://aws.amazon.com/about-aws/global-infrastructure/regions_az/).
COUNTRIES = {
    "af-south": "ZA",
    "ap-east-1": "HK",
    "ap-northeast-1": "JP",
    "ap-northeast-2": "KR",
    "ap-northeast-3": "JP",
    "ap-south-": "IN",
    "ap-southeast-1": "SG",
    "ap-southeast-2": "AU",
    "ap-southeast-3": "ID",
    "ap-southeast-4": "AU",
    "ca-": "CA",
    "eu-central-1": "DE",
    "eu-central-2": "CH",
    "eu-north-1": "SE",
    "eu-south-1": "IT",
    "eu-south-2": "ES",
    "eu-west-1": "IE",
    "eu-west-2": "GB",
    "eu-west-3": "FR",
    "me-central-1": "AE",
    "me-south-1": "BH",
    "sa-": "BR",
    "us-": "US",
}


class SyntheticCheckSettings(Section):
    """A canary of CloudWatch Synthetics that asks the site as programs do, and looks at the answer."""

    expected: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="what the answer's text must contain, in capitals or not", examples=["pong"]
    )
    max_answer_seconds: int = Field(default=30, ge=1, le=120, description="an answer that takes longer has failed")
    # CreateCanary: an interval is 1 to 60 minutes, and a run must end within it
    every_minutes: int = Field(
        default=5,
        ge=3,
        le=60,
        description="minutes from one question to the next; a run costs 0.0012 USD, every 5 minutes 10.50 USD a month",
    )
    api_key_secret_name: SecretId | None = Field(
        default=None,
        description="name or ARN of the Secrets Manager secret that holds the application's API key as its whole text, "
        "made by hand beforehand in the region of the check; none where none is asked for",
        examples=["site/check"],
    )
    edge_key_secret_name: SecretId | None = Field(
        default=None,
        description="likewise the x-api-key that edge.api_key_paths asks for",
        examples=["site/check-edge"],
    )
    region: Region | None = Field(
        default=None, description="region from which the site is asked; none is the stack's own", examples=["us-east-1"]
    )
