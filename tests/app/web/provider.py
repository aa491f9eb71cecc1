"""A small OpenID Connect provider on this machine, where one signs in by choosing who one is."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

PEOPLE: dict[str, dict[str, Any]] = {
    "ann": {"email": "ann@example.org", "email_verified": True, "name": "Ann"},
    "bob": {"email": "bob@example.org", "email_verified": True, "name": "Bob"},
    "eve": {"email": "ann@example.org", "email_verified": False, "name": "Eve"},  # says that she is Ann
}


class _Provider(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, parameters={"kid": "test"})
        self.asked: dict[str, dict[str, str]] = {}  # what was asked for by each code

    def discovery(self) -> dict[str, Any]:
        """What a client learns first."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def token(self, code: str) -> dict[str, Any]:
        """The signed identity of who has chosen it."""
        asked, now = self.asked.pop(code), int(time.time())
        claims = {
            **PEOPLE[asked["who"]],
            "iss": self.url,
            "sub": asked["who"],
            "aud": asked["client_id"],
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 600,
        }
        signed = jwt.encode({"alg": "RS256", "kid": "test"}, claims, self.key)
        return {"access_token": "-", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    server: _Provider

    def do_GET(self) -> None:
        """Discovery, keys, the page of a sign-in, and the way back."""
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match parts.path:
            case "/.well-known/openid-configuration":
                self._json(self.server.discovery())
            case "/jwks":
                self._json({"keys": [self.server.key.as_dict(private=False)]})
            case "/authorize":
                links = (f'<a href="/chosen?{urlencode({**query, "who": who})}">{who}</a>' for who in PEOPLE)
                self._send("text/html", f"<title>Provider</title>{' '.join(links)}")
            case "/chosen":
                code = secrets.token_hex(8)
                self.server.asked[code] = query
                back = urlencode({"code": code, "state": query["state"]})
                self.send_response(302)
                self.send_header("Location", f"{query['redirect_uri']}?{back}")
                self.end_headers()
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        """The exchange of a code."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._json(self.server.token(form["code"][0]))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the base class's
        """Say nothing."""

    def _json(self, form: dict[str, Any]) -> None:
        self._send("application/json", json.dumps(form))

    def _send(self, kind: str, text: str) -> None:
        data = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def provider() -> Iterator[str]:
    """The URL of a provider that runs."""
    with _Provider() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()
