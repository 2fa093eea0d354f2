"""Feature flags: AppConfig's where it answers, else what came last, else the application's own."""

import json
import logging
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from .settings import Settings

DEFAULTS: Mapping[str, Any] = {"weighted_scores": False, "ties_share_a_place": True, "page_size": 100}
PROFILE = "flags"
# AppConfig answers no sooner than after 15 (StartConfigurationSession, RequiredMinimumPollIntervalInSeconds)
POLL_SECONDS = 60
log = logging.getLogger(__name__)


class DataPlane(Protocol):
    """What is asked of AppConfig (boto3, appconfigdata)."""

    def start_configuration_session(self, **names: Any) -> Mapping[str, Any]:
        """Return the first token."""

    def get_latest_configuration(self, **token: Any) -> Mapping[str, Any]:
        """Return the configuration, empty where it has not changed, and the next token."""


class Flags:
    """The flags as they are known; `refresh` asks once, `follow` asks for as long as the process lives."""

    def __init__(self, settings: Settings, plane: DataPlane | None) -> None:
        self._settings, self._plane = settings, plane
        self._token = ""
        self._values = dict(DEFAULTS)

    def __getitem__(self, name: str) -> Any:
        """Return a flag's value."""
        return self._values[name]

    def all(self) -> dict[str, Any]:
        """Return every flag."""
        return dict(self._values)

    def refresh(self) -> None:
        """Ask once. Where AppConfig does not answer, what was known stays, and the next time begins anew."""
        if self._plane is None:
            return
        try:
            if not self._token:
                names = {
                    "ApplicationIdentifier": self._settings.flags_application,
                    "EnvironmentIdentifier": self._settings.flags_environment,
                    "ConfigurationProfileIdentifier": PROFILE,
                }
                self._token = self._plane.start_configuration_session(**names)["InitialConfigurationToken"]
            answer = self._plane.get_latest_configuration(ConfigurationToken=self._token)
            self._token = answer["NextPollConfigurationToken"]
            text = answer["Configuration"].read()
            if text:
                self._take(json.loads(text))
        except Exception as error:  # whatever it is: flags are no reason to fail
            self._token = ""
            log.warning("flags", extra={"fields": {"error": type(error).__name__}})

    def _take(self, values: Mapping[str, Any]) -> None:
        known = {name: value for name, value in values.items() if name in DEFAULTS and _alike(value, DEFAULTS[name])}
        changed = {name: value for name, value in known.items() if self._values[name] != value}
        self._values = {**DEFAULTS, **known}
        log.info("flags", extra={"fields": {"changed": changed}})

    def follow(self) -> None:
        """Ask again and again, beside what the process does."""
        if self._plane is None:
            return

        def ask() -> None:
            wait = threading.Event()
            while True:
                self.refresh()
                wait.wait(POLL_SECONDS)

        threading.Thread(target=ask, name="flags", daemon=True).start()


def _alike(value: Any, default: Any) -> bool:
    return isinstance(value, bool) is isinstance(default, bool) and isinstance(value, int | float)


def data_plane(settings: Settings) -> DataPlane | None:
    """Return AppConfig's data plane, by the pod's own credentials; None where no application is named."""
    if not settings.flags_application:
        return None
    import boto3  # type: ignore[import-untyped] # noqa: PLC0415 - it ships no types, and without flags nobody needs it

    plane: DataPlane = boto3.client("appconfigdata", region_name=settings.region)
    return plane
