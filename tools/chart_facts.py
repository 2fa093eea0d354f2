"""What the charts of the stacks render, as the facts that others count on; `--write` renews the file.

python -m tools.chart_facts --charts FOLDER --write

FOLDER holds the charts' own archives, as `helm pull` leaves them, in the versions that the program names.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox.clusters.helm import Release, archive, rendered
from sandbox.clusters.placeholders import LABEL
from testing.program import ROOT, Run, run
from tools.shapes import made

FILE = ROOT / "tests" / "contract" / "charts.json"
RELEASE = "kubernetes:helm.sh/v3:Release"
KUBERNETES = "v1.35.0"
# kinds that templates look for before they make one
SERVED = ("monitoring.coreos.com/v1", "policy/v1", "autoscaling/v2")
# Charts whose own roles the program replaces, and the value by which it leaves them out.
REPLACED_ROLES: Mapping[str, Sequence[str]] = {"kube-prometheus-stack": ("global", "rbac", "create")}
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
# What prometheus-operator makes of its kinds (pkg/prometheus/server/statefulset.go, pkg/alertmanager/statefulset.go).
OPERATED: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "Prometheus": ("prometheus", {"http-web": 9090, "reloader-web": 8080}),
    "Alertmanager": ("alertmanager", {"http-web": 9093, "reloader-web": 8080, "mesh-tcp": 9094}),
}


def runs() -> Iterator[Run]:
    """Run the program so that every chart that it may install is there."""
    yield run("prod")
    yield made("dev-with-traces-and-datadog")


def releases(run_: Run) -> Iterator[Release]:
    """Yield what a run installs by Helm."""
    for each in run_.cloud.of(RELEASE):
        inputs = each.inputs
        chart = inputs["chart"].rpartition("/")[2]
        yield Release(chart, each.name, inputs["namespace"], inputs["values"], inputs["version"])


def facts(release: Release, manifests: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the pods, Services and images of a release."""
    objects = [each for each in manifests if "test" not in _hooks(each)]
    tokens = {
        each["metadata"]["name"]: each.get("automountServiceAccountToken", True)
        for each in objects
        if each["kind"] == "ServiceAccount"
    }
    pods = [*_workloads(objects, tokens), *_operated(objects)]
    return {
        "chart": f"{release.chart} {release.version}",
        "namespace": release.namespace,
        "pods": sorted(pods, key=lambda pod: str(pod["name"])),
        "services": sorted(_services(objects), key=lambda service: str(service["name"])),
        # without tags: of these the version of the chart decides
        "images": sorted({_repository(each) for each in (*_own_images(pods), *_started_images(objects))}),
    }


def with_own_roles(release: Release) -> Release | None:
    """Return a release as it would be with its chart's own roles, where the program replaces them."""
    path = REPLACED_ROLES.get(release.chart)
    return replace(release, values=_switched_on(release.values, path)) if path else None


def _switched_on(values: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    head, *rest = path
    return {**values, head: _switched_on(values[head], rest) if rest else True}


def roles(release: Release, made: Iterable[Mapping[str, Any]], full: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what a release's accounts may do by its own roles, and what they could by those that are left out."""
    kept = list(_rights(release, made))
    return {"made": kept, "left_out": [each for each in _rights(release, full) if each not in kept]}


def _rights(release: Release, objects: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    found = {(each["kind"], each["metadata"]["name"]): each for each in objects}
    for (kind, _), each in sorted(found.items()):
        if kind in ("ClusterRoleBinding", "RoleBinding"):
            role = found[each["roleRef"]["kind"], each["roleRef"]["name"]]
            for subject in each["subjects"]:
                yield {
                    "account": f"{subject.get('namespace', release.namespace)}/{subject['name']}",
                    # where; everywhere without
                    "namespace": None if kind == "ClusterRoleBinding" else each["metadata"]["namespace"],
                    "rules": role["rules"],
                }


def _hooks(manifest: Mapping[str, Any]) -> str:
    return str((manifest["metadata"].get("annotations") or {}).get("helm.sh/hook", ""))


def _workloads(objects: Iterable[Mapping[str, Any]], tokens: Mapping[str, bool]) -> Iterator[dict[str, Any]]:
    for each in objects:
        if each["kind"] not in WORKLOADS:
            continue
        owner = each["spec"]["jobTemplate"]["spec"] if each["kind"] == "CronJob" else each["spec"]
        template = owner["template"]
        spec = template["spec"]
        own = tokens.get(spec.get("serviceAccountName", "default"), True)
        labels = (template.get("metadata") or {}).get("labels") or {}
        yield {
            "name": each["metadata"]["name"],
            "labels": {key: value for key, value in labels.items() if key != LABEL},
            "host_network": spec.get("hostNetwork", False),
            # whoever has one may want to speak to the API server
            "token": spec.get("automountServiceAccountToken", own),
            "ports": [
                {"number": port["containerPort"], "name": port.get("name", ""), "protocol": port.get("protocol", "TCP")}
                for container in spec["containers"]
                for port in container.get("ports") or ()
            ],
            "images": [one["image"] for one in (*spec["containers"], *(spec.get("initContainers") or ()))],
        }


def _operated(objects: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in objects:
        if each["kind"] in OPERATED:
            name, ports = OPERATED[each["kind"]]
            instance = each["metadata"]["name"]
            named = {"app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "prometheus-operator"}
            yield {
                "name": f"{name}-{instance}",
                "labels": {
                    **named,
                    "app.kubernetes.io/instance": instance,
                    name: instance,
                    **({"operator.prometheus.io/name": instance} if name == "prometheus" else {}),
                },
                "host_network": False,
                "token": each["spec"].get("automountServiceAccountToken", True),
                "ports": [{"number": port, "name": key, "protocol": "TCP"} for key, port in ports.items()],
                "images": [each["spec"]["image"]],
            }


def _services(objects: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in objects:
        if each["kind"] == "Service":
            spec = each["spec"]
            yield {
                # of kube-system's where it is another's
                "namespace": each["metadata"].get("namespace"),
                "name": each["metadata"]["name"],
                "selector": spec.get("selector") or {},
                "headless": spec.get("clusterIP") == "None",
                "ports": [
                    {
                        "number": port["port"],
                        "target": port.get("targetPort", port["port"]),
                        "protocol": port.get("protocol", "TCP"),
                    }
                    for port in spec["ports"]
                ],
            }


def _own_images(pods: Iterable[dict[str, Any]]) -> list[str]:
    return [image for pod in pods for image in pod.pop("images")]


def _repository(image: str) -> str:
    return image.partition("@")[0].rpartition(":")[0]


def _started_images(objects: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    # what the operator starts beside what its kinds name
    for each in objects:
        if each["kind"] == "Deployment":
            for container in each["spec"]["template"]["spec"]["containers"]:
                for argument in container.get("args") or ():
                    flag, _, image = str(argument).partition("=")
                    if flag == "--prometheus-config-reloader":
                        yield image


def recorded() -> list[dict[str, Any]]:
    """Return what is committed."""
    return list(json.loads(FILE.read_text(encoding="utf-8")))


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.chart_facts", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--charts", type=Path, required=True, help="the folder of the charts' archives")
    parser.add_argument("--write", action="store_true", required=True, help="renew the committed file")
    folder = parser.parse_args().charts
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for run_ in runs():
        for release in releases(run_):
            if (release.namespace, release.name) in found:
                continue
            chart = archive(folder, release)
            if chart is None:
                sys.stderr.write(f"{folder} has no {release.chart}-{release.version}.tgz: helm pull it\n")
                return 1
            manifests = rendered(chart, release, KUBERNETES, SERVED, hooks=True)
            row = {"release": release.name, **facts(release, manifests)}
            full = with_own_roles(release)
            if full:
                row["roles"] = roles(release, manifests, rendered(chart, full, KUBERNETES, SERVED, hooks=True))
            found[release.namespace, release.name] = row
    rows = [found[key] for key in sorted(found)]
    FILE.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{FILE.relative_to(ROOT)} written: {len(rows)} releases\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
