"""Values to try an attribute with: pairs of one form, and which of them to begin with."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from .msgpack import UNKNOWN

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
}
