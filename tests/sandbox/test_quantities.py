"""Quantities of Kubernetes: how the server writes them, and what they come to."""

import pytest

from sandbox.quantities import amount, canonical, mebibytes, millicores


@pytest.mark.parametrize(
    ("written", "given_back"),
    [
        *(
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1024Mi", "1Gi"),
            ("1500M", "1500M"),
            ("1", "1"),
            ("0.1Gi", "107374182400m"),
        ),
        *(("512", "512"), ("1e3", "1e3"), ("100Ki", "100Ki"), ("0", "0"), ("1.5Gi", "1536Mi"), ("what", "what")),
    ],
)
def test_quantities_are_written_as_the_server_writes_them(written: str, given_back: str) -> None:
    assert canonical(written) == given_back


def test_quantities_come_to_cores_and_mebibytes() -> None:
    assert [millicores(each) for each in ("250m", "2", "1.5", None, "3u", 1, "2e3")] == [
        250,
        2000,
        1500,
        0,
        0.003,
        1000,
        2e6,
    ]
    assert [mebibytes(each) for each in ("512Mi", "2Gi", "1048576", None, "1G")] == [512, 2048, 1, 0, 1e9 / 2**20]


@pytest.mark.parametrize("written", ["", "10GB", "1 Gi", "1e", "Mi", "1Mi ", "--1", None, True])
def test_what_is_no_quantity_is_no_number(written: object) -> None:
    assert amount(written) is None
