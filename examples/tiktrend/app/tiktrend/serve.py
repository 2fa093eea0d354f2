"""Serves the API: `python -m tiktrend.serve`; `--reload` while one writes it."""

import os
import sys

import uvicorn

from .settings import settings


def main(arguments: list[str]) -> None:
    """Serve until told to end; what is under way is ended first."""
    given = settings()
    uvicorn.run(
        "tiktrend.api:app",
        host=os.environ.get("HOST", "0.0.0.0"),
        port=given.port,
        reload="--reload" in arguments,
        # the lines of the application's own
        log_config=None,
        access_log=False,
        server_header=False,
        # from those alone X-Forwarded-For and -Proto are believed, and of the former what they wrote
        forwarded_allow_ips=given.trusted_proxies,
        timeout_keep_alive=given.keep_alive_seconds,
        timeout_graceful_shutdown=given.shutdown_seconds,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
