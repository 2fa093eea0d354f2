"""How long AWS and Kubernetes typically take to make and unmake a resource, in seconds, by Pulumi type token.

They are round figures for comparing orders, not promises. A source is a log, where one could be found; a test's time
holds both the create and the delete, which share it. A row that ends in `estimate` has a source that documents the
wait, but no figure. Sizes, regions and days differ; a database in two zones takes longer than the one of the table.

A token may end in `=` and the add-on or the chart that the resource installs (`clock.kind`); that row goes first.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Typical:
    """The seconds of one create and one delete, and the URL of where they come from."""

    create_seconds: int
    delete_seconds: int
    source: str
    longest_seconds: int = 0
    """How long it has been seen or said to take at the worst, where that is known to be much longer."""


_PROVIDER = "https://github.com/hashicorp/terraform-provider-aws"
_STEAMPIPE = "https://github.com/turbot/steampipe-plugin-aws"
# The pages of resources that only make a call have no section on timeouts.
CALL = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs"
# vpc 12 s, subnet 4 s, internet gateway 6 s, address 2 s
NETWORK_LOG = f"{_STEAMPIPE}/pull/540"
# terraform destroy: subnet 2 s, security group 2 s, role 3 s, role policy attachment 0 s
DESTROY_LOG = "https://github.com/agones-dev/agones/pull/1790"
# security group 2 s, role policy attachment 1 s, node groups 1 min 48 s and 1 min 59 s
NODES_LOG = "https://github.com/DevopsArtFactory/terraform-provisioning/pull/46"
# access entry 1 s, cluster 8 min 33 s
ACCESS_LOG = "https://github.com/DevopsArtFactory/terraform-provisioning/pull/47"
# security group rules 2 to 5 s
RULES_LOG = "https://github.com/hashicorp-education/learn-terraform-variables/pull/6"
NAT_TESTS = f"{_PROVIDER}/pull/3545"  # 199 to 218 s, with the network
CLUSTER_LOG = "https://github.com/terraform-aws-modules/terraform-aws-eks/pull/3218"  # cluster 10 min 6 s
ADDON_TIMEOUTS = f"{CALL}/resources/eks_addon#timeouts"
NODES_DESTROY_LOG = "https://github.com/terraform-aws-modules/terraform-aws-eks/issues/285"  # beyond 2 min 20 s
DATABASE_TESTS = f"{_PROVIDER}/pull/23560"  # 475 to 515 s; with a final snapshot 895 s
CACHE_TESTS = f"{_PROVIDER}/pull/46950"  # 484 to 608 s with one node; 1086 s in two zones (pull/17320)
CACHE_LOG = f"{_STEAMPIPE}/pull/184"  # subnet group 8 s
BALANCER_LOG = f"{_STEAMPIPE}/pull/792"  # 2 min 19 s
BALANCER_DESTROY_LOG = f"{_PROVIDER}/issues/34860"  # listener, target group 0 s
CDN_TESTS = f"{_PROVIDER}/pull/47459"  # 250 to 306 s; those that also switch it off, over 500 s (pull/26510)
VPC_ORIGIN_TESTS = f"{_PROVIDER}/pull/46239"  # 1254 s, with its network and load balancer
CERTIFICATE_LOG = "https://github.com/hashicorp/terraform/issues/33507"  # 11 s
RECORD_LOG = f"{_PROVIDER}/pull/11300"  # 37 to 39 s
VALIDATION = "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html"
INSTANCE_LOG = f"{_STEAMPIPE}/pull/12"  # 45 s
KEY_TIMEOUTS = f"{CALL}/resources/kms_key#timeouts"
LIFECYCLE_TIMEOUTS = f"{CALL}/resources/s3_bucket_lifecycle_configuration#timeouts"
ENDPOINT_TIMEOUTS = f"{CALL}/resources/vpc_endpoint#timeouts"
# releases, config maps, namespaces, storage classes: destroyed in 0 to 1 s
KUBERNETES_DESTROY_LOG = "https://github.com/GSA/data.gov/issues/3617"
# Pulumi waits until the pods are ready.
KUBERNETES_AWAIT = "https://www.pulumi.com/registry/packages/kubernetes/api-docs/apps/v1/deployment/"
HELM_AWAIT = "https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/"

DEFAULT = Typical(1, 1, CALL)

_CALLS = (
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
    "aws:cloudwatch/logDelivery:LogDelivery",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
    "aws:cloudwatch/logDeliverySource:LogDeliverySource",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/flowLog:FlowLog",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/route:Route",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:secretsmanager/secret:Secret",
    "aws:secretsmanager/secretVersion:SecretVersion",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
)

_OBJECTS = (
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:core/v1:Secret",
    "kubernetes:core/v1:ServiceAccount",
    "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding",
    "kubernetes:monitoring.coreos.com/v1:Probe",
    "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
    "kubernetes:monitoring.coreos.com/v1:ServiceMonitor",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "kubernetes:policy/v1:PodDisruptionBudget",
    "kubernetes:storage.k8s.io/v1:StorageClass",
)

TIMES: dict[str, Typical] = {
    **dict.fromkeys(_CALLS, DEFAULT),
    **dict.fromkeys(_OBJECTS, Typical(1, 1, KUBERNETES_DESTROY_LOG)),
    "aws:acm/certificate:Certificate": Typical(11, 2, CERTIFICATE_LOG),
    "aws:acm/certificateValidation:CertificateValidation": Typical(60, 1, VALIDATION),  # estimate
    "aws:cloudfront/distribution:Distribution": Typical(240, 240, CDN_TESTS),
    # longer than a quarter of an hour: github.com/terraform-aws-modules/terraform-aws-cloudfront/issues/163
    "aws:cloudfront/vpcOrigin:VpcOrigin": Typical(480, 480, VPC_ORIGIN_TESTS, longest_seconds=900),
    "aws:ec2/eip:Eip": Typical(2, 2, NETWORK_LOG),
    "aws:ec2/instance:Instance": Typical(45, 45, INSTANCE_LOG),
    "aws:ec2/internetGateway:InternetGateway": Typical(6, 6, NETWORK_LOG),
    "aws:ec2/natGateway:NatGateway": Typical(105, 60, NAT_TESTS),
    "aws:ec2/securityGroup:SecurityGroup": Typical(2, 2, NODES_LOG),
    "aws:ec2/subnet:Subnet": Typical(4, 2, NETWORK_LOG),
    "aws:ec2/vpc:Vpc": Typical(12, 1, NETWORK_LOG),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Typical(6, 6, ENDPOINT_TIMEOUTS),  # estimate, for a gateway
    "aws:eks/accessEntry:AccessEntry": Typical(1, 1, ACCESS_LOG),
    "aws:eks/addon:Addon": Typical(20, 10, ADDON_TIMEOUTS),  # estimate
    "aws:eks/addon:Addon=aws-ebs-csi-driver": Typical(40, 10, ADDON_TIMEOUTS),  # estimate
    "aws:eks/cluster:Cluster": Typical(600, 150, CLUSTER_LOG),  # delete: estimate
    "aws:eks/nodeGroup:NodeGroup": Typical(120, 240, NODES_DESTROY_LOG),
    "aws:elasticache/parameterGroup:ParameterGroup": Typical(3, 1, CACHE_LOG),  # estimate
    "aws:elasticache/replicationGroup:ReplicationGroup": Typical(480, 240, CACHE_TESTS),
    "aws:elasticache/subnetGroup:SubnetGroup": Typical(5, 1, CACHE_LOG),
    "aws:iam/role:Role": Typical(2, 2, DESTROY_LOG),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Typical(1, 1, NODES_LOG),
    "aws:kms/key:Key": Typical(12, 1, KEY_TIMEOUTS),  # estimate: until policy, rotation and tags can be read back
    "aws:lb/listener:Listener": Typical(1, 1, BALANCER_DESTROY_LOG),
    "aws:lb/loadBalancer:LoadBalancer": Typical(140, 10, BALANCER_LOG),
    "aws:lb/targetGroup:TargetGroup": Typical(1, 1, BALANCER_DESTROY_LOG),
    "aws:rds/instance:Instance": Typical(540, 300, DATABASE_TESTS),
    "aws:rds/parameterGroup:ParameterGroup": Typical(3, 1, CALL),  # estimate: one call for every 20 parameters
    "aws:rds/subnetGroup:SubnetGroup": Typical(2, 1, CALL),
    "aws:route53/record:Record": Typical(38, 38, RECORD_LOG),
    "aws:s3/bucket:Bucket": Typical(3, 1, CALL),  # estimate
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Typical(30, 1, LIFECYCLE_TIMEOUTS),  # estimate
    "aws:s3/bucketVersioning:BucketVersioning": Typical(2, 1, CALL),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Typical(2, 2, RULES_LOG),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Typical(2, 2, RULES_LOG),
    "aws:wafv2/webAcl:WebAcl": Typical(3, 2, CALL),  # estimate
    "kubernetes:apps/v1:DaemonSet": Typical(30, 30, KUBERNETES_AWAIT),  # estimate
    "kubernetes:apps/v1:Deployment": Typical(90, 30, KUBERNETES_AWAIT),  # estimate: pull, start, probes
    "kubernetes:apps/v1:StatefulSet": Typical(90, 30, KUBERNETES_AWAIT),  # estimate
    "kubernetes:batch/v1:Job": Typical(30, 5, KUBERNETES_AWAIT),  # estimate
    "kubernetes:core/v1:Namespace": Typical(1, 10, KUBERNETES_DESTROY_LOG),  # delete: estimate, it empties first
    "kubernetes:core/v1:Service": Typical(10, 1, KUBERNETES_AWAIT),  # estimate
    "kubernetes:helm.sh/v3:Release": Typical(45, 5, HELM_AWAIT),  # estimate
    "kubernetes:helm.sh/v3:Release=kube-prometheus-stack": Typical(120, 10, HELM_AWAIT),  # estimate
    "kubernetes:helm.sh/v3:Release=loki": Typical(120, 10, HELM_AWAIT),  # estimate
}
