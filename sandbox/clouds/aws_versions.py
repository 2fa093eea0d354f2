"""What counts up with every change of a resource: versions and revisions, and what is named by them.

A plan does not know the next one, so that what hangs on it shows in the plan, too.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..wire import UNKNOWN


@dataclass(frozen=True)
class _Counted:
    """Outputs of a type that count up, as numbers or as their texts, and the inputs whose change makes no new one.

    `plan_ignores` differs where the provider's plan is not as exact as what it does then.
    """

    outputs: tuple[str, ...]
    ignores: frozenset[str]
    plan_ignores: frozenset[str]
    only: frozenset[str] = frozenset()
    """Where these alone make a new one."""

    def changed(self, names: Collection[str], *, plan: bool) -> bool:
        """Return whether the change of these inputs makes a new version."""
        if self.only:
            return bool(self.only & set(names))
        return bool(set(names) - (self.plan_ignores if plan else self.ignores))


_TEMPLATE, _FUNCTION = "aws:ec2/launchTemplate:LaunchTemplate", "aws:lambda/function:Function"
_UNVERSIONED = frozenset({"name", "namePrefix", "defaultVersion", "updateDefaultVersion"})
_OF_FUNCTION = ("version", "qualifiedArn", "qualifiedInvokeArn")
# terraform-provider-aws, the CustomizeDiff and the update of each: internal/service/ec2/ec2_launch_template.go, whose
# plan counts tags, which make no version; ssm/parameter.go and document.go; lambda/function.go;
# batch/job_definition.go
_COUNTED: Mapping[str, _Counted] = {
    _TEMPLATE: _Counted(("latestVersion",), _UNVERSIONED | {"tags"}, _UNVERSIONED | {"description"}),
    "aws:ssm/parameter:Parameter": _Counted(
        ("version",), frozenset({"overwrite", "tags"}), frozenset({"overwrite", "tags"})
    ),
    "aws:ssm/document:Document": _Counted(
        ("defaultVersion", "documentVersion", "latestVersion"), frozenset(), frozenset(), frozenset({"content"})
    ),
    "aws:batch/jobDefinition:JobDefinition": _Counted(("revision",), frozenset({"tags"}), frozenset({"tags"})),
    _FUNCTION: _Counted(
        ("version",),
        frozenset({"tags", "reservedConcurrentExecutions", "skipDestroy", "publishTo", "codeSigningConfigArn"}),
        frozenset({"tags", "reservedConcurrentExecutions", "skipDestroy", "publishTo", "codeSigningConfigArn"}),
    ),
}


def first(token: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a new resource of a type counts from."""
    counted = _COUNTED.get(token)
    if counted is None or token == _FUNCTION:
        return {}
    values: dict[str, Any] = dict.fromkeys(counted.outputs, 1)
    if token == _TEMPLATE:
        values["defaultVersion"] = inputs.get("defaultVersion") or 1
    if token == "aws:ssm/document:Document":
        values = {name: str(value) for name, value in values.items()}
    return values


def of_function(arn: str, region: str, version: Any) -> dict[str, str]:
    """Return the version of a function, and the ARNs that have it."""
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
    qualified = f"{arn}:{version}"
    invoked = f"arn:{arn.split(':')[1]}:apigateway:{region}:lambda:path/2015-03-31/functions"
    return {
        "version": str(version),
        "qualifiedArn": qualified,
        "invokeArn": f"{invoked}/{arn}/invocations",
        "qualifiedInvokeArn": f"{invoked}/{qualified}/invocations",
    }


def updated(
    token: str,
    old: tuple[Mapping[str, Any], Mapping[str, Any]],
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    *,
    preview: bool,
) -> dict[str, Any]:
    """Return the outputs of an update with its versions; `old` are the inputs and outputs that stood before."""
    counted = _COUNTED.get(token)
    if counted is None:
        return dict(outputs)
    before, had = old
    names = {name for name in {*before, *inputs} if before.get(name) != inputs.get(name) and not name.startswith("__")}
    changed = counted.changed(names, plan=preview)
    if token == _FUNCTION:
        return {**outputs, **_function(had, inputs, outputs, changed=changed, preview=preview)}
    values = {name: _next(had.get(name), preview=preview) if changed else had.get(name) for name in counted.outputs}
    if token == _TEMPLATE:
        follows = inputs.get("updateDefaultVersion") is True
        values["defaultVersion"] = inputs.get("defaultVersion") or (
            values["latestVersion"] if follows else had.get("defaultVersion")
        )
    if token == "aws:batch/jobDefinition:JobDefinition" and isinstance(had.get("arn"), str):
        stem = had["arn"].rpartition(":")[0]
        values["arn"] = UNKNOWN if values["revision"] == UNKNOWN else f"{stem}:{values['revision']}"
    return {**outputs, **{name: value for name, value in values.items() if value is not None}}


def _next(value: Any, *, preview: bool) -> Any:
    if preview:
        return UNKNOWN
    number = int(value) + 1 if str(value).isdigit() else 1
    return str(number) if isinstance(value, str) else number


def _function(
    had: Mapping[str, Any], inputs: Mapping[str, Any], outputs: Mapping[str, Any], *, changed: bool, preview: bool
) -> dict[str, Any]:
    """Return what is told of a function's version, which only publishing counts up."""
    arn, version = outputs.get("arn"), had.get("version") or "$LATEST"
    if inputs.get("publish") is True and changed:
        if preview:
            return dict.fromkeys(_OF_FUNCTION, UNKNOWN)
        version = _next(str(version), preview=False)
    known = isinstance(arn, str) and arn != UNKNOWN
    return dict(of_function(str(arn), str(outputs.get("region")), version)) if known else {}
