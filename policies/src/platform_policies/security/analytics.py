"""Notebooks, jobs, queries and models: SageMaker, Glue, EMR, Athena, Airflow, Bedrock, Connect."""

import json
from collections.abc import Callable
from typing import Any

from ..kit.holds import is_given, is_on, none_of, one_of
from ..kit.reading import UNKNOWN, get, given, on
from ..kit.rule import Resource, Rule

_NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance"
_SETTINGS = "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings"
_SECURITY = "aws:glue/securityConfiguration:SecurityConfiguration"
_GLUE = r"aws:glue/(job:Job|crawler:Crawler|devEndpoint:DevEndpoint)"
_EMR = "aws:emr/securityConfiguration:SecurityConfiguration"
_AIRFLOW = "aws:mwaa/environment:Environment"
_WORKGROUP = "aws:athena/workgroup:Workgroup"
_SAGEMAKER = "https://docs.aws.amazon.com/sagemaker/latest/dg"
_EMR_GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html"
_GLUE_GUIDE = "https://docs.aws.amazon.com/glue/latest/dg/encryption-security-configuration.html"
_ATHENA = "https://docs.aws.amazon.com/athena/latest/ug/workgroups-minimum-encryption.html"


def _read(resource: Resource) -> Any:
    value = resource.get("configuration")
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None


def _configured(*path: str) -> Callable[[Resource], bool]:
    """Return what wants a switch in the text of EMR's security configuration to be on."""

    def holds(resource: Resource) -> bool:
        read = _read(resource)
        return read is UNKNOWN or on(get(read, "EncryptionConfiguration", *path))

    return holds


def _disks(resource: Resource) -> bool:
    read = _read(resource)
    disks = get(read, "EncryptionConfiguration", "AtRestEncryptionConfiguration", "LocalDiskEncryptionConfiguration")
    return read is UNKNOWN or given(get(disks, "EncryptionKeyProviderType"))


def _ebs(resource: Resource) -> bool:
    read = _read(resource)
    disks = get(read, "EncryptionConfiguration", "AtRestEncryptionConfiguration", "LocalDiskEncryptionConfiguration")
    return read is UNKNOWN or on(get(disks, "EnableEbsEncryption"))


def _encrypted_catalogue(resource: Resource) -> bool:
    mode = resource.get("dataCatalogEncryptionSettings", "encryptionAtRest", "catalogEncryptionMode")
    passwords = resource.get(
        "dataCatalogEncryptionSettings", "connectionPasswordEncryption", "returnConnectionPasswordEncrypted"
    )
    return (mode is UNKNOWN or str(mode).startswith("SSE-KMS")) and on(passwords)


def _encrypted_jobs(resource: Resource) -> bool:
    config = resource.get("encryptionConfiguration")
    modes = (
        get(config, "cloudwatchEncryption", "cloudwatchEncryptionMode"), get(config, "jobBookmarksEncryption", "jobBookmarksEncryptionMode"),
        get(config, "s3Encryption", "s3EncryptionMode"),
    )  # fmt: skip
    return all(mode is UNKNOWN or mode not in (None, "DISABLED") for mode in modes)


def _results(resource: Resource) -> bool:
    config = resource.get("configuration")
    managed = on(get(config, "managedQueryResultsConfiguration", "enabled"))
    return (
        managed
        or given(get(config, "resultConfiguration", "encryptionConfiguration", "encryptionOption"))
        or on(get(config, "enableMinimumEncryptionConfiguration"))
    )


def _airflow_logs(resource: Resource) -> bool:
    logs = resource.get("loggingConfiguration")
    parts = ("dagProcessingLogs", "schedulerLogs", "taskLogs", "webserverLogs", "workerLogs")
    return all(on(get(logs, part, "enabled")) for part in parts)


def _connect(resource: Resource) -> bool:
    config = resource.get("storageConfig")
    kept = [get(config, one) for one in ("s3Config", "kinesisVideoStreamConfig")]
    return all(one is UNKNOWN or given(get(one, "encryptionConfig")) for one in kept if one is not None)


RULES = (
    Rule("sagemaker-internet", "high", "a notebook has no way of its own to the internet", "set directInternetAccess to Disabled", "boundary", _NOTEBOOK, one_of("directInternetAccess", "Disabled"), refs="FSBP SageMaker.1, CKV_AWS_122"),
    Rule("sagemaker-vpc", "high", "a notebook is in a VPC", "set subnetId", "boundary", _NOTEBOOK, is_given("subnetId"), refs="FSBP SageMaker.2, CKV_AWS_306"),
    Rule("sagemaker-root", "high", "a notebook's users are not root", "set rootAccess to Disabled", "privilege", _NOTEBOOK, one_of("rootAccess", "Disabled"), refs="FSBP SageMaker.3, CKV_AWS_307"),
    Rule("sagemaker-imds", "high", "a notebook's metadata service requires session tokens (IMDSv2)", "set minimumInstanceMetadataServiceVersion to 2", "identity", _NOTEBOOK, one_of("instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion", "2", 2), refs="CKV_AWS_371", link=f"{_SAGEMAKER}/nbi-imdsv2.html"),
    Rule("sagemaker-isolated", "medium", "a model's container has no network", "set enableNetworkIsolation", "boundary", "aws:sagemaker/model:Model", is_on("enableNetworkIsolation"), refs="FSBP SageMaker.5, CKV_AWS_370", level="advisory"),
    Rule("sagemaker-domain-vpc", "medium", "a studio reaches the internet over the VPC alone", "set appNetworkAccessType to VpcOnly", "boundary", "aws:sagemaker/domain:Domain", one_of("appNetworkAccessType", "VpcOnly"), link=f"{_SAGEMAKER}/studio-notebooks-and-internet-access.html", level="advisory"),
    Rule("glue-catalogue", "medium", "the data catalogue and its connections' passwords are encrypted", "set encryptionAtRest and connectionPasswordEncryption", "at-rest", _SETTINGS, _encrypted_catalogue, refs="CKV_AWS_94", link="https://docs.aws.amazon.com/glue/latest/dg/encrypt-glue-data-catalog.html"),
    Rule("glue-modes", "medium", "a security configuration of Glue encrypts logs, bookmarks and files", "set no mode to DISABLED", "at-rest", _SECURITY, _encrypted_jobs, refs="CKV_AWS_99", link=_GLUE_GUIDE),
    Rule("glue-secured", "medium", "a job or crawler of Glue has a security configuration", "set securityConfiguration", "at-rest", _GLUE, is_given("securityConfiguration"), refs="CKV_AWS_195", link=_GLUE_GUIDE),
    Rule("emr-secured", "medium", "an EMR cluster has a security configuration", "set securityConfiguration", "at-rest", "aws:emr/cluster:Cluster", is_given("securityConfiguration"), refs="FSBP EMR.3, FSBP EMR.4, CKV2_AWS_55"),
    Rule("emr-at-rest", "high", "a security configuration of EMR encrypts at rest", "set EnableAtRestEncryption", "at-rest", _EMR, _configured("EnableAtRestEncryption"), refs="FSBP EMR.3, CKV_AWS_171"),
    Rule("emr-disks", "medium", "a security configuration of EMR encrypts local disks", "set LocalDiskEncryptionConfiguration", "at-rest", _EMR, _disks, refs="CKV_AWS_349", link=_EMR_GUIDE),
    Rule("emr-ebs", "medium", "a security configuration of EMR encrypts EBS volumes", "set EnableEbsEncryption", "at-rest", _EMR, _ebs, refs="CKV_AWS_350", link=_EMR_GUIDE),
    Rule("emr-in-transit", "high", "a security configuration of EMR encrypts in transit", "set EnableInTransitEncryption", "in-transit", _EMR, _configured("EnableInTransitEncryption"), refs="FSBP EMR.4, CKV_AWS_351"),
    Rule("airflow-private", "high", "Airflow's web server is not reached from the internet", "set webserverAccessMode to PRIVATE_ONLY", "boundary", _AIRFLOW, none_of("webserverAccessMode", "PUBLIC_ONLY"), refs="CKV2_AWS_66", link="https://docs.aws.amazon.com/mwaa/latest/userguide/configuring-networking.html"),
    Rule("airflow-logs", "medium", "Airflow's parts all log", "enable the five of loggingConfiguration", "audit", _AIRFLOW, _airflow_logs, refs="CKV_AWS_242, CKV_AWS_243, CKV_AWS_244", link="https://docs.aws.amazon.com/mwaa/latest/userguide/monitoring-airflow.html"),
    Rule("athena-results", "medium", "a workgroup's results are encrypted", "set resultConfiguration.encryptionConfiguration", "at-rest", _WORKGROUP, _results, refs="CKV_AWS_159", link=_ATHENA),
    Rule("athena-enforced", "medium", "a workgroup's clients cannot switch off what it sets", "leave enforceWorkgroupConfiguration on", "configuration", _WORKGROUP, is_on("configuration.enforceWorkgroupConfiguration", absent=True), refs="CKV_AWS_82", link=_ATHENA),
    Rule("athena-database", "medium", "a database of Athena is encrypted", "set encryptionConfiguration", "at-rest", "aws:athena/database:Database", is_given("encryptionConfiguration.encryptionOption"), refs="CKV_AWS_77", link=_ATHENA),
    Rule("bedrock-guarded", "medium", "an agent has a guardrail", "set guardrailConfigurations", "boundary", "aws:bedrock/agentAgent:AgentAgent", is_given("guardrailConfigurations"), refs="CKV_AWS_383", link="https://docs.aws.amazon.com/bedrock/latest/userguide/agents-guardrail.html", level="advisory"),
    Rule("connect-encrypted", "medium", "what a contact centre keeps is encrypted with a key that is named", "set encryptionConfig", "at-rest", "aws:connect/instanceStorageConfig:InstanceStorageConfig", _connect, refs="CKV_AWS_269, CKV_AWS_270", link="https://docs.aws.amazon.com/connect/latest/adminguide/encryption-at-rest.html", level="advisory"),
)  # fmt: skip
