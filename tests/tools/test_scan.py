import json

from tools.scan import ACCEPTED, checkov, judge, kube_score

CHECKOV = {"results": {"failed_checks": [{"check_id": "CKV_K8S_11", "resource": "Job.a.b"}], "passed_checks": [{}]}}
KUBE_SCORE = [
    {
        "object_name": "Pod/v1/a",
        "checks": [
            {"check": {"id": "critical"}, "grade": 1, "skipped": False},
            {"check": {"id": "warning"}, "grade": 5, "skipped": False},
            {"check": {"id": "almost"}, "grade": 7, "skipped": False},
            {"check": {"id": "skipped"}, "grade": 0, "skipped": True},
        ],
    }
]


def test_reports_are_read() -> None:
    assert list(checkov(json.dumps(CHECKOV))) == [("CKV_K8S_11", "Job.a.b")]
    assert list(checkov(json.dumps([CHECKOV, {"passed": 0}]))) == [("CKV_K8S_11", "Job.a.b")]
    assert list(kube_score(json.dumps(KUBE_SCORE))) == [("critical", "Pod/v1/a"), ("warning", "Pod/v1/a")]


def test_a_finding_needs_a_reason_and_a_reason_a_finding() -> None:
    findings = [("a", "here"), ("a", "here"), ("b", "there")]
    assert judge(findings, {"a": "known", "b": "known"}) == ([], [])
    assert judge(findings, {"a": "known", "b": " "}) == (["b: there"], [])
    assert judge(findings[:1], {"a": "known", "c": "old"}) == ([], ["c"])


def test_everything_accepted_has_a_reason() -> None:
    accepted = json.loads(ACCEPTED.read_text(encoding="utf-8"))
    assert all(len(reason) > 10 for reason in accepted.values())
