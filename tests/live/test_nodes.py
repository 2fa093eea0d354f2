"""The image's own nodes in the real Flowise."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.nodejs import NODE

from ..image.test_nodes import STATEMENT, databricks
from . import flowise

pytestmark = pytest.mark.live

SCRIPT = """
const [flowise, folder, workspace, statement] = process.argv.slice(1);
const { NodesPool } = require(flowise + '/dist/NodesPool.js');
(async () => {
  const pool = new NodesPool();
  const nodes = await pool.loadNodesFromDir(folder);
  const node = nodes.databricksQuery;
  const inputs = { toolName: 'Orders', toolDescription: 'Orders', statement, warehouse: 'w', workspace };
  // as where the editor's own key is filled in: no credential is looked up
  const tool = await node.init({ inputs: { ...inputs, openAIApiKey: 'a-token' } }, '', {});
  const wrong = await tool.invoke({ customer: 1 }).catch((error) => error.constructor.name);
  const said = JSON.parse(await tool.invoke({ customer: 'a', since: 'b' }));
  console.log(JSON.stringify({ label: node.label, bases: node.baseClasses, icon: node.icon, wrong, said }));
  process.exit();
})();
"""


@pytest.fixture
def nodes() -> Iterator[Path]:
    """Where the image puts them: beside Flowise's own, as its Dockerfile says."""
    place = flowise.tree() / "node_modules" / "flowise-components" / "dist" / "nodes" / "platform"
    shutil.copytree(flowise.IMAGE / "nodes", place, dirs_exist_ok=True)
    yield place
    shutil.rmtree(place)


def test_flowise_offers_the_node_and_its_tool_asks_databricks(nodes: Path) -> None:
    with databricks() as server:
        done = subprocess.run(
            [NODE, "-e", SCRIPT, flowise.package(), nodes, server.url, STATEMENT],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert found["label"] == "Databricks Query"
    assert {"DatabricksQuery", "StructuredTool", "Tool"} <= set(found["bases"])
    assert Path(found["icon"]) == nodes / "DatabricksQuery" / "databricks.svg"
    # what the model writes is judged before anything is asked
    assert found["wrong"] == "ToolInputParsingException"
    assert found["said"]["rows"][0] == {"id": "1", "total": "9.50"}
    assert len(server.asked) == 1
