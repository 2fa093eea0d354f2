"""What people use instead, on the same resources as `tools/bench.py` grows: the AWS CDK's synth and Terraform's plan.

Each runs where it is at hand, and is named with what is missing where it is not. Neither judges what it plans: that is
what the sandbox's laws are on top.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sandbox.nodejs import NODE

Contender = Callable[[], None]
# CloudFormation takes 500 resources in one stack, and the CDK refuses more
CDK = """
const { App, Stack, aws_sns: sns, aws_sqs: sqs, aws_ssm: ssm } = require("aws-cdk-lib");
const app = new App();
let stack;
for (let index = 0; index < COUNT / 4; index++) {
  if (index % 100 === 0) stack = new Stack(app, `stack-${index}`);
  const tags = [{ key: "Index", value: `${index}` }];
  const queue = new sqs.CfnQueue(stack, `queue-${index}`, { tags });
  const topic = new sns.CfnTopic(stack, `topic-${index}`);
  new sns.CfnSubscription(stack, `subscription-${index}`,
    { topicArn: topic.ref, protocol: "sqs", endpoint: queue.attrArn });
  new ssm.CfnParameter(stack, `parameter-${index}`, { type: "String", value: queue.attrQueueUrl });
}
app.synth();
"""
TERRAFORM = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
resource "aws_sqs_queue" "queue" {
  count = COUNT / 4
  tags  = { Index = count.index }
}
resource "aws_sns_topic" "topic" {
  count = COUNT / 4
}
resource "aws_sns_topic_subscription" "subscription" {
  count     = COUNT / 4
  topic_arn = aws_sns_topic.topic[count.index].arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.queue[count.index].arn
}
resource "aws_ssm_parameter" "parameter" {
  count = COUNT / 4
  name  = "parameter-${count.index}"
  type  = "String"
  value = aws_sqs_queue.queue[count.index].url
}
"""
# Terraform 1.7 and OpenTofu 1.8 know mocked providers, in tests alone
MOCKED = """
mock_provider "aws" {}
run "plan" {
  command = plan
}
"""


def others(folder: Path, count: int, cdk: Path | None) -> Iterator[tuple[str, Contender | str]]:
    """Yield each one's name, and a run of it over so many resources, or what is missing here.

    `cdk` is a folder in which `npm install aws-cdk-lib constructs` was run.
    """
    yield "the AWS CDK's synth", _cdk(folder / "cdk", count, cdk)
    for program in ("terraform", "tofu"):
        yield f"{program}'s plan, its provider mocked", _terraform(folder / f"{program}-run", count, program)


def _cdk(folder: Path, count: int, cdk: Path | None) -> Contender | str:
    if cdk is None:
        return "--cdk names no folder with its library"
    modules = cdk.resolve() / "node_modules"
    if not (modules / "aws-cdk-lib").is_dir():
        return f"no aws-cdk-lib in {cdk}: npm install aws-cdk-lib constructs"
    folder.mkdir()
    app = folder / "app.cjs"
    app.write_text(CDK.replace("COUNT", str(count)), encoding="utf-8")
    # what `cdk synth` starts
    environment = {**os.environ, "NODE_PATH": str(modules), "CDK_OUTDIR": str(folder / "out")}
    return lambda: _run([str(NODE), str(app)], folder, environment)


def _terraform(folder: Path, count: int, program: str) -> Contender | str:
    found = shutil.which(program)
    if found is None:
        return f"no {program} on PATH"
    (folder / "tests").mkdir(parents=True)
    (folder / "main.tf").write_text(TERRAFORM.replace("COUNT", str(count)), encoding="utf-8")
    (folder / "tests" / "plan.tftest.hcl").write_text(MOCKED, encoding="utf-8")
    try:
        _run([found, "init", "-input=false", "-no-color"], folder, os.environ)
    except subprocess.CalledProcessError as error:
        lines = error.output.splitlines()
        return next((line.strip("│ ") for line in lines if "Error" in line), f"`{program} init` failed: {lines[-1:]}")
    return lambda: _run([found, "test"], folder, os.environ)


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    )
