"""The way to a Flowise: by its address, or by its stack, through the tunnel and a forwarded port."""

import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components.flowise_service.environment import NAMESPACE, PORT
from tools.checks import Ask, NoAnswer, Run, aws, run_program

from .client import Flowise, Login
from .folder import Refused

OPENING_SECONDS = 60
# the first server that runs; `exec`, so that whoever ends the shell ends kubectl
_FORWARD = (
    "exec kubectl --context {context} --namespace {namespace} port-forward --address 127.0.0.1 "
    '"$(kubectl --context {context} --namespace {namespace} get pods --selector app.kubernetes.io/component=server '
    '--field-selector status.phase=Running --output name | head -n 1)" :{port}'
)
_FORWARDED = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+) ")


@contextmanager
def reached(
    place: str,
    folder: Path,
    *,
    prefix: str = "",
    environment: Mapping[str, str] = os.environ,
    ask: Ask | None = None,
    run: Run = run_program,
) -> Iterator[Flowise]:
    """Give the Flowise at an address, or a stack's. Raises Refused.

    At an address who asks stands in FLOWISE_API_KEY, or FLOWISE_EMAIL and FLOWISE_PASSWORD, each with `prefix` before
    it; a stack's owner stands in its own secret.
    """
    if "://" in place:
        names = ("API_KEY", "EMAIL", "PASSWORD")
        login = Login(*(environment.get(f"{prefix}FLOWISE_{name}", "") for name in names))
        if not login.api_key and not (login.email and login.password):
            raise Refused(
                f"there is no login for {place}: set {prefix}FLOWISE_API_KEY, or {prefix}FLOWISE_EMAIL and "
                f"{prefix}FLOWISE_PASSWORD"
            )
        yield Flowise(place, login)
        return
    with _outputs(place, run) as outputs:
        login, context = _owner(outputs, ask or aws()), _context(outputs)
    command = _FORWARD.format(context=context, namespace=NAMESPACE, port=PORT)
    with _forwarded(place, command, folder) as port:
        yield Flowise(f"http://127.0.0.1:{port}", login)


@contextmanager
def front_door(stack: str, *, ask: Ask | None = None, run: Run = run_program) -> Iterator[Flowise]:
    """Give a stack's Flowise as people reach it: at its site's address, by its owner's login. Raises Refused."""
    with _outputs(stack, run) as outputs:
        flowise = Flowise(str(outputs["url"]), _owner(outputs, ask or aws()))
    yield flowise


@contextmanager
def _outputs(stack: str, run: Run) -> Iterator[Mapping[str, Any]]:
    """Give a stack's outputs, and refuse where the block asks for one that there is not."""
    try:
        yield json.loads(run("pulumi", "stack", "output", "--json", "--stack", stack))
    except NoAnswer as reason:
        raise Refused(f"stack {stack}: {reason}") from None
    except KeyError as missing:
        raise Refused(f"stack {stack} has no output {missing.args[0]}: bring it up, or give an address") from None


def _owner(outputs: Mapping[str, Any], ask: Ask) -> Login:
    arn = str(outputs["owner_secret_arn"])
    found = ask("secretsmanager", "get_secret_value", region=arn.split(":")[3], SecretId=arn)
    owner = json.loads(found["SecretString"])
    return Login(email=owner["email"], password=owner["password"])


def _context(outputs: Mapping[str, Any]) -> str:
    """Return what `aws eks update-kubeconfig` calls the stack's cluster, so that the password reaches no other."""
    _, partition, _, region, account, *_ = str(outputs["owner_secret_arn"]).split(":")
    return f"arn:{partition}:eks:{region}:{account}:cluster/{outputs['cluster_name']}"


@contextmanager
def _forwarded(stack: str, command: str, folder: Path) -> Iterator[int]:
    tunnel = [sys.executable, "-m", "tools.tunnel", "--stack", stack, "--", "sh", "-c", command]
    process = subprocess.Popen(tunnel, cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield _port(process, stack)
    finally:
        # the tunnel, its session and kubectl
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _port(process: "subprocess.Popen[str]", stack: str) -> int:
    assert process.stdout is not None
    until = time.monotonic() + OPENING_SECONDS
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while process.poll() is None and time.monotonic() < until:
            found = _FORWARDED.match(process.stdout.readline()) if ready.select(1) else None
            if found:
                return int(found[1])
    raise Refused(
        f"no port of stack {stack} was forwarded: see above, and docs/operations/cluster-access.md for kubeconfig"
    )
