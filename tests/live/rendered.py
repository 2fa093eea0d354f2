"""What the program gives Flowise's pods, read from the world in which a stack stands."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.world import Record, World

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
HEADERS_POLICY = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"


@dataclass(frozen=True)
class Pod:
    """A pod's one container: command, whole environment, files by name and place, ports, seconds it has to end."""

    command: list[str]
    environment: dict[str, str]
    files: dict[str, str]
    files_at: str
    ports: tuple[int, ...]
    grace_seconds: int


class Stack:
    """A stack that stands on the sandbox; `handmade` are the texts of secrets that a person put there, by name."""

    def __init__(self, world: World, handmade: Mapping[str, str]) -> None:
        self._records = list(world)
        self._handmade = handmade

    def pod(self, owner: str) -> Pod:
        """Return what the pods of a Deployment, Job or CronJob get, named as in the program (`app-server-pods`)."""
        spec = self.template(owner)["spec"]
        container = spec["containers"][0]
        environment: dict[str, str] = {}
        for source in container.get("envFrom", ()):
            if "configMapRef" in source:
                environment |= self._object(CONFIG_MAP, source["configMapRef"]["name"]).inputs["data"]
            else:
                environment |= self.kept(source["secretRef"]["name"])
        environment |= {each["name"]: str(each["value"]) for each in container.get("env", ())}
        volume, files = next(
            (each["name"], each["configMap"]["name"]) for each in spec["volumes"] if "configMap" in each
        )
        return Pod(
            command=list(container["command"]),
            environment=environment,
            files=dict(self._object(CONFIG_MAP, files).inputs["data"]),
            files_at=next(each["mountPath"] for each in container["volumeMounts"] if each["name"] == volume),
            ports=tuple(each["containerPort"] for each in container.get("ports", ())),
            grace_seconds=int(spec.get("terminationGracePeriodSeconds", 30)),
        )

    def has(self, owner: str) -> bool:
        """Return whether there is such a Deployment or Job."""
        return any(record.urn.endswith(f"::{owner}") for record in self._records)

    def template(self, owner: str) -> dict[str, Any]:
        """Return the template of the pods of a Deployment, Job or CronJob, named as in the program."""
        spec = self._named(owner).inputs["spec"]
        template: dict[str, Any] = spec.get("jobTemplate", {"spec": spec})["spec"]["template"]
        return template

    def namespace(self, owner: str) -> str:
        """Return the namespace of a Deployment or Job, named as in the program."""
        return str(self._named(owner).outputs["metadata"]["namespace"])

    def rule_groups(self) -> list[dict[str, Any]]:
        """Return the groups of all rules that Prometheus is given."""
        rules = self.objects("kubernetes:monitoring.coreos.com/v1:PrometheusRule")
        return [group for record in rules for group in record.inputs["spec"]["groups"]]

    def alert_routes(self) -> dict[str, Any]:
        """Return Alertmanager's configuration."""
        releases = self.objects("kubernetes:helm.sh/v3:Release")
        (values,) = [r.inputs["values"] for r in releases if r.inputs["chart"] == "kube-prometheus-stack"]
        config: dict[str, Any] = values["alertmanager"]["config"]
        return config

    def objects(self, token: str) -> list[Record]:
        """Return what stands of a type."""
        return [record for record in self._records if record.token == token]

    def cache_users(self) -> dict[str, str]:
        """Return the cache's users, each with the rules of its access list."""
        users = self.objects("aws:elasticache/user:User")
        return {user.inputs["userName"]: user.inputs["accessString"] for user in users}

    def site(self) -> str:
        """Return the site's own name."""
        return str(self._of(DISTRIBUTION).inputs["aliases"][0])

    def headers_policies(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the response headers policy of each behavior of the CDN by its pattern of paths,
        as CloudFront looks.
        """
        inputs = self._of(DISTRIBUTION).inputs
        policies = {each.id: each.inputs for each in self._records if each.token == HEADERS_POLICY}
        behaviors = [*inputs["orderedCacheBehaviors"], {"pathPattern": "*", **inputs["defaultCacheBehavior"]}]
        return [(each["pathPattern"], policies[each["responseHeadersPolicyId"]]) for each in behaviors]

    def secret_text(self, arn: str) -> str:
        """Return the text of a secret's current version."""
        return str(
            next(r for r in self._records if r.token == VERSION and r.inputs["secretId"] == arn).inputs["secretString"]
        )

    def kept(self, name: str) -> dict[str, str]:
        """Return what a Secret holds that is read from Secrets Manager."""
        return dict(self._entries(name))

    def _entries(self, name: str) -> Iterator[tuple[str, str]]:
        for entry in self._object(EXTERNAL_SECRET, name).inputs["spec"]["data"]:
            reference = entry["remoteRef"]
            text = self._text(reference)
            yield entry["secretKey"], json.loads(text)[reference["property"]] if "property" in reference else text

    def _text(self, reference: Mapping[str, Any]) -> str:
        version = str(reference["version"]).removeprefix("uuid/")
        for record in self._records:
            if record.token == VERSION and record.outputs["versionId"] == version:
                assert record.inputs["secretId"] == reference["key"]
                return str(record.inputs["secretString"])
        found = [text for name, text in self._handmade.items() if f":secret:{name}-" in str(reference["key"])]
        assert found, f"{reference['key']} stands nowhere"
        return found[0]

    def _of(self, token: str) -> Record:
        return next(each for each in self._records if each.token == token)

    def _named(self, name: str) -> Record:
        (found,) = [record for record in self._records if record.urn.endswith(f"::{name}")]
        return found

    def _object(self, token: str, name: str) -> Record:
        (found,) = [r for r in self._records if r.token == token and r.outputs["metadata"]["name"] == name]
        return found
