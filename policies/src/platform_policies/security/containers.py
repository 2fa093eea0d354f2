"""Containers and builds: ECS, Batch, CodeBuild, ECR, Elastic Beanstalk."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from ..kit.holds import At, is_given, is_off, none_of, one_of
from ..kit.reading import UNKNOWN, get, given, items, off, on
from ..kit.rule import Resource, Rule

_TASK = "aws:ecs/taskDefinition:TaskDefinition"
_JOB = "aws:batch/jobDefinition:JobDefinition"
_PROJECT = "aws:codebuild/project:Project"
_CLUSTER = "aws:ecs/cluster:Cluster"
_BEANSTALK = r"aws:elasticbeanstalk/(environment:Environment|configurationTemplate:ConfigurationTemplate)"
_BUILD = "https://docs.aws.amazon.com/codebuild/latest/userguide"
_ECS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
# A container that has one of these has the machine. "Linux capabilities" of ECS's reference lists them all.
_CAPABILITIES = ("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "NET_ADMIN", "DAC_READ_SEARCH", "SYS_RAWIO", "BPF")
_HOST_PATHS = ("/", "/etc", "/root", "/proc", "/sys", "/var", "/var/run", "/run", "/var/lib/docker")


def containers(resource: Resource) -> list[Any]:
    """Return the containers of a task or of a job, as far as they are known."""
    found: list[Any] = []
    for key in ("containerDefinitions", "containerProperties", "ecsProperties", "nodeProperties"):
        found += _of(_read(resource.get(key)))
    found += items(resource.props, "eksProperties", "podProperties", "containers")
    return [one for one in found if isinstance(one, dict)]


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def _of(read: Any) -> Iterator[Any]:
    """Yield the containers of what is read: a list of them, one, or the properties of nodes and tasks that hold them."""
    for one in read if isinstance(read, list) else [read]:
        if not isinstance(one, dict):
            continue
        held = [_lower(one).get(key) for key in ("containers", "taskproperties", "noderangeproperties", "container")]
        inner = [part for part in held if part is not None]
        if inner:
            for part in inner:
                yield from _of(part)
        else:
            yield one


def _lower(value: Any) -> dict[str, Any]:
    """Return a container's properties by lower-case name: the API reads both spellings of the SDK and of the console."""
    return {key.lower(): item for key, item in value.items()} if isinstance(value, dict) else {}


def _each(holds: Callable[[dict[str, Any]], bool]) -> Callable[[Resource], bool]:
    return lambda resource: all(holds(_lower(one)) for one in containers(resource))


def _unprivileged(one: dict[str, Any]) -> bool:
    context = one.get("securitycontext")
    return off(one.get("privileged")) and off(get(context, "privileged"))


def _few_capabilities(one: dict[str, Any]) -> bool:
    added = _lower(_lower(one.get("linuxparameters")).get("capabilities")).get("add")
    return not (
        isinstance(added, list) and {str(name).upper().removeprefix("CAP_") for name in added} & set(_CAPABILITIES)
    )


def _no_host_files(resource: Resource) -> bool:
    paths = [get(volume, "hostPath") for volume in resource.items("volumes")]
    return not any(
        isinstance(path, str)
        and (path.rstrip("/") or "/")
        in (*_HOST_PATHS, "/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock")
        for path in paths
    )


def _files_encrypted(resource: Resource) -> bool:
    mounts = [get(volume, "efsVolumeConfiguration") for volume in resource.items("volumes")]
    return all(get(mount, "transitEncryption") in ("ENABLED", UNKNOWN) for mount in mounts if isinstance(mount, dict))


def _not_root(one: dict[str, Any]) -> bool:
    return str(one.get("user", "")).split(":")[0] not in ("root", "0")


def _two_roles(resource: Resource) -> bool:
    roles = [resource.get("executionRoleArn"), resource.get("taskRoleArn")]
    return not (isinstance(roles[0], str) and roles[0] == roles[1])


def _tagged(one: dict[str, Any]) -> bool:
    image = one.get("image")
    if not isinstance(image, str) or "$" in image:
        return True
    name = image.rpartition("/")[2]
    return "@" in name or (":" in name and not name.endswith(":latest"))


def _insights(resource: Resource) -> bool:
    return resource.get("settings") is UNKNOWN or any(
        get(one, "name") == "containerInsights" and get(one, "value") in ("enabled", "enhanced", UNKNOWN)
        for one in resource.items("settings")
    )


def _no_login(resource: Resource) -> bool:
    places = [resource.get("source"), *resource.items("secondarySources")]
    urls = [get(place, "location") for place in places]
    return not any(
        isinstance(url, str)
        and "://" in url
        and "@" in url.partition("://")[2].partition("/")[0]
        and ":" in url.partition("://")[2].partition("@")[0]
        for url in urls
    )


def _build_logged(resource: Resource) -> bool:
    logs = resource.get("logsConfig")
    return (
        logs is UNKNOWN
        or get(logs, "cloudwatchLogs", "status") != "DISABLED"
        or get(logs, "s3Logs", "status") in ("ENABLED", UNKNOWN)
    )


def _setting(namespace: str, name: str, wanted: str) -> Callable[[Resource], bool]:
    def holds(resource: Resource) -> bool:
        found = [
            get(one, "value")
            for one in resource.items("settings")
            if (get(one, "namespace"), get(one, "name")) == (namespace, name)
        ]
        return resource.get("settings") is UNKNOWN or any(
            value is UNKNOWN or str(value).lower() == wanted for value in found
        )

    return holds


def _exec_logged(resource: Resource) -> bool:
    return bool(get(resource.props, "configuration", "executeCommandConfiguration", "logging") != "NONE")


def _ecr_key(resource: Resource) -> bool:
    listed = resource.items("encryptionConfigurations")
    return resource.get("encryptionConfigurations") is UNKNOWN or any(
        get(one, "encryptionType") in ("KMS", "KMS_DSSE", UNKNOWN) for one in listed
    )


RULES = (
    Rule(
        "ecs-privileged", "critical", "no container of a task or job is privileged", "leave privileged off", "privilege", f"{_TASK}|{_JOB}", _each(_unprivileged),
        refs="FSBP ECS.4, CKV_AWS_334, CKV_AWS_210",
    ),
    Rule(
        "ecs-capabilities", "high", "no container of a task has a capability that is the machine", "take it off linuxParameters.capabilities.add", "privilege", f"{_TASK}|{_JOB}", _each(_few_capabilities),
        link=f"{_ECS}/task_definition_parameters.html",
    ),
    Rule(
        "ecs-host-network", "high", "a task has a network of its own", "set networkMode to awsvpc", "boundary", _TASK, none_of("networkMode", "host"), refs="FSBP ECS.17",
    ),
    Rule(
        "ecs-host-process", "high", "a task shares neither processes nor memory with its machine", "leave pidMode and ipcMode off host", "privilege", _TASK,
        At(("pidMode", "ipcMode"), lambda value: value != "host", absent=True), refs="FSBP ECS.3, CKV_AWS_335",
    ),
    Rule(
        "ecs-host-files", "high", "a task mounts neither its machine's root nor the socket of its runtime", "mount what it needs by name", "privilege", _TASK, _no_host_files, link=f"{_ECS}/bind-mounts.html",
    ),
    Rule(
        "ecs-root", "medium", "no container of a task asks to be root", "name another user", "privilege", _TASK, _each(_not_root), refs="FSBP ECS.20",
    ),
    Rule(
        "ecs-readonly-root", "medium", "a container's root file system is read-only", "set readonlyRootFilesystem", "privilege", _TASK, _each(lambda one: on(one.get("readonlyrootfilesystem"))),
        refs="FSBP ECS.5, CKV_AWS_336", level="advisory",
    ),
    Rule(
        "ecs-logs", "medium", "a task's containers log somewhere", "set logConfiguration", "audit", _TASK, _each(lambda one: given(one.get("logconfiguration"))), refs="FSBP ECS.9",
    ),
    Rule(
        "ecs-image", "low", "a task names the version of its image", "name a tag other than latest, or a digest", "configuration", _TASK, _each(_tagged), link=f"{_ECS}/container-considerations.html", level="advisory",
    ),
    Rule(
        "ecs-files-in-transit", "high", "a task reaches its EFS file system over TLS", "set efsVolumeConfiguration.transitEncryption to ENABLED", "in-transit", _TASK, _files_encrypted, refs="FSBP ECS.18, CKV_AWS_97",
    ),
    Rule(
        "ecs-two-roles", "low", "what a task may do is not what starting it needs", "give taskRoleArn a role of its own", "privilege", _TASK, _two_roles, refs="CKV_AWS_249", link=f"{_ECS}/security-iam-roles.html",
    ),
    Rule(
        "ecs-platform", "low", "a Fargate service runs on the newest platform version", "leave platformVersion out, or set LATEST", "patching", r"aws:ecs/(service:Service|taskSet:TaskSet)", one_of("platformVersion", "LATEST", absent=True),
        refs="FSBP ECS.10, CKV_AWS_332",
    ),
    Rule("ecs-insights", "low", "an ECS cluster has Container Insights", "set the setting containerInsights to enabled or enhanced", "audit", _CLUSTER, _insights, refs="FSBP ECS.12, CKV_AWS_65", level="advisory"),
    Rule(
        "ecs-exec-logs", "medium", "what is run in a container by hand is logged", "set executeCommandConfiguration.logging to DEFAULT or OVERRIDE", "audit", _CLUSTER, _exec_logged, refs="CKV_AWS_223", link=f"{_ECS}/ecs-exec.html",
    ),
    Rule(
        "ecs-exec-key", "low", "a session in a container is encrypted with a key of one's own", "set executeCommandConfiguration.kmsKeyId", "in-transit", _CLUSTER,
        is_given("configuration.executeCommandConfiguration.kmsKeyId"), refs="CKV_AWS_224", link=f"{_ECS}/ecs-exec.html", level="advisory",
    ),
    Rule("ecr-key", "low", "an ECR repository is encrypted with KMS", "set encryptionConfigurations to KMS", "at-rest", "aws:ecr/repository:Repository", _ecr_key, refs="CKV_AWS_136", link="https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html", level="advisory"),
    Rule(
        "codebuild-privileged", "high", "a build does not run its containers with the machine's rights", "leave environment.privilegedMode off, unless it builds images", "privilege", _PROJECT, is_off("environment.privilegedMode"),
        refs="CKV_AWS_316", link=f"{_BUILD}/build-env-ref-compute-types.html", level="advisory",
    ),
    Rule("codebuild-login", "critical", "no address of a source carries a login", "connect the source by CodeConnections or OAuth", "secrets", _PROJECT, _no_login, refs="FSBP CodeBuild.1"),
    Rule(
        "codebuild-encrypted", "medium", "what a build writes is encrypted", "leave encryptionDisabled off", "at-rest", r"aws:codebuild/(project:Project|reportGroup:ReportGroup)",
        is_off("artifacts.encryptionDisabled", "logsConfig.s3Logs.encryptionDisabled", "secondaryArtifacts.*.encryptionDisabled", "exportConfig.s3Destination.encryptionDisabled"),
        refs="FSBP CodeBuild.3, CKV_AWS_78, CKV_AWS_311",
    ),
    Rule("codebuild-logs", "medium", "a build logs somewhere", "leave a log of logsConfig enabled", "audit", _PROJECT, _build_logged, refs="FSBP CodeBuild.4, CKV_AWS_314"),
    Rule(
        "codebuild-tls", "high", "a build checks the certificate of where its source is from", "leave source.insecureSsl off", "in-transit", _PROJECT, is_off("source.insecureSsl", "secondarySources.*.insecureSsl"),
        link=f"{_BUILD}/create-project.html",
    ),
    Rule(
        "pipeline-key", "low", "a pipeline's artifacts are encrypted with a key of one's own", "set artifactStores.encryptionKey", "at-rest", "aws:codepipeline/pipeline:Pipeline", is_given("artifactStores.*.encryptionKey.id"),
        refs="CKV_AWS_219", link="https://docs.aws.amazon.com/codepipeline/latest/userguide/S3-artifact-encryption.html", level="advisory",
    ),
    Rule(
        "beanstalk-updates", "medium", "an Elastic Beanstalk environment takes updates of its platform", "set ManagedActionsEnabled of aws:elasticbeanstalk:managedactions", "patching", _BEANSTALK,
        _setting("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled", "true"), refs="FSBP ElasticBeanstalk.2, CKV_AWS_340",
    ),
    Rule(
        "beanstalk-health", "low", "an Elastic Beanstalk environment reports its health in full", "set SystemType of aws:elasticbeanstalk:healthreporting:system to enhanced", "audit", _BEANSTALK,
        _setting("aws:elasticbeanstalk:healthreporting:system", "SystemType", "enhanced"), refs="FSBP ElasticBeanstalk.1, CKV_AWS_312", level="advisory",
    ),
)  # fmt: skip
