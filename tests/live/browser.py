"""Chromium without a window, and what it says of a page."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, sync_playwright

from .edge import Edge
from .servers import Authority, program


@contextmanager
def chromium(edge: Edge, authority: Authority) -> Iterator[Chromium]:
    """Run a browser for which every name in the world leads to the edge."""
    certificate = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    known = base64.b64encode(hashlib.sha256(key).digest()).decode()
    arguments = [
        f"--host-resolver-rules=MAP * 127.0.0.1:{edge.port}",
        f"--ignore-certificate-errors-spki-list={known}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def console(context: BrowserContext) -> list[str]:
    """Return the list to which what the pages of a context print is added."""
    said: list[str] = []
    context.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    context.on("weberror", lambda error: said.append(f"uncaught: {error.error}"))
    return said
