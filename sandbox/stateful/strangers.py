"""What holds data by its name: types of other providers, custom resources, charts, and what a newer AWS SDK brings.

A name is a guess. Its last words decide: a `DatabaseInstance` holds data, a `DatabaseInstanceIamMember` does not. Who
knows better writes a waiver, and loses a minute; the other way round it is a database.
"""

import re
from collections.abc import Collection

from ..plans import Step
from .table import LOSS, Loss, general

# Last words, and last two, of what keeps something: databases and stores, what is queued, what is encrypted and its
# keys, copies, machines with their disks, and what takes all that is in it along.
_KEEPS = frozenset({
    "database", "db", "sql", "postgres", "postgresql", "mysql", "mariadb", "mongo", "mongodb", "redis", "valkey",
    "cache", "kafka", "cassandra", "clickhouse", "elasticsearch", "opensearch", "dataset", "datastore", "datalake",
    "table", "collection", "schema", "keyspace", "index", "ledger", "catalog", "warehouse", "bucket", "container",
    "registry", "repository", "storage", "blob", "volume", "disk", "filesystem", "fileset", "fileshare", "share",
    "filestore", "store", "queue", "stream", "topic", "subscription", "broker", "eventhub", "namespace", "archive",
    "workspace", "snapshot", "backup", "image", "vault", "key", "keyring", "secret", "password", "userpool",
    "directory", "cluster", "instance", "server", "vm", "droplet", "project", "account", "resourcegroup", "stack",
    "loggroup", "secretversion", "virtualmachine",
})  # fmt: skip
_BESIDE = frozenset({
    "apikey", "publickey", "sshkey", "accesskey", "deploykey", "signingkey", "accountkey", "routetable",
    "serviceaccount", "useraccount", "billingaccount", "accessaccount", "webserver", "nameserver", "dnsserver",
    "secretstore", "clustersecretstore", "actionssecret", "environmentsecret", "pushsecret", "externalsecret",
    "topicsubscription", "eventsubscription", "budgetaccount", "integrationaccount",
})  # fmt: skip
# An image that is built from what lies beside the program is built again.
_BUILT = {"docker": {"Image", "RemoteImage", "Container"}, "docker-build": {"Image", "Index"}}
# Groups of operators whose objects are databases, queues, stores and copies; and what beside those they know.
_OPERATORS = re.compile(
    r"acid\.zalan\.do|.*(postgres|cnpg|mysql|mariadb|mongo|redis|strimzi|kafka|elastic\.co|opensearch|cassandra|"
    r"clickhouse|cockroach|minio|rook\.io|vitess|percona|couchbase|rabbitmq|longhorn|snapshot\.storage\.k8s\.io|velero|"
    r"neo4j|nats\.io|jetstream|scylla|tidb|pingcap|etcd|victoriametrics|services\.k8s\.aws).*"
)
_OPERATED = re.compile(
    r".*(User|Grant|Role|Policy|Binding|Connector|Monitor|Class|Schedule|Pooler|Config|Rebalance|Request|Restore)"
)
_CHARTS = re.compile(
    r"postgres|mysql|mariadb|mongo|redis|valkey|kafka|rabbitmq|elastic|opensearch|cassandra|clickhouse|cockroach|minio|"
    r"rook|ceph|vault|consul|etcd|zookeeper|neo4j|influx|prometheus|loki|tempo|mimir|thanos|grafana|gitlab|gitea|harbor|"
    r"nexus|jenkins|keycloak|nats|couch|solr|qdrant|weaviate|milvus|longhorn|openebs|victoria|crds?$|operator"
)
_RELEASE = re.compile(r"kubernetes:helm\.sh/v\d+:Release")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_BY_NAME = Loss(
    (),
    "what its name says that it holds: no table here knows its type",
    "look at what is in it; then make a second one from a backup, and switch over",
)
_OF_A_RELEASE = Loss(
    (),
    "the volumes of its pods, and with custom resource definitions of its chart every object of their kinds",
    "change its values in place, or install a second release beside it and move over",
)
_PRIVATE_KEY = LOSS["random:index/randomPassword:RandomPassword"]


def stranger(step: Step, reviewed: Collection[str] = ()) -> Loss | None:
    """Return what goes with a resource whose type no table has; None where its name says that nothing does."""
    package, _, rest = step.type.partition(":")
    middle, _, name = rest.rpartition(":")
    if general(step.type) in reviewed or package in ("pulumi", "random") or not step.custom:
        return None
    if package == "kubernetes":
        return _of_kubernetes(step, middle.partition("/")[0], name)
    if package == "tls":
        return _PRIVATE_KEY if name == "PrivateKey" else None
    return _BY_NAME if keeps(name) and name not in _BUILT.get(package, ()) else None


def keeps(name: str) -> bool:
    """Return whether a type's name says that it holds data."""
    words = [word.lower() for word in _WORD.findall(name)]
    last, two = ("".join(words[-count:]) for count in (1, 2))
    singular = last.removesuffix("s")
    return two not in _BESIDE and not {last, singular, two}.isdisjoint(_KEEPS)


def _of_kubernetes(step: Step, group: str, name: str) -> Loss | None:
    if _RELEASE.fullmatch(step.type):
        return _OF_A_RELEASE if _CHARTS.search(str(step.before.get("chart") or "").lower()) else None
    return _BY_NAME if _OPERATORS.fullmatch(group) and not _OPERATED.fullmatch(name) else None
