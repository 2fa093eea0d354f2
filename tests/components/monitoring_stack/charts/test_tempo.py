from components.monitoring_stack.charts.tempo import tempo_values
from components.monitoring_stack.settings.traces import TraceSettings


def test_traces_lie_in_the_bucket_as_long_as_asked() -> None:
    values = tempo_values(TraceSettings(retention_days=3), region="eu-west-1", bucket="traces", service_account="tempo")
    assert values["tempo"]["retention"] == "72h"
    trace = values["tempo"]["storage"]["trace"]
    assert (trace["backend"], trace["s3"]["bucket"]) == ("s3", "traces")
    assert trace["s3"]["endpoint"] == "s3.eu-west-1.amazonaws.com"
    assert not {"access_key", "secret_key"} & set(trace["s3"])


def test_it_runs_under_the_strict_standard_and_within_its_memory() -> None:
    values = tempo_values(TraceSettings(), region="eu-west-1", bucket="traces", service_account="tempo")
    assert values["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert values["tempo"]["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert values["tempo"]["memBallastSizeMbs"] == 0
    assert values["tempo"]["resources"]["limits"] == {"memory": "1Gi"}
    assert values["serviceAccount"] == {"create": True, "name": "tempo", "automountServiceAccountToken": False}
