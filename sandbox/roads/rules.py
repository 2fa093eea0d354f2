"""What the clouds do with traffic, each with where it is written."""

from .model import Rule

_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide"
_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application"
_EKS = "https://docs.aws.amazon.com/eks/latest/userguide"
_CNI = "https://github.com/aws/amazon-network-policy-controller-k8s/blob/main/pkg/resolvers/endpoints.go"

GROUP_OUT = Rule(
    "security-group-out",
    "a security group lets out what a rule allows; the provider takes away the rule with which EC2 makes a group",
    "https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup/",
)
GROUP_IN = Rule(
    "security-group-in",
    "a security group lets in what a rule allows, and nothing else",
    f"{_VPC}/vpc-security-groups.html",
)
ACL_OUT = Rule("network-acl-out", "a subnet's network ACL judges what leaves it", f"{_VPC}/vpc-network-acls.html")
ACL_IN = Rule("network-acl-in", "a subnet's network ACL judges what enters it", f"{_VPC}/vpc-network-acls.html")
ACL_ANSWER = Rule(
    "network-acl-answer",
    "network ACLs keep no state: answers go to the client's ephemeral ports, and need a rule of their own",
    f"{_VPC}/nacl-ephemeral-ports.html",
)
NO_ROUTE = Rule(
    "route-missing",
    "a packet goes where the subnet's route table says, and nowhere without a route",
    f"{_VPC}/VPC_Route_Tables.html",
)
BLACKHOLE = Rule(
    "route-blackhole",
    "a route whose target is gone or not attached drops what it takes",
    f"{_VPC}/VPC_Route_Tables.html",
)
PRIVATE_ADDRESS = Rule(
    "public-address",
    "an internet gateway carries only what has a public address",
    f"{_VPC}/VPC_Internet_Gateway.html",
)
GATEWAY_DETACHED = Rule(
    "internet-gateway", "an internet gateway serves the VPC that it is attached to", f"{_VPC}/VPC_Internet_Gateway.html"
)
NAT_PRIVATE = Rule(
    "nat-private",
    "a private NAT gateway leads to other networks, and not to the internet",
    f"{_VPC}/vpc-nat-gateway.html",
)
NAT_SUBNET = Rule(
    "nat-subnet",
    "a public NAT gateway lies in a subnet with a route to the internet gateway",
    f"{_VPC}/nat-gateway-troubleshooting.html",
)
SOURCE_CHECK = Rule(
    "source-check",
    "an instance forwards nothing while its source/destination check is on",
    f"{_VPC}/VPC_NAT_Instance.html",
)
PEERING_PENDING = Rule(
    "peering-accepted",
    "a peering connection carries traffic once it is accepted",
    "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html",
)
PEERING_EDGE = Rule(
    "peering-edge",
    "nobody uses a peer's internet gateway, NAT device or gateway endpoint, nor a peer's peer",
    "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html",
)
TRANSIT_ATTACHED = Rule(
    "transit-attached",
    "a transit gateway carries traffic of the VPCs attached to it, in the zones of the attachment's subnets",
    "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html",
)
ENDPOINT_ROUTE = Rule(
    "endpoint-route",
    "a gateway endpoint serves the subnets whose route tables it is associated with",
    "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html",
)
ENDPOINT_POLICY = Rule(
    "endpoint-policy",
    "an endpoint lets through what its policy allows",
    "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
)
ENDPOINT_REGION = Rule(
    "endpoint-region",
    "a gateway endpoint leads to the buckets of its own region",
    "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html",
)
ENDPOINT_NAME = Rule(
    "endpoint-name",
    "an interface endpoint takes over the service's name where it has private DNS, and else has names of its own",
    "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
)
DNS_SUPPORT = Rule(
    "vpc-dns",
    "the resolver answers in a VPC with DNS support, and private names in one with DNS hostnames, too",
    f"{_VPC}/vpc-dns.html",
)
DNS_FIREWALL = Rule(
    "dns-firewall",
    "DNS Firewall answers by the first of its rules whose domains match",
    "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-rule-groups.html",
)
LISTENER = Rule(
    "listener", "a load balancer answers at the ports of its listeners", f"{_ELB}/load-balancer-listeners.html"
)
NO_TARGETS = Rule(
    "target-group-empty", "a target group without targets answers 503", f"{_ELB}/load-balancer-troubleshooting.html"
)
TARGETS_UNUSED = Rule(
    "target-group-unused",
    "a target group that no listener forwards to is not checked and gets nothing",
    f"{_ELB}/target-group-health-checks.html",
)
BALANCER_SUBNETS = Rule(
    "balancer-subnets",
    "an internet-facing load balancer lies in subnets with a route to the internet gateway",
    f"{_ELB}/load-balancer-troubleshooting.html",
)
BALANCER_INTERNAL = Rule(
    "balancer-internal",
    "the name of an internal load balancer leads to private addresses",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
)
SIGN_IN = Rule(
    "sign-in",
    "a load balancer that signs users in asks the identity provider itself, over HTTPS; without a road it answers 500",
    "https://repost.aws/knowledge-center/elb-configure-authentication-alb",
)
VPC_ORIGIN = Rule(
    "vpc-origin",
    "a VPC origin needs an internet gateway on the VPC, and its packets bear CloudFront's public addresses",
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html",
)
PROVIDER_WAIT = Rule(
    "provider-wait",
    "the provider gives up after its own time, or the program's; what comes later stands outside the state",
    "https://www.pulumi.com/docs/iac/concepts/resources/options/customtimeouts/",
)
ROLLOUT_WAIT = Rule(
    "rollout-wait",
    "a rollout is waited for ten minutes unless the program says otherwise, and goes on by maxSurge at a time",
    "https://www.pulumi.com/registry/packages/kubernetes/api-docs/apps/v1/deployment/",
)
JOB_DEADLINE = Rule(
    "job-deadline",
    "a Job is waited for ten minutes unless the program says otherwise, and works on when nobody waits any more",
    "https://www.pulumi.com/registry/packages/kubernetes/api-docs/batch/v1/job/",
)
CERTIFICATE_RECORDS = Rule(
    "certificate-records",
    "a certificate is issued once the records of its domains stand, and its validation waits for that",
    "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
)
BUCKET_POLICY = Rule(
    "bucket-policy",
    "a bucket takes from others what its policy allows",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
)
TOPIC_POLICY = Rule(
    "topic-policy",
    "a service publishes to a topic where the topic's policy lets it",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
)
QUEUE_POLICY = Rule(
    "queue-policy",
    "a topic or an event rule sends to a queue where the queue's policy lets it",
    "https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html",
)
FUNCTION_POLICY = Rule(
    "function-policy",
    "a service invokes a function where a permission of the function lets it",
    "https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html",
)
KEY_POLICY = Rule(
    "key-policy",
    "a service that writes to what a key encrypts needs the key's policy to let it; an AWS managed key lets none",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
)
API_ENDPOINT = Rule(
    "api-endpoint",
    "nodes reach the API server at its private endpoint, or at its public one from the addresses that it lists",
    f"{_EKS}/cluster-endpoint.html",
)
POLICY_OUT = Rule(
    "network-policy-out", "a pod under an egress policy reaches what a rule names; a Service by its ClusterIP", _CNI
)
POLICY_IN = Rule("network-policy-in", "a pod under an ingress policy is reached by whom a rule names", _CNI)
POLICY_ROOM = Rule(
    "network-policy-room",
    "the VPC CNI's agent keeps 24 ports of an address, and drops whatever else policies let through there",
    "https://github.com/aws/aws-network-policy-agent/blob/main/pkg/ebpf/c/helper.h",
)
POD_IDENTITY = Rule(
    "pod-identity-agent",
    "Pod Identity gives credentials through its agent on each node, which pods ask at 169.254.170.23, port 80",
    f"{_EKS}/pod-identities.html",
)
TASK_ADDRESS = Rule(
    "task-address",
    "a Fargate task in a public subnet pulls its image over a public address, or over endpoints",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
)
LAMBDA_ADDRESS = Rule(
    "lambda-address",
    "a function in a VPC has no public address, in a public subnet neither",
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html",
)
DEPENDENT_ACTION = Rule(
    "dependent-action",
    "a service does what belongs to an operation with the caller's own rights: dependent actions",
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html",
)
OPEN_TO_ALL = Rule(
    "open-to-all",
    "what holds data is for named clients",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
)
METADATA = Rule(
    "metadata-service",
    "pods reach the node's role through the metadata service where its answers travel two hops",
    "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
)
NOBODY = Rule(
    "group-of-nobody",
    "a rule for a group that nothing bears lets nobody in",
    f"{_VPC}/vpc-security-groups.html",
)
OPERATION_ACTION = Rule(
    "operation-action",
    "what the provider calls for an operation must be allowed on the resource's own ARN, and lie within the boundary",
    "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
)
BOUNDARY_ESCAPE = Rule(
    "boundary-escape",
    "a boundary ends nothing where whoever is under it may change it, or act as somebody who is not",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
)
