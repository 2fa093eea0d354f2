"""Asks a deployed Flowise as a person would, through its own front door: `python -m tools.end_to_end URL`.

It logs in (FLOWISE_EMAIL, FLOWISE_PASSWORD), makes a flow of its own that needs no model, has it answer, which in queue
mode a worker does, hands it a file and reads that back from storage, logs out, and sees that nobody is let in any more.
The flow is deleted whatever happens. A stack's name in place of the address goes through the tunnel, by its owner's
login (docs/operations/flows.md); with --front-door that login is used at the site's own address.

It ends with 0, 1 where a step did not do what it must, and 2 where it could not begin.
"""

import argparse
import base64
import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from .flows.client import Flowise
from .flows.folder import Refused
from .flows.reach import front_door, reached

Reach = Callable[[str, Path], AbstractContextManager[Flowise]]
Door = Callable[[str], AbstractContextManager[Flowise]]
_START, _REPLY = "startAgentflow_0", "directReplyAgentflow_0"


class Failed(Exception):
    """A step did something else than it must; the text says what."""


def flow(name: str, described: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a flow that gives back what it is asked, of the nodes that a Flowise describes, by their names."""
    nodes = [
        _node(_START, described["startAgentflow"], {"startInputType": "chatInput"}, first=True),
        _node(_REPLY, described["directReplyAgentflow"], {"directReplyMessage": "heard: {{ question }}"}, first=False),
    ]
    edge = {
        **{"id": "edge", "type": "agentFlow", "source": _START, "target": _REPLY},
        **{"sourceHandle": f"{_START}-output-startAgentflow", "targetHandle": _REPLY},
    }
    data = {"nodes": nodes, "edges": [edge], "viewport": {"x": 0, "y": 0, "zoom": 1}}
    return {"name": name, "type": "AGENTFLOW", "deployed": False, "isPublic": False, "flowData": json.dumps(data)}


def steps(flowise: Flowise, token: str) -> Iterator[str]:
    """Go through it all; yield what was done. Raises Refused, and Failed."""
    flowise.enter()
    yield "logged in"
    described = {name: flowise.ask("GET", f"nodes/{name}") for name in ("startAgentflow", "directReplyAgentflow")}
    made = flowise.ask("POST", "chatflows", flow(f"end-to-end {token}", described))["id"]
    try:
        yield "made a flow"
        _answers(flowise, made, token)
        yield "a question was answered"
        _keeps_files(flowise, made, token)
        yield "a file came back as it was sent"
    finally:
        flowise.ask("DELETE", f"chatflows/{made}")
    yield "deleted the flow"
    flowise.leave()
    try:
        flowise.ask("GET", "chatflows")
    except Refused:
        yield "logged out, and nobody is let in"
    else:
        raise Failed("who logged out still reads flows: sessions do not end")


def main(
    folder: Path, arguments: Sequence[str] | None = None, *, reach: Reach = reached, door: Door = front_door
) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.end_to_end", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("place", help="the site's address, or a stack's name")
    parser.add_argument("--front-door", action="store_true", help="of a stack: at its site's address, not the tunnel's")
    given, done = parser.parse_args(arguments), 0
    try:
        with door(given.place) if given.front_door else reach(given.place, folder) as flowise:
            if not flowise.owns:
                raise Refused("no API key may make a flow: set FLOWISE_EMAIL and FLOWISE_PASSWORD")
            begun = time.monotonic()
            for each in steps(flowise, uuid.uuid4().hex[:12]):
                done += 1
                sys.stdout.write(f"{time.monotonic() - begun:5.1f} s  {each}\n")
    except (Refused, Failed) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1 if done else 2
    return 0


def _answers(flowise: Flowise, made: str, token: str) -> None:
    said = flowise.ask("POST", f"prediction/{made}", {"question": f"are you there, {token}?"})
    if said.get("text") != f"heard: are you there, {token}?":
        raise Failed(f"the flow answered {json.dumps(said)[:200]}, and not what it was asked")


def _keeps_files(flowise: Flowise, made: str, token: str) -> None:
    sent = {
        "data": f"data:text/plain;base64,{base64.b64encode(token.encode()).decode()}",
        **{"type": "file", "name": f"{token}.txt", "mime": "text/plain"},
    }
    flowise.ask("POST", f"prediction/{made}", {"question": "keep this", "uploads": [sent], "chatId": token})
    asked = urlencode({"chatflowId": made, "chatId": token, "fileName": f"{token}.txt"})
    found = flowise.read(f"get-upload-file?{asked}")
    if found != token:
        raise Failed(f"the file came back with {len(found)} characters, and not as it was sent")


def _node(node_id: str, described: Mapping[str, Any], inputs: Mapping[str, str], *, first: bool) -> dict[str, Any]:
    """Return a node as the canvas saves it: what it takes variables in stands in `inputParams`."""
    output = {"id": f"{node_id}-output-{described['name']}", "label": described["label"], "name": described["name"]}
    data = {
        **{key: described[key] for key in ("name", "label", "type", "version", "category", "baseClasses")},
        **{"id": node_id, "inputParams": described["inputs"], "inputAnchors": [], "inputs": dict(inputs)},
        **{"outputAnchors": [output] if first else [], "outputs": {}},
    }
    return {"id": node_id, "type": "agentFlow", "position": {"x": 0 if first else 300, "y": 0}, "data": data}


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
