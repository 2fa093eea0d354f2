from components.flowise_service.open_paths import OPEN_PATHS, closed_at_edge, closed_inside
from components.flowise_service.settings import ServiceSettings

ALWAYS_INSIDE = {
    "/api/v1/account/register",
    "/api/v1/account/resend-verification",
    "/api/v1/account/verify",
    "/api/v1/chatflows/apikey/",
    "/api/v1/ip",
    "/api/v1/oauth2-credential/refresh",
    "/api/v1/pricing",
    "/api/v1/user/test",
    "/api/v1/verify/apikey/",
    "/api/v1/version",
}
UNLESS_ASKED = {
    "/api/v1/account/confirm-email-change",
    "/api/v1/account/forgot-password",
    "/api/v1/account/reset-password",
    "/api/v1/openai-assistants-file/download",
    "/api/v1/public-executions",
    "/api/v1/text-to-speech/abort",
    "/api/v1/text-to-speech/generate",
}


def needs(**service: object) -> tuple[set[str], set[str]]:
    """Return what is closed inside and at the edge, sign-in of the Enterprise edition aside."""
    needed = ServiceSettings.model_validate(service).needs()
    both = closed_inside(needed), closed_at_edge(needed)
    enterprise = tuple(f"/api/v1/{provider}/" for provider in ("auth0", "azure", "github", "google"))
    assert [sum(each.startswith(enterprise) for each in side) for side in both] == [12, 12]
    inside, edge = ({each for each in side if not each.startswith(enterprise)} for side in both)
    return inside, edge


def test_a_stack_that_asks_for_nothing_closes_all_that_it_does_not_need() -> None:
    inside, edge = needs()
    assert inside == ALWAYS_INSIDE | UNLESS_ASKED
    assert edge == {
        "/api/v1/account/confirm-email-change",
        "/api/v1/account/forgot-password",
        "/api/v1/account/resend-verification",
        "/api/v1/account/reset-password",
        "/api/v1/account/verify",
        "/api/v1/chatflows/apikey/",
        "/api/v1/oauth2-credential/callback",
        "/api/v1/oauth2-credential/refresh",
        "/api/v1/openai-assistants-file/download",
        "/api/v1/pricing",
        "/api/v1/public-executions",
        "/api/v1/verify/apikey/",
    }


def test_a_feature_opens_its_own_paths_and_no_other() -> None:
    everything = needs()
    for feature, path in {
        "assistant_files": "/api/v1/openai-assistants-file/download",
        "oauth2_connections": "/api/v1/oauth2-credential/callback",
        "public_executions": "/api/v1/public-executions",
        "speech": "/api/v1/text-to-speech/generate",
    }.items():
        opened = [before - after for before, after in zip(everything, needs(open_features=[feature]), strict=True)]
        assert path in opened[0] | opened[1]
        assert {each.needed_for for each in OPEN_PATHS if each.entry in opened[0] | opened[1]} == {feature}


def test_with_a_mail_server_passwords_are_reset() -> None:
    inside, edge = needs(environment={"SMTP_HOST": {"value": "mail.example.com"}})
    assert not {path for path in inside | edge if "password" in path or "email" in path}


def test_what_flows_and_people_call_is_never_closed() -> None:
    closed = {*closed_inside(()), *closed_at_edge(())}
    for path in (
        "/api/v1/account/logout",
        "/api/v1/attachments",
        "/api/v1/auth/login",
        "/api/v1/chatflows",
        "/api/v1/feedback",
        "/api/v1/get-upload-file",
        "/api/v1/prediction/1",
        "/api/v1/public-chatbotConfig/1",
        "/api/v1/public-chatflows/1",
        "/api/v1/settings",
    ):
        assert not path.startswith(tuple(closed)), path
