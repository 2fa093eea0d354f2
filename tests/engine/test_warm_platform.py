"""What this repository's program imports of others is imported in the warm process, or each run of it pays for that."""

import ast
import subprocess
from pathlib import Path

import pytest

from sandbox import warm

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
# run after the program's own imports: which modules came with them, of whose packages
SAYS = """
import sys
before = set(sys.modules)
{imports}
ours = ("components", "composition", "stack")
print(*sorted({{name.split(".")[0] for name in set(sys.modules) - before}} - set(ours) - set(sys.stdlib_module_names)))
"""


def test_a_run_of_the_program_imports_nothing_of_others(tmp_path: Path) -> None:
    body = ast.parse((ROOT / "__main__.py").read_text(encoding="utf-8")).body
    imports = "\n".join(ast.unparse(each) for each in body if isinstance(each, ast.Import | ast.ImportFrom))
    script = tmp_path / "script.py"
    place = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
    script.write_text(f"{place}\n{SAYS.format(imports=imports)}", encoding="utf-8")
    process = warm.start([str(script)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    assert process.wait() == 0
    process.stdout.close()
    assert said.split() == []
