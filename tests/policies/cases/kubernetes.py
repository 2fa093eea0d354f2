"""Cases of the pack `kubernetes`."""

from typing import Any

from .case import ABSENT, UNKNOWN, Case, Variation, one
from .kubernetes_objects import CASES as OBJECT_CASES
from .kubernetes_templates import CASES as TEMPLATE_CASES

_DEPLOYMENT, _DAEMONS = "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:DaemonSet"
_ROLE = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
_SERVICE, _INGRESS = "kubernetes:core/v1:Service", "kubernetes:networking.k8s.io/v1:Ingress"
_POLICY, _NAMESPACE = "kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubernetes:core/v1:Namespace"
_CONFIG = "kubernetes:core/v1:ConfigMap"
_SPEC = "spec.template.spec"
_MAIN = f"{_SPEC}.containers.0"
_SECURITY = f"{_MAIN}.securityContext"
_ENFORCE = "metadata~labels~pod-security.kubernetes.io/enforce"
_SCHEME = "metadata~annotations~service.beta.kubernetes.io/aws-load-balancer-scheme"
_DIGEST = "flowise@sha256:" + "0" * 64


def workload(**container: Any) -> dict[str, Any]:
    """Return a workload that every rule passes."""
    main = {
        "name": "main", "image": "flowise:3.1.2", "ports": [{"containerPort": 3000.0}],
        "securityContext": {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True, "runAsUser": 10001.0, "runAsGroup": 10001.0, "capabilities": {"drop": ["ALL"]}, "privileged": False,
            "seccompProfile": {"type": "RuntimeDefault"}, "procMount": "Default",
        },
        "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
        "livenessProbe": {"httpGet": {"path": "/alive"}}, "readinessProbe": {"httpGet": {"path": "/ready"}},
        "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "EMPTY_TOKEN", "value": ""}], **container,
    }  # fmt: skip
    spec = {
        "containers": [main],
        "serviceAccountName": "flowise",
        "automountServiceAccountToken": False,
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}],
    }
    return {"metadata": {"namespace": "flowise", "labels": {"app": "flowise"}}, "spec": {"template": {"spec": spec}}}


def pods(
    path: str,
    bad: list[Any],
    *,
    absent: bool = False,
    passed: tuple[Variation, ...] = (),
    kind: str = _DEPLOYMENT,
    more: tuple[Variation, ...] = (),
) -> Case:
    """Return a case that turns on one field of the workload."""
    refused: list[Variation] = [*({path: value} for value in bad), *more]
    return Case(
        kind,
        workload(),
        refused + ([] if absent else [{path: ABSENT}]),
        [*passed, *([{path: ABSENT}] if absent else [])],
    )


def _rules(**rule: Any) -> dict[str, Any]:
    return {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"], **rule}]}


def _probed(host: str) -> dict[str, Any]:
    return {f"{_MAIN}.{place}": {"httpGet": {"path": "/", "host": host}} for place in ("startupProbe",)}


CASES: dict[str, Case] = {
    **OBJECT_CASES,
    **TEMPLATE_CASES,
    "k8s-privileged": pods(f"{_SECURITY}.privileged", [True], absent=True, more=({f"{_SPEC}.initContainers": [{"securityContext": {"privileged": True}}]},)),
    "k8s-escalation": pods(f"{_SECURITY}.allowPrivilegeEscalation", [True], more=({f"{_SPEC}.ephemeralContainers": [{"name": "debug"}]},)),
    "k8s-capabilities": pods(f"{_SECURITY}.capabilities.drop", [["NET_RAW"]], kind=_DAEMONS),
    "k8s-capabilities-add": Case(_DEPLOYMENT, workload(), [{f"{_SECURITY}.capabilities.add": ["SYS_ADMIN"]}, {f"{_SECURITY}.capabilities.add": ["NET_BIND_SERVICE", "NET_ADMIN"]}], [{f"{_SECURITY}.capabilities.add": ["NET_BIND_SERVICE"]}, {f"{_SECURITY}.capabilities": ABSENT}]),
    "k8s-non-root": pods(f"{_SECURITY}.runAsNonRoot", [False], more=({f"{_SPEC}.initContainers": [{"name": "wait"}]},), passed=({f"{_SECURITY}.runAsNonRoot": ABSENT, f"{_SPEC}.securityContext.runAsNonRoot": True},)),
    "k8s-root-user": pods(f"{_SECURITY}.runAsUser", [0.0], absent=True, more=({f"{_SPEC}.securityContext.runAsUser": 0.0},)),
    "k8s-uid": pods(f"{_SECURITY}.runAsUser", [1000.0], absent=True, more=({"@parameters.least": 20000},)),
    "k8s-seccomp": pods(f"{_SECURITY}.seccompProfile", [{"type": "Unconfined"}], passed=({f"{_SECURITY}.seccompProfile": ABSENT, f"{_SPEC}.securityContext.seccompProfile.type": "Localhost"},)),
    "k8s-host-namespaces": Case(_DEPLOYMENT, workload(), [{f"{_SPEC}.{key}": True} for key in ("hostNetwork", "hostPID", "hostIPC")], [{_SPEC: ABSENT}]),
    "k8s-host-path": Case(_DEPLOYMENT, workload(), [{f"{_SPEC}.volumes.0": {"name": "root", "hostPath": {"path": "/"}}}], [{f"{_SPEC}.volumes": ABSENT}, {f"{_SPEC}.volumes": UNKNOWN}]),
    "k8s-volumes": Case(_DEPLOYMENT, workload(), [{f"{_SPEC}.volumes.0": {"name": "n", "nfs": {"server": "s"}}}], [{f"{_SPEC}.volumes": ABSENT}, {f"{_SPEC}.volumes.0": {"name": "s", "secret": {}}}]),
    "k8s-host-port": Case(_DEPLOYMENT, workload(), [{f"{_MAIN}.ports.0.hostPort": 80.0}], [{f"{_MAIN}.ports": ABSENT}, {f"{_MAIN}.ports.0.hostPort": 0.0}]),
    "k8s-sysctls": Case(_DEPLOYMENT, workload(), [{f"{_SPEC}.securityContext.sysctls": [{"name": "kernel.msgmax", "value": "1"}]}], [{f"{_SPEC}.securityContext.sysctls": [{"name": "net.ipv4.tcp_syncookies"}]}, {f"{_SPEC}.volumes": ABSENT}]),
    "k8s-proc-mount": pods(f"{_SECURITY}.procMount", ["Unmasked"], absent=True),
    "k8s-readonly-root": pods(f"{_SECURITY}.readOnlyRootFilesystem", [False], kind="kubernetes:apps/v1:StatefulSet"),
    "k8s-sysctls/version": Case(_DEPLOYMENT, workload(), [{f"{_SPEC}.securityContext.sysctls": [{"name": "net.ipv4.tcp_rmem"}], "@parameters.version": "1.31"}], [{f"{_SPEC}.securityContext.sysctls": [{"name": "net.ipv4.tcp_rmem"}], "@parameters.version": "1.32"}, {_SPEC: ABSENT}]),
    "k8s-privileged/custom": Case(
        "kubernetes:argoproj.io/v1alpha1:Rollout", workload(), [{f"{_SECURITY}.privileged": True}, {f"{_SPEC}.containers": [], f"{_SPEC}.initContainers": [{"image": "a:1", "securityContext": {"privileged": True}}]}], [{_SPEC: ABSENT}],
    ),
    "k8s-privileged/workflow": Case(
        "kubernetes:argoproj.io/v1alpha1:Workflow", {"spec": {"templates": [{"container": {"image": "a:1"}}, {"script": {"image": "a:1"}}]}},
        [{"spec.templates.0.container.securityContext": {"privileged": True}}, {"spec.templates.1.script.securityContext": {"privileged": True}}], [{"spec.templates": ABSENT}],
    ),
    "k8s-privileged/task": Case("kubernetes:tekton.dev/v1:Task", {"spec": {"steps": [{"image": "a:1"}]}}, [{"spec.steps.0.securityContext": {"privileged": True}}], [{"spec.steps": ABSENT}]),
    "k8s-host-path/custom": Case("kubernetes:monitoring.coreos.com/v1:Prometheus", {"spec": {"volumes": [{"name": "a"}]}}, [{"spec.volumes.0.hostPath": {"path": "/"}}], [{"spec": ABSENT}]),
    "k8s-host-namespaces/custom": Case("kubernetes:monitoring.coreos.com/v1:Prometheus", {"spec": {"replicas": 2.0}}, [{"spec.hostNetwork": True}], [{"spec": ABSENT}, {"spec.containers": [{"name": "prometheus"}]}]),
    "k8s-escalation/patch": Case("kubernetes:apps/v1:DeploymentPatch", {"spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}}, [{"spec.template.spec.containers.0.securityContext": {"allowPrivilegeEscalation": True}}], [{"spec.template": ABSENT}]),
    "k8s-capabilities/windows": Case("kubernetes:core/v1:Pod", {"spec": {"os": {"name": "windows"}, "containers": [{"image": "a:1"}]}}, [{"spec.os.name": "linux"}, {"spec.os": ABSENT}]),
    "k8s-non-root/mapped": Case("kubernetes:core/v1:Pod", {"spec": {"hostUsers": False, "containers": [{"image": "a:1"}]}}, [{"spec.hostUsers": True}, {"spec.hostUsers": ABSENT}, {"@parameters.version": "1.34"}]),
    "k8s-root-user/mapped": Case("kubernetes:core/v1:Pod", {"spec": {"hostUsers": False, "containers": [{"image": "a:1", "securityContext": {"runAsUser": 0.0}}]}}, [{"spec.hostUsers": True}, {"spec.hostUsers": ABSENT}, {"@parameters.version": "1.34"}]),
    "k8s-apparmor": Case(
        _DEPLOYMENT, workload(),
        [{f"{_SECURITY}.appArmorProfile": {"type": "Unconfined"}}, {f"{_SPEC}.securityContext.appArmorProfile": {"type": "Unconfined"}}, {"spec~template~metadata~annotations": {"container.apparmor.security.beta.kubernetes.io/main": "unconfined"}}],
        [{_SPEC: ABSENT}, {f"{_SECURITY}.appArmorProfile": {"type": "Localhost"}}, {"spec~template~metadata~annotations": {"container.apparmor.security.beta.kubernetes.io/main": "localhost/own", "container.apparmor.security.beta.kubernetes.io/b": "runtime/default", "c": "unconfined"}}],
    ),
    "k8s-selinux": Case(
        _DEPLOYMENT, workload(), [{f"{_SECURITY}.seLinuxOptions": {"type": "spc_t"}}, {f"{_SPEC}.securityContext.seLinuxOptions": {"user": "system_u"}}, {f"{_SECURITY}.seLinuxOptions": {"role": "system_r"}}, {f"{_SECURITY}.seLinuxOptions": {"type": "container_engine_t"}, "@parameters.version": "1.30"}],
        [{_SPEC: ABSENT}, {f"{_SECURITY}.seLinuxOptions": {"type": "container_engine_t", "level": "s0"}}],
    ),
    "k8s-host-process": Case(_DEPLOYMENT, workload(), [{f"{_SECURITY}.windowsOptions": {"hostProcess": True}}, {f"{_SPEC}.securityContext.windowsOptions": {"hostProcess": True}}], [{_SPEC: ABSENT}, {f"{_SECURITY}.windowsOptions": {"runAsUserName": "x"}}]),
    "k8s-probe-host": Case(
        _DEPLOYMENT, workload(), [_probed("10.0.0.1"), {f"{_MAIN}.lifecycle.preStop": {"httpGet": {"host": "a"}}}, {f"{_MAIN}.livenessProbe": {"tcpSocket": {"host": "a"}}}], [{_SPEC: ABSENT}, _probed(""), {**_probed("a"), "@parameters.version": "1.33"}],
    ),
    "k8s-share-process": Case(_DEPLOYMENT, workload(), [{f"{_SPEC}.shareProcessNamespace": True}], [{_SPEC: ABSENT}, {f"{_SPEC}.shareProcessNamespace": False}]),
    "k8s-tolerate-all": Case(
        _DEPLOYMENT, workload(), [{f"{_SPEC}.tolerations": [{"operator": "Exists"}]}, {f"{_SPEC}.tolerations": [{"key": "a", "operator": "Exists"}, {"operator": "Exists", "effect": "NoSchedule"}]}],
        [{_SPEC: ABSENT}, {f"{_SPEC}.tolerations": [{"key": "a", "operator": "Exists"}, {"value": "b"}, UNKNOWN]}],
    ),
    "k8s-env-once": Case(_DEPLOYMENT, workload(), [{f"{_MAIN}.env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}], [{f"{_MAIN}.env": ABSENT}]),
    "k8s-retired": pods(f"{_MAIN}.image", ["ghcr.io/helm/tiller:v2.17.0", "kubernetesui/kubernetes-dashboard@sha256:" + "0" * 64], absent=True, passed=({f"{_MAIN}.image": "a/kubernetes-dashboards-of-ours:1"},), more=({f"{_MAIN}.image": "tiller"},)),
    "k8s-image": pods(f"{_MAIN}.image", ["tool", "tool:latest", "registry.example:5000/tool"], passed=({f"{_MAIN}.image": _DIGEST},)),
    "k8s-image/cron": Case(
        "kubernetes:batch/v1:CronJob", {"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"image": "tool:1.0"}]}}}}}},
        [{"spec.jobTemplate.spec.template.spec.containers.0.image": value} for value in ("tool", ABSENT)], [{"spec.jobTemplate.spec.template.spec": UNKNOWN}],
    ),
    "k8s-image/pod": Case("kubernetes:core/v1:Pod", {"spec": {"containers": [{"image": "tool:1.0"}]}}, [{"spec.containers.0.image": "tool:latest"}, {"spec.containers.0.image": ABSENT}]),
    "k8s-image-digest": Case(_DEPLOYMENT, workload(image=_DIGEST), [{f"{_MAIN}.image": "flowise:3.1.2"}, {f"{_MAIN}.image": ABSENT}]),
    "k8s-image-registry": Case(_DEPLOYMENT, workload(), [{f"{_MAIN}.image": "evil.example/flowise:3"}, {f"{_SPEC}.initContainers": [{"image": "evil.example/wait:1"}]}], [{"@parameters.registries": []}, {f"{_MAIN}.image": ABSENT}], {"parameters": {"registries": ["flowise", "public.ecr.aws/"]}}),
    "k8s-image-registry/default": pods(f"{_MAIN}.image", ["10.1.2.3/tool:1", "localhost:5000/tool:1", "registry:5000/tool:1", "ttl.sh/tool:1h", "k8s.gcr.io/pause:3.2", "a-b.trycloudflare.com/x:1"], absent=True, passed=({f"{_MAIN}.image": "harbor.example.com:8443/tool:1"}, {f"{_MAIN}.image": "team/tool:1"})),
    "k8s-resources": pods(f"{_MAIN}.resources.limits.memory", [""], more=({f"{_MAIN}.resources": ABSENT}, {f"{_MAIN}.resources.requests.cpu": ABSENT}, {f"{_MAIN}.resources.requests.memory": ABSENT}, {f"{_SPEC}.initContainers": [{"name": "wait"}]})),
    "k8s-empty-dir": pods(f"{_SPEC}.volumes.0.emptyDir.sizeLimit", [""], passed=({f"{_SPEC}.volumes": ABSENT},)),
    "k8s-liveness": pods(f"{_MAIN}.livenessProbe", [{}], more=({f"{_SPEC}.containers": [{"livenessProbe": {"exec": {}}}, {"name": "side"}]},), passed=({f"{_SPEC}.initContainers": [{"name": "wait"}]},)),
    "k8s-readiness": pods(f"{_MAIN}.readinessProbe", [{}], passed=({f"{_MAIN}.readinessProbe": ABSENT, f"{_MAIN}.ports": []},)),
    "k8s-probes-differ": Case(
        _DEPLOYMENT, workload(livenessProbe={"httpGet": {"path": "/"}, "failureThreshold": 6.0}, readinessProbe={"httpGet": {"path": "/"}}),
        [{f"{_MAIN}.livenessProbe.failureThreshold": 3.0}, {f"{_MAIN}.livenessProbe.failureThreshold": ABSENT}, {f"{_MAIN}.livenessProbe.periodSeconds": 5.0}],
        [{f"{_MAIN}.livenessProbe": {"httpGet": {"path": "/alive"}}}, {f"{_MAIN}.readinessProbe": ABSENT}],
    ),
    "k8s-secret-literal": Case(
        _DEPLOYMENT, workload(),
        [{f"{_MAIN}.env.0": {"name": "DB_PASSWORD", "value": "hunter2"}}, {f"{_MAIN}.env.0.value": "AKIA" + "A" * 16}, {f"{_MAIN}.env.0.value": "postgres://me:hunter2@db/x"}, {f"{_MAIN}.env.0": {"name": "OPENAI_API_KEY", "value": "x"}}],
        [{f"{_MAIN}.env": ABSENT}, {f"{_MAIN}.env.0": {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "s"}}}}, {f"{_MAIN}.env.0": {"name": "PASSWORD_FILE", "value": "/run/x"}}],
    ),
    "k8s-secret-literal/words": pods(f"{_MAIN}.env", [[{"name": "PGPASSWORD", "value": "hunter2"}], [{"name": "dbPassword", "value": "hunter2"}], [{"name": "A", "value": "QUtJQUFBQUFBQUFBQUFBQUFBQUE="}], [{"name": "URL", "value": "redis://:hunter2@cache:6379"}]], absent=True, passed=({f"{_MAIN}.env": [{"name": "ROTATE_TOKEN", "value": "true"}, {"name": "URL", "value": "redis://:$(PASSWORD)@cache"}]},)),
    "k8s-secret-args": Case(
        _DEPLOYMENT, workload(), [{f"{_MAIN}.args": ["--db-password=hunter2"]}, {f"{_MAIN}.command": ["app", "--api-key", "hunter2"]}, {f"{_MAIN}.command": ["sh", "-c", "PGPASSWORD=hunter2 psql"]}, {f"{_MAIN}.readinessProbe": {"exec": {"command": ["redis-cli", "--pass-word", "AKIA" + "A" * 16]}}}],
        [{_SPEC: ABSENT}, {f"{_MAIN}.args": ["--db-password=$(DB_PASSWORD)", "--token-file", "/run/x", "--password-file=/run/y", "--password", "--verbose"]}],
    ),
    "k8s-secret-annotation": Case(
        _DEPLOYMENT, workload(), [{"metadata~annotations": {"note": "glpat-" + "a" * 20}}, {"metadata~annotations": {"example.com/password": "hunter2"}}, {"spec~template~metadata~annotations": {"a": "postgres://me:hunter2@db/x"}}],
        [{"metadata": ABSENT}, {"metadata~annotations": {"example.com/token": "true", "a": "b"}}],
    ),
    "k8s-secret-config/files": Case(
        _CONFIG, {"data": {"app.ini": "[db]\nuser = me\n"}}, [{"data~app.ini": "[db]\npassword = hunter2\n"}, {"data~.env": "export DB_PASSWORD='hunter2'\n"}, {"data~a.json": '{\n "apiKey": "hunter2"\n}'}, {"data~a.py": "password = 'hunter2'\n"}, {"binaryData": {"x": "QUtJQUFBQUFBQUFBQUFBQUFBQUE="}}],
        [{"data": ABSENT}, {"data~app.ini": "password = ${DB_PASSWORD}\npassword_file: /run/x\npassword: \napi_key: {{ key }}\nallow_password: true\n"}, {"data~a.py": "password = settings\nclient_secret='${SECRET}'\n"}, {"data~a.yaml": "password: settings.password\n"}],
    ),
    "k8s-secret-config": Case(
        _CONFIG, {"data": {"LOG_LEVEL": "info"}}, [{"data.DB_PASSWORD": "hunter2"}, {"data.key": "-----BEGIN RSA PRIVATE KEY-----"}, {"data.token": "ghp_" + "a" * 36}],
        [{"data": ABSENT}, {"data.DATABASE_USER": "flowise"}, {"data.ca": "-----BEGIN CERTIFICATE-----"}],
    ),
    "k8s-secret-env": Case(_DEPLOYMENT, workload(), [{f"{_MAIN}.envFrom": [{"secretRef": {"name": "s"}}]}, {f"{_MAIN}.env.0": {"name": "P", "valueFrom": {"secretKeyRef": {"name": "s"}}}}], [{f"{_MAIN}.envFrom": [{"configMapRef": {"name": "c"}}]}, {f"{_MAIN}.env": ABSENT}]),
    "k8s-gid": pods(f"{_SECURITY}.runAsGroup", [0.0, 1000.0], absent=True, passed=({f"{_SECURITY}.runAsGroup": 10000.0}, {"@parameters.least": 1000, f"{_SECURITY}.runAsGroup": 1000.0})),
    "k8s-cpu-limit": Case(_DEPLOYMENT, workload(resources={"limits": {"cpu": "1"}}), [{f"{_MAIN}.resources.limits.cpu": ""}, {f"{_MAIN}.resources": ABSENT}]),
    "k8s-ephemeral-storage": Case(
        _DEPLOYMENT, workload(resources={kind: {"ephemeral-storage": "1Gi"} for kind in ("requests", "limits")}), [{f"{_MAIN}.resources.{kind}": {}} for kind in ("requests", "limits")] + [{f"{_MAIN}.resources": ABSENT}],
    ),
    "k8s-pull-policy": Case(_DEPLOYMENT, workload(imagePullPolicy="Always"), [{f"{_MAIN}.imagePullPolicy": "IfNotPresent"}, {f"{_MAIN}.imagePullPolicy": ABSENT}]),
    "k8s-sa-token": pods(f"{_SPEC}.automountServiceAccountToken", [True]),
    "k8s-sa-own": pods(f"{_SPEC}.serviceAccountName", ["default", ""]),
    "k8s-rbac-star": Case(_ROLE, _rules(), [{f"rules.0.{key}": ["*"]} for key in ("apiGroups", "resources", "verbs")], [{"rules": ABSENT}, {"rules.0": UNKNOWN}]),
    "k8s-rbac-escalate": Case(_ROLE, _rules(), [{"rules.0.verbs": [verb]} for verb in ("bind", "escalate", "impersonate")], [{"rules": ABSENT}]),
    "k8s-rbac-secrets": Case(
        _ROLE, _rules(resources=["secrets"], resourceNames=["mine"]), [{"rules.0.resourceNames": ABSENT}, {"rules.0.verbs": ["get", "list"]}, {"rules.0.resourceNames": []}, {"rules.0.verbs": ["list"], "@parameters.whole_namespace": {"it": "why"}}],
        [{"rules": ABSENT}, {"rules.0.resources": ["pods"], "rules.0.resourceNames": []}, {"rules.0.verbs": ["create"], "rules.0.resourceNames": []}],
    ),
    "k8s-rbac-secrets/role": Case(
        "kubernetes:rbac.authorization.k8s.io/v1:Role", _rules(resources=["secrets"], resourceNames=["mine"]), [{"rules.0.resourceNames": ABSENT}, {"rules.0.verbs": ["list"], "@parameters.whole_namespace": {"another": "why"}}],
        [{"rules": ABSENT}, {"rules.0.verbs": ["list"], "@parameters.whole_namespace": {"it": "an operator watches them"}}],
    ),
    "k8s-rbac-admin": one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "roleRef.name", "view", ["cluster-admin"], absent=True),
    "k8s-sa-automount": one("kubernetes:core/v1:ServiceAccount", "automountServiceAccountToken", False, [True]),
    "k8s-default-ns": one(_CONFIG, "metadata.namespace", "flowise", ["default", ""]),
    "k8s-ns-pss-label": Case(
        _NAMESPACE, {"metadata": {"name": "monitoring", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}, [{_ENFORCE: "privileged"}, {_ENFORCE: "baseline"}, {_ENFORCE: ABSENT}, {_ENFORCE: "none", "@parameters.looser": {"monitoring": "why"}}],
        [{_ENFORCE: "privileged", "@parameters.looser": {"monitoring": "node-exporter"}}],
    ),
    "k8s-netpol-open": Case(
        _POLICY, {"spec": {"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}}, [{"spec.ingress.0.from": []}, {"spec.ingress.0.from": ABSENT}, {"spec.ingress.0.from.0.ipBlock.cidr": "0.0.0.0/0"}, {"spec.ingress.0.from": [{"podSelector": {}}, {"ipBlock": {"cidr": "::/0"}}]}],
        [{"spec.ingress": ABSENT}, {"spec.ingress.0.from.0.ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}],
    ),
    "k8s-service-public": Case(
        _SERVICE, {"metadata": {"annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}}, "spec": {"type": "LoadBalancer"}},
        [{_SCHEME: "internet-facing"}, {"metadata": ABSENT}, {"spec.type": "NodePort"}], [{"spec.type": "ClusterIP", "metadata": {}}, {"spec.type": ABSENT, "metadata": {}}],
    ),
    "k8s-external-ips": Case(_SERVICE, {"spec": {"type": "ClusterIP"}}, [{"spec.externalIPs": ["203.0.113.7"]}], [{"spec.type": ABSENT}]),
    "k8s-ingress-tls": Case(_INGRESS, {"metadata": {"name": "i"}, "spec": {"tls": [{"hosts": ["a"]}]}}, [{"spec.tls": []}, {"spec.tls": ABSENT}], [{"spec.tls": ABSENT, "metadata~annotations~alb.ingress.kubernetes.io/certificate-arn": "arn"}]),
    "k8s-ingress-internal": Case(
        _INGRESS, {"metadata": {"annotations": {"alb.ingress.kubernetes.io/scheme": "internal"}}}, [{"metadata~annotations~alb.ingress.kubernetes.io/scheme": "internet-facing"}, {"metadata~annotations": {"alb.ingress.kubernetes.io/target-type": "ip"}}],
        [{"metadata": ABSENT}, {"metadata~annotations": {"nginx": "x"}}],
    ),
    "k8s-labels": Case(_CONFIG, {"metadata": {"labels": {"a": "1"}}}, [{"metadata.labels.a": ""}, {"metadata.labels": ABSENT}], [{"@parameters.labels": [], "metadata.labels": ABSENT}], {"parameters": {"labels": ["a"]}}),
    "k8s-api-version": Case("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", {"spec": {"x": 1.0}}, [], [{"spec": ABSENT}]),
    "k8s-api-version/built-in": Case("kubernetes:policy/v1beta1:PodDisruptionBudget", {"spec": {"x": 1.0}}, [{}, {"spec": ABSENT}], [{"@parameters.groups": ["policy"]}], unknown_refused=True),
    "k8s-api-version/k8s-io": Case("kubernetes:resource.k8s.io/v1alpha3:ResourceClaim", {"spec": {"x": 1.0}}, [{}, {"spec": ABSENT}], [{"@parameters.groups": ["resource.k8s.io"]}], unknown_refused=True),
    "k8s-api-version/custom": Case("kubernetes:example.com/v1beta1:Thing", {"spec": {"x": 1.0}}, [], [{"spec": ABSENT}]),
}  # fmt: skip
