"""A cluster of EKS with an application on it, that does things well, and not as this repository's components do."""

import json
from typing import Any

from tests.policies.cases.case import document
from tests.policies.cases.stacks import of
from tests.policies.packs import Resource

_ACCOUNT = "111122223333"
_TAGS = {"tags": {"Project": "crew"}}
_LABELS = {
    "app.kubernetes.io/name": "crew",
    "app.kubernetes.io/instance": "crew",
    "app.kubernetes.io/part-of": "crew",
    "app.kubernetes.io/managed-by": "pulumi",
}
_NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")
_RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
_PROBE = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10}
_POD: dict[str, Any] = {
    "serviceAccountName": "crew", "automountServiceAccountToken": False, "terminationGracePeriodSeconds": 30,
    "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
    "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {"matchLabels": _LABELS}} for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")],
    "containers": [{
        "name": "crew", "image": f"{_ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/crew:2.3.1@sha256:{'a' * 64}", "imagePullPolicy": "IfNotPresent", "ports": [{"containerPort": 8080}],
        "env": [{"name": "STAGE", "value": "production"}], "livenessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 20}, "readinessProbe": _PROBE,
        "resources": {"requests": {"cpu": "250m", "memory": "512Mi", "ephemeral-storage": "1Gi"}, "limits": {"cpu": "1", "memory": "512Mi", "ephemeral-storage": "1Gi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "privileged": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True},
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }],
    "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "256Mi"}}],
}  # fmt: skip


def _object(kind: str, name: str, **rest: Any) -> Resource:
    return of(
        f"kubernetes:{kind}",
        f"k8s-{name}",
        {"metadata": {"name": name, "namespace": "crew", "labels": _LABELS}, **rest},
    )


RESOURCES: list[Resource] = [
    of("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.40.0.0/16", **_TAGS}),
    of("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "closed", _TAGS, vpcId="vpc"),
    of("aws:cloudwatch/logGroup:LogGroup", "flow-logs", {"retentionInDays": 90, **_TAGS}),
    of("aws:ec2/flowLog:FlowLog", "flows", {"trafficType": "ALL", **_TAGS}, vpcId="vpc", logDestination="flow-logs"),
    *(of("aws:ec2/subnet:Subnet", f"private-{zone}", {"cidrBlock": f"10.40.{n}.0/24", "availabilityZone": f"eu-west-1{zone}", **_TAGS}, vpcId="vpc") for n, zone in enumerate("abc")),
    of("aws:kms/key:Key", "key", {"enableKeyRotation": True, "policy": document(Action="kms:*", Resource="*", Principal={"AWS": f"arn:aws:iam::{_ACCOUNT}:root"}), **_TAGS}),
    of("aws:iam/role:Role", "cluster-role", {"assumeRolePolicy": document(Action=["sts:AssumeRole", "sts:TagSession"], Principal={"Service": "eks.amazonaws.com"}), **_TAGS}),
    of("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "cluster-policy", {"policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"}, role="cluster-role"),
    of("aws:eks/cluster:Cluster", "cluster", {
        "version": "1.35", "enabledClusterLogTypes": ["api", "audit", "authenticator"], "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}, "deletionProtection": True,
        "vpcConfig": {"endpointPublicAccess": False, "endpointPrivateAccess": True, "subnetIds": ["subnet-1", "subnet-2", "subnet-3"]}, "encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": f"arn:aws:kms:eu-west-1:{_ACCOUNT}:key/1"}},
        "upgradePolicy": {"supportType": "STANDARD"}, **_TAGS,
    }, roleArn="cluster-role"),
    *(of("aws:eks/addon:Addon", f"addon-{name}", {"addonName": name, **_TAGS}, clusterName="cluster") for name in ("vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent")),
    of("aws:iam/role:Role", "node-role", {"assumeRolePolicy": document(Action="sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"}), **_TAGS}),
    *(of("aws:iam/rolePolicyAttachment:RolePolicyAttachment", f"node-{name}", {"policyArn": f"arn:aws:iam::aws:policy/{name}"}, role="node-role") for name in _NODE_POLICIES),
    of("aws:ec2/launchTemplate:LaunchTemplate", "nodes-template", {"metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1}, "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true", "volumeSize": 80, "volumeType": "gp3"}}], "userData": "", **_TAGS}),
    of("aws:eks/nodeGroup:NodeGroup", "nodes", {"scalingConfig": {"minSize": 3, "maxSize": 9, "desiredSize": 3}, "instanceTypes": ["m7g.large"], "amiType": "AL2023_ARM_64_STANDARD", "launchTemplate": {"version": "1"}, **_TAGS}, clusterName="cluster", nodeRoleArn="node-role", subnetIds=["private-a", "private-b", "private-c"]),
    of("aws:iam/role:Role", "crew-role", {"assumeRolePolicy": document(Action=["sts:AssumeRole", "sts:TagSession"], Principal={"Service": "pods.eks.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": _ACCOUNT}}), **_TAGS}),
    of("aws:iam/rolePolicy:RolePolicy", "crew-policy", {"policy": document(Sid="ReadsItsQueue", Action=["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Resource=f"arn:aws:sqs:eu-west-1:{_ACCOUNT}:crew")}, role="crew-role"),
    of("aws:eks/podIdentityAssociation:PodIdentityAssociation", "crew-identity", {"namespace": "crew", "serviceAccount": "crew", **_TAGS}, clusterName="cluster", roleArn="crew-role"),
    of("aws:eks/accessEntry:AccessEntry", "operators", {"principalArn": f"arn:aws:iam::{_ACCOUNT}:role/operators", "type": "STANDARD", **_TAGS}, clusterName="cluster"),
    of("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "operators-view", {"principalArn": f"arn:aws:iam::{_ACCOUNT}:role/operators", "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "accessScope": {"type": "cluster"}}, clusterName="cluster"),
    of("aws:sqs/queue:Queue", "queue", {"sqsManagedSseEnabled": True, "redrivePolicy": json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:eu-west-1:{_ACCOUNT}:crew-dlq", "maxReceiveCount": 5}), **_TAGS}),
    of("kubernetes:core/v1:Namespace", "k8s-namespace", {"metadata": {"name": "crew", "labels": {**_LABELS, **_RESTRICTED}}}),
    _object("core/v1:ServiceAccount", "crew", automountServiceAccountToken=False),
    _object("networking.k8s.io/v1:NetworkPolicy", "closed", spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}),
    _object("networking.k8s.io/v1:NetworkPolicy", "own-way", spec={"podSelector": {"matchLabels": _LABELS}, "policyTypes": ["Ingress", "Egress"], "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}], "ports": [{"port": 8080, "protocol": "TCP"}]}], "egress": [{"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}], "ports": [{"port": 53, "protocol": "UDP"}]}]}),
    _object("core/v1:ResourceQuota", "quota", spec={"hard": {"pods": "20", "requests.cpu": "10", "requests.memory": "20Gi", "limits.memory": "20Gi"}}),
    _object("apps/v1:Deployment", "crew", spec={"replicas": 3, "selector": {"matchLabels": _LABELS}, "strategy": {"type": "RollingUpdate"}, "template": {"metadata": {"labels": _LABELS}, "spec": _POD}}),
    _object("policy/v1:PodDisruptionBudget", "crew", spec={"maxUnavailable": 1, "selector": {"matchLabels": _LABELS}}),
    _object("core/v1:Service", "crew", spec={"type": "ClusterIP", "selector": _LABELS, "ports": [{"port": 80, "targetPort": 8080}]}),
]  # fmt: skip
PROTECTED = {"cluster", "key"}
