"""What `custom_mcp_scripts` lets the authors of flows run, and what not."""

import json
from pathlib import Path

import pytest

from components.flowise_service.settings import ServiceSettings
from tests.components.flowise_service.test_environment import table

from .test_overrides import shown

# an Output of plain values wants an event loop too
pytestmark = [pytest.mark.live, pytest.mark.usefixtures("cloud")]

LIST = """
const { nodeClass } = components('../nodes/tools/MCP/CustomMCP/CustomMCP.js');
new nodeClass().getTools({ inputs: { mcpServerConfig: process.env.CONFIG } }, {}).then(
  (tools) => show(tools.map((tool) => tool.name)),
  (error) => show(error.message)
).then(() => process.exit());
"""
EXAMPLE = str((ServiceSettings.model_fields["custom_mcp_scripts"].examples or [""])[0])


def listed(package: Path, command: str, *arguments: str) -> object:
    """Give the tools of a server of a flow's author, or why there are none."""
    local = {EXAMPLE: script(package)}
    variables = {
        name: local.get(str(each.value), str(each.value))
        for name, each in table(custom_mcp_scripts=[EXAMPLE]).items()
        if name.startswith("CUSTOM_MCP_")
    }
    return shown(LIST, package, CONFIG=json.dumps({"command": command, "args": arguments}), **variables)


def script(package: Path) -> str:
    """Return where the example of the setting lies in this tree."""
    return EXAMPLE.replace("/usr/local/lib/node_modules/flowise", str(package.parents[1]))


def test_the_example_runs(package: Path) -> None:
    assert listed(package, "node", script(package)) == ["sequentialthinking"]


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("npx", ["-y", "@modelcontextprotocol/server-filesystem"], "Command 'npx' is not allowed"),
        ("node", ["/etc/script/setup.cjs"], "script path not in allowed list"),
        ("node", ["--import", "data:text/javascript,1"], "script path not in allowed list"),
    ],
)
def test_nothing_else_runs(package: Path, command: str, arguments: list[str], said: str) -> None:
    assert said in str(listed(package, command, *arguments))
