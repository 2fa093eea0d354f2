"""Loads as they are written, and what they make of pods and queues."""

from typing import Any

import pytest

from sandbox.clusters import charts
from sandbox.clusters.load import Load, LoadError, check, usage, waiting
from sandbox.clusters.scaled_objects import ScaledObjects, autoscaler
from sandbox.drills.load_surge import hurried, more_than_enough


def pod(uid: str, deployment: str, *requests: str, limit: str = "", phase: str = "Running") -> dict[str, Any]:
    containers = [
        {"name": f"c{index}", "resources": {"requests": {"cpu": each}, "limits": {"cpu": limit} if limit else {}}}
        for index, each in enumerate(requests)
    ]
    owner = {"kind": "ReplicaSet", "name": f"{deployment}-5d8f"}
    metadata = {"uid": uid, "name": uid, "labels": {"pod-template-hash": "5d8f"}, "ownerReferences": [owner]}
    return {"metadata": metadata, "spec": {"containers": containers}, "status": {"phase": phase}}


def test_a_load_is_read_as_it_is_written() -> None:
    assert Load.read("app-server=cpu:80%") == Load("app-server", "percent", 80)
    assert Load.read("app-server=cpu:6000m") == Load("app-server", "millicores", 6000)
    assert Load.read("app-worker=queue:250") == Load("app-worker", "queue", 250)


@pytest.mark.parametrize(
    "text", ["server", "server=80%", "server=cpu:80", "server=queue:many", "=cpu:80%", "a=memory:1%"]
)
def test_another_is_refused_with_how_to_write_it(text: str) -> None:
    with pytest.raises(LoadError, match=r"write NAME=cpu:80% .* NAME=queue:250"):
        Load.read(text)


def test_a_load_is_on_one_workload() -> None:
    names = ["prod-app-server-pods-1a", "prod-app-worker-pods-2b"]
    check([Load("app-server", "percent", 80), Load("prod-app-worker-pods-2b", "queue", 1)], names)
    with pytest.raises(
        LoadError, match="--load app: it is in 2 names of workloads: prod-app-server-pods-1a, prod-app-w"
    ):
        check([Load("app", "percent", 80)], names)
    with pytest.raises(LoadError, match="--load app-serv: it is in 0 names"):
        check([Load("app-serv", "percent", 80)], names)


def test_a_percentage_is_of_what_each_container_requests() -> None:
    pods = [pod("a", "web", "200m", "1"), pod("b", "other", "500m")]
    assert usage(pods, [Load("web", "percent", 150)]) == {"a": {"c0": 300, "c1": 1500}, "b": {"c0": 0}}


def test_an_amount_is_shared_by_the_pods_that_run_within_their_limits() -> None:
    pods = [pod("a", "web", "1"), pod("b", "web", "1", limit="1500m"), pod("c", "web", "1", phase="Pending")]
    assert usage(pods, [Load("web", "millicores", 2000)]) == {"a": {"c0": 1000}, "b": {"c0": 1000}}
    assert usage(pods, [Load("web", "millicores", 8000)]) == {"a": {"c0": 4000}, "b": {"c0": 1500}}


SCALED = {
    "metadata": {"name": "scaler", "namespace": "shop", "uid": "u-1"},
    "spec": {
        "scaleTargetRef": {"name": "worker"},
        "minReplicaCount": 2,
        "maxReplicaCount": 9,
        "advanced": {"horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}}}},
        "triggers": [
            {"type": "redis", "metadata": {"listName": "jobs", "listLength": "20"}},
            {"type": "aws-sqs-queue", "metadata": {"queueURL": "https://q"}},
            {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "60"}},
        ],
    },
}


@pytest.mark.parametrize("measured", ["lagCount", "streamLength", "pendingEntriesCount"])
def test_a_stream_is_scaled_by_what_its_trigger_measures(measured: str) -> None:
    trigger = {"type": "redis-streams", "metadata": {"stream": "events", measured: "70"}}
    made = autoscaler({**SCALED, "spec": {"scaleTargetRef": {"name": "worker"}, "triggers": [trigger]}})
    (metric,) = made["spec"]["metrics"]
    assert metric["external"]["target"]["averageValue"] == "70"


@pytest.mark.parametrize(
    ("kind", "given", "name"),
    [
        ("redis", {"listName": "bull:queue:wait"}, "s0-redis-bull-queue-wait"),
        ("redis-streams", {"stream": "a.b/c"}, "s0-redis-streams-a-b-c"),
        ("aws-sqs-queue", {"queueURL": "https://sqs.eu-central-1.amazonaws.com/1/jobs"}, "s0-aws-sqs-jobs"),
        ("prometheus", {"query": "x"}, "s0-prometheus"),
    ],
)
def test_a_metric_is_called_after_what_is_counted(kind: str, given: dict[str, str], name: str) -> None:
    spec = {"scaleTargetRef": {"name": "worker"}, "triggers": [{"type": kind, "metadata": given}]}
    (metric,) = autoscaler({**SCALED, "spec": spec})["spec"]["metrics"]
    assert metric["external"]["metric"]["name"] == name


def test_a_scaled_object_gets_the_autoscaler_that_keda_makes() -> None:
    made = autoscaler(SCALED)
    assert made["metadata"]["name"] == "keda-hpa-scaler"
    assert made["metadata"]["ownerReferences"][0] == {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "name": "scaler",
        "uid": "u-1",
    }
    spec = made["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 9)
    assert spec["behavior"] == {"scaleDown": {"stabilizationWindowSeconds": 60}}
    redis, queue, cpu = spec["metrics"]
    assert redis["external"] == {
        "metric": {"name": "s0-redis-jobs", "selector": {"matchLabels": {"scaledobject.keda.sh/name": "scaler"}}},
        "target": {"type": "AverageValue", "averageValue": "20"},
    }
    assert queue["external"]["target"]["averageValue"] == "5"  # KEDA's own, where none is written
    assert cpu["resource"] == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}


class Served:
    """A cluster's objects, and who may read Secrets where."""

    def __init__(self, objects: list[dict[str, Any]], readable: tuple[str, ...] = ("jobs",)) -> None:
        self._objects, self._readable = objects, readable
        self.applied: list[Any] = []
        self.told: list[Any] = []

    def list(self, api_version: str, kind: str) -> list[dict[str, Any]]:
        return [each for each in self._objects if (each["apiVersion"], each["kind"]) == (api_version, kind)]

    def find(self, api_version: str, kind: str, name: str, namespace: str) -> dict[str, Any] | None:
        wanted = {"name": name, "namespace": namespace}
        found = [each for each in self.list(api_version, kind) if wanted.items() <= each["metadata"].items()]
        return found[0] if found else None

    def may(self, user: str, verb: str, plural: str, namespace: str) -> bool:
        assert (user, verb, plural) == ("system:serviceaccount:keda:keda-operator", "list", "secrets")
        return namespace in self._readable

    def apply(self, manifest: dict[str, Any], **_: Any) -> None:
        self.applied.append(manifest["kind"])

    def tell(self, item: dict[str, Any], status: dict[str, Any]) -> None:
        (said,) = status["conditions"]
        self.told.append((said["type"], said["status"], said["message"].rpartition(": ")[2]))


def thing(api_version: str, kind: str, name: str, namespace: str = "jobs", **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "uid": name, "generation": 1}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}


def on_a_cluster(*without: str, restricted: bool = False) -> list[dict[str, Any]]:
    values = {"watchNamespace": "jobs", "permissions": {"operator": {"restrict": {"secret": restricted}}}}
    login = {"secretTargetRef": [{"parameter": "password", "name": "cache", "key": "PASSWORD"}]}
    trigger = {"type": "redis", "metadata": {}, "authenticationRef": {"name": "login"}}
    keda = "keda.sh/v1alpha1"
    there = [
        *charts.objects("keda", "r", "keda", values),
        thing("apps/v1", "Deployment", "worker"),
        thing("v1", "Secret", "cache", data={"PASSWORD": "eA=="}),
        thing(keda, "TriggerAuthentication", "login", spec=login),
        thing(keda, "ScaledObject", "scaled", spec={"scaleTargetRef": {"name": "worker"}, "triggers": [trigger]}),
    ]
    for each in there:
        each["metadata"].setdefault("namespace", "keda")
    return [each for each in there if each["metadata"]["name"] not in without]


def test_a_scaled_object_whose_login_can_be_read_is_ready() -> None:
    client = Served(on_a_cluster())
    keda = ScaledObjects(client)
    keda.reconcile()
    keda.reconcile()
    assert client.applied == ["HorizontalPodAutoscaler"]
    assert client.told == [("Ready", "True", "ScaledObject is defined correctly and is ready for scaling")]


@pytest.mark.parametrize(
    ("client", "fault"),
    [
        # as the real operator said: KEDA 2.19 with KEDA_RESTRICT_SECRET_ACCESS
        (Served(on_a_cluster(restricted=True)), 'secret "cache" not found in the namespace keda'),
        (Served(on_a_cluster(), readable=()), 'in the namespace "jobs"'),
        (Served(on_a_cluster("cache")), 'secret "cache" not found in the namespace jobs'),
        (Served(on_a_cluster("login")), 'TriggerAuthentication.keda.sh "login" not found'),
        (Served(on_a_cluster("worker")), 'deployments "worker" not found'),
    ],
)
def test_one_that_keda_could_not_scale_is_not_ready_and_gets_no_autoscaler(client: Served, fault: str) -> None:
    keda = ScaledObjects(client)
    keda.reconcile()
    keda.reconcile()
    ((kind, status, said),) = client.told
    assert (kind, status) == ("Ready", "False")
    assert fault in said
    assert client.applied == []


def test_where_keda_does_not_look_it_says_nothing() -> None:
    for objects in (on_a_cluster("keda-operator"), on_a_cluster()):
        for each in objects:
            if each["kind"] == "ScaledObject":
                each["metadata"]["namespace"] = "other"
        client = Served(objects)
        ScaledObjects(client).reconcile()
        assert (client.told, client.applied) == ([], [])


def test_none_at_least_is_played_as_one() -> None:
    spec = {"scaleTargetRef": {"name": "worker"}, "triggers": []}
    assert autoscaler({**SCALED, "spec": spec})["spec"]["minReplicas"] == 1


def test_what_waits_is_told_for_the_target_of_a_scaled_object() -> None:
    assert waiting(SCALED, [Load("worker", "queue", 250)]) == 250
    assert waiting(SCALED, [Load("server", "queue", 250), Load("worker", "percent", 80)]) == 0


def test_a_drill_divides_what_an_autoscaler_waits_for() -> None:
    behavior = {
        "scaleDown": {
            "stabilizationWindowSeconds": 600,
            "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
        },
        "scaleUp": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 4, "periodSeconds": 15}]},
    }
    assert hurried(behavior) == {
        "scaleDown": {"stabilizationWindowSeconds": 10, "policies": [{"type": "Pods", "value": 1, "periodSeconds": 1}]},
        "scaleUp": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 4, "periodSeconds": 1}]},
    }
    assert hurried({})["scaleDown"]["stabilizationWindowSeconds"] == 5  # of Kubernetes' own 300


def test_a_surge_is_more_than_the_most_replicas_can_do() -> None:
    assert list(more_than_enough(autoscaler(SCALED))) == [
        Load("worker", "queue", 360),
        Load("worker", "queue", 90),
        Load("worker", "percent", 300),
    ]
