"""The Kubernetes cluster and its nodes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.data_key import DataKey, DataKeyArgs
from ..shared.iam_documents import Statement, allow, document, service_trust
from ..shared.node_labels import APP_NODES, SYSTEM_NODES, SYSTEM_TAINT
from ..shared.node_role import node_role
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.references import ClusterRef, NetworkRef
from ..shared.watch import Watch
from .access import grant_access
from .addons import CONFIGURATIONS, AddonName, addon_version
from .kubeconfig import kubeconfig
from .node_group import NodeGroup, NodeGroupArgs
from .operator_host import OperatorHost, OperatorHostArgs
from .settings import ClusterSettings, NodeGroupSettings
from .threat_detection import ThreatDetection, ThreatDetectionArgs
from .watch import watch

ALL_LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
# What EKS does with the key that envelopes secrets (EKS user guide, enable-kms).
SECRETS_KEY_USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants")


@dataclass(frozen=True, kw_only=True)
class EksClusterArgs:
    """What the cluster is (settings) and where it lies.

    `cluster_name` is fixed, not auto-named: the log group must stand before the cluster under a name that contains it,
    or EKS makes one without key or retention. `application_namespace` is where deployers may change things.
    `node_statements` are what nodes may do beside joining and pulling.
    """

    settings: ClusterSettings
    cluster_name: str
    application_namespace: str
    network: NetworkRef
    protect_data: bool
    tags: Mapping[str, str]
    node_statements: Sequence[Statement] = ()


class EksCluster(pulumi.ComponentResource):
    """An EKS cluster with pinned add-ons, and two managed groups of arm64 nodes: for the system and for applications.

    Access is by access entries alone; whoever creates the cluster is not thereby its administrator. It installs nothing
    into Kubernetes but EKS's own add-ons, and it makes no Kubernetes provider: that is built from its kubeconfig.
    """

    cluster_name: pulumi.Output[str]
    cluster_arn: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    certificate_authority: pulumi.Output[str]
    cluster_security_group_id: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]

    def __init__(self, name: str, args: EksClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:eks_cluster:EksCluster", name, {}, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        # with the cluster goes everything in it, and with the key its Secrets and logs; nodes and add-ons come and go
        self._protected = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=args.protect_data))
        self._partition = aws.get_partition_output(opts=pulumi.InvokeOutputOptions(parent=self)).partition

        cluster = self._control_plane()
        grant_access(
            name,
            cluster.name,
            args.settings,
            namespace=args.application_namespace,
            partition=self._partition,
            tags=args.tags,
            opts=self._child,
        )
        cni = self._cni(cluster)
        agent = self._addon(cluster, "eks-pod-identity-agent")
        # without a network plugin nodes join as NotReady, and without prefix delegation they settle on too few pods
        nodes = self._nodes(cluster, before=[cni, agent])
        self._addons_on_nodes(cluster, nodes)
        self._surroundings(cluster)

        self.cluster_name = cluster.name
        self.cluster_arn = cluster.arn
        self.endpoint = cluster.endpoint
        self.certificate_authority = cluster.certificate_authority.data
        self.cluster_security_group_id = cluster.vpc_config.cluster_security_group_id
        self.kubeconfig = self._kubeconfig()
        self.register_outputs(
            {
                "cluster_name": self.cluster_name,
                "cluster_arn": self.cluster_arn,
                "endpoint": self.endpoint,
                "certificate_authority": self.certificate_authority,
                "cluster_security_group_id": self.cluster_security_group_id,
                "kubeconfig": self.kubeconfig,
            }
        )

    @property
    def ref(self) -> ClusterRef:
        """What others need to run in it."""
        return ClusterRef(
            name=self.cluster_name,
            arn=self.cluster_arn,
            endpoint=self.endpoint,
            security_group_id=self.cluster_security_group_id,
            node_statements=self._args.node_statements,
        )

    @property
    def watch(self) -> Watch:
        """What watches the cluster."""
        return watch(cluster_name=self._args.cluster_name)

    def _after(self, *before: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=list(before)))

    def _managed_policy(self, path: str) -> pulumi.Output[str]:
        return pulumi.Output.concat("arn:", self._partition, ":iam::aws:policy/", path)

    def _control_plane(self) -> aws.eks.Cluster:
        args, name = self._args, self._name
        key = DataKey(
            f"{name}-key",
            DataKeyArgs(
                purpose=f"Secrets and control-plane logs of {args.cluster_name}",
                region=args.network.region,
                tags=args.tags,
                encrypts_logs=True,
            ),
            self._protected,
        )
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            # EKS writes to the group of this name and no other
            name=f"/aws/eks/{args.cluster_name}/cluster",
            retention_in_days=args.settings.log_retention_days,
            kms_key_id=key.arn,
            tags=dict(args.tags),
            opts=self._child,
        )
        role, granted = self._control_plane_role(key)
        public = list(args.settings.public_access_cidrs)
        return aws.eks.Cluster(
            f"{name}-cluster",
            name=args.cluster_name,
            version=args.settings.kubernetes_version,
            role_arn=role.arn,
            access_config={
                "authentication_mode": "API",
                "bootstrap_cluster_creator_admin_permissions": False,
            },
            vpc_config=aws.eks.ClusterVpcConfigArgs(
                subnet_ids=args.network.control_plane_subnet_ids,
                endpoint_private_access=True,
                endpoint_public_access=bool(public),
                # absent means open to all, where the public endpoint is on
                public_access_cidrs=public or None,
            ),
            # it cannot change later, and NetworkPolicies count on it
            kubernetes_network_config=aws.eks.ClusterKubernetesNetworkConfigArgs(
                service_ipv4_cidr=args.network.ranges.services
            ),
            encryption_config=aws.eks.ClusterEncryptionConfigArgs(
                resources=["secrets"], provider=aws.eks.ClusterEncryptionConfigProviderArgs(key_arn=key.arn)
            ),
            enabled_cluster_log_types=ALL_LOGS,
            bootstrap_self_managed_addons=False,
            deletion_protection=args.settings.deletion_protection,
            # six times the price falls due when standard support ends; upgraded instead
            upgrade_policy={"support_type": "STANDARD"},
            zonal_shift_config={"enabled": True},
            tags=dict(args.tags),
            # EKS would make the log group itself, and fails without the role's permissions; no property names either
            opts=pulumi.ResourceOptions.merge(self._protected, pulumi.ResourceOptions(depends_on=[logs, *granted])),
        )

    def _control_plane_role(self, key: DataKey) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        name = self._name
        role = aws.iam.Role(
            f"{name}-control-plane",
            assume_role_policy=json.dumps(service_trust("eks.amazonaws.com")),
            description="The EKS control plane",
            tags=dict(self._args.tags),
            opts=self._child,
        )
        attached = aws.iam.RolePolicyAttachment(
            f"{name}-control-plane-eks",
            role=role.name,
            policy_arn=self._managed_policy("AmazonEKSClusterPolicy"),
            opts=self._child,
        )
        secrets = aws.iam.RolePolicy(
            f"{name}-control-plane-key",
            role=role.name,
            policy=pulumi.Output.json_dumps(document([allow("EnvelopesSecrets", SECRETS_KEY_USE, [key.arn])])),
            opts=self._child,
        )
        return role, [attached, secrets]

    def _cni(self, cluster: aws.eks.Cluster) -> aws.eks.Addon:
        role = self._pod_role(cluster, "cni", "aws-node", "AmazonEKS_CNI_Policy", self._args.tags)
        return self._addon(cluster, "vpc-cni", before=[role])

    def _addons_on_nodes(self, cluster: aws.eks.Cluster, nodes: Sequence[pulumi.Resource]) -> None:
        ebs = self._pod_role(
            cluster,
            "ebs",
            "ebs-csi-controller-sa",
            "AmazonEBSCSIDriverEKSClusterScopedPolicy",
            # the policy admits volumes of the cluster that this tag of the role names
            {**self._args.tags, "eks-cluster-name": self._args.cluster_name},
        )
        # these stay degraded until they find a node to run on
        self._addon(cluster, "kube-proxy", before=nodes)
        self._addon(cluster, "coredns", before=nodes)
        self._addon(cluster, "aws-ebs-csi-driver", before=[*nodes, ebs])
        # the autoscalers of pods ask it for their CPU
        self._addon(cluster, "metrics-server", before=nodes)
        # node repair acts on what it reports
        self._addon(cluster, "eks-node-monitoring-agent", before=nodes)

    def _pod_role(
        self, cluster: aws.eks.Cluster, role: str, service_account: str, policy: str, tags: Mapping[str, str]
    ) -> PodRole:
        return PodRole(
            f"{self._name}-{role}",
            PodRoleArgs(
                cluster_name=cluster.name,
                cluster_arn=cluster.arn,
                namespace="kube-system",
                service_account=service_account,
                managed_policy_arns={"aws": self._managed_policy(policy)},
                tags=tags,
            ),
            self._child,
        )

    def _addon(
        self,
        cluster: aws.eks.Cluster,
        addon: AddonName,
        before: Sequence[pulumi.Resource] = (),
    ) -> aws.eks.Addon:
        configuration = CONFIGURATIONS.get(addon)
        return aws.eks.Addon(
            f"{self._name}-{addon}",
            cluster_name=cluster.name,
            addon_name=addon,
            addon_version=addon_version(self._args.settings.kubernetes_version, addon),
            configuration_values=json.dumps(configuration, sort_keys=True) if configuration else None,
            # what the program says wins over what somebody changed by hand
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=dict(self._args.tags),
            # the callers say what each add-on waits for; no property of an add-on names it
            opts=self._after(*before),
        )

    def _nodes(self, cluster: aws.eks.Cluster, before: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
        args, settings = self._args, self._args.settings
        role, granted = node_role(
            f"{self._name}-node",
            partition=self._partition,
            statements=args.node_statements,
            tags=args.tags,
            opts=self._child,
        )
        groups: list[tuple[str, NodeGroupSettings, Mapping[str, str], str | None]] = [
            ("system", settings.system_nodes, SYSTEM_NODES, SYSTEM_TAINT),
            ("app", settings.app_nodes, APP_NODES, None),
        ]
        return [
            NodeGroup(
                f"{self._name}-{purpose}",
                NodeGroupArgs(
                    settings=group,
                    cluster_name=cluster.name,
                    kubernetes_version=settings.kubernetes_version,
                    node_image=settings.node_image,
                    node_release=settings.node_release,
                    role_arn=role.arn,
                    subnet_ids=args.network.private_subnet_ids,
                    labels=labels,
                    soft_taint=taint,
                    tags=args.tags,
                ),
                # nodes cannot join before the role may
                self._after(*before, *granted),
            )
            for purpose, group, labels, taint in groups
        ]

    def _surroundings(self, cluster: aws.eks.Cluster) -> None:
        args = self._args
        if args.settings.operator_host:
            OperatorHost(
                f"{self._name}-operator",
                OperatorHostArgs(
                    host_name=f"{args.cluster_name}-operator",
                    vpc_id=args.network.vpc_id,
                    subnet_id=pulumi.Output.from_input(args.network.private_subnet_ids)[0],
                    cluster_security_group_id=cluster.vpc_config.cluster_security_group_id,
                    tags=args.tags,
                ),
                self._child,
            )
        if args.settings.guardduty:
            ThreatDetection(f"{self._name}-threats", ThreatDetectionArgs(tags=args.tags), self._child)

    def _kubeconfig(self) -> pulumi.Output[str]:
        config = kubeconfig(
            cluster_name=self.cluster_name,
            endpoint=self.endpoint,
            certificate_authority=self.certificate_authority,
            region=self._args.network.region,
        )
        return pulumi.Output.secret(pulumi.Output.json_dumps(config))
