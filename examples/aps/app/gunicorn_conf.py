"""gunicorn's settings; WEB_CONCURRENCY, the number of workers, it reads by itself."""

import os
import shutil
from pathlib import Path
from typing import Any

from prometheus_client import multiprocess

bind = f"0.0.0.0:{os.environ.get('PORT', '3030')}"
# a slow answer holds a thread, and not the worker that the probes ask
worker_class = "gthread"
threads = int(os.environ.get("GUNICORN_THREADS", "4"))
graceful_timeout = 30
# longer than the load balancer's: a server that hangs up first gives the next request a 502
keepalive = int(os.environ.get("KEEP_ALIVE_SECONDS", "75"))
# the root is read-only
worker_tmp_dir = "/dev/shm"
control_socket_disable = True


def on_starting(_server: Any) -> None:
    """Empty the folder of the metrics: what a dead container counted is not ours."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True)


def child_exit(_server: Any, worker: Any) -> None:
    """Forget a worker's gauges."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call] # it ships none
