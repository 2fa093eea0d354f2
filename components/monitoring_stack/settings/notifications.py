"""Settings of who is told of alerts, and how."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ...config.problems import Problem
from ...config.section import Section
from ...config.types import SecretName

Severity = Literal["critical", "warning", "info"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[a-z]+$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
Time = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
# what every stack has beside the receivers that it names: the topic of CloudWatch's alarms, and with it `alarm_emails`
ALARM_TOPIC = "alarm-topic"


class SmtpSettings(Section):
    """The server that takes mails on."""

    host: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+$")] = Field(
        description="server that takes mails, which must speak TLS", examples=["email-smtp.eu-west-1.amazonaws.com"]
    )
    port: int = Field(default=587, ge=1, le=65_535, description="its port; Amazon EC2 lets nothing out on 25")
    from_address: Email = Field(description="sender", examples=["alerts@example.com"])
    username: str = Field(min_length=1, description="who logs in there", examples=["AKIAIOSFODNN7EXAMPLE"])
    password_secret_name: SecretName = Field(
        description="name of the Secrets Manager secret that holds the password, made by hand under AWS's own key",
        examples=["platform/smtp-password"],
    )


class ReceiverSettings(Section):
    """People or a system to tell, by one way or several."""

    pagerduty_secret_name: SecretName | None = Field(
        default=None,
        description="name of the secret that holds the integration key of a PagerDuty service (Events API v2)",
        examples=["platform/pagerduty-key"],
    )
    slack_secret_name: SecretName | None = Field(
        default=None,
        description="name of the secret that holds the URL of a Slack webhook, which names its channel",
        examples=["platform/slack-webhook"],
    )
    emails: tuple[Email, ...] = Field(
        default=(), description="addresses that are written to through smtp", examples=["oncall@example.com"]
    )

    def problems(self) -> Iterator[Problem]:
        """Judge that somebody is told."""
        if not (self.pagerduty_secret_name or self.slack_secret_name or self.emails):
            yield Problem(
                "emails",
                "tells nobody, and neither does anything else of this receiver",
                self.emails,
                "give pagerduty_secret_name, slack_secret_name or emails",
            )


class RouteSettings(Section):
    """Which alerts a receiver gets: every route that fits is taken."""

    receiver: Name = Field(
        description=f"key of receivers, or {ALARM_TOPIC}: the mails of alarm_emails", examples=["oncall"]
    )
    severities: tuple[Severity, ...] = Field(
        default=("critical", "warning"), min_length=1, description="severities that go this way"
    )
    teams: tuple[Name, ...] = Field(
        default=(), description="teams whose alerts go this way; none means all", examples=["platform"]
    )
    repeat_hours: int = Field(default=4, ge=1, le=168, description="hours after which what still burns is told again")
    working_hours_only: bool = Field(default=False, description="tells nobody outside working_hours")


class WorkingHoursSettings(Section):
    """When somebody reads what is not urgent."""

    weekdays: tuple[Weekday, ...] = Field(
        default=("monday", "tuesday", "wednesday", "thursday", "friday"), min_length=1, description="days of work"
    )
    start: Time = Field(default="08:00", description="when work begins, hour and minute")
    end: Time = Field(default="18:00", description="when it ends, on the same day")
    time_zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+(/[A-Za-z_+-]+)*$")] = Field(
        default="UTC", description="time zone by its name in the IANA data base", examples=["Europe/Berlin"]
    )

    def problems(self) -> Iterator[Problem]:
        """Judge that work has a length."""
        if self.end <= self.start:
            yield Problem("end", f"must be later than start ({self.start})", self.end, "write a later time")


class NotificationSettings(Section):
    """Alertmanager's receivers and routes. An alert that no route takes goes to `alarm-topic`."""

    receivers: dict[Name, ReceiverSettings] = Field(
        default_factory=dict, description="who can be told, by name", examples=["oncall"]
    )
    routes: tuple[RouteSettings, ...] = Field(default=(), description="who is told what")
    smtp: SmtpSettings | None = Field(default=None, description="server for mails to receivers; none by default")
    working_hours: WorkingHoursSettings = Field(
        default_factory=WorkingHoursSettings, description="when routes with working_hours_only tell"
    )
    heartbeat_secret_name: SecretName | None = Field(
        default=None,
        description="name of the secret that holds a URL to call every five minutes; who hears nothing there, such as "
        "healthchecks.io, raises the alarm that monitoring itself is gone",
        examples=["platform/heartbeat-url"],
    )

    def problems(self) -> Iterator[Problem]:
        """Judge routes, receivers and the mail server against each other."""
        known = {*self.receivers, ALARM_TOPIC}
        if ALARM_TOPIC in self.receivers:
            yield Problem(
                "receivers", f"names {ALARM_TOPIC}, which every stack has", ALARM_TOPIC, "choose another name"
            )
        for route in self.routes:
            if route.receiver not in known:
                yield Problem(
                    "routes",
                    "leads to a receiver that is not configured",
                    route.receiver,
                    f"name one of {', '.join(sorted(known))}, or add it to receivers",
                )
        for name in sorted({*self.receivers} - {route.receiver for route in self.routes}):
            yield Problem("receivers", "has one that no route leads to", name, "add a route to it, or take it out")
        mailed = sorted(name for name, receiver in self.receivers.items() if receiver.emails)
        if mailed and self.smtp is None:
            yield Problem("smtp", f"must be given: {mailed[0]} is told by mail", self.smtp, "add the server for mails")

    def hosts(self) -> tuple[str, ...]:
        """Return the names of the servers that are asked to tell somebody; the heartbeat's stands in its secret."""
        receivers = self.receivers.values()
        return (
            *(("events.pagerduty.com",) if any(each.pagerduty_secret_name for each in receivers) else ()),
            *(("hooks.slack.com",) if any(each.slack_secret_name for each in receivers) else ()),
            *((self.smtp.host,) if self.smtp else ()),
        )
