"""External Secrets."""

from tests.components.monitoring_stack.cases.case import calm, story

READY = (
    'externalsecret_status_condition{{condition="Ready",exported_namespace="flowise",name="app-secrets",status="{}"}}'
)
NOT_READY, IS_READY = READY.format("False"), READY.format("True")

CASES = (
    story(
        "SecretUnread",
        "warning",
        "a version is gone, and comes back",
        {NOT_READY: "0x5 1x30 0x20", IS_READY: "1x5 0x30 1x20"},
        "15m",
        "30m",
        "45m",
        {"exported_namespace": "flowise", "name": "app-secrets"},
    ),
    calm("SecretUnread", "it takes minutes at first", {NOT_READY: "1x10 0x30", IS_READY: "0x10 1x30"}, "12m", "30m"),
)
