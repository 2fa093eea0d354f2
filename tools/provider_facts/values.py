"""Values to try an attribute with: pairs of one form, and which of them to begin with."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sandbox.aws_provider.msgpack import UNKNOWN

_STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def _policy(action: str) -> str:
    statement = {**_STATEMENT, "Action": action, "Principal": {"AWS": "*"}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _arn(service: str, rest: str, region: str = "us-east-1", account: str = "123456789012") -> tuple[str, str]:
    return f"arn:aws:{service}:{region}:{account}:{rest}a", f"arn:aws:{service}:{region}:{account}:{rest}b"


# form -> two values of it
FORMS: dict[str, tuple[str, str]] = {
    "word": ("alpha", "bravo"),
    "dashed": ("alpha-one", "bravo-two"),
    "role arn": _arn("iam", "role/", region=""),
    "arn": _arn("kms", "key/12345678-1234-1234-1234-12345678901"),
    "function arn": _arn("lambda", "function:"),
    "bucket arn": ("arn:aws:s3:::alpha-one", "arn:aws:s3:::bravo-two"),
    "topic arn": _arn("sns", ""),
    "queue arn": _arn("sqs", ""),
    "certificate arn": _arn("acm", "certificate/"),
    "cluster arn": _arn("eks", "cluster/"),
    "balancer arn": _arn("elasticloadbalancing", "loadbalancer/app/alpha/0123456789abcde"),
    "group arn": _arn("logs", "log-group:"),
    "secret arn": _arn("secretsmanager", "secret:"),
    "stream arn": _arn("kinesis", "stream/"),
    "policy": (_policy("s3:GetObject"), _policy("s3:PutObject")),
    "json": ('{"alpha":"a","bravo":"b"}', '{"alpha":"a","bravo":"c"}'),
    "json list": ('[{"name":"alpha","image":"alpha"}]', '[{"name":"alpha","image":"bravo"}]'),
    "account": ("123456789012", "210987654321"),
    "number": ("1", "2"),
    "hundreds": ("200", "301"),
    "cidr": ("10.0.0.0/16", "10.1.0.0/16"),
    "narrow cidr": ("10.0.0.0/24", "10.1.0.0/24"),
    "host cidr": ("10.0.0.1/32", "10.0.0.2/32"),
    "link cidr": ("169.254.10.0/30", "169.254.12.0/30"),
    "cidr6": ("2001:db8:1::/56", "2001:db8:2::/56"),
    "narrow cidr6": ("2001:db8:1::/64", "2001:db8:2::/64"),
    "ip": ("10.0.0.10", "10.0.0.11"),
    "ip6": ("2001:db8::1", "2001:db8::2"),
    "time": ("2030-01-02T03:04:05Z", "2031-01-02T03:04:05Z"),
    "local time": ("2030-01-02T03:04:05", "2031-01-02T03:04:05"),
    "date": ("2030-01-02", "2031-01-02"),
    "day and time": ("2030-01-02_03:04", "2031-01-02_03:04"),
    "hours": ("03:00-04:00", "05:00-06:00"),
    "week's hours": ("sun:05:00-sun:06:00", "mon:05:00-mon:06:00"),
    "day's time": ("1:03:00", "2:03:00"),
    "clock": ("03:00", "05:00"),
    "rate": ("rate(5 minutes)", "rate(6 minutes)"),
    "cron": ("cron(0 12 * * ? *)", "cron(0 13 * * ? *)"),
    "at": ("at(2030-01-02T03:04:05)", "at(2031-01-02T03:04:05)"),
    "url": ("https://alpha.example.com", "https://bravo.example.com"),
    "plain url": ("http://alpha.example.com", "http://bravo.example.com"),
    "uri": ("s3://alpha-one/a", "s3://bravo-two/b"),
    "domain": ("alpha.example.com", "bravo.example.com"),
    "mail": ("alpha@example.com", "bravo@example.com"),
    "uuid": ("12345678-1234-1234-1234-123456789012", "22345678-1234-1234-1234-123456789012"),
    "region": ("us-east-1", "us-west-2"),
    "zone": ("us-east-1a", "us-east-1b"),
    "zone id": ("use1-az1", "use1-az2"),
    "truth": ("true", "false"),
    "path": ("/alpha/", "/bravo/"),
    "open path": ("/alpha", "/bravo"),
    "version": ("1.0", "2.0"),
    "long version": ("1.0.0", "2.0.0"),
    "engine version": ("7.0.7", "7.1.0"),
    "duration": ("5m", "6m"),
    "days": ("P1D", "P2D"),
    "iso duration": ("PT1H", "PT2H"),
    "base64": ("YWxwaGE=", "YnJhdm8="),
    "hex": ("0123456789abcdef0123456789abcdef", "1123456789abcdef0123456789abcdef"),
    "vpc": ("vpc-0123456789abcdef0", "vpc-0123456789abcdef1"),
    "subnet": ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
    "group": ("sg-0123456789abcdef0", "sg-0123456789abcdef1"),
    "instance": ("i-0123456789abcdef0", "i-0123456789abcdef1"),
    "image": ("ami-0123456789abcdef0", "ami-0123456789abcdef1"),
    "ou": ("ou-ab12-12345678", "ou-ab12-12345679"),
    "root": ("r-ab12", "r-ab13"),
    "alias": ("alias/alpha", "alias/bravo"),
    "fifo": ("alpha.fifo", "bravo.fifo"),
    "upper": ("ALPHA", "BRAVO"),
    "capital": ("Alpha", "Bravo"),
    "custom": ("custom-alpha", "custom-bravo"),
    "aws": ("AWSALPHA", "AWSBRAVO"),
    "ports": ("80", "443"),
    "range": ("8000-8010", "9000-9010"),
    "phone": ("+15551234567", "+15551234568"),
    "secret": ("Correct-Horse-9!", "Battery-Staple-8!"),
    "key pair": ("alpha=a", "bravo=b"),
    "colon": ("alpha:one", "bravo:two"),
    "variable": ("${alpha.one}", "${bravo.two}"),
    "logs": ("aws-waf-logs-alpha", "aws-waf-logs-bravo"),
    "handler": ("index.handler", "main.handler"),
    "instance type": ("db.t3.medium", "db.t3.large"),
    "cache type": ("cache.t3.medium", "cache.t3.large"),
    "user pool": ("us-east-1_alpha1234", "us-east-1_bravo1234"),
    "server": ("s-0123456789abcdef0", "s-0123456789abcdef1"),
    "permission": ("lambda:InvokeFunction", "lambda:GetFunction"),
    "event action": ("events:PutEvents", "events:PutRule"),
    "asn": ("64512", "64513"),
    "attachment": ("attachment-0123456789abcdef0", "attachment-0123456789abcdef1"),
    "file system": ("fs-0123456789abcdef0", "fs-0123456789abcdef1"),
    "datazone": ("dzd_alpha", "dzd_bravo"),
    "directory": ("d-0123456789", "d-0123456780"),
    "template": ("lt-0123456789abcdef0", "lt-0123456789abcdef1"),
    "directory bucket": ("alpha--use1-az1--x-s3", "bravo--use1-az1--x-s3"),
    "sections": ("AWS::Alpha::One", "AWS::Bravo::Two"),
    "volume": ("fsvol-0123456789abcdef0", "fsvol-0123456789abcdef1"),
    "one letter": ("a", "b"),
    "long": ("alpha" * 8, "bravo" * 8),
    "group address": ("224.0.0.1", "224.0.0.2"),
    "peer cidr": ("169.254.100.0/29", "169.254.101.0/29"),
    "public cidr": ("175.45.176.0/30", "175.45.177.0/30"),
    "core network": ("core-network-0123456789abcdef0", "core-network-0123456789abcdef1"),
    "connection arn": (
        "arn:aws:ec2:us-east-1:123456789012:vpn-connection/vpn-0123456789abcdef0",
        "arn:aws:ec2:us-east-1:123456789012:vpn-connection/vpn-0123456789abcdef1",
    ),
    "patches": ("pb-0123456789abcdef0", "pb-0123456789abcdef1"),
    "country": ("US", "GB"),
    "partner": ("aws.partner/alpha.example.com", "aws.partner/bravo.example.com"),
    "flow": ("Salesforce://AppFlow/alpha", "Salesforce://AppFlow/bravo"),
    "action": ("aws:ec2:stop-instances", "aws:ec2:reboot-instances"),
    "infrastructure arn": _arn("imagebuilder", "infrastructure-configuration/alpha-"),
    "image recipe arn": (
        "arn:aws:imagebuilder:us-east-1:123456789012:image-recipe/alpha/1.0.0",
        "arn:aws:imagebuilder:us-east-1:123456789012:image-recipe/bravo/1.0.0",
    ),
    "directory access point": ("alpha--use1-az1--xa-s3", "bravo--use1-az1--xa-s3"),
    "many hours": ("24h0m0s", "25h0m0s"),
    "resource gateway": ("rgw-0123456789abcdef0", "rgw-0123456789abcdef1"),
}

# What an attribute's name, or the words of a refusal, make likely.
_HINTS: Sequence[tuple[str, str]] = (
    (r"policy|assume_role", "policy"),
    (r"container_definitions|json list|unmarshal array", "json list"),
    (r"json|document|definition", "json"),
    (r"role", "role arn"),
    (r"lambda|function", "function arn"),
    (r"bucket.*arn|s3.*arn", "bucket arn"),
    (r"topic", "topic arn"),
    (r"queue", "queue arn"),
    (r"certificate", "certificate arn"),
    (r"log_group", "group arn"),
    (r"arn", "arn"),
    (r"ipv6.*cidr|cidr.*ipv6", "cidr6"),
    (r"cidr", "cidr"),
    (r"ipv6", "ip6"),
    (r"ip_?v4|ip address|_ips?\b", "ip"),
    (r"rfc ?3339|time|date", "time"),
    (r"account", "account"),
    (r"region", "region"),
    (r"time duration", "duration"),
    (r"ddd:hh24", "week's hours"),
    (r"hh24:mi", "hours"),
    (r"http|host|url", "url"),
    (r"parsebool|boolean", "truth"),
    (r"parseint|parsefloat|integer|port", "number"),
    (r"schedule|expression", "rate"),
    (r"uuid", "uuid"),
    (r"alias", "alias"),
    (r"password", "secret"),
    (r"s3://|uri", "uri"),
)
_CHOICES = re.compile(r"(?:one of|Valid Values:)\W*?\[(.*?)\](?:,? got|$|\s*\Z)", re.DOTALL)
_LEAST = re.compile(r"requires (\d+) item minimum|at least (?:\()?(\d+) elements?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_NUMBERS: Sequence[float] = (
    *(1, 2, 5, 10, 30, 60, 100, 128),
    *(300, 400, 512, 1000, 1024, 3600, 5000, 65000, 86400, 0, -1, 1000000),
)


def choices(said: str) -> list[str]:
    """Return the values that the words of a refusal list as the only ones; empty where they list none."""
    found = _CHOICES.search(said)
    if not found:
        return []
    text = found[1]
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    return quoted or [item for item in re.split(r"[,\s]+", text) if item]


def texts(name: str, said: str) -> Iterator[tuple[str, str]]:
    """Yield pairs of values for a text, the likeliest first."""
    listed = choices(said)
    if listed:
        yield listed[0], listed[1] if len(listed) > 1 else listed[0]
    if said == "":
        yield FORMS["word"]
    likely = [form for pattern, form in _HINTS if re.search(pattern, f"{name} {said}".lower())]
    for form in dict.fromkeys([*likely, *FORMS]):
        yield FORMS[form]


def numbers(said: str) -> Iterator[tuple[float, float]]:
    """Yield pairs of values for a number, those first that the words of a refusal name."""
    named = [float(found) for found in _NUMBER.findall(said)]
    for low, high in pairwise(named):
        if low < high:
            yield _whole(low), _whole(min(low + 1, high))
    for value in (*named, *_NUMBERS):
        yield _whole(value), _whole(value + 1)


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() else value


def pairs(name: str, kind: Any, said: str) -> Iterator[tuple[Any, Any]]:
    """Yield pairs of values for an attribute of any type, the likeliest first; `said` is why others were refused."""
    match kind:
        case "string" | "dynamic":
            yield from texts(name, said)
        case "number":
            yield from numbers(said)
        case "bool":
            yield from ((False, True),) * 2
        case ["map", inner]:
            for one, other in pairs(name, inner, said):
                yield {"alpha": one}, {"alpha": other}
        case [_, inner]:
            least = int(found[1] or found[2]) if (found := _LEAST.search(said)) else 1
            made = list(pairs(name, inner, said))
            for index, (one, other) in enumerate(made):
                more = [item[0] for item in made[index + 1 : index + least] if item[0] not in (one, other)]
                if kind[0] == "set" or inner == "string" or least == 1:
                    yield [one, *_spread(more or [other], least - 1)], [other, *_spread(more or [one], least - 1)]


def _spread(values: list[Any], count: int) -> list[Any]:
    return [values[index % len(values)] for index in range(count)]


# What no refusal leads to: a type, and properties to begin with.
_PUBLIC_INTERFACE = {
    "address_family": "ipv4",
    "amazon_address": "175.45.176.2/30",
    "customer_address": "175.45.176.1/30",
    "route_filter_prefixes": ["210.52.109.0/24"],
    "bgp_asn": 65352,
    "vlan": 100,
}
_MULTICAST = {"group_ip_address": FORMS["group address"][0], "network_interface_id": "eni-0123456789abcdef0"}
_HOURS = {"rpo": FORMS["many hours"][0], "rto": FORMS["many hours"][0]}
SEEDS: Mapping[str, Mapping[str, Any]] = {
    "aws_api_gateway_authorizer": {"authorizer_uri": FORMS["function arn"][0]},
    "aws_apprunner_service": {
        "source_configuration": [
            {
                "image_repository": [
                    {"image_identifier": "public.ecr.aws/alpha/bravo:latest", "image_repository_type": "ECR_PUBLIC"}
                ]
            }
        ]
    },
    "aws_cloudfront_vpc_origin": {
        "vpc_origin_endpoint_config": [
            {
                "arn": FORMS["balancer arn"][0],
                "http_port": 80,
                "https_port": 443,
                "name": "alpha",
                "origin_protocol_policy": "https-only",
                "origin_ssl_protocols": [{"items": ["TLSv1.2"], "quantity": 1}],
            }
        ]
    },
    "aws_codepipeline": {
        "stage": [
            {
                "name": name,
                "action": [{"category": category, "name": name, "owner": "AWS", "provider": provider, "version": "1"}],
            }
            for name, category, provider in (("alpha", "Source", "CodeCommit"), ("bravo", "Build", "CodeBuild"))
        ]
    },
    "aws_datazone_project": {"domain_identifier": "dzd_alpha"},
    "aws_directory_service_directory": {"name": "corp.example.com", "password": FORMS["secret"][0]},
    "aws_dx_gateway": {"amazon_side_asn": "64512"},
    "aws_dynamodb_table": {
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "alpha",
        "attribute": [{"name": "alpha", "type": "S"}],
    },
    "aws_dynamodb_table_item": {"item": '{"alpha":{"S":"a"}}'},
    "aws_fsx_openzfs_file_system": {
        "deployment_type": "SINGLE_AZ_1",
        "throughput_capacity": 64,
        "storage_capacity": 64,
    },
    "aws_iam_saml_provider": {"saml_metadata_document": "<alpha/>" * 200},
    "aws_instance": {"ami": FORMS["image"][0], "instance_type": "t3.micro"},
    "aws_kinesis_firehose_delivery_stream": {
        "destination": "extended_s3",
        "extended_s3_configuration": [{"role_arn": FORMS["role arn"][0], "bucket_arn": FORMS["bucket arn"][0]}],
    },
    "aws_lambda_function": {
        "s3_bucket": "alpha",
        "s3_key": "alpha",
        "runtime": "python3.12",
        "handler": "index.handler",
    },
    "aws_organizations_account": {"email": "alpha@example.com"},
    "aws_rds_custom_db_engine_version": {"engine": "custom-oracle-ee"},
    "aws_route53_resolver_endpoint": {
        "direction": "INBOUND",
        "ip_address": [{"subnet_id": FORMS["subnet"][0]}, {"subnet_id": FORMS["subnet"][1]}],
    },
    # AWS itself judges a definition, where it is known.
    "aws_sfn_state_machine": {"definition": UNKNOWN},
    "aws_spot_instance_request": {"ami": FORMS["image"][0], "instance_type": "t3.micro"},
    "aws_storagegateway_gateway": {"gateway_timezone": "GMT"},
    "aws_swf_domain": {"workflow_execution_retention_period_in_days": "30"},
    "aws_workspaces_directory": {"directory_id": "d-0123456789"},
    "aws_autoscalingplans_scaling_plan": {
        "application_source": [{"cloudformation_stack_arn": _arn("cloudformation", "stack/")[0]}],
        "scaling_instruction": [
            {
                "max_capacity": 2,
                "min_capacity": 1,
                "resource_id": "autoScalingGroup/alpha",
                "scalable_dimension": "autoscaling:autoScalingGroup:DesiredCapacity",
                "service_namespace": "autoscaling",
                "target_tracking_configuration": [
                    {
                        "target_value": 50,
                        "predefined_scaling_metric_specification": [
                            {"predefined_scaling_metric_type": "ASGAverageCPUUtilization"}
                        ],
                    }
                ],
            }
        ],
    },
    "aws_appintegrations_data_integration": {"source_uri": FORMS["flow"][0]},
    "aws_appintegrations_event_integration": {"event_filter": [{"source": FORMS["partner"][0]}]},
    "aws_cloudcontrolapi_resource": {"type_name": "AWS::ECS::Cluster", "desired_state": "{}", "schema": "{}"},
    "aws_computeoptimizer_recommendation_preferences": {
        "resource_type": "Ec2Instance",
        "inferred_workload_types": "Active",
        "scope": [{"name": "AccountId", "value": FORMS["account"][0]}],
    },
    "aws_directory_service_trust": {
        "directory_id": FORMS["directory"][0],
        "remote_domain_name": "corp.example.com",
        "trust_direction": "One-Way: Outgoing",
        "trust_password": FORMS["secret"][0],
    },
    "aws_dx_hosted_public_virtual_interface": {**_PUBLIC_INTERFACE, "owner_account_id": FORMS["account"][0]},
    "aws_dx_public_virtual_interface": _PUBLIC_INTERFACE,
    "aws_ec2_transit_gateway_connect_peer": {
        "inside_cidr_blocks": [FORMS["peer cidr"][0]],
        "peer_address": FORMS["ip"][0],
    },
    "aws_ec2_transit_gateway_multicast_group_member": _MULTICAST,
    "aws_ec2_transit_gateway_multicast_group_source": _MULTICAST,
    "aws_fis_experiment_template": {
        "action": [{"name": "alpha", "action_id": FORMS["action"][0]}],
        "stop_condition": [{"source": "none"}],
        "role_arn": FORMS["role arn"][0],
    },
    "aws_gamelift_game_server_group": {
        "instance_definition": [{"instance_type": "c5.large"}, {"instance_type": "c5a.large"}]
    },
    "aws_imagebuilder_image_pipeline": {
        "infrastructure_configuration_arn": FORMS["infrastructure arn"][0],
        "image_recipe_arn": FORMS["image recipe arn"][0],
    },
    "aws_imagebuilder_lifecycle_policy": {
        "execution_role": FORMS["role arn"][0],
        "resource_type": "AMI_IMAGE",
        "policy_detail": [{"action": [{"type": "DELETE"}], "filter": [{"type": "AGE", "value": 6, "unit": "YEARS"}]}],
        "resource_selection": [{"tag_map": {"alpha": "a"}}],
    },
    "aws_iot_ca_certificate": {
        "active": True,
        "allow_auto_registration": True,
        "ca_certificate_pem": "alpha",
        "certificate_mode": "SNI_ONLY",
    },
    "aws_iot_event_configurations": {"event_configurations": {"THING": True}},
    "aws_lakeformation_opt_in": {
        "principal": [{"data_lake_principal_identifier": FORMS["role arn"][0]}],
        "resource_data": [{"database": [{"name": "alpha"}]}],
    },
    "aws_lakeformation_resource_lf_tag": {"database": [{"name": "alpha"}], "lf_tag": [{"key": "alpha", "value": "a"}]},
    "aws_networkmanager_connect_attachment": {
        "core_network_id": FORMS["core network"][0],
        "transport_attachment_id": FORMS["attachment"][0],
        "edge_location": "us-east-1",
        "options": [{"protocol": "GRE"}],
    },
    "aws_networkmanager_core_network_policy_attachment": {
        "core_network_id": FORMS["core network"][0],
        "policy_document": "{}",
    },
    "aws_networkmanager_site_to_site_vpn_attachment": {
        "core_network_id": FORMS["core network"][0],
        "vpn_connection_arn": FORMS["connection arn"][0],
    },
    "aws_opensearchserverless_security_config": {
        "type": "saml",
        "saml_options": {"metadata": "<alpha/>", "session_timeout": 60},
    },
    "aws_paymentcryptography_key": {
        "exportable": True,
        "key_attributes": {
            "key_algorithm": "TDES_3KEY",
            "key_class": "SYMMETRIC_KEY",
            "key_usage": "TR31_P0_PIN_ENCRYPTION_KEY",
            "key_modes_of_use": {"decrypt": True},
        },
    },
    "aws_pinpointsmsvoicev2_phone_number": {
        "iso_country_code": "US",
        "message_type": "TRANSACTIONAL",
        "number_capabilities": ["SMS"],
        "number_type": "TOLL_FREE",
    },
    "aws_quicksight_vpc_connection": {
        "vpc_connection_id": "alpha",
        "role_arn": FORMS["role arn"][0],
        "security_group_ids": [FORMS["group"][0]],
        "subnet_ids": list(FORMS["subnet"]),
    },
    "aws_resiliencehub_resiliency_policy": {
        "tier": "NonCritical",
        "policy": {"az": _HOURS, "hardware": _HOURS, "software": _HOURS},
    },
    "aws_s3control_directory_bucket_access_point_scope": {
        "name": FORMS["directory access point"][0],
        "account_id": FORMS["account"][0],
    },
    "aws_ssm_default_patch_baseline": {"baseline_id": FORMS["patches"][0], "operating_system": "AMAZON_LINUX_2"},
    "aws_vpclattice_resource_configuration": {
        "port_ranges": ["80"],
        "protocol": "TCP",
        "resource_gateway_identifier": FORMS["resource gateway"][0],
        "type": "SINGLE",
        "resource_configuration_definition": [
            {"dns_resource": [{"domain_name": "alpha.example.com", "ip_address_type": "IPV4"}]}
        ],
    },
}
