"""What programs of several modules are made of."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s


def document(**statement: Any) -> str:
    statements = [{"Effect": "Allow", **statement}]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust(service: str, actions: Any = "sts:AssumeRole") -> str:
    return document(Principal={"Service": service}, Action=actions)


def vpc(name: str = "vpc", cidr: str = "10.0.0.0/16") -> aws.ec2.Vpc:
    return aws.ec2.Vpc(name, cidr_block=cidr)


def subnet(name: str, of: aws.ec2.Vpc, third: int, zone: str = "a") -> aws.ec2.Subnet:
    return aws.ec2.Subnet(name, vpc_id=of.id, cidr_block=f"10.0.{third}.0/24", availability_zone=f"eu-west-1{zone}")


def two_zones(of: aws.ec2.Vpc) -> list[aws.ec2.Subnet]:
    return [subnet("subnet-one", of, 1, "a"), subnet("subnet-two", of, 2, "b")]


def role(name: str = "role", service: str = "ec2.amazonaws.com", actions: Any = "sts:AssumeRole") -> aws.iam.Role:
    return aws.iam.Role(name, assume_role_policy=trust(service, actions))


def function(taken: aws.iam.Role | None = None, **more: Any) -> aws.lambda_.Function:
    own = taken or role("role", "lambda.amazonaws.com")
    code: dict[str, Any] = {
        "s3_bucket": "code",
        "s3_key": "function.zip",
        "runtime": "python3.14",
        "handler": "app.run",
    }
    return aws.lambda_.Function("function", role=own.arn, **{**code, **more})


def cluster(version: str = "1.35", **more: Any) -> aws.eks.Cluster:
    subnets = two_zones(vpc())
    given: dict[str, Any] = {
        "version": version,
        "name": "platform",
        "role_arn": role("cluster-role", "eks.amazonaws.com").arn,
        "vpc_config": {"subnet_ids": [each.id for each in subnets]},
        "access_config": {"authentication_mode": "API"},
        **more,
    }
    return aws.eks.Cluster("cluster", **given)


NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")


def node_group(
    of: aws.eks.Cluster, policies: Any = NODE_POLICIES, after: list[pulumi.Resource] | None = None, **more: Any
) -> aws.eks.NodeGroup:
    nodes = role("node-role")
    attached = [
        aws.iam.RolePolicyAttachment(f"node-{name}", role=nodes.name, policy_arn=f"arn:aws:iam::aws:policy/{name}")
        for name in policies
    ]
    given: dict[str, Any] = {
        "cluster_name": of.name,
        "node_role_arn": nodes.arn,
        "subnet_ids": of.vpc_config.subnet_ids,
        "scaling_config": {"min_size": 1, "desired_size": 2, "max_size": 3},
        **more,
    }
    return aws.eks.NodeGroup("nodes", **given, opts=pulumi.ResourceOptions(depends_on=[*attached, *(after or [])]))


def database(**more: Any) -> aws.rds.Instance:
    given: dict[str, Any] = {
        "engine": "postgres",
        "engine_version": "17",
        "instance_class": "db.t4g.medium",
        "allocated_storage": 20,
        "storage_type": "gp3",
        "username": "flowise",
        "password": "correct-horse-battery",
        "skip_final_snapshot": True,
        **more,
    }
    return aws.rds.Instance("db", **{key: value for key, value in given.items() if value is not None})


def cache(**more: Any) -> aws.elasticache.ReplicationGroup:
    given: dict[str, Any] = {
        "description": "cache",
        "engine": "valkey",
        "engine_version": "8.0",
        "node_type": "cache.t4g.small",
        "num_cache_clusters": 2,
        **more,
    }
    return aws.elasticache.ReplicationGroup("cache", **given)


KEY_ADMIN = document(Principal={"AWS": "arn:aws:iam::123456789012:root"}, Action="kms:*", Resource="*")


def database_with(values: dict[str, Any]) -> None:
    database(**values)


def cache_with(values: dict[str, Any]) -> None:
    cache(**values)


def certificate(region: str | None = None) -> aws.acm.Certificate:
    return aws.acm.Certificate("certificate", domain_name="flowise.example.com", validation_method="DNS", region=region)


def balancer() -> aws.lb.LoadBalancer:
    return aws.lb.LoadBalancer("lb", subnets=[each.id for each in two_zones(vpc())])


ACTIONS: Any = [{"type": "fixed-response", "fixed_response": {"content_type": "text/plain"}}]
VISIBLE: Any = {"cloudwatch_metrics_enabled": True, "metric_name": "acl", "sampled_requests_enabled": True}


def web_acl(rules: Any = None, region: str = "us-east-1", scope: str = "CLOUDFRONT") -> aws.wafv2.WebAcl:
    return aws.wafv2.WebAcl(
        "acl",
        scope=scope,
        region=region,
        default_action=aws.wafv2.WebAclDefaultActionArgs(allow=aws.wafv2.WebAclDefaultActionAllowArgs()),
        visibility_config=VISIBLE,
        rules=rules or [],
    )


def deployment(container: dict[str, Any] | None = None, **pod: Any) -> k8s.apps.v1.Deployment:
    labels = pod.pop("labels", {"app": "web"})
    main = {"name": "web", "image": "web:1.0", **(container or {})}
    namespace, more = pod.pop("namespace", None), pod.pop("deployment", {})
    metadata: Any = {"name": "web", **({"namespace": namespace} if namespace else {})}
    spec: Any = {
        "selector": {"match_labels": {"app": "web"}},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [main], **pod}},
        **more,
    }
    return k8s.apps.v1.Deployment("web", metadata=metadata, spec=spec)


def keda_watching(given: dict[str, Any]) -> None:
    scaled = given.get("scaled", ("jobs",))
    named = given.get("namespaces", ("keda", "jobs", "other"))
    namespaces = [k8s.core.v1.Namespace(f"{name}-home", metadata={"name": name}) for name in named]
    keda = k8s.helm.v3.Release(
        "keda",
        chart="keda",
        namespace="keda",
        values={
            "watchNamespace": "jobs",
            "permissions": {"operator": {"restrict": {"secret": given.get("restrict", False)}}},
        },
        opts=pulumi.ResourceOptions(depends_on=namespaces),
    )
    for namespace in scaled:
        login = keda_object("login", "TriggerAuthentication", namespace, keda, secretTargetRef=[{"name": "cache"}])
        trigger = {"type": "redis", "authenticationRef": {"name": "login"}}
        keda_object("scaled", "ScaledObject", namespace, login, triggers=[trigger], scaleTargetRef={"name": "worker"})


def keda_object(name: str, kind: str, namespace: str, after: pulumi.Resource, **spec: Any) -> pulumi.Resource:
    return k8s.apiextensions.CustomResource(
        name,
        api_version="keda.sh/v1alpha1",
        kind=kind,
        metadata={"name": name, "namespace": namespace},
        spec=spec,
        opts=pulumi.ResourceOptions(depends_on=[after]),
    )
