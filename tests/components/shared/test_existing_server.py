import pytest

from components.shared.existing_server import key_faults

KEY = "arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
OTHER = "arn:aws:kms:eu-west-1:111122223333:key/11111111-89ab-cdef-0123-456789abcdef"
ALIAS = "arn:aws:kms:eu-west-1:111122223333:alias/orders"


@pytest.mark.parametrize(("found", "named"), [("", None), (KEY, KEY), (ALIAS, KEY)])
def test_a_secret_is_decrypted_where_its_key_is_named(found: str, named: str | None) -> None:
    assert list(key_faults(found, named)) == []


@pytest.mark.parametrize(
    ("found", "named", "says"),
    [
        (KEY, None, f"encrypted with {KEY}: write the key's ARN"),
        ("", KEY, "encrypted with AWS's own key"),
        (OTHER, KEY, f"encrypted with {OTHER}: write that"),
    ],
)
def test_a_secret_is_refused_where_it_is_not(found: str, named: str | None, says: str) -> None:
    (fault,) = key_faults(found, named)
    assert says in fault
