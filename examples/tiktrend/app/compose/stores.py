"""Two stores that are nobody's: three pages of ten products each, at /moda and /casa; `python stores.py 8080`."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

THINGS = {"moda": ("Shoe", "Shirt", "Hat"), "casa": ("Lamp", "Chair", "Table")}
COLOURS = ("Red", "Blue", "Green", "White", "Black", "Grey", "Pink", "Brown", "Gold", "Teal")


class Store(BaseHTTPRequestHandler):
    """A catalogue in pages."""

    def do_GET(self) -> None:
        """Answer a page; one after the last has nothing."""
        asked = urlsplit(self.path)
        store, number = asked.path.strip("/"), int(parse_qs(asked.query).get("page", ["1"])[0])
        things = THINGS.get(store, ())
        products = [
            {
                "sku": f"{things[number - 1]}-{place}",
                "name": f"{colour} {things[number - 1]}",
                "price_cents": 500 + 10 * place,
            }
            for place, colour in enumerate(COLOURS)
            if number <= len(things)
        ]
        body = json.dumps({"products": products}).encode()
        self.send_response(200 if things else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    # a container's own address
    ThreadingHTTPServer((sys.argv[2] if len(sys.argv) > 2 else "0.0.0.0", int(sys.argv[1])), Store).serve_forever()  # noqa: PLR2004
