"""Asks a site which TLS it speaks: `python -m tools.tls https://ranking.example.com`.

It asks for what SSL Labs wants before it gives an A+ (SSL Server Rating Guide): a certificate that is trusted, TLS 1.3,
nothing older than 1.2, no suite without forward secrecy or authenticated encryption, HSTS for half a year at least. It
is not SSL Labs: what that knows of weaknesses in a server's own code it does not try.

It ends with 0, with 1 where something is not as it must be or nobody answers, and with 2 where this machine's OpenSSL
cannot ask.
"""

import argparse
import http.client
import re
import socket
import ssl
import sys
import urllib.parse
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

TIMEOUT_SECONDS = 15
HALF_A_YEAR_SECONDS = 180 * 86_400
OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
# every suite that OpenSSL has, the weakest too, for it is asked whether they are refused
ALL = "ALL:@SECLEVEL=0"
SECRET_FORWARD = ("kx-ecdhe", "kx-dhe")
# what OpenSSL says where it is itself that will not
OURS = ("NO_CIPHERS_AVAILABLE", "NO_PROTOCOLS_AVAILABLE", "INTERNAL_ERROR")


class CannotAskError(Exception):
    """This machine's OpenSSL does not speak what is asked for; its text says what that is."""


@dataclass(frozen=True)
class Site:
    """Where to ask; `authorities` is a file of those to trust, in place of the machine's."""

    host: str
    port: int = 443
    authorities: str | None = None

    @classmethod
    def read(cls, address: str, authorities: str | None = None) -> "Site":
        """Take an address apart. Raises ValueError."""
        parts = urllib.parse.urlsplit(address)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(f"site must be an address such as https://ranking.example.com, got {address!r}")
        return cls(parts.hostname, parts.port or 443, authorities)


def checks(site: Site) -> Iterator[tuple[str, bool]]:
    """Yield what was looked at, and whether it is as it must be. Raises OSError and CannotAskError."""
    headers = _page(site)
    yield "its certificate is trusted, and of its name", headers is not None
    age = re.search(r"max-age=(\d+)", (headers or {}).get("strict-transport-security", ""))
    yield "HSTS holds half a year at least", age is not None and int(age[1]) >= HALF_A_YEAR_SECONDS
    yield "TLS 1.3 is spoken", accepts(site, _only(ssl.TLSVersion.TLSv1_3))
    yield "TLS 1.1 and 1.0 are refused", not any(accepts(site, _only(each)) for each in OLD)
    yield "what has no forward secrecy is refused", not accepts(site, _suites(forward_secret=False))
    yield "what is encrypted and not authenticated is refused", not accepts(site, _suites(authenticated=False))


def accepts(site: Site, prepare: Callable[[ssl.SSLContext], None]) -> bool:
    """Tell whether a site shakes hands in a way, whoever it is. Raises OSError and CannotAskError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        # that nobody should speak what is old is why it is asked
        warnings.simplefilter("ignore", DeprecationWarning)
        prepare(context)
    with socket.create_connection((site.host, site.port), TIMEOUT_SECONDS) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=site.host):
                return True
        except ssl.SSLError as error:
            if error.reason in OURS:
                raise CannotAskError(str(error)) from error
            return False
        except ConnectionResetError:
            return False


def _only(version: ssl.TLSVersion) -> Callable[[ssl.SSLContext], None]:
    def prepare(context: ssl.SSLContext) -> None:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = version
        context.minimum_version = version
        context.set_ciphers(ALL)

    return prepare


def _suites(*, forward_secret: bool = True, authenticated: bool = True) -> Callable[[ssl.SSLContext], None]:
    """Of TLS 1.2, those alone that have one thing not; with 1.3 every suite has both."""

    def prepare(context: ssl.SSLContext) -> None:
        _only(ssl.TLSVersion.TLSv1_2)(context)
        lacking = [
            str(each["name"])
            for each in context.get_ciphers()
            if (not forward_secret and each["kea"] not in (*SECRET_FORWARD, "kx-any"))
            or (not authenticated and not each["aead"])
        ]
        if not lacking:
            raise CannotAskError("OpenSSL has no such suite")
        context.set_ciphers(f"{':'.join(lacking)}:@SECLEVEL=0")

    return prepare


def _page(site: Site) -> dict[str, str] | None:
    """Return the headers of its first page; None where it is not to be trusted. Raises OSError."""
    context = ssl.create_default_context(cafile=site.authorities)
    connection = http.client.HTTPSConnection(site.host, site.port, timeout=TIMEOUT_SECONDS, context=context)
    try:
        connection.request("GET", "/")
        return {name.lower(): value for name, value in connection.getresponse().getheaders()}
    except ssl.SSLCertVerificationError:
        return None
    finally:
        connection.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.tls", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("site", help="the site's address, which the stack's output `url` is")
    parser.add_argument("--authorities", metavar="FILE", help="whom to trust (PEM), in place of the machine's own")
    given = parser.parse_args(arguments)
    wrong = 0
    try:
        for said, well in checks(Site.read(given.site, given.authorities)):
            wrong += not well
            sys.stdout.write(f"{'ok' if well else 'WRONG':<6} {said}\n")
    except ValueError as error:
        parser.error(str(error))
    except CannotAskError as reason:
        sys.stderr.write(f"nobody can tell from this machine: {reason}\n")
        return 2
    except OSError as reason:
        sys.stderr.write(f"{given.site} does not answer: {reason}\n")
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
