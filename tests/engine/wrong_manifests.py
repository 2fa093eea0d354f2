"""Objects as people write them by mistake. Resource name -> (API version, kind, inputs, the API server's words)."""

from typing import Any

SECURE: dict[str, Any] = {"name": "main", "image": "web:1.0"}
LABELS = {"app": "web"}
FIELD = {"fieldRef": {"fieldPath": "metadata.name"}}


def pod(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"labels": LABELS}, "spec": {"containers": [SECURE], **spec}}


def container(**values: Any) -> dict[str, Any]:
    return {"containers": [{**SECURE, **values}]}


def of(template: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {"spec": {"selector": {"matchLabels": LABELS}, "template": template, **spec}}


APPS, CORE, BATCH = "apps/v1", "core/v1", "batch/v1"
Wrong = tuple[str, str, dict[str, Any], str]
WRONG: dict[str, Wrong] = {
    "selector": (
        APPS,
        "Deployment",
        {"spec": {"selector": {"matchLabels": {"app": "other"}}, "template": pod()}},
        "`selector` does not match template `labels`",
    ),
    "label": (
        CORE,
        "ConfigMap",
        {"metadata": {"labels": {"a": "not legal!"}}},
        "a valid label must be an empty string",
    ),
    "name": (CORE, "ConfigMap", {"metadata": {"name": "Upper"}}, "a lowercase RFC 1123 subdomain must consist of"),
    "quantity": (
        APPS,
        "Deployment",
        of(pod(**container(resources={"limits": {"memory": "1 GB"}}))),
        "quantities must match the regular expression",
    ),
    "limits": (
        APPS,
        "Deployment",
        of(pod(**container(resources={"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}))),
        "must be less than or equal to memory limit",
    ),
    "namespace": (CORE, "ConfigMap", {"metadata": {"namespace": "missing"}}, 'namespaces "missing" not found'),
    "kind": (
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        {"spec": {}},
        'no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"',
    ),
    "version": (
        "policy/v1beta1",
        "PodDisruptionBudget",
        {"spec": {}},
        'no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"',
    ),
    "port": (CORE, "Service", {"spec": {"ports": [{"port": 70000}]}}, "must be between 1 and 65535"),
    "ports": (CORE, "Service", {"spec": {"ports": [{"port": 80}, {"port": 81}]}}, "spec.ports[0].name: Required value"),
    "twins": (APPS, "Deployment", of(pod(containers=[SECURE, SECURE])), "duplicate entries for key"),
    "mount": (
        APPS,
        "Deployment",
        of(pod(**container(volumeMounts=[{"name": "data", "mountPath": "/data"}]))),
        'volumeMounts[0].name: Not found: "data"',
    ),
    "variable": (
        APPS,
        "Deployment",
        of(
            pod(
                **container(
                    env=[{"name": "A", "value": "1", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]
                )
            )
        ),
        "may not be specified when `value` is not empty",
    ),
    "base64": (CORE, "Secret", {"data": {"password": "not base64!"}}, "illegal base64 data"),
    "restricted": (
        CORE,
        "Pod",
        {"metadata": {"namespace": "restricted"}, "spec": container(securityContext={"privileged": True})},
        'violates PodSecurity "restricted:latest"',
    ),
    "autoscaler": (
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        {
            "spec": {
                "minReplicas": 3,
                "maxReplicas": 2,
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            }
        },
        "must be greater than or equal to `minReplicas`",
    ),
    "budget": (
        "policy/v1",
        "PodDisruptionBudget",
        {"spec": {"minAvailable": 1, "maxUnavailable": 1, "selector": {"matchLabels": LABELS}}},
        "minAvailable and maxUnavailable cannot be both set",
    ),
    "range": (
        "networking.k8s.io/v1",
        "NetworkPolicy",
        {"spec": {"podSelector": {}, "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/40"}}]}]}},
        "must be a valid CIDR",
    ),
    "path": (
        "networking.k8s.io/v1",
        "Ingress",
        {
            "spec": {
                "rules": [
                    {
                        "http": {
                            "paths": [
                                {
                                    "path": "relative",
                                    "pathType": "Prefix",
                                    "backend": {"service": {"name": "a", "port": {"number": 1}}},
                                }
                            ]
                        }
                    }
                ]
            }
        },
        "must be an absolute path",
    ),
    "schedule": (
        BATCH,
        "CronJob",
        {
            "spec": {
                "schedule": "every day",
                "jobTemplate": {"spec": {"template": pod(restartPolicy="Never")}},
            }
        },
        "expected exactly 5 fields",
    ),
    "restarts": (
        BATCH,
        "Job",
        {"spec": {"template": pod(restartPolicy="Always")}},
        'valid values: "OnFailure", "Never"',
    ),
    "role": (
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Rolle", "name": "a"}},
        'Unsupported value: "Rolle"',
    ),
    "probe": (APPS, "Deployment", of(pod(**container(livenessProbe={}))), "must specify a handler type"),
    "portname": (
        APPS,
        "Deployment",
        of(pod(**container(ports=[{"name": "a-name-far-too-long", "containerPort": 80}]))),
        "must be no more than 15 characters",
    ),
    "modes": (
        CORE,
        "PersistentVolumeClaim",
        {"spec": {"resources": {"requests": {"storage": "1Gi"}}}},
        "at least 1 access mode is required",
    ),
    "provisioner": ("storage.k8s.io/v1", "StorageClass", {"provisioner": ""}, "provisioner: Required value"),
    "key": (CORE, "ConfigMap", {"data": {"not legal": "1"}}, "a valid config key must consist of"),
    "priority": (
        CORE,
        "Pod",
        {"spec": {"priorityClassName": "urgent", "containers": [SECURE]}},
        "no PriorityClass with name urgent was found",
    ),
    "account": (
        CORE,
        "Pod",
        {"spec": {"serviceAccountName": "nobody", "containers": [SECURE]}},
        'serviceaccount "nobody" not found',
    ),
    "user": (CORE, "Pod", {"spec": container(securityContext={"runAsUser": -1})}, "must be between 0 and 2147483647"),
    "room": (
        APPS,
        "Deployment",
        of(pod(**container(resources={"requests": {"cpu": "64"}}))),
        "Insufficient cpu",
    ),
}

PROGRAM = """
import json
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
subnets = [
    aws.ec2.Subnet(f"s-{z}", vpc_id=vpc.id, cidr_block=f"10.0.{i}.0/24", availability_zone=f"us-east-1{z}")
    for i, z in enumerate("ab")
]
role = aws.iam.Role("role", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": []}))
ids = [subnet.id for subnet in subnets]
cluster = aws.eks.Cluster("cluster", name="wrong", version="1.35", role_arn=role.arn, vpc_config={"subnet_ids": ids})
nodes = aws.eks.NodeGroup(
    "nodes",
    cluster_name=cluster.name,
    node_role_arn=role.arn,
    subnet_ids=ids,
    instance_types=["m7g.large"],
    ami_type="AL2023_ARM_64_STANDARD",
    scaling_config={"min_size": 1, "desired_size": 2, "max_size": 2},
)
provider = k8s.Provider("k8s", cluster_identifier=cluster.arn, kubeconfig=cluster.endpoint.apply(
    lambda server: json.dumps({"clusters": [{"name": "c", "cluster": {"server": server}}]})
))
options = pulumi.ResourceOptions(provider=provider, depends_on=[nodes])
labels = {"pod-security.kubernetes.io/enforce": "restricted"}
space = k8s.core.v1.Namespace("restricted", metadata={"name": "restricted", "labels": labels}, opts=options)
k8s.core.v1.ConfigMap("right", metadata={"name": "right"}, data={"a": "1"}, opts=options)
after = pulumi.ResourceOptions(provider=provider, depends_on=[nodes, space])
for name, (api_version, kind, inputs) in json.loads(Path("wrong.json").read_text()).items():
    metadata = {"name": name, "annotations": {"pulumi.com/timeoutSeconds": "5"}, **inputs.pop("metadata", {})}
    given = {"apiVersion": api_version.removeprefix("core/"), "kind": kind, "metadata": metadata, **inputs}
    pulumi.CustomResource(f"kubernetes:{api_version}:{kind}", name, given, after)
pulumi.export("endpoint", cluster.endpoint)
"""
