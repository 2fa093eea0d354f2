"""The sandbox's command line: `python -m sandbox COMMAND --stack S`; installed, `stack-sandbox COMMAND`.

Options it does not know go to `pulumi`.
"""

import json
import os
import sys
from collections.abc import Sequence

from .commands import COMMANDS
from .commands.parser import parser
from .commands.run_options import not_judged
from .faults import FaultSyntaxError
from .toolchain import ToolchainError, pulumi_cli
from .unjudged import report
from .workspace import SandboxError, Workspace, the_only_stack


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit status (the engine's, where the engine ran)."""
    options, rest = parser().parse_known_args(arguments)
    try:
        if options.command == "install":
            if options.prometheus:
                from .logql import grammar  # noqa: PLC0415 # takes Node, which the others do not need
                from .prometheus import amtool, promtool  # noqa: PLC0415 # likewise

                print(promtool(), amtool(), grammar(), sep="\n")
                return 0
            if options.kubernetes_provider:
                from .real_provider.program import program  # noqa: PLC0415 # the others do not need it

                print(program())
                return 0
            if options.controllers:
                from .controllers.program import program as operator  # noqa: PLC0415 # likewise

                print(operator())
                return 0
            print(pulumi_cli())
            if options.kubernetes is not None:
                from .clusters import crds, helm  # noqa: PLC0415 # the others do not need them
                from .control_plane.binaries import binaries, minors  # noqa: PLC0415 # likewise

                crds.of_chart("keda")
                print(helm.program())
                for minor in options.kubernetes or minors():
                    print(binaries(minor).apiserver.parent)
            return 0
        if options.command in ("init", "doctor"):
            from .commands import beginning  # noqa: PLC0415 # the others do not need it

            return beginning.COMMANDS[options.command](options)
        workspace = Workspace.of(options.cwd, options.stack or the_only_stack(options.cwd))
        if options.fresh:
            with workspace.locked():
                workspace.reset()
        status = COMMANDS[options.command](workspace, options, rest)
        if left_out := not_judged(options):
            print(left_out, file=sys.stderr)
        if options.command in ("preview", "up") and (told := report(workspace.folder, listed=options.unjudged)):
            print(told, file=sys.stderr)
        return status
    except (SandboxError, ToolchainError, FaultSyntaxError) as error:
        print(error, file=sys.stderr)
        return 1
    except json.JSONDecodeError as error:
        print(
            f"the sandbox's folder holds a damaged file ({error}): run the command again with --fresh", file=sys.stderr
        )
        return 1


def command() -> int:
    """Run the command line of this process."""
    # for this process and all that it starts: what a cloud holds, passwords among it, is for its owner alone
    os.umask(0o077)
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(command())
