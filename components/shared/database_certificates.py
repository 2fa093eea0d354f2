"""The certificates of RDS's authorities, by region (docs/decisions/0003)."""

from pathlib import Path

_ASSETS = Path(__file__).parent / "assets"


def database_certificates(region: str) -> str:
    """Return the PEM bundle by which a client of a database in `region` knows it."""
    return (_ASSETS / f"rds-ca-{region}.pem").read_text(encoding="utf-8")
