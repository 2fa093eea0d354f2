"""Alertmanager's configuration: who is told of which alert, how often, and of which not.

Whatever is secret is read from files; the form is Alertmanager's own (its documentation, Configuration, at v0.34).
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .settings.notifications import ALARM_TOPIC, NotificationSettings, ReceiverSettings, RouteSettings, SmtpSettings

if TYPE_CHECKING:
    from pulumi import Input

Spec = dict[str, Any]

SECRETS_DIR = "/etc/alertmanager/notifications"
NOBODY, HEARTBEAT, WORKING_HOURS = "nobody", "heartbeat", "working-hours"
SMTP_PASSWORD, HEARTBEAT_URL = "smtp-password", "heartbeat-url"
# What `source` says of an alert that an alarm of CloudWatch became: those on the topic have it from CloudWatch itself.
CLOUDWATCH = 'source="cloudwatch"'
# Alerts of kube-prometheus-stack by which the cluster itself is gone, and what then fails with it.
CLUSTER_DOWN = "KubeAPIDown|KubeletDown"
CHART_PARTS = "Kube(Container|DaemonSet|Deployment|Hpa|Job|Node|Pod|StatefulSet).*"
TITLE = "[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }} ({{ .Alerts.Firing | len }})"
TEXT = (
    "{{ range .Alerts }}*{{ .Labels.severity }}* {{ .Annotations.summary }}\n{{ .Annotations.description }}"
    "{{ if .Annotations.runbook_url }}\n<{{ .Annotations.runbook_url }}|What to do>{{ end }}\n{{ end }}"
)


def alertmanager_config(
    settings: NotificationSettings, *, topic_arn: "Input[str]", region: str, fall_with_cluster: Sequence[str] = ()
) -> Spec:
    """Return the configuration; `topic_arn` is the topic of the stack's alarms, in `region`.

    `fall_with_cluster` are the names of the alerts that tell nothing new where the cluster itself is gone.
    """
    # an alert about the same thing comes in one message, however many pods it is about
    grouped = {"group_by": ["cluster", "namespace", "alertname"], "group_wait": "30s", "group_interval": "5m"}
    return {
        "global": {"resolve_timeout": "5m"},
        "templates": [],
        "route": {"receiver": ALARM_TOPIC, **grouped, "repeat_interval": "4h", "routes": list(_routes(settings))},
        "inhibit_rules": list(_inhibitions(fall_with_cluster)),
        "time_intervals": [{"name": WORKING_HOURS, "time_intervals": [_working_hours(settings)]}],
        "receivers": [
            {"name": NOBODY},
            {"name": ALARM_TOPIC, "sns_configs": [_topic(topic_arn, region)]},
            *([_heartbeat()] if settings.heartbeat_secret_name else []),
            *(_receiver(name, receiver, settings) for name, receiver in settings.receivers.items()),
        ],
    }


def notification_secrets(settings: NotificationSettings) -> dict[str, str]:
    """Return the files under `SECRETS_DIR`, each with the name of the secret that it holds."""
    named = {
        HEARTBEAT_URL: settings.heartbeat_secret_name,
        SMTP_PASSWORD: settings.smtp.password_secret_name if settings.smtp else None,
        **{f"pagerduty-{name}": each.pagerduty_secret_name for name, each in settings.receivers.items()},
        **{f"slack-{name}": each.slack_secret_name for name, each in settings.receivers.items()},
    }
    return {file: secret for file, secret in named.items() if secret is not None}


def _routes(settings: NotificationSettings) -> Iterator[Spec]:
    yield {
        "matchers": ['alertname="Watchdog"'],
        "receiver": HEARTBEAT if settings.heartbeat_secret_name else NOBODY,
        # it fires always, and is told of as often as groups are looked at
        "group_wait": "0s",
        "group_interval": "5m",
        "repeat_interval": "5m",
    }
    # exists to silence others
    yield {"matchers": ['alertname="InfoInhibitor"'], "receiver": NOBODY}
    for route in settings.routes:
        yield _route(route)
    # what no route took goes to the topic, unless nobody need know or everybody there knows
    yield {"matchers": ['severity!~"critical|warning"'], "receiver": NOBODY}
    yield {"matchers": [CLOUDWATCH], "receiver": NOBODY}


def _route(route: RouteSettings) -> Spec:
    matchers = [f'severity=~"{"|".join(route.severities)}"']
    if route.teams:
        matchers.append(f'team=~"{"|".join(route.teams)}"')
    if route.receiver == ALARM_TOPIC:
        matchers.append(CLOUDWATCH.replace("=", "!=", 1))
    return {
        "matchers": matchers,
        "receiver": route.receiver,
        "repeat_interval": f"{route.repeat_hours}h",
        "continue": True,
        **({"active_time_intervals": [WORKING_HOURS]} if route.working_hours_only else {}),
    }


def _inhibitions(fall_with_cluster: Sequence[str]) -> Iterator[Spec]:
    alike = ["cluster", "namespace", "alertname"]
    yield _silences('severity="critical"', 'severity=~"warning|info"', alike)
    yield _silences('severity="warning"', 'severity="info"', alike)
    # information is worth a message only where something else is wrong (kube-prometheus, runbook of InfoInhibitor)
    yield _silences('alertname="InfoInhibitor"', 'severity="info"', ["cluster", "namespace"])
    # the budget that burns fast burns slowly too
    yield _silences('alertname="SloBurnFast"', 'alertname="SloBurnSlow"', ["cluster", "slo"])
    parts = "|".join((*fall_with_cluster, CHART_PARTS))
    yield _silences(f'alertname=~"{CLUSTER_DOWN}"', f'alertname=~"{parts}"', ["cluster"])


def _silences(source: str, target: str, equal: list[str]) -> Spec:
    return {"source_matchers": [source], "target_matchers": [target], "equal": equal}


def _receiver(name: str, receiver: ReceiverSettings, settings: NotificationSettings) -> Spec:
    made: Spec = {"name": name}
    if receiver.pagerduty_secret_name:
        made["pagerduty_configs"] = [
            {
                "routing_key_file": f"{SECRETS_DIR}/pagerduty-{name}",
                "description": TITLE,
                "severity": "{{ if .CommonLabels.severity }}{{ .CommonLabels.severity }}{{ else }}error{{ end }}",
                "details": {"runbook": "{{ .CommonAnnotations.runbook_url }}"},
            }
        ]
    if receiver.slack_secret_name:
        made["slack_configs"] = [
            {
                "api_url_file": f"{SECRETS_DIR}/slack-{name}",
                "title": TITLE,
                "text": TEXT,
                "send_resolved": True,
            }
        ]
    if receiver.emails and settings.smtp is not None:
        made["email_configs"] = [_mail(receiver.emails, settings.smtp)]
    return made


def _mail(to: Sequence[str], smtp: SmtpSettings) -> Spec:
    return {
        "to": ", ".join(to),
        "from": smtp.from_address,
        "smarthost": f"{smtp.host}:{smtp.port}",
        "auth_username": smtp.username,
        "auth_password_file": f"{SECRETS_DIR}/{SMTP_PASSWORD}",
        "require_tls": True,
        "send_resolved": True,
    }


def _topic(topic_arn: "Input[str]", region: str) -> Spec:
    return {
        "topic_arn": topic_arn,
        "sigv4": {"region": region},
        "subject": TITLE,
        # by which a subscription can leave these out
        "attributes": {"source": "alertmanager"},
    }


def _heartbeat() -> Spec:
    url = {"url_file": f"{SECRETS_DIR}/{HEARTBEAT_URL}", "send_resolved": False}
    return {"name": HEARTBEAT, "webhook_configs": [url]}


def _working_hours(settings: NotificationSettings) -> Spec:
    hours = settings.working_hours
    return {
        "weekdays": list(hours.weekdays),
        "times": [{"start_time": hours.start, "end_time": hours.end}],
        "location": hours.time_zone,
    }
