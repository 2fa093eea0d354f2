"""Cases of the pack `kubernetes` about what is no pod: access, networks, charts, and other objects."""

from typing import Any

from .case import ABSENT, UNKNOWN, Case, Variation, one

_RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
_ROLE, _BINDING = f"{_RBAC}:ClusterRole", f"{_RBAC}:ClusterRoleBinding"
_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_INGRESS, _CONFIG = "kubernetes:networking.k8s.io/v1:Ingress", "kubernetes:core/v1:ConfigMap"
_WEBHOOK = "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration"
_STORE = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
_RELEASE = "kubernetes:helm.sh/v3:Release"
_PATCH = "kubernetes:core/v1:NamespacePatch"
_ENFORCE = "metadata~labels~pod-security.kubernetes.io/enforce"
_SERVICE = {"controller": {"service": {"type": "ClusterIP"}}}


def _grants(verb: str, kind: str, *more: Variation) -> Case:
    """Return a case of a role that grants a verb on a kind."""
    rule = {"apiGroups": [""], "resources": [kind], "verbs": ["list"]}
    return Case(
        _ROLE, {"rules": [rule]}, [{"rules.0.verbs": [verb]}, {"rules.0.verbs": ["*"]}, *more],
        [{"rules": ABSENT}, {"rules.0.verbs": [verb], "rules.0.resourceNames": ["own"]}, {"rules.0.verbs": [verb], "rules.0.resources": ["configmaps"]}, {"rules.0.verbs": [verb], "@parameters.reasons": {"it": "it must"}}],
    )  # fmt: skip


def _subject(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"kind": kind, "name": name}]


CASES: dict[str, Case] = {
    "k8s-rbac-star/parts": Case(_ROLE, {"rules": [{"resources": ["pods"], "verbs": ["get"]}]}, [{"rules.0.resources": ["*/exec"]}, {"rules.0": {"nonResourceURLs": ["/*"]}}], [{"rules": ABSENT}]),
    "k8s-rbac-exec": _grants("create", "pods/exec", {"rules.0.verbs": ["get"]}, {"rules.0.verbs": ["create"], "rules.0.resources": ["pods", "pods/attach"]}),
    "k8s-rbac-nodes": _grants("get", "nodes/proxy"),
    "k8s-rbac-token": _grants("create", "serviceaccounts/token"),
    "k8s-rbac-csr": _grants("update", "certificatesigningrequests/approval", {"rules.0.verbs": ["approve"], "rules.0.resources": ["signers"]}),
    "k8s-rbac-webhooks": _grants("patch", "mutatingwebhookconfigurations"),
    "k8s-rbac-api": _grants("create", "apiservices"),
    "k8s-rbac-pods": _grants("create", "deployments"),
    "k8s-rbac-volumes": _grants("create", "persistentvolumes"),
    "k8s-rbac-status": _grants("patch", "services/status"),
    "k8s-rbac-aggregate": Case(
        _ROLE, {"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}}, [{"aggregationRule.clusterRoleSelectors": [{}]}, {"aggregationRule.clusterRoleSelectors": [{"matchLabels": {"a": "b"}}, {"matchLabels": {}}]}],
        [{"aggregationRule": ABSENT}, {"aggregationRule.clusterRoleSelectors": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}],
    ),
    "k8s-rbac-wide": one(_BINDING, "roleRef.name", "view", ["admin", "edit"], absent=True),
    "k8s-rbac-everybody": Case(
        _BINDING, {"roleRef": {"name": "view"}, "subjects": _subject("Group", "team")},
        [{"subjects": _subject("User", "system:anonymous")}, *({"subjects": _subject("Group", name)} for name in ("system:unauthenticated", "system:authenticated", "system:masters", "system:serviceaccounts", "system:serviceaccounts:default"))],
        [{"subjects": ABSENT}, {"subjects": _subject("Group", "system:authenticated"), "roleRef.name": "system:discovery"}, {"subjects": _subject("ServiceAccount", "system:masters")}, {"subjects": [UNKNOWN]}],
    ),
    "k8s-rbac-default-account": Case(_BINDING, {"subjects": _subject("ServiceAccount", "app")}, [{"subjects": _subject("ServiceAccount", "default")}], [{"subjects": ABSENT}, {"subjects": _subject("Group", "default")}]),
    "k8s-netpol-open/wide": Case(
        _POLICY, {"spec": {"ingress": [{"from": [{"podSelector": {}}]}]}},
        [
            {"spec.ingress.0.from": [{"ipBlock": {"cidr": "0.0.0.0/1"}}, {"ipBlock": {"cidr": "128.0.0.0/1"}}]}, {"spec.ingress.0.from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["1.1.1.1/32"]}}]}, {"spec.ingress.0.from": [{"namespaceSelector": {}}]}, {"spec.ingress.0.from": [{"podSelector": {}}, {"namespaceSelector": {}}]},
            {"spec.ingress": [{"from": [{"ipBlock": {"cidr": "::/1"}}]}, {"from": [{"ipBlock": {"cidr": "8000::/1"}}]}]}, {"spec.ingress.0.from": [{"namespaceSelector": {"matchLabels": {}}, "podSelector": {}}]},
        ],
        [{"spec": ABSENT}, {"spec.ingress.0.from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"a": "b"}}}]}, {"spec.ingress.0.from": [{"namespaceSelector": {"matchLabels": {"a": "b"}}}]}, {"spec.ingress.0.from": [{"ipBlock": {"cidr": "not-one"}}]}],
    ),
    "k8s-netpol-egress": Case(
        _POLICY, {"spec": {"egress": [{"to": [{"podSelector": {}}]}]}},
        [
            {"spec.egress": [{}]}, {"spec.egress.0.to": []}, {"spec.egress.0.to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}, {"spec.egress.0.to": [{"namespaceSelector": {}}]},
            {"spec.egress.0": {"ports": [{"port": 1.0, "endPort": 65535.0}]}}, {"spec.egress.0": {"ports": [{"protocol": "TCP"}]}}, {"spec.egress.0": {"ports": [{"port": 53.0}, {"protocol": "TCP"}]}},
        ],
        [{"spec": ABSENT}, {"spec.egress.0": {"ports": [{"port": 53.0}]}}, {"spec.egress.0": {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443.0}]}}, {"spec.egress.0": {"ports": UNKNOWN}}, {"spec.egress.0": {"ports": [{"port": 8000.0, "endPort": 8100.0}]}}],
    ),
    "k8s-ingress-snippet": Case(
        _INGRESS, {"metadata": {"annotations": {"nginx.ingress.kubernetes.io/rewrite-target": "/"}}}, [{"metadata~annotations~nginx.ingress.kubernetes.io/configuration-snippet": "lua"}, {"metadata~annotations~nginx.org/server-snippets": "lua"}],
        [{"metadata": ABSENT}, {"metadata~annotations~nginx.ingress.kubernetes.io/server-snippet": ""}],
    ),
    "k8s-ingress-snippets-off": one(_CONFIG, "data.allow-snippet-annotations", "false", ["true"], absent=True),
    "k8s-ns-pss-label/version": Case(
        "kubernetes:core/v1:Namespace", {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}, [{f"{_ENFORCE}-version": version} for version in ("v1.19", "v1.0", "none")] + [{"metadata": ABSENT}],
        [{f"{_ENFORCE}-version": "latest"}, {f"{_ENFORCE}-version": "v1.34"}, {f"{_ENFORCE}-version": UNKNOWN}, {"metadata": UNKNOWN}],
    ),
    "k8s-ns-pss-label/patch": Case(_PATCH, {"metadata": {"name": "kube-system", "labels": {"a": "b"}}}, [{_ENFORCE: "privileged"}, {f"{_ENFORCE}-version": "v1.0"}], [{"metadata": ABSENT}, {_ENFORCE: "restricted"}, {f"{_ENFORCE}-version": "v1.30"}]),
    "k8s-volume-host-path": one("kubernetes:core/v1:PersistentVolume", "spec.hostPath", None, [{"path": "/"}], absent=True),
    "k8s-webhook-outside": Case(
        _WEBHOOK, {"webhooks": [{"clientConfig": {"service": {"name": "a"}}}]}, [{"webhooks.0.clientConfig": {"url": "https://evil.example/mutate"}}],
        [{"webhooks": ABSENT}, {"webhooks.0.clientConfig": {"url": "https://a.b.svc:443/x"}}, {"webhooks.0.clientConfig": {"url": UNKNOWN}}],
    ),
    "k8s-conversion-outside": Case(
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", {"spec": {"group": "a"}}, [{"spec.conversion": {"webhook": {"clientConfig": {"url": "https://evil.example"}}}}], [{"spec": ABSENT}, {"spec.conversion": {"webhook": {"clientConfig": {"service": {}}}}}],
    ),
    "k8s-webhook-fails": Case(_WEBHOOK, {"webhooks": [{"failurePolicy": "Fail"}]}, [{"webhooks.0.failurePolicy": "Ignore"}, {"webhooks": [{"failurePolicy": "Fail"}, {"failurePolicy": "Ignore"}]}], [{"webhooks.0.failurePolicy": ABSENT}]),
    "k8s-api-tls": one("kubernetes:apiregistration.k8s.io/v1:APIService", "spec.insecureSkipTLSVerify", False, [True], absent=True),
    "k8s-store-for-all": Case(
        _STORE, {"spec": {"conditions": [{"namespaces": ["app"]}]}}, [{"spec.conditions": []}, {"spec.conditions": ABSENT}, {"spec.conditions": [{"namespaceSelector": {}}]}, {"spec.conditions": [{"namespaces": ["a"]}, {}]}],
        [{"spec.conditions": [{"namespaceSelector": {"matchLabels": {"a": "b"}}}, {"namespaceSelector": {"matchExpressions": [{"key": "a"}]}}, {"namespaceRegexes": ["^a-"]}, UNKNOWN]}],
    ),
    "k8s-cron-deadline": one("kubernetes:batch/v1:CronJob", "spec.startingDeadlineSeconds", 60.0, [""]),
    "k8s-helm-privileged": Case(
        _RELEASE, {"values": {"image": {"tag": "1"}}},
        [{"values.securityContext": {"privileged": True}}, {"values.hostNetwork": True}, {"values.extraVolumes": [{"name": "a", "hostPath": {"path": "/"}}]}, {"values.a.podSecurityContext": {"runAsUser": 0.0}}, {"values.a.securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}],
        [{"values": ABSENT}, {"values.securityContext": {"privileged": False, "runAsUser": 1000.0, "capabilities": {"add": ["NET_BIND_SERVICE"]}}, "values.hostPath": "/metrics"}, {"values.hostNetwork": True, "@parameters.reasons": {"it": "an agent of nodes"}}],
    ),
    "k8s-helm-secret": Case(_RELEASE, {"values": {"a": "b"}}, [{"values.a": "AKIA" + "A" * 16}, {"values.env": [{"name": "URL", "value": "postgres://me:hunter2@db/x"}]}], [{"values": ABSENT}, {"values.adminPassword": "hunter2"}]),
    "k8s-helm-password": Case(_RELEASE, {"values": {"a": "b"}}, [{"values.adminPassword": "hunter2"}, {"values.auth": {"password": "hunter2"}}, {"values.auth": {"existingSecretPassword": "hunter2"}}], [{"values": ABSENT}, {"values.adminPassword": ""}, {"values.existingSecret": "own"}, {"values.admin": {"existingSecret": "login-3f2a91c0"}}, {"values.admin": {"existing_secret": "login-3f2a91c0", "existingSecretKey": "admin"}}]),
    "k8s-helm-open": Case(
        _RELEASE, {"chart": "argo/argo-cd", "values": {"server": {"replicas": 2.0}}}, [{"values.configs": {"params": {"server.insecure": True}}}, {"values.configs": {"params": {"server.insecure": "true"}}}, {"values.server": {"extraArgs": ["--insecure"]}}, {"values.configs": {"rbac": {"policy.default": "role:admin"}}}, {"chart": "traefik", "values.api": {"insecure": True}}],
        [{"values": ABSENT}, {"chart": ABSENT, "values.configs": {"params": {"server.insecure": True}}}, {"values.configs": {"params": {"server.insecure": False}}}],
    ),
    "k8s-helm-public": Case(
        _RELEASE, {"values": _SERVICE}, [{"values.controller.service.type": "LoadBalancer"}, {"values.webService": {"type": "NodePort", "annotations": {"a": "b"}}}, {"values.webService": {"type": "LoadBalancer", "annotations": {"aws-load-balancer-scheme": "internet-facing", "a": "internal"}}}],
        [{"values": ABSENT}, {"values.controller.service": {"type": "LoadBalancer", "annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}}}, {"values.controller.service": {"type": "LoadBalancer", "annotations": UNKNOWN}}, {"values.webService": {"type": "LoadBalancer", "annotations": {"a": "b", "aws-load-balancer-scheme": "internal"}}}, {"values.ingress": {"type": "LoadBalancer"}}],
    ),
    "k8s-helm-version": Case(_RELEASE, {"chart": "redis", "version": "20.1.0"}, [{"version": ""}, {"version": ABSENT}], [{"version": ABSENT, "chart": "./charts/own"}, {"version": ABSENT, "chart": "oci://a.example/b@sha256:" + "0" * 64}]),
}  # fmt: skip
