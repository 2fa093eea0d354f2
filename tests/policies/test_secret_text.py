"""Secrets in text, by the forms that issuers publish: no text is passed over for want of a form's letters."""

import re

import pytest
from platform_policies.kit.secret_text import _TOKENS, _TOKENS_OF_ANY_CASE, leaks, shows_token

HEX, LETTERS = "0123456789abcdef", "aB3dE5gH7jK9mN1pQ3sT5vW7yZ1bC2dE4fG6hJ8kL0"
# put together here, so that no scanner takes this file for a leak
SAMPLES = [
    *(f"{kind}{LETTERS.upper()[:16]}" for kind in ("AKIA", "ASIA")),
    "-----BEGIN " + "PRIVATE KEY-----",
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "AGE-SECRET-KEY-1" + LETTERS.upper(),
    *(f"gh{kind}_{LETTERS[:36]}" for kind in "pousr"),
    "github_pat_" + LETTERS,
    "glpat-" + LETTERS[:20],
    *(f"xox{kind}-{LETTERS[:12]}" for kind in "abeprs"),
    "https://hooks.slack.com/services/" + "T0/B0/abc",
    *(f"{kind}_live_{LETTERS[:16]}" for kind in ("sk", "rk")),
    "sk-" + LETTERS[:20],
    "AIza" + LETTERS[:35],
    f"SG.{LETTERS[:20]}.{LETTERS[:20]}",
    "npm_" + LETTERS[:36],
    "pypi-AgEI" + LETTERS[:20],
    "dapi" + HEX * 2,
    "dop_v1_" + HEX * 4,
    *(f"hv{kind}.{LETTERS[:24]}" for kind in "sb"),
    "hf_" + LETTERS[:26],
    "dckr_pat_" + LETTERS[:20],
    *(f"shp{kind}_{HEX * 2}" for kind in ("at", "ca", "pa", "ss")),
    "ATATT3" + LETTERS * 2,
    "AccountKey=" + LETTERS * 2,
    f"eyJ{LETTERS[:12]}.eyJ{LETTERS[:12]}",
    "postgres://app:hunter2@db",
    "git+ssh://:hunter2@host",
    "authorization: basic " + LETTERS[:12],
    "Authorization:Bearer " + LETTERS[:12],
    *(
        f"{name}={LETTERS[:40]}"
        for name in ("aws_secret_access_key", "AWS_SECRET_KEY", "awsSecretKey", "AwsSecret_key")
    ),
]
FORMS = [*_TOKENS, *_TOKENS_OF_ANY_CASE]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_token_is_seen_alone_and_in_a_text(sample: str) -> None:
    assert shows_token(sample)
    assert leaks({"text": f"first\n  key: {sample} \nlast"})


@pytest.mark.parametrize(("marks", "form"), FORMS, ids=[form for _, form in FORMS])
def test_a_form_s_letters_are_in_every_text_that_has_it(marks: tuple[str, ...], form: str) -> None:
    """They are asked for first, so a form with the wrong ones would never be looked for."""
    having = [one.lower() if (marks, form) in _TOKENS_OF_ANY_CASE else one for one in SAMPLES if re.search(form, one)]
    assert having
    assert all(any(mark in one for mark in marks) for one in having)
    assert all(any(mark in one for one in having) for mark in marks), "letters that no sample has"


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "postgres://app@db",
        "postgres://app:$PASSWORD@db",
        "https://a/b:c@d",
        "Asia/Tokyo",
        "task-" + "a" * 30,
        "authorization: bearer",
        "aws_secret_access_key=" + "A" * 33 + "EXAMPLE",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert not shows_token(text)
