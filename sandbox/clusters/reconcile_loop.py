"""A controller that the sandbox does not have, played: a thread that reconciles a cluster again and again."""

import threading
from contextlib import suppress
from http import HTTPStatus

from ..control_plane import Client, KubernetesError


class ReconcileLoop(threading.Thread):
    """Reconciles until it is stopped. A server that is going, or coming back, is tried again."""

    every_seconds = 1.0

    def __init__(self, client: Client) -> None:
        super().__init__(daemon=True)
        self.client = client
        self._ended = threading.Event()

    def run(self) -> None:
        """Reconcile, and reconcile again."""
        while not self._ended.is_set():
            with suppress(KubernetesError, OSError):  # its words would come each second
                self.reconcile()
            self._ended.wait(self.every_seconds)

    def reconcile(self) -> None:
        """Bring about what is due. Whatever it raises of the server's is tried again."""
        raise NotImplementedError

    def stop(self) -> None:
        """Reconcile no more."""
        self._ended.set()

    def objects(self, api_version: str, kind: str) -> list[dict[str, object]]:
        """Return all of a kind that a CRD brings; none while it has not come."""
        try:
            return self.client.list(api_version, kind)
        except KubernetesError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return []
            raise
