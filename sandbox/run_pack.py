"""Runs one policy pack, as `python -m pulumi.policy` does: its folder, served for the engine at an address.

Started by path, in the pack's environment. That module loads the SDK first, half a second of CPU of which a pack has no
need that speaks the engine's protocol itself. One that loads it is begun anew, as the SDK does.
"""

import os
import runpy
import sys
from typing import Any

_OFFICIAL = "pulumi.policy"


class _WhoeverLoadsTheSdk:
    """Stands before all other finders of modules."""

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> None:
        """Become the official runner, which tells the SDK of the stack, once a pack imports `pulumi`."""
        if name == "pulumi":
            sys.stdout.flush()
            os.execv(sys.executable, [sys.executable, "-u", "-m", _OFFICIAL, *sys.argv[1:]])


def main(folder: str) -> None:
    """Run the pack in a folder."""
    sys.path[0] = os.getcwd()  # as for `-m`; nothing of the sandbox is importable here
    if "pulumi" in sys.modules:  # of a warm process
        runpy.run_module(_OFFICIAL, run_name="__main__", alter_sys=True)
    else:
        sys.meta_path.insert(0, _WhoeverLoadsTheSdk())
        runpy.run_path(folder, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[2])
