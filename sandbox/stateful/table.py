"""What is lost with a resource that is deleted or replaced, and what to do instead, by its type.

Every type of the AWS SDK and every kind of the Kubernetes SDK stands here, in `guards.py`, or in `holds_none.txt`, and
nowhere twice (tests/contract/test_stateful.py): a type that a new SDK brings is judged by somebody, or fails that test.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..plans import Step

_REPLACED = ("replace", "create-replacement", "delete-replaced")


def aws(module: str, *names: str) -> tuple[str, ...]:
    """Return the types of a module of the AWS SDK, whose tokens have one form."""
    return tuple(f"aws:{module}/{name[0].lower()}{name[1:]}:{name}" for name in names)


def never(_: Step) -> bool:
    """Spare nothing."""
    return False


@dataclass(frozen=True)
class Loss:
    """What goes with a resource of some types, and what to do instead."""

    types: tuple[str, ...]
    """Types of AWS as their tokens, kinds of Kubernetes as `kubernetes::Kind`, whatever their API version."""
    lost: str
    instead: str
    data: bool = True
    """Whether data go, or the means to read them; else an address, a name, or a network under what stands."""
    spares: Callable[[Step], bool] = never
    """Whether this one step loses nothing after all."""


def _is_rotation(step: Step) -> bool:
    # what keepers are for: https://www.pulumi.com/registry/packages/random/api-docs/randompassword/
    return step.operation in _REPLACED and bool(step.because) and set(step.because) <= {"keepers"}


def _has_its_content_from_the_program(step: Step) -> bool:
    return step.operation in _REPLACED and bool(step.after.get("data") or step.after.get("stringData"))


def _keeps_its_claims(step: Step) -> bool:
    """Return whether a StatefulSet has none, or its successor of the same name takes them over."""
    before, after = (side.get("spec") or {} for side in (step.before, step.after))
    if not before.get("volumeClaimTemplates"):
        return True
    retention = before.get("persistentVolumeClaimRetentionPolicy") or {}
    names = [(side.get("metadata") or {}).get("name") for side in (step.before, step.after)]
    claims = [
        [(each.get("metadata") or {}).get("name") for each in spec.get("volumeClaimTemplates") or []]
        for spec in (before, after)
    ]
    return (
        step.operation in _REPLACED
        and names[0] is not None
        and names[0] == names[1]
        and claims[0] == claims[1]
        and retention.get("whenDeleted") != "Delete"
    )


def _is_one_of_many(step: Step) -> bool:
    """Return whether an instance of EC2 has no disk but that which its image fills, and nothing says that it is dear."""
    disks = step.before.get("ebsBlockDevices") or []
    goes = any(isinstance(each, Mapping) and each.get("deleteOnTermination") is not False for each in disks)
    return (
        step.type == "aws:ec2/instance:Instance" and not goes and step.before.get("disableApiTermination") is not True
    )


def _is_left_in_place(step: Step) -> bool:
    # only then does the account itself close with the resource: aws.organizations.Account, close_on_deletion
    return step.before.get("closeOnDeletion") is not True


_SECOND = "make a second one, copy what is in the first, and switch over"
LOSSES = (
    Loss(
        (
            *aws("rds", "Instance", "Cluster", "ShardGroup"),
            *aws("docdb", "Cluster", "ElasticCluster"),
            *aws("neptune", "Cluster"),
            *aws("neptunegraph", "Graph"),
            *aws("redshift", "Cluster"),
            *aws("redshiftserverless", "Namespace"),
            *aws("dsql", "Cluster"),
            *aws("timestreaminfluxdb", "DbInstance", "DbCluster"),
            *aws("odb", "AutonomousDatabase", "CloudAutonomousVmCluster", "CloudExadataInfrastructure", "CloudVmCluster"),
            *aws("qldb", "Ledger"),
            *aws("lightsail", "Database"),
        ),
        "every row since the last snapshot, and the endpoint that clients know",
        "change it in place, or restore a snapshot beside it (`snapshotIdentifier`) and switch over, or use a "
        "blue/green deployment",
    ),
    Loss(
        (*aws("elasticache", "ReplicationGroup", "Cluster", "ServerlessCache"), *aws("memorydb", "Cluster")),
        "queued jobs, sessions and limits, and the endpoint that clients know",
        "let the queue run empty, take a snapshot, and make the new one from it beside the old",
    ),
    Loss(
        (
            *aws("s3", "Bucket", "BucketV2", "DirectoryBucket", "VectorsVectorBucket"),
            *aws("s3control", "Bucket"),
            *aws("s3tables", "TableBucket"),
            *aws("lightsail", "Bucket"),
            *aws("mediastore", "Container"),
        ),
        "every object and its versions, and the name, which others may take",
        "make a second bucket, copy what is in the first, and switch over",
    ),
    Loss(
        (
            *aws("dynamodb", "Table", "GlobalTable"),
            *aws("keyspaces", "Keyspace", "Table"),
            *aws("timestreamwrite", "Database", "Table"),
            *aws("s3tables", "Namespace", "Table"),
            *aws("s3", "VectorsIndex", "FilesFileSystem"),
            *aws("efs", "FileSystem"),
            *aws(
                "fsx",
                *("FileCache", "LustreFileSystem", "OntapFileSystem", "OntapStorageVirtualMachine", "OntapVolume"),
                *("OpenZfsFileSystem", "OpenZfsVolume", "WindowsFileSystem"),
            ),
            *aws("storagegateway", "Gateway", "CachesIscsiVolume", "StoredIscsiVolume", "TapePool"),
            *aws("ebs", "Volume", "VolumeCopy"),
            *aws("lightsail", "Disk"),
            *aws("opensearch", "Domain", "ServerlessCollection"),
            *aws("elasticsearch", "Domain"),
            *aws("cloudsearch", "Domain"),
            *aws("kendra", "Index"),
            *aws("qbusiness", "Application"),
            *aws("cloudfront", "KeyValueStore"),
            *aws("finspace", "KxEnvironment", "KxDatabase", "KxVolume", "KxCluster"),
            *aws("emr", "Cluster"),
            *aws("mwaa", "Environment"),
            *aws("glue", "Catalog", "CatalogDatabase", "Registry", "Schema"),
            *aws("schemas", "Registry"),
            *aws("athena", "Database", "Workgroup"),
            *aws("securitylake", "DataLake"),
            *aws("dataexchange", "DataSet", "Revision", "RevisionAssets"),
            *aws("datazone", "Domain", "Project"),
            *aws("customerprofiles", "Domain", "Profile"),
            *aws("location", "GeofenceCollection", "Tracker"),
            *aws("rekognition", "Collection", "Project"),
            *aws("chime", "SdkvoiceVoiceProfileDomain"),
            *aws("iot", "Thing"),
            *aws("grafana", "Workspace"),
            *aws("amp", "Workspace"),
            *aws("cloudwatchomni", "Domain", "Space"),
            *aws("sagemaker", "Domain", "Space", "FeatureGroup", "MlflowApp", "MlflowTrackingServer", "ModelPackageGroup"),
            *aws("bedrock", "AgentcoreMemory", "AgentcoreRegistry"),
            *aws("agentregistry", "Registry"),
            *aws("connect", "Instance"),
            *aws("pinpoint", "App", "Smsvoicev2OptOutList"),
            *aws("sesv2", "ContactList"),
            *aws("mailmanager", "Archive"),
            *aws("workmail", "Organization", "User", "Group"),
            *aws("quicksight", "AccountSubscription", "Namespace"),
            *aws("auditmanager", "Assessment", "AssessmentReport"),
            *aws("ssmincidents", "ReplicationSet"),
            *aws("verifiedpermissions", "PolicyStore"),
            *aws("codeartifact", "Domain", "Repository"),
            *aws("codecommit", "Repository"),
            *aws("codecatalyst", "DevEnvironment", "Project", "SourceRepository"),
            *aws("route53", "CidrCollection"),
        ),
        "everything in it",
        "make a second one from a backup, and switch over",
    ),
    Loss(
        (
            *aws("sqs", "Queue"),
            *aws("kinesis", "Stream", "VideoStream"),
            *aws("kinesisanalyticsv2", "Application"),
            *aws("msk", "Cluster", "ServerlessCluster", "Topic"),
            *aws("mq", "Broker"),
            *aws("cloudwatch", "EventArchive"),
            *aws("cloudtrail", "EventDataStore"),
        ),
        "every message that nobody has read yet, or that is kept to be read again",
        "make a second one, let the readers empty the first, and switch over",
    ),
    Loss(
        aws("ecr", "Repository") + aws("ecrpublic", "Repository"),
        "every image, those that run among them, and the name by which they are pulled",
        "make a second repository, copy the images that are wanted, and switch over",
    ),
    Loss(
        (
            *aws("cognito", "UserPool", "IdentityPool"),
            *aws("directoryservice", "Directory"),
            *aws("directoryservicedata", "User"),
        ),
        "every user, whose password nobody can copy",
        "change it in place, or make a second pool that takes the users over as they sign in",
    ),
    Loss(
        aws("cloudwatch", "LogGroup", "LogStream"),
        "every line logged to it",
        "export what is wanted, or take it out of the program with `retain_on_delete`",
    ),
    Loss(
        (
            *aws("backup", "Vault", "VaultLockConfiguration", "LogicallyAirGappedVault"),
            *aws("glacier", "Vault"),
            *aws("rds", "Snapshot", "SnapshotCopy", "ClusterSnapshot", "ClusterSnapshotCopy"),
            *aws("docdb", "ClusterSnapshot"),
            *aws("neptune", "ClusterSnapshot"),
            *aws("redshift", "ClusterSnapshot"),
            *aws("redshiftserverless", "Snapshot"),
            *aws("memorydb", "Snapshot"),
            *aws("ebs", "Snapshot", "SnapshotCopy", "SnapshotImport"),
            *aws("ec2", "Ami", "AmiCopy", "AmiFromInstance"),
            *aws("imagebuilder", "Image"),
            *aws("fsx", "Backup", "OpenZfsSnapshot"),
            *aws("kinesisanalyticsv2", "ApplicationSnapshot"),
        ),
        "the backups, or what keeps them from being deleted",
        "leave it until the last recovery point has ended",
    ),
    Loss(
        (
            *aws("kms", "Key", "ReplicaKey", "ExternalKey", "ReplicaExternalKey", "CustomKeyStore"),
            *aws("cloudhsmv2", "Cluster", "Hsm"),
            *aws("paymentcryptography", "Key"),
            *aws("acmpca", "CertificateAuthority"),
        ),
        "everything that is encrypted or signed under it",
        "leave the old key, encrypt anew under a second, and disable the old before deleting it",
    ),
    Loss(
        aws("secretsmanager", "Secret") + aws("ssm", "Parameter"),
        "the value, and the name or ARN by which others read it",
        "put a new version into it",
    ),
    Loss(
        ("random:index/randomPassword:RandomPassword", "random:index/randomBytes:RandomBytes"),
        "the value, which nobody can make again: whatever was locked with it stays locked",
        "make a second one beside it, put that to use, and then let the first go; `keepers` alone mean to make it anew",
        spares=_is_rotation,
    ),
    Loss(
        (
            *aws("ec2", "Instance"),
            *aws("lightsail", "Instance"),
            *aws("workspaces", "Workspace"),
            *aws("cloud9", "EnvironmentEC2"),
            *aws("sagemaker", "NotebookInstance"),
            *aws("appstream", "ImageBuilder"),
        ),
        "what stands on its own disks",
        "keep what is worth keeping on a volume of its own, or have a snapshot of them first",
        spares=_is_one_of_many,
    ),
    Loss(
        (
            *aws("comprehend", "DocumentClassifier", "EntityRecognizer"),
            *aws("bedrock", "CustomModel"),
            *aws("transcribe", "LanguageModel"),
            *aws("glue", "MLTransform"),
        ),
        "what it was trained to",
        "train a second one beside it, and switch over",
    ),
    Loss(
        (
            *aws("cloudformation", "Stack", "StackInstances", "StackSetInstance"),
            *aws("serverlessrepository", "CloudFormationStack"),
            *aws("servicecatalog", "ProvisionedProduct"),
            *aws("cloudcontrol", "Resource"),
            *aws("elasticbeanstalk", "Application", "Environment"),
            *aws("amplify", "App", "BackendEnvironment"),
            *aws("m2", "Application", "Environment"),
            *aws("organizations", "Organization"),
        ),
        "all that it made, which no program of yours names",
        "look at what is in it, and take what holds data out of it first",
    ),
    Loss(
        aws("organizations", "Account"),
        "the account, and everything in it",
        "empty it first, and let it go by hand",
        spares=_is_left_in_place,
    ),
    Loss(
        aws("eks", "Cluster"),
        "everything that runs in it, and its volumes",
        "make a second cluster beside it, and move the work over",
    ),
    Loss(("kubernetes::Namespace", "kubernetes::PersistentVolume", "kubernetes::PersistentVolumeClaim"), "everything in it", _SECOND),
    Loss(
        ("kubernetes::StatefulSet",),
        "its volumes: with the claims, or because nothing of that name mounts them again",
        "keep its name, and what its claims are called, and let `persistentVolumeClaimRetentionPolicy` retain them",
        spares=_keeps_its_claims,
    ),
    Loss(
        ("kubernetes::CustomResourceDefinition",),
        "every object of its kind, in every namespace",
        "change it in place",
    ),
    Loss(
        ("kubernetes::Secret",),
        "the value, and the name by which pods read it",
        "put the new value into it",
        spares=_has_its_content_from_the_program,
    ),
    Loss(
        (
            *aws("rds", "ClusterInstance"),
            *aws("docdb", "ClusterInstance"),
            *aws("neptune", "ClusterInstance"),
            *aws("redshiftserverless", "Workgroup"),
        ),
        "what reads and writes for its cluster, and the endpoint that clients know",
        "add a second one first, and let it take over",
        data=False,
    ),
    Loss(
        (
            *aws("ec2", "Eip"),
            *aws("lightsail", "StaticIp"),
            *aws("globalaccelerator", "Accelerator", "CustomRoutingAccelerator"),
            *aws("cloudfront", "AnycastIpList"),
            *aws("connect", "PhoneNumber"),
            *aws("pinpoint", "Smsvoicev2PhoneNumber"),
        ),
        "the address or number, which others may have let in, or know you by",
        "keep it, and move it to what takes over",
        data=False,
    ),
    Loss(
        (
            *aws("route53", "Zone"),
            *aws("route53domains", "Domain"),
            *aws("cloudfront", "Distribution", "MultitenantDistribution"),
            *aws("s3control", "MultiRegionAccessPoint"),
        ),
        "the name by which the site is found",
        "make the second one first, and move the records",
        data=False,
    ),
    Loss(
        aws("ec2", "Vpc", "Subnet"),
        "the network under what stands in it: database, cache, cluster and load balancer cannot follow into another, "
        "and `up` stops half-way",
        "leave it and add to it: a second range (`aws.ec2.VpcIpv4CidrBlockAssociation`), further subnets; or make a "
        "second stack beside this one, and move over",
        data=False,
    ),
)  # fmt: skip
LOSS: Mapping[str, Loss] = {token: loss for loss in LOSSES for token in loss.types}


def general(token: str) -> str:
    """Return a type as the tables have it: kinds of Kubernetes without group, version and `List`."""
    if not token.startswith("kubernetes:"):
        return token
    middle, _, kind = token.removeprefix("kubernetes:").rpartition(":")
    group = middle.partition("/")[0]
    # a custom resource may be called as Kubernetes's own are
    own = "." not in group or group.endswith(".k8s.io") or group == "helm.sh"
    return f"kubernetes::{kind.removesuffix('List')}" if own else token


def loss_of(token: str) -> Loss | None:
    """Return what goes with a resource of a type; None where it is not in the table."""
    return LOSS.get(general(token))


def holds_data(token: str) -> bool:
    """Return whether data go with a resource of this type."""
    loss = loss_of(token)
    return loss is not None and loss.data


def warning(token: str, replaces: Sequence[str]) -> str:
    """Return what to tell before a replacement; empty where nothing but time is lost."""
    loss = loss_of(token)
    if not replaces or loss is None or not loss.data or loss.spares is not never:
        return ""
    return (
        f"REPLACEMENT OF WHAT HOLDS DATA: `{'`, `'.join(replaces)}` cannot change in place, so a new resource is made, "
        f"and the old one is deleted with {loss.lost}. Put the old value back; or, where it is meant: {loss.instead}."
    )
