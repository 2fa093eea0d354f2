"""Plays what containers of real charts would do before anybody could go on: nothing runs in ours.

A webhook or an API that a chart registers is served by nobody, and each call to it would fail: it is withdrawn, as if
it had not been registered yet. An ExternalSecret gets its Secret, and says so.
"""

from collections.abc import Mapping
from typing import Any

from ..control_plane import Client
from .placeholders import SecretValue, nothing_known, secret_of
from .reconcile_loop import ReconcileLoop

# https://helm.sh/docs/topics/charts/: Helm annotates what it installs; what a program itself registers is its own.
_OF_HELM = "meta.helm.sh/release-name"
_REGISTERED = (
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
    ("apiregistration.k8s.io/v1", "APIService"),
)
EXTERNAL_SECRETS = "external-secrets.io/v1"
# https://external-secrets.io/latest/api/spec: ExternalSecretStatusCondition
SYNCED = {"type": "Ready", "status": "True", "reason": "SecretSynced", "message": "secret synced"}


class Unserved(ReconcileLoop):
    """Withdraws what nobody serves, and brings the Secrets that External Secrets would bring."""

    every_seconds = 0.2  # what is registered holds up everybody else for as long as it stands

    def __init__(self, client: Client, secret_value: SecretValue = nothing_known) -> None:
        super().__init__(client)
        self._secret_value = secret_value

    def reconcile(self) -> None:
        """Look at everything that a chart may have registered, and at every ExternalSecret."""
        for api_version, kind in _REGISTERED:
            for item in self.client.list(api_version, kind):
                if _is_of_helm(item) and _calls_a_service(item):
                    self.client.delete(api_version, kind, item["metadata"]["name"])
        for external in self.objects(EXTERNAL_SECRETS, "ExternalSecret"):
            if not external.get("status"):
                self.client.apply(secret_of(external, self._secret_value), manager="external-secrets", force=True)
                self.client.tell(external, {"conditions": [SYNCED]})


def _is_of_helm(item: Mapping[str, Any]) -> bool:
    return _OF_HELM in (item["metadata"].get("annotations") or {})


def _calls_a_service(item: Mapping[str, Any]) -> bool:
    if item["kind"] == "APIService":
        return bool((item.get("spec") or {}).get("service"))
    return any((hook.get("clientConfig") or {}).get("service") for hook in item.get("webhooks") or [])
