import ssl
from pathlib import Path
from typing import Any, get_args

import pytest

import components
from components.config.regions import Region

ASSETS = Path(components.__file__).parent / "shared" / "assets"


@pytest.mark.parametrize("region", get_args(Region))
def test_each_region_has_the_three_roots_of_its_databases(region: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=(ASSETS / f"rds-ca-{region}.pem").read_text(encoding="utf-8"))

    roots: list[Any] = context.get_ca_certs()
    names = {dict(pair[0] for pair in root["subject"])["commonName"] for root in roots}
    assert names == {f"Amazon RDS {region} Root CA {kind} G1" for kind in ("RSA2048", "RSA4096", "ECC384")}
    assert all(int(root["notAfter"].split()[3]) > 2060 for root in roots)


def test_there_is_no_file_for_a_region_that_may_not_be_named() -> None:
    assert {path.stem.removeprefix("rds-ca-") for path in ASSETS.glob("rds-ca-*.pem")} == set(get_args(Region))
