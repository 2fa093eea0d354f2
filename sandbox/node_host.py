"""A Node.js language host: it starts TypeScript and JavaScript programs with the SDK that they have installed.

It stands in for `pulumi-language-nodejs`, which a CLI built from Go modules lacks. What runs a program is in the npm
package `@pulumi/pulumi` (cmd/run), which the official host starts as well, with the arguments and variables below.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import language_pb2

from .language_host import LanguageHost

# nodeJSProcessExitedAfterLoggingUserActionableMessage, in cmd/run/run.js
_TOLD = 32
_RUN = "node_modules/@pulumi/pulumi/cmd/run"


class NodeHost(LanguageHost):
    """Runs programs whose runtime is `nodejs`."""

    def About(self, request: Any, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """Which interpreter runs the programs."""
        return language_pb2.AboutResponse(executable=shutil.which("node") or "node")

    def Run(self, request: Any, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the program to its end. Its output becomes messages of the engine."""
        directory = Path(request.info.program_directory or request.pwd)
        node, run = shutil.which("node"), starter(directory)
        if node is None:
            return language_pb2.RunResponse(error="node is not on PATH: install Node.js, which runs this program")
        if run is None:
            return language_pb2.RunResponse(
                error=f"@pulumi/pulumi is not installed for {directory}: npm install, or npm ci, there"
            )
        options = request.info.options.fields
        root = request.info.root_directory or str(directory)
        given = {
            **{"project": request.project, "stack": request.stack, "organization": request.organization},
            **{"monitor": request.monitor_address, "engine": self.engine_of(context), "parallel": request.parallel},
            **{"pwd": directory, "root-directory": root},
        }
        program = subprocess.Popen(
            [
                *(
                    node,
                    *options["nodeargs"].string_value.split(),
                    str(run),
                    *(f"--{key}={value}" for key, value in given.items()),
                ),
                *(["--dry-run"] if request.dryRun else []),
                *(request.info.entry_point or request.program or ".", *request.args),
            ],
            cwd=directory,
            env={
                **os.environ,
                "PULUMI_CONFIG": json.dumps(dict(request.config)),
                "PULUMI_CONFIG_SECRET_KEYS": json.dumps([*request.configSecretKeys]),
                # an option that is left out is true, as the official host has it
                "PULUMI_NODEJS_TYPESCRIPT": str(
                    "typescript" not in options or options["typescript"].bool_value
                ).lower(),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.followed(program, given["engine"], context, told=_TOLD)


def starter(directory: Path) -> Path | None:
    """Return the SDK's own starter, as Node finds it: in the folder, or in one above."""
    return next((each / _RUN for each in (directory, *directory.parents) if (each / _RUN).is_dir()), None)
