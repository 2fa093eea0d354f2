"""What is switched on or off for a whole account, and what watches it."""

import json
from typing import Any

from ..kit.holds import At, is_off, is_on, least, most, none_of, one_of
from ..kit.reading import UNKNOWN, get, given, items, on
from ..kit.rule import Resource, Rule

_PASSWORDS = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"
_TRAIL = "aws:cloudtrail/trail:Trail"
_DOCUMENT = "aws:ssm/document:Document"
_TRAIL_GUIDE = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide"
_APPROVERS = 2
_EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide"
_SESSIONS = "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-logging.html"


def _session(*keys: str) -> Any:
    """Return what wants keys of a session's preferences: those of a document that is no session's are none of it."""

    def holds(resource: Resource) -> bool:
        if resource.get("documentType") != "Session":
            return True
        try:
            read = json.loads(str(resource.get("content")))
        except ValueError:
            return True
        return any(given(get(read, "inputs", key)) and get(read, "inputs", key) is not False for key in keys)

    return holds


def _everything_recorded(resource: Resource) -> bool:
    group = resource.get("recordingGroup")
    if group in (None, UNKNOWN):
        return True  # AWS's own default is all that the region has
    strategy = [get(one, "useOnly") for one in items(group, "recordingStrategies")]
    return on(get(group, "allSupported")) or bool(
        {"ALL_SUPPORTED_RESOURCE_TYPES", "EXCLUSION_BY_RESOURCE_TYPES", UNKNOWN} & set(strategy)
    )


def _global_recorded(resource: Resource) -> bool:
    group = resource.get("recordingGroup")
    return (
        group in (None, UNKNOWN) or not on(get(group, "allSupported")) or on(get(group, "includeGlobalResourceTypes"))
    )


def _changes_recorded(resource: Resource) -> bool:
    selectors = resource.items("eventSelectors")
    return not selectors or any(
        get(one, "includeManagementEvents") in (None, True, UNKNOWN)
        and get(one, "readWriteType") in (None, "All", "WriteOnly", UNKNOWN)
        for one in selectors
    )


def _two_approvals(resource: Resource) -> bool:
    try:
        statements = get(json.loads(str(resource.get("content"))), "Statements")
    except ValueError:
        return True
    return (
        any((get(one, "NumberOfApprovalsNeeded") or 0) >= _APPROVERS for one in statements if isinstance(one, dict))
        if isinstance(statements, list)
        else False
    )


RULES = (
    Rule("iam-password-length", "medium", "the account's passwords have 14 letters", "set minimumPasswordLength", "identity", _PASSWORDS, least("minimumPasswordLength", 14), refs="CIS AWS 1.8, FSBP IAM.15, CKV_AWS_10"),
    Rule("iam-password-reuse", "medium", "the account's passwords are not used again", "set passwordReusePrevention to 24", "identity", _PASSWORDS, least("passwordReusePrevention", 24), refs="CIS AWS 1.9, FSBP IAM.16, CKV_AWS_13"),
    Rule("iam-password-letters", "low", "the account's passwords have letters of four kinds", "set the four flags require…", "identity", _PASSWORDS, is_on("requireLowercaseCharacters", "requireUppercaseCharacters", "requireNumbers", "requireSymbols"), refs="FSBP IAM.11, FSBP IAM.12, FSBP IAM.13, FSBP IAM.14, CKV_AWS_11, CKV_AWS_12, CKV_AWS_14, CKV_AWS_15", level="advisory"),
    Rule("iam-password-age", "low", "the account's passwords end within 90 days", "set maxPasswordAge", "identity", _PASSWORDS, most("maxPasswordAge", 90), refs="FSBP IAM.17, CKV_AWS_9", level="advisory"),
    Rule("trail-regions", "high", "a trail is of all regions", "set isMultiRegionTrail", "audit", _TRAIL, is_on("isMultiRegionTrail"), refs="FSBP CloudTrail.1, CIS AWS 3.1, CKV_AWS_67"),
    Rule("trail-validated", "medium", "a trail's files can be told from forged ones", "set enableLogFileValidation", "audit", _TRAIL, is_on("enableLogFileValidation"), refs="FSBP CloudTrail.4, CIS AWS 3.2, CKV_AWS_36"),
    Rule("trail-on", "critical", "a trail records", "leave enableLogging on", "audit", _TRAIL, is_on("enableLogging", absent=True), refs="FSBP CloudTrail.3, CKV_AWS_251"),
    Rule("trail-changes", "high", "a trail records who changes what", "leave management events on in a selector, and more than reads", "audit", _TRAIL, _changes_recorded, refs="FSBP CloudTrail.1, CIS AWS 3.1"),
    Rule("trail-watched", "medium", "a trail can be watched by alarms", "set cloudWatchLogsGroupArn", "audit", _TRAIL, lambda s: given(s.get("cloudWatchLogsGroupArn")), refs="FSBP CloudTrail.5, CKV2_AWS_10"),
    Rule("config-all", "medium", "AWS Config records every type", "set recordingGroup.allSupported", "audit", "aws:cfg/recorder:Recorder", _everything_recorded, refs="FSBP Config.1, CIS AWS 3.3, CKV2_AWS_48"),
    Rule("config-global", "low", "AWS Config records what is of all regions, such as IAM, in one", "set recordingGroup.includeGlobalResourceTypes in one region", "audit", "aws:cfg/recorder:Recorder", _global_recorded, refs="FSBP Config.1, CKV2_AWS_48", level="advisory"),
    Rule("config-on", "high", "AWS Config records", "set isEnabled", "audit", "aws:cfg/recorderStatus:RecorderStatus", is_on("isEnabled"), refs="FSBP Config.1, CKV2_AWS_45"),
    Rule("config-regions", "low", "an aggregator of AWS Config is of all regions", "set allRegions", "audit", "aws:cfg/configurationAggregator:ConfigurationAggregator", is_on("accountAggregationSource.allRegions", "organizationAggregationSource.allRegions", absent=True), refs="CKV_AWS_121", link="https://docs.aws.amazon.com/config/latest/developerguide/aggregate-data.html"),
    Rule("guardduty-on", "high", "GuardDuty looks", "leave enable on", "audit", "aws:guardduty/detector:Detector", is_on("enable", absent=True), refs="FSBP GuardDuty.1, CKV_AWS_238"),
    Rule("guardduty-members", "medium", "GuardDuty looks at every account of the organization", "set autoEnableOrganizationMembers to ALL or NEW", "audit", "aws:guardduty/organizationConfiguration:OrganizationConfiguration", none_of("autoEnableOrganizationMembers", "NONE"), refs="CKV2_AWS_3", link="https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html"),
    Rule("ebs-default-encryption", "high", "EBS encrypts by default", "leave enabled on", "at-rest", "aws:ebs/encryptionByDefault:EncryptionByDefault", is_on("enabled", absent=True), refs="FSBP EC2.7, CIS AWS 2.2.1, CKV_AWS_106"),
    Rule("ebs-snapshots-private", "critical", "no snapshot of the account can be made public", "set state to block-all-sharing", "boundary", "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", At(("state",), lambda v: v == "block-all-sharing", absent=False), refs="FSBP EC2.182"),
    Rule("ami-private", "high", "no image of the account can be made public", "set state to block-new-sharing", "boundary", "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", one_of("state", "block-new-sharing"), link=f"{_EC2}/block-public-access-to-amis.html"),
    Rule("serial-console", "medium", "nobody reaches machines by the serial console", "leave enabled off", "boundary", "aws:ec2/serialConsoleAccess:SerialConsoleAccess", is_off("enabled", absent=False), link=f"{_EC2}/configure-access-to-serial-console.html"),
    Rule("imds-default", "high", "new machines require session tokens of the metadata service (IMDSv2)", "set httpTokens to required", "identity", "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults", one_of("httpTokens", "required"), refs="FSBP EC2.8, FSBP EC2.170"),
    Rule("ssm-documents-private", "critical", "no document of the account can be made public", "set settingValue to Disable", "boundary", "aws:ssm/serviceSetting:ServiceSetting", lambda s: not str(s.get("settingId")).endswith("/public-sharing-permission") or s.get("settingValue") in ("Disable", UNKNOWN), refs="FSBP SSM.7"),
    Rule("ssm-session-encrypted", "medium", "a session on a machine is encrypted with a key of one's own", "set inputs.kmsKeyId", "in-transit", _DOCUMENT, _session("kmsKeyId"), refs="CKV_AWS_112", link=_SESSIONS),
    Rule("ssm-session-logged", "medium", "a session on a machine is logged, and the log is encrypted", "set a log group or bucket, with its encryption", "audit", _DOCUMENT, lambda s: _session("cloudWatchLogGroupName", "s3BucketName")(s) and _session("cloudWatchEncryptionEnabled", "s3EncryptionEnabled")(s), refs="CKV_AWS_113", link=_SESSIONS),
    Rule("default-vpc", "low", "nothing is built on the default VPC", "make a VPC: every subnet of the default one is public", "boundary", r"aws:ec2/default(Vpc|Subnet):Default(Vpc|Subnet)", lambda s: s.name in s.parameters["allowed"], parameters={"allowed": []}, refs="CKV_AWS_148", link="https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html", level="advisory"),
    Rule("codecommit-approved", "low", "two people approve a change", "set NumberOfApprovalsNeeded to 2", "configuration", "aws:codecommit/approvalRuleTemplate:ApprovalRuleTemplate", _two_approvals, refs="CKV_AWS_257", link="https://docs.aws.amazon.com/codecommit/latest/userguide/approval-rule-templates.html", level="advisory"),
    Rule("key-on", "low", "a KMS key can be used", "leave isEnabled on", "at-rest", r"aws:kms/(key:Key|replicaKey:ReplicaKey)", lambda s: on(s.get("isEnabled")) or on(s.get("enabled")) or (s.get("isEnabled") is None and s.get("enabled") is None), refs="CKV_AWS_227", link="https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html", level="advisory"),
    Rule("key-policy", "low", "a KMS key has a policy that is written out", "set policy", "privilege", "aws:kms/key:Key", lambda s: given(s.get("policy")), refs="CKV2_AWS_64", link="https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html", level="advisory"),
    Rule("vpn-logged", "medium", "a client VPN logs who connects", "set connectionLogOptions.enabled", "audit", "aws:ec2clientvpn/endpoint:Endpoint", is_on("connectionLogOptions.enabled"), refs="FSBP EC2.51"),
)  # fmt: skip
