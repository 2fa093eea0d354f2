"""Quantities of Kubernetes (`250m`, `1.5Gi`, `2e3`): apimachinery, pkg/api/resource/quantity.go."""

import re
from fractions import Fraction
from typing import Any

_WRITTEN = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([KMGTPE]i)|([numkMGTPE])|)")
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_DECIMAL = ("n", "u", "m", "", "k", "M", "G", "T", "P", "E")
_WHOLE = 3  # where in _DECIMAL there is no suffix
_KIBI, _KILO = 1024, 1000


def amount(written: Any) -> Fraction | None:
    """Return a quantity as a number: cores, bytes, whatever it counts; None where it is none."""
    found = _WRITTEN.fullmatch(str(written))
    if found is None:
        return None
    number, exponent, binary, decimal = found.groups()
    value = Fraction(number)
    if exponent:
        value *= Fraction(10) ** int(exponent[1:])
    elif binary:
        value *= _KIBI ** _BINARY.index(binary)
    elif decimal:
        value *= Fraction(_KILO) ** (_DECIMAL.index(decimal) - _WHOLE)
    return value


def millicores(written: Any) -> float:
    """Return a quantity of CPU (`250m`, `1.5`) in thousandths of a core; 0 of none."""
    return float((amount(written) or 0) * _KILO)


def mebibytes(written: Any) -> float:
    """Return a quantity of memory (`512Mi`, `1G`) in MiB; 0 of none."""
    return float((amount(written) or 0) / _KIBI**2)


def canonical(written: object) -> str:
    """Return a quantity as the API server gives it back: with the largest suffix that leaves its number whole.

    What is no quantity is returned as it is written.
    """
    found, value = _WRITTEN.fullmatch(str(written)), amount(written)
    if found is None or value is None:
        return str(written)
    _, exponent, binary, _ = found.groups()
    if exponent:
        power = 0
        while value and value % _KILO == 0:
            value, power = value / _KILO, power + 3
        return f"{_rounded_up(value)}e{power}" if power else str(_rounded_up(value))
    if binary and abs(value) >= _KIBI and value.denominator == 1:
        steps = 0
        while value % _KIBI == 0 and steps + 1 < len(_BINARY):
            value, steps = value / _KIBI, steps + 1
        return f"{value}{_BINARY[steps]}"
    value *= Fraction(_KILO) ** _WHOLE  # in the smallest unit there is
    value, steps = Fraction(_rounded_up(value)), 0
    while value and value % _KILO == 0 and steps + 1 < len(_DECIMAL):
        value, steps = value / _KILO, steps + 1
    return f"{value}{_DECIMAL[steps]}" if value else "0"


def _rounded_up(value: Fraction) -> int:
    """No digit is dropped in favour of whoever asks for less."""
    return -(-value.numerator // value.denominator)
