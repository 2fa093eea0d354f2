"""Faults of Kubernetes objects, drawn control by control from what others know, each with an innocent sibling.

PSS: every control of the Pod Security Standards. CKV: every check of checkov 3.3.30 for Kubernetes but those of a control
plane's own command lines, of which one stands here for all. CIS EKS, CIS Kubernetes, kube-score 1.20.0 likewise. What has
no id of theirs is from the Kubernetes documentation's own warnings (k8s) or a CVE.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.policies.cases.case import Case, Variation, varied
from tests.policies.cases.kubernetes import workload

DEPLOYMENT, STATEFUL, DAEMONS = (f"kubernetes:apps/v1:{kind}" for kind in ("Deployment", "StatefulSet", "DaemonSet"))
_RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
_ROLE, _ROLE_OF_ONE, _BINDING = f"{_RBAC}:ClusterRole", f"{_RBAC}:Role", f"{_RBAC}:ClusterRoleBinding"
_POLICY, _INGRESS = (f"kubernetes:networking.k8s.io/v1:{kind}" for kind in ("NetworkPolicy", "Ingress"))
_SERVICE, _CONFIG, _NAMESPACE = (f"kubernetes:core/v1:{kind}" for kind in ("Service", "ConfigMap", "Namespace"))
_SPEC = "spec.template.spec"
_MAIN = f"{_SPEC}.containers.0"
_SECURITY = f"{_MAIN}.securityContext"
_ENFORCE = "metadata~labels~pod-security.kubernetes.io/enforce"
_TOKEN = "ghp_" + "a" * 36


@dataclass(frozen=True)
class Fault:
    """What is wrong with an object, who knows it, the rule that finds it (none where it is missed), its sibling."""

    control: str
    rule: str
    type: str
    good: Mapping[str, Any]
    bad: Variation
    innocent: Variation = field(default_factory=dict)

    def broken(self) -> dict[str, Any]:
        """Return the object as it must be refused."""
        return varied(Case(self.type, self.good, []), self.bad)[0]

    def sound(self) -> dict[str, Any]:
        """Return its sibling, which has the same field with a value that is no fault."""
        return varied(Case(self.type, self.good, []), self.innocent)[0]


def _pod(control: str, rule: str, bad: Variation, innocent: Variation | None = None, kind: str = DEPLOYMENT) -> Fault:
    spread = [{"topologyKey": key} for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")]
    good = workload()
    good["spec"] |= {"replicas": 2.0}
    good["spec"]["template"]["spec"]["topologySpreadConstraints"] = spread
    return Fault(control, rule, kind, good, bad, innocent or {})


def _role(control: str, rule: str, verbs: Sequence[str], kinds: Sequence[str], kind: str = _ROLE) -> Fault:
    good = {"rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]}
    return Fault(control, rule, kind, good, {"rules.0.resources": list(kinds), "rules.0.verbs": list(verbs)})


def _bound(control: str, rule: str, role: str, kind: str, name: str) -> Fault:
    good = {"roleRef": {"name": "reader"}, "subjects": [{"kind": "Group", "name": "team"}]}
    return Fault(
        control,
        rule,
        _BINDING,
        good,
        {"roleRef.name": role, "subjects": [{"kind": kind, "name": name}]},
        {"roleRef.name": "view"},
    )


def _object(control: str, rule: str, kind: str, bad: Mapping[str, Any], good: Mapping[str, Any]) -> Fault:
    return Fault(control, rule, kind, good, bad)


_META = {"namespace": "app", "labels": {"app": "app"}}
_OPEN_POLICY = {"metadata": _META, "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}}
_SPEC_PEERS = [{"podSelector": {"matchLabels": {"app": "web"}}}]
FAULTS: list[Fault] = [
    # Pod Security Standards, baseline
    _pod("PSS HostProcess", "k8s-host-process", {f"{_SPEC}.securityContext.windowsOptions": {"hostProcess": True}}, {f"{_SPEC}.securityContext.windowsOptions": {"hostProcess": False}}),
    _pod("PSS HostProcess (container)", "k8s-host-process", {f"{_SECURITY}.windowsOptions": {"hostProcess": True}}),
    _pod("PSS Host Namespaces: network", "k8s-host-namespaces", {f"{_SPEC}.hostNetwork": True}, {f"{_SPEC}.hostNetwork": False}),
    _pod("PSS Host Namespaces: PID", "k8s-host-namespaces", {f"{_SPEC}.hostPID": True}, {f"{_SPEC}.hostPID": False}),
    _pod("PSS Host Namespaces: IPC", "k8s-host-namespaces", {f"{_SPEC}.hostIPC": True}, {f"{_SPEC}.hostIPC": False}),
    _pod("PSS Privileged Containers", "k8s-privileged", {f"{_SECURITY}.privileged": True}, {f"{_SECURITY}.privileged": False}),
    _pod("PSS Capabilities (baseline)", "k8s-capabilities-add", {f"{_SECURITY}.capabilities.add": ["SYS_PTRACE"]}, {f"{_SECURITY}.capabilities.add": []}),
    _pod("PSS HostPath Volumes", "k8s-host-path", {f"{_SPEC}.volumes": [{"name": "h", "hostPath": {"path": "/var/log"}}]}, {f"{_SPEC}.volumes": [{"name": "h", "configMap": {"name": "c"}}]}),
    _pod("PSS Host Ports", "k8s-host-port", {f"{_MAIN}.ports.0.hostPort": 8080.0}, {f"{_MAIN}.ports.0.containerPort": 8080.0}),
    _pod("PSS Host Probes: liveness", "k8s-probe-host", {f"{_MAIN}.livenessProbe.httpGet": {"path": "/", "host": "169.254.169.254"}}, {f"{_MAIN}.livenessProbe.httpGet": {"path": "/", "host": ""}}),
    _pod("PSS Host Probes: lifecycle", "k8s-probe-host", {f"{_MAIN}.lifecycle": {"preStop": {"httpGet": {"host": "10.0.0.1"}}}}, {f"{_MAIN}.lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}}}),
    _pod("PSS AppArmor: field", "k8s-apparmor", {f"{_SECURITY}.appArmorProfile": {"type": "Unconfined"}}, {f"{_SECURITY}.appArmorProfile": {"type": "RuntimeDefault"}}),
    _pod("PSS AppArmor: annotation", "k8s-apparmor", {"spec~template~metadata~annotations": {"container.apparmor.security.beta.kubernetes.io/main": "unconfined"}}, {"spec~template~metadata~annotations": {"container.apparmor.security.beta.kubernetes.io/main": "runtime/default"}}),
    _pod("PSS SELinux: type", "k8s-selinux", {f"{_SECURITY}.seLinuxOptions": {"type": "spc_t"}}, {f"{_SECURITY}.seLinuxOptions": {"level": "s0:c1,c2"}}),
    _pod("PSS SELinux: user", "k8s-selinux", {f"{_SPEC}.securityContext.seLinuxOptions": {"user": "sysadm_u"}}),
    _pod("PSS SELinux: role", "k8s-selinux", {f"{_SPEC}.securityContext.seLinuxOptions": {"role": "sysadm_r"}}),
    _pod("PSS /proc Mount Type", "k8s-proc-mount", {f"{_SECURITY}.procMount": "Unmasked"}, {f"{_SECURITY}.procMount": "Default"}),
    _pod("PSS Seccomp (baseline)", "k8s-seccomp", {f"{_SECURITY}.seccompProfile": {"type": "Unconfined"}}, {f"{_SECURITY}.seccompProfile": {"type": "Localhost", "localhostProfile": "own"}}),
    _pod("PSS Sysctls", "k8s-sysctls", {f"{_SPEC}.securityContext.sysctls": [{"name": "kernel.shmmax", "value": "1"}]}, {f"{_SPEC}.securityContext.sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}),
    # restricted
    *(_pod(f"PSS Volume Types: {kind}", "k8s-volumes", {f"{_SPEC}.volumes": [{"name": "v", kind: {}}]}, {f"{_SPEC}.volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]}) for kind in ("nfs", "iscsi", "rbd", "gitRepo", "flexVolume", "awsElasticBlockStore")),
    _pod("PSS Privilege Escalation", "k8s-escalation", {f"{_SECURITY}.allowPrivilegeEscalation": True}),
    _pod("PSS Running as Non-root", "k8s-non-root", {f"{_SECURITY}.runAsNonRoot": False}, {f"{_SPEC}.securityContext.runAsNonRoot": True}),
    _pod("PSS Running as Non-root user", "k8s-root-user", {f"{_SECURITY}.runAsUser": 0.0}, {f"{_SECURITY}.runAsUser": 20000.0}),
    _pod("PSS Seccomp (restricted)", "k8s-seccomp", {f"{_SECURITY}.seccompProfile": None}),
    _pod("PSS Capabilities (restricted): drop", "k8s-capabilities", {f"{_SECURITY}.capabilities.drop": ["NET_RAW"]}),
    _pod("PSS Capabilities (restricted): add", "k8s-capabilities-add", {f"{_SECURITY}.capabilities.add": ["CHOWN"]}, {f"{_SECURITY}.capabilities.add": ["NET_BIND_SERVICE"]}),
    # checkov
    _pod("CKV_K8S_1", "k8s-host-namespaces", {f"{_SPEC}.hostPID": True}, kind=DAEMONS),
    _pod("CKV_K8S_2", "k8s-privileged", {f"{_SPEC}.initContainers": [{"name": "i", "image": "a:1", "securityContext": {"privileged": True}}]}),
    _pod("CKV_K8S_3", "k8s-host-namespaces", {f"{_SPEC}.hostIPC": True}, kind=DAEMONS),
    _pod("CKV_K8S_4", "k8s-host-namespaces", {f"{_SPEC}.hostNetwork": True}, kind=STATEFUL),
    _pod("CKV_K8S_5", "k8s-escalation", {f"{_SECURITY}.allowPrivilegeEscalation": None}),
    _pod("CKV_K8S_6", "k8s-non-root", {f"{_SECURITY}.runAsNonRoot": None}),
    _pod("CKV_K8S_7", "k8s-capabilities", {f"{_SECURITY}.capabilities": None}),
    _pod("CKV_K8S_8", "k8s-liveness", {f"{_MAIN}.livenessProbe": None}, {f"{_MAIN}.livenessProbe": {"tcpSocket": {"port": 1.0}}}),
    _pod("CKV_K8S_9", "k8s-readiness", {f"{_MAIN}.readinessProbe": None}, {f"{_MAIN}.readinessProbe": {"grpc": {"port": 1.0}}}),
    _pod("CKV_K8S_10", "k8s-resources", {f"{_MAIN}.resources.requests": {"memory": "1Gi"}}),
    _pod("CKV_K8S_11", "k8s-cpu-limit", {f"{_MAIN}.resources.limits": {"memory": "1Gi"}}),
    _pod("CKV_K8S_12", "k8s-resources", {f"{_MAIN}.resources.requests": {"cpu": "1"}}),
    _pod("CKV_K8S_13", "k8s-resources", {f"{_MAIN}.resources.limits": {"cpu": "1"}}),
    _pod("CKV_K8S_14", "k8s-image", {f"{_MAIN}.image": "team/app:latest"}, {f"{_MAIN}.image": "team/app:1.2.3"}),
    _pod("CKV_K8S_15", "k8s-pull-policy", {f"{_MAIN}.imagePullPolicy": "IfNotPresent"}),
    _pod("CKV_K8S_16", "k8s-privileged", {f"{_SECURITY}.privileged": True}, kind=DAEMONS),
    _pod("CKV_K8S_17", "k8s-host-namespaces", {f"{_SPEC}.hostPID": True}, kind=STATEFUL),
    _pod("CKV_K8S_18", "k8s-host-namespaces", {f"{_SPEC}.hostIPC": True}, kind=STATEFUL),
    _pod("CKV_K8S_19", "k8s-host-namespaces", {f"{_SPEC}.hostNetwork": True}, kind=DAEMONS),
    _pod("CKV_K8S_20", "k8s-escalation", {f"{_SPEC}.initContainers": [{"name": "i", "image": "a:1"}]}),
    _object("CKV_K8S_21", "k8s-default-ns", _CONFIG, {"metadata.namespace": "default"}, {"metadata": _META, "data": {"a": "b"}}),
    _pod("CKV_K8S_22", "k8s-readonly-root", {f"{_SECURITY}.readOnlyRootFilesystem": False}),
    _pod("CKV_K8S_23", "k8s-root-user", {f"{_SPEC}.securityContext.runAsUser": 0.0}),
    _pod("CKV_K8S_24", "k8s-capabilities-add", {f"{_SECURITY}.capabilities.add": ["NET_ADMIN"]}),
    _pod("CKV_K8S_25", "k8s-capabilities-add", {f"{_SECURITY}.capabilities.add": ["KILL"]}),
    _pod("CKV_K8S_26", "k8s-host-port", {f"{_MAIN}.ports": [{"containerPort": 80.0, "hostPort": 80.0}]}, kind=DAEMONS),
    _pod("CKV_K8S_27", "k8s-host-path", {f"{_SPEC}.volumes": [{"name": "d", "hostPath": {"path": "/var/run/docker.sock"}}]}),
    _pod("CKV_K8S_28", "k8s-capabilities", {f"{_SECURITY}.capabilities.drop": []}),
    _pod("CKV_K8S_29", "k8s-non-root", {_SECURITY: {"readOnlyRootFilesystem": True}}),
    _pod("CKV_K8S_30", "k8s-escalation", {_SECURITY: None}),
    _pod("CKV_K8S_31", "k8s-seccomp", {f"{_SECURITY}.seccompProfile": {"type": "Unconfined"}}, kind=STATEFUL),
    _pod("CKV_K8S_32", "k8s-seccomp", {f"{_SECURITY}.seccompProfile": {}}),
    _pod("CKV_K8S_33", "k8s-retired", {f"{_MAIN}.image": "kubernetesui/kubernetes-dashboard:v2.7.0"}),
    _pod("CKV_K8S_34", "k8s-retired", {f"{_MAIN}.image": "ghcr.io/helm/tiller:v2.17.0"}),
    _pod("CKV_K8S_35", "k8s-secret-env", {f"{_MAIN}.env": [{"name": "P", "valueFrom": {"secretKeyRef": {"name": "s", "key": "p"}}}]}, {f"{_MAIN}.env": [{"name": "P_FILE", "value": "/run/secrets/p"}]}),
    _pod("CKV_K8S_36", "k8s-capabilities", {f"{_SECURITY}.capabilities.drop": ["CHOWN"]}),
    _pod("CKV_K8S_37", "k8s-capabilities", {f"{_SECURITY}.capabilities": {}}),
    _pod("CKV_K8S_38", "k8s-sa-token", {f"{_SPEC}.automountServiceAccountToken": True}),
    _pod("CKV_K8S_39", "k8s-capabilities-add", {f"{_SECURITY}.capabilities.add": ["SYS_ADMIN"]}),
    _pod("CKV_K8S_40", "k8s-uid", {f"{_SECURITY}.runAsUser": 1000.0}),
    _pod("CKV_K8S_41", "k8s-sa-own", {f"{_SPEC}.serviceAccountName": "default"}),
    _bound("CKV_K8S_42", "k8s-rbac-default-account", "reader", "ServiceAccount", "default"),
    _pod("CKV_K8S_43", "k8s-image-digest", {f"{_MAIN}.image": "team/app:1.2.3"}),
    _object("CKV_K8S_44", "", _SERVICE, {"metadata.name": "tiller-deploy"}, {"metadata": {**_META, "name": "web"}, "spec": {"type": "ClusterIP"}}),
    _pod("CKV_K8S_45", "k8s-retired", {f"{_MAIN}.image": "tiller:v2", f"{_MAIN}.command": ["/tiller", "--listen=0.0.0.0:44134"]}),
    _role("CKV_K8S_49", "k8s-rbac-star", ["*"], ["pods"]),
    _pod("CKV_K8S_68", "", {f"{_MAIN}.command": ["kube-apiserver", "--anonymous-auth=true"]}),
    *(_object(f"CKV_K8S_{number}", "k8s-ingress-snippet", _INGRESS, {f"metadata~annotations~nginx.ingress.kubernetes.io/{name}": code}, {"metadata": {**_META, "annotations": {"nginx.ingress.kubernetes.io/rewrite-target": "/"}}, "spec": {"tls": [{"hosts": ["a"]}]}}) for number, name, code in ((152, "configuration-snippet", "content_by_lua_block {}"), (153, "server-snippet", "return 200;"), (154, "configuration-snippet", "alias /etc/;"))),
    _role("CKV_K8S_155", "k8s-rbac-webhooks", ["update"], ["validatingwebhookconfigurations"]),
    _role("CKV_K8S_156", "k8s-rbac-csr", ["update"], ["certificatesigningrequests/approval"]),
    _role("CKV_K8S_157", "k8s-rbac-escalate", ["bind"], ["clusterroles"]),
    _role("CKV_K8S_158", "k8s-rbac-escalate", ["escalate"], ["roles"], kind=_ROLE_OF_ONE),
    _pod("CKV_K8S_159", "", {f"{_MAIN}.env": [{"name": "GITSYNC_GIT", "value": "git"}]}),
    _role("CKV2_K8S_1", "k8s-rbac-escalate", ["bind"], ["rolebindings"]),
    _role("CKV2_K8S_2", "k8s-rbac-exec", ["create"], ["pods/exec"]),
    _role("CKV2_K8S_2 (nodes/proxy)", "k8s-rbac-nodes", ["create"], ["nodes/proxy"]),
    _role("CKV2_K8S_3", "k8s-rbac-escalate", ["impersonate"], ["users", "groups", "serviceaccounts"]),
    _role("CKV2_K8S_4", "k8s-rbac-status", ["patch"], ["services/status"]),
    _role("CKV2_K8S_5", "k8s-rbac-secrets", ["get", "list"], ["secrets"]),
    # CIS
    _bound("CIS EKS 4.1.1", "k8s-rbac-admin", "cluster-admin", "ServiceAccount", "app"),
    _bound("CIS EKS 4.1.1 (edit)", "k8s-rbac-wide", "edit", "Group", "developers"),
    _role("CIS EKS 4.1.2", "k8s-rbac-secrets", ["watch"], ["secrets"], kind=_ROLE_OF_ONE),
    _role("CIS EKS 4.1.3", "k8s-rbac-star", ["get"], ["*"]),
    _role("CIS EKS 4.1.4", "k8s-rbac-pods", ["create"], ["pods"]),
    _bound("CIS EKS 4.1.5", "k8s-rbac-default-account", "reader", "ServiceAccount", "default"),
    _object("CIS EKS 4.1.6", "k8s-sa-automount", "kubernetes:core/v1:ServiceAccount", {"automountServiceAccountToken": True}, {"metadata": _META, "automountServiceAccountToken": False}),
    _bound("CIS Kubernetes 5.1.7", "k8s-rbac-everybody", "reader", "Group", "system:masters"),
    _role("CIS EKS 4.1.8", "k8s-rbac-escalate", ["bind", "escalate"], ["clusterroles"]),
    _role("CIS Kubernetes 5.1.9", "k8s-rbac-volumes", ["create"], ["persistentvolumes"]),
    _role("CIS Kubernetes 5.1.10", "k8s-rbac-nodes", ["get"], ["nodes/proxy"]),
    _role("CIS Kubernetes 5.1.11", "k8s-rbac-csr", ["approve"], ["signers"]),
    _role("CIS Kubernetes 5.1.12", "k8s-rbac-webhooks", ["create"], ["mutatingwebhookconfigurations"]),
    _role("CIS Kubernetes 5.1.13", "k8s-rbac-token", ["create"], ["serviceaccounts/token"]),
    _object("CIS EKS 4.2.1", "k8s-ns-pss-label", _NAMESPACE, {_ENFORCE: "privileged"}, {"metadata": {"name": "app", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}),
    _object("CIS EKS 4.2.1 (label missing)", "k8s-ns-pss-label", _NAMESPACE, {"metadata": {"name": "app"}}, {"metadata": {"name": "app", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}),
    _object("CIS EKS 4.3.2", "k8s-netpol-open", _POLICY, {"spec.ingress": [{}]}, {**_OPEN_POLICY, "spec": {**_OPEN_POLICY["spec"], "ingress": [{"from": _SPEC_PEERS}]}}),
    _object("CIS EKS 4.3.2 (egress)", "k8s-netpol-egress", _POLICY, {"spec.egress": [{}]}, {**_OPEN_POLICY, "spec": {**_OPEN_POLICY["spec"], "egress": [{"to": _SPEC_PEERS}]}}),
    _pod("CIS EKS 4.4.1", "k8s-secret-env", {f"{_MAIN}.envFrom": [{"secretRef": {"name": "s"}}]}, {f"{_MAIN}.envFrom": [{"configMapRef": {"name": "c"}}]}),
    _pod("CIS EKS 4.4.2 (env)", "k8s-secret-literal", {f"{_MAIN}.env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}, {f"{_MAIN}.env": [{"name": "DB_USER", "value": "app"}]}),
    _pod("CIS EKS 4.4.2 (args)", "k8s-secret-args", {f"{_MAIN}.args": [f"--token={_TOKEN}"]}, {f"{_MAIN}.args": ["--token-file=/run/t"]}),
    _object("CIS EKS 4.4.2 (ConfigMap)", "k8s-secret-config", _CONFIG, {"data": {"a.properties": "db.password=hunter2\n"}}, {"metadata": _META, "data": {"a.properties": "db.user=me\n"}}),
    _object("CIS EKS 4.4.2 (annotation)", "k8s-secret-annotation", _CONFIG, {"metadata~annotations": {"note": _TOKEN}}, {"metadata": _META, "data": {"a": "b"}}),
    _object("CIS EKS 4.5.3", "k8s-default-ns", _CONFIG, {"metadata": {"name": "c"}}, {"metadata": _META, "data": {"a": "b"}}),
    _pod("CIS EKS 5.1.4", "k8s-image-registry", {f"{_MAIN}.image": "203.0.113.5:5000/app:1"}, {f"{_MAIN}.image": "public.ecr.aws/team/app:1"}),
    _object("CIS EKS 5.4.5", "k8s-ingress-tls", _INGRESS, {"spec": {"rules": []}}, {"metadata": _META, "spec": {"tls": [{"hosts": ["a"]}]}}),
    # kube-score
    _pod("deployment-strategy", "k8s-rolls", {"spec.strategy": {"type": "Recreate"}}, {"spec.strategy": {"type": "RollingUpdate"}}),
    _object("cronjob-has-deadline", "k8s-cron-deadline", "kubernetes:batch/v1:CronJob", {"spec": {"schedule": "@daily"}}, {"metadata": _META, "spec": {"schedule": "@daily", "startingDeadlineSeconds": 60.0}}),
    _object("cronjob-restartpolicy", "", "kubernetes:batch/v1:CronJob", {"spec.jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Always"}}}}}, {"metadata": _META, "spec": {"schedule": "@daily", "startingDeadlineSeconds": 60.0}}),
    _pod("container-resources", "k8s-resources", {f"{_MAIN}.resources": {}}),
    _pod("container-image-tag", "k8s-image", {f"{_MAIN}.image": "team/app"}),
    _pod("container-image-pull-policy", "k8s-pull-policy", {f"{_MAIN}.imagePullPolicy": "Never"}, {f"{_MAIN}.imagePullPolicy": "Always"}),
    _pod("container-ephemeral-storage-request-and-limit", "k8s-ephemeral-storage", {f"{_MAIN}.resources.limits": {"memory": "1Gi", "cpu": "1"}}),
    _pod("environment-variable-key-duplication", "k8s-env-once", {f"{_MAIN}.env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}, {f"{_MAIN}.env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}),
    _pod("pod-probes", "k8s-liveness", {f"{_MAIN}.livenessProbe": {}}),
    _pod("pod-probes-identical", "k8s-probes-differ", {f"{_MAIN}.livenessProbe": {"httpGet": {"path": "/x"}}, f"{_MAIN}.readinessProbe": {"httpGet": {"path": "/x"}}}),
    _pod("container-security-context-user-group-id", "k8s-gid", {f"{_SECURITY}.runAsGroup": 100.0}, {f"{_SECURITY}.runAsGroup": 20000.0}),
    _pod("container-security-context-readonlyrootfilesystem", "k8s-readonly-root", {f"{_SECURITY}.readOnlyRootFilesystem": None}),
    _object("service-type", "k8s-service-public", _SERVICE, {"spec.type": "NodePort"}, {"metadata": _META, "spec": {"type": "ClusterIP"}}),
    _object("stable-version", "k8s-api-version", "kubernetes:batch/v1beta1:CronJob", {}, {"metadata": _META, "spec": {"startingDeadlineSeconds": 1.0}}),
    _pod("pod-topology-spread-constraints", "k8s-spread", {f"{_SPEC}.topologySpreadConstraints": []}),
    _pod("deployment-has-host-podantiaffinity", "k8s-host-spread", {f"{_SPEC}.topologySpreadConstraints": [{"topologyKey": "topology.kubernetes.io/zone"}]}),
    _pod("label-values", "", {"metadata.labels": {"app": "no spaces please"}}),
    # what Kubernetes's and controllers' own pages warn of
    _object("k8s: LoadBalancer to the internet", "k8s-service-public", _SERVICE, {"spec.type": "LoadBalancer"}, {"metadata": {**_META, "annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}}, "spec": {"type": "ClusterIP"}} | {"metadata": _META}),
    _object("CVE-2020-8554", "k8s-external-ips", _SERVICE, {"spec.externalIPs": ["203.0.113.9"]}, {"metadata": _META, "spec": {"type": "ClusterIP"}}),
    _bound("k8s: anonymous", "k8s-rbac-everybody", "reader", "User", "system:anonymous"),
    _bound("k8s: unauthenticated", "k8s-rbac-everybody", "reader", "Group", "system:unauthenticated"),
    _bound("k8s: authenticated", "k8s-rbac-everybody", "reader", "Group", "system:authenticated"),
    _bound("k8s: every service account", "k8s-rbac-everybody", "reader", "Group", "system:serviceaccounts"),
    _role("k8s: attach", "k8s-rbac-exec", ["create"], ["pods/attach"]),
    _role("k8s: port forward", "k8s-rbac-exec", ["create"], ["pods/portforward"]),
    _role("k8s: ephemeral containers", "k8s-rbac-exec", ["patch"], ["pods/ephemeralcontainers"]),
    _role("k8s: aggregated API", "k8s-rbac-api", ["create"], ["apiservices"]),
    _object("k8s: aggregation of every role", "k8s-rbac-aggregate", _ROLE, {"aggregationRule": {"clusterRoleSelectors": [{}]}}, {"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}}),
    _object("k8s: webhook outside", "k8s-webhook-outside", "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration", {"webhooks": [{"clientConfig": {"url": "https://evil.example"}}]}, {"webhooks": [{"clientConfig": {"service": {"name": "a"}}}]}),
    _object("k8s: conversion outside", "k8s-conversion-outside", "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", {"spec": {"conversion": {"webhook": {"clientConfig": {"url": "https://evil.example"}}}}}, {"spec": {"group": "a"}}),
    _object("k8s: API without TLS", "k8s-api-tls", "kubernetes:apiregistration.k8s.io/v1:APIService", {"spec.insecureSkipTLSVerify": True}, {"spec": {"caBundle": "x"}}),
    _object("k8s: volume of a node's folder", "k8s-volume-host-path", "kubernetes:core/v1:PersistentVolume", {"spec": {"hostPath": {"path": "/"}}}, {"spec": {"csi": {"driver": "ebs.csi.aws.com"}}}),
    _object("ESO: a store for every namespace", "k8s-store-for-all", "kubernetes:external-secrets.io/v1:ClusterSecretStore", {"spec": {"provider": {}}}, {"spec": {"conditions": [{"namespaces": ["app"]}]}}),
    _pod("k8s: shared processes", "k8s-share-process", {f"{_SPEC}.shareProcessNamespace": True}, {f"{_SPEC}.shareProcessNamespace": False}),
    _pod("k8s: tolerates everything", "k8s-tolerate-all", {f"{_SPEC}.tolerations": [{"operator": "Exists"}]}, {f"{_SPEC}.tolerations": [{"key": "spot", "operator": "Exists"}]}),
    _object("CVE-2021-25742 (controller)", "k8s-ingress-snippets-off", _CONFIG, {"data": {"allow-snippet-annotations": "true"}}, {"metadata": _META, "data": {"allow-snippet-annotations": "false"}}),
    *(_object(f"chart: {said}", rule, "kubernetes:helm.sh/v3:Release", bad, {"chart": chart, "version": "1.2.3", "values": {"replicas": 2.0}}) for said, rule, chart, bad in (
        ("privileged", "k8s-helm-privileged", "agent", {"values.securityContext": {"privileged": True}}), ("host network", "k8s-helm-privileged", "agent", {"values.hostNetwork": True}), ("a password", "k8s-helm-password", "redis", {"values.auth": {"password": "hunter2"}}),
        ("a token", "k8s-helm-secret", "agent", {"values.token": _TOKEN}), ("no login", "k8s-helm-open", "redis", {"values.auth": {"enabled": False}}), ("snippets", "k8s-helm-open", "ingress-nginx", {"values.controller": {"allowSnippetAnnotations": True}}),
        ("open to the internet", "k8s-helm-public", "ingress-nginx", {"values.controller": {"service": {"type": "LoadBalancer"}}}), ("no version", "k8s-helm-version", "agent", {"version": ""}),
    )),
]  # fmt: skip

# over a whole stack, whose cases stand with the rules': what knows the fault, and the rule
OVER_STACKS = {
    "CKV2_K8S_6": "k8s-netpol-default",
    "pod-networkpolicy": "k8s-netpol-default",
    "horizontalpodautoscaler-has-target": "k8s-hpa",
    "service-targets-pod": "k8s-service-target",
    "networkpolicy-targets-pod": "k8s-netpol-target",
    "ingress-targets-service": "k8s-ingress-target",
    "deployment-targeted-by-hpa-does-not-have-replicas-configured": "k8s-hpa-replicas",
    "deployment-has-poddisruptionbudget": "k8s-pdb",
    "poddisruptionbudget-has-policy": "k8s-pdb",
    "deployment-replicas": "k8s-replicas",
    "k8s: a Secret's value in the program": "k8s-secret-written",
}


def _evasion(said: str, rule: str, kind: str, bad: Mapping[str, Any], innocent: Mapping[str, Any]) -> Fault:
    return Fault(said, rule, kind, bad, {}, innocent)


_SOUND_POD = workload()["spec"]["template"]["spec"]
_BAD_CONTAINER = {"name": "a", "image": "a:1", "securityContext": {"privileged": True}}
EVASIONS: list[Fault] = [
    _evasion("a PodTemplate", "k8s-privileged", "kubernetes:core/v1:PodTemplate", {"template": {"spec": {"containers": [_BAD_CONTAINER]}}}, {"template": {"spec": _SOUND_POD}, "metadata": _META}),
    _evasion("a patch of a Deployment", "k8s-privileged", "kubernetes:apps/v1:DeploymentPatch", {"spec": {"template": {"spec": {"containers": [_BAD_CONTAINER]}}}}, {"spec": {"replicas": 2.0}}),
    _evasion("a list of Deployments", "k8s-privileged", "kubernetes:apps/v1:DeploymentList", {"items": [{"spec": {"template": {"spec": {"containers": [_BAD_CONTAINER]}}}}]}, {"items": []}),
    _evasion("an old API's Deployment", "k8s-privileged", "kubernetes:extensions/v1beta1:Deployment", {"spec": {"template": {"spec": {"containers": [_BAD_CONTAINER]}}}}, {"metadata": _META, **{"spec": {"replicas": 2.0}}}),
    _evasion("a CronJob's job's pods", "k8s-host-namespaces", "kubernetes:batch/v1:CronJob", {"spec": {"jobTemplate": {"spec": {"template": {"spec": {"hostPID": True, "containers": [{"image": "a:1"}]}}}}}}, {"spec": {"schedule": "@daily"}, "metadata": _META}),
    _evasion("a Rollout", "k8s-host-path", "kubernetes:argoproj.io/v1alpha1:Rollout", {"spec": {"template": {"spec": {"containers": [{"image": "a:1"}], "volumes": [{"hostPath": {"path": "/"}}]}}}}, {"spec": {"replicas": 1.0}}),
    _evasion("a ScaledJob", "k8s-host-namespaces", "kubernetes:keda.sh/v1alpha1:ScaledJob", {"spec": {"jobTargetRef": {"template": {"spec": {"hostNetwork": True, "containers": [{"image": "a:1"}]}}}}}, {"spec": {"jobTargetRef": {}}}),
    _evasion("a Workflow's script", "k8s-privileged", "kubernetes:argoproj.io/v1alpha1:Workflow", {"spec": {"templates": [{"script": {"image": "a:1", "securityContext": {"privileged": True}}}]}}, {"spec": {"templates": [{"script": {"image": "a:1"}}]}}),
    _evasion("a Task's steps", "k8s-privileged", "kubernetes:tekton.dev/v1:Task", {"spec": {"steps": [_BAD_CONTAINER]}}, {"spec": {"steps": [{"image": "a:1"}]}}),
    _evasion("a Prometheus with the host's network", "k8s-host-namespaces", "kubernetes:monitoring.coreos.com/v1:Prometheus", {"spec": {"hostNetwork": True}}, {"spec": {"replicas": 2.0}}),
    _evasion("an ephemeral container", "k8s-privileged", "kubernetes:core/v1:Pod", {"metadata": _META, "spec": {"containers": [], "ephemeralContainers": [_BAD_CONTAINER]}}, {"metadata": _META, "spec": _SOUND_POD}),
    _evasion("a pod's word under a container's", "k8s-non-root", "kubernetes:core/v1:PodPatch", {"spec": {"securityContext": {"runAsNonRoot": False}}}, {"spec": {"securityContext": {"runAsNonRoot": True}}}),
    _evasion("a label taken off by a patch", "k8s-ns-pss-label", "kubernetes:core/v1:NamespacePatch", {"metadata": {"name": "kube-system", "labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}, {"metadata": {"name": "kube-system", "labels": {"a": "b"}}}),
    _evasion("the standard of long ago", "k8s-ns-pss-label", _NAMESPACE, {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "v1.0"}}}, {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "v1.34"}}}),
    _evasion("the internet by halves", "k8s-netpol-open", _POLICY, {"metadata": _META, "spec": {"ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/1"}}, {"ipBlock": {"cidr": "128.0.0.0/1"}}]}]}}, {"spec": {"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}}),
    _evasion("the internet but one address", "k8s-netpol-open", _POLICY, {"metadata": _META, "spec": {"ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["192.0.2.1/32"]}}]}]}}, {"spec": {"ingress": [{"from": _SPEC_PEERS}]}}),
    _evasion("every namespace", "k8s-netpol-open", _POLICY, {"metadata": _META, "spec": {"ingress": [{"from": [{"namespaceSelector": {"matchLabels": {}}}]}]}}, {"spec": {"ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"a": "b"}}}]}]}}),
    _evasion("every port by a range", "k8s-netpol-egress", _POLICY, {"metadata": _META, "spec": {"egress": [{"ports": [{"port": 1.0, "endPort": 65535.0}]}]}}, {"spec": {"egress": [{"ports": [{"port": 443.0}]}]}}),
    _evasion("every shell by a wildcard", "k8s-rbac-star", _ROLE, {"rules": [{"resources": ["*/exec"], "verbs": ["create"]}]}, {"rules": [{"resources": ["configmaps"], "verbs": ["get"]}]}),
    _evasion("one role among many", "k8s-rbac-nodes", f"{_RBAC}:ClusterRoleList", {"items": [{"rules": []}, {"rules": [{"resources": ["nodes/proxy"], "verbs": ["get"]}]}]}, {"items": []}),
    _evasion("a secret by name and by list", "k8s-rbac-secrets", _ROLE, {"rules": [{"resources": ["secrets"], "verbs": ["get", "list"], "resourceNames": ["own"]}]}, {"rules": [{"resources": ["secrets"], "verbs": ["get"], "resourceNames": ["own"]}]}),
    _evasion("every account of a namespace", "k8s-rbac-everybody", f"{_RBAC}:RoleBinding", {"roleRef": {"name": "reader"}, "subjects": [{"kind": "Group", "name": "system:serviceaccounts:default"}]}, {"subjects": [{"kind": "Group", "name": "team"}]}),
    _evasion("a key in base64", "k8s-secret-literal", DEPLOYMENT, {**workload(env=[{"name": "BLOB", "value": "QUtJQUFBQUFBQUFBQUFBQUFBQUE="}])}, {"metadata": {**_META}, "spec": workload()["spec"]}),
    _evasion("a password in a shell's line", "k8s-secret-args", DEPLOYMENT, workload(command=["sh", "-c", "PGPASSWORD=hunter2 psql"]), {"metadata": {**_META}, "spec": workload()["spec"]}),
    _evasion("a password in a probe", "k8s-secret-args", DEPLOYMENT, workload(readinessProbe={"exec": {"command": ["mysql", "--password=hunter2"]}}), {"metadata": {**_META}, "spec": workload()["spec"]}),
    _evasion("a ConfigMap's binary data", "k8s-secret-config", _CONFIG, {"metadata": _META, "binaryData": {"env": "REJfUEFTU1dPUkQ9aHVudGVyMgo="}}, {"binaryData": {"env": "REJfVVNFUj1tZQo="}}),
    _evasion("a name in capitals and one word", "k8s-secret-literal", DEPLOYMENT, workload(env=[{"name": "REDISPASSWORD", "value": "hunter2"}]), {"metadata": {**_META}, "spec": workload()["spec"]}),
    _evasion("a name for the internet", "", _SERVICE, {"metadata": _META, "spec": {"type": "ExternalName", "externalName": "evil.example"}}, {"spec": {"type": "ClusterIP"}}),
    _evasion("a secret cut in two", "", DEPLOYMENT, workload(env=[{"name": "A", "value": "AKIAAAAA"}, {"name": "B", "value": "AAAAAAAAAAAA"}]), {}),
]  # fmt: skip
