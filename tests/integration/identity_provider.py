# SPDX-License-Identifier: Apache-2.0
"""An issuer of tokens with keys of its own, its HTTP server with good and bad days, and a browser with cookies."""
import base64
import hashlib
import json
import secrets
import threading
import time
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, length):
    return b64url(value.to_bytes(length, "big"))


class Key:
    """A signing key: Key("RS256") or Key("ES256")."""

    def __init__(self, algorithm="RS256", kid=None, bits=2048):
        self.algorithm, self.kid = algorithm, kid or secrets.token_hex(4)
        self.private = (rsa.generate_private_key(65537, bits) if algorithm.startswith("RS")
                        else ec.generate_private_key(ec.SECP256R1()))

    @property
    def jwk(self):
        numbers = self.private.public_key().public_numbers()
        common = {"kid": self.kid, "use": "sig", "alg": self.algorithm}
        if self.algorithm.startswith("RS"):
            return {"kty": "RSA", "n": number(numbers.n, (numbers.n.bit_length() + 7) // 8), "e": "AQAB", **common}
        return {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32), **common}

    def signature(self, data):
        if self.algorithm.startswith("RS"):
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        r, s = utils.decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def sign(self, claims, **header):
        head = {"alg": self.algorithm, "kid": self.kid, **header}
        data = ".".join(b64url(json.dumps(part).encode()) for part in (head, claims))
        return f"{data}.{b64url(self.signature(data.encode()))}"


class Server:
    """`with Server() as server:` - what it answers is in server.pages, by path: a function of the handler, or a document.
    server.day: None, or what is wrong with every answer: hang, drip, grow, redirect, html, error."""

    def __init__(self):
        self.pages, self.day, self.asked, self.stopping = {}, None, [], threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.answer(self, b"")

            def do_POST(self):
                outer.answer(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

        class Listener(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # clients that give up are what is tested

        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.listener.server_port}"
        self.thread = threading.Thread(target=self.listener.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.listener.shutdown()
        self.listener.server_close()
        self.thread.join()

    def answer(self, handler, body):
        path = urlsplit(handler.path).path
        self.asked.append(path)
        handler.close_connection = True
        if self.day:
            getattr(self, f"day_{self.day}")(handler)
            return
        page = self.pages.get(path)
        if callable(page):
            status, document = page(handler, body)
        else:
            status, document = (200, page) if page is not None else (404, {})
        self.send(handler, status, json.dumps(document).encode(), "application/json")

    @staticmethod
    def send(handler, status, body, kind, **headers):
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Connection", "close")
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def day_hang(self, _handler):
        self.stopping.wait()

    def day_drip(self, handler):
        """A byte now and then, and never a whole answer."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{")
        while not self.stopping.wait(0.2):
            handler.wfile.write(b" ")

    def day_grow(self, handler):
        """Without end, as fast as it is read."""
        handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"keys":[')
        while not self.stopping.is_set():
            handler.wfile.write(b"{}," * 10000)

    def day_redirect(self, handler):
        self.send(handler, 302, b"", "text/plain", Location=f"{self.url}/elsewhere")

    def day_html(self, handler):
        self.send(handler, 200, b"<!doctype html><title>Sign in to the hotel's Wi-Fi</title>", "text/html")

    def day_error(self, handler):
        self.send(handler, 503, b"{}", "application/json")


class Issuer(Server):
    """Signs tokens for the audience "portal", and shows its keys at /jwks."""

    def __init__(self, *keys):
        super().__init__()
        self.keys = list(keys) or [Key("RS256"), Key("ES256")]
        self.pages["/jwks"] = lambda *_: (200, {"keys": [key.jwk for key in self.keys]})

    def claims(self, subject="person-1", **more):
        now = int(time.time())
        return {"iss": self.url, "aud": "portal", "sub": subject, "iat": now, "exp": now + 300, "jti": secrets.token_hex(8), **more}

    def token(self, subject="person-1", key=None, **more):
        return (key or self.keys[0]).sign(self.claims(subject, **more))


class Provider(Issuer):
    """An OpenID provider that knows one client, shaped as Amazon Cognito's user pools are: pages in another place than the
    issuer, no code_challenge_methods_supported, token_use in tokens. Every visitor is `subject` at once."""

    CLIENT, SECRET = "portal", "s3cret&=+/"

    def __init__(self, *keys):
        super().__init__(*keys)
        self.issuer = f"{self.url}/pool_AbC"
        self.subject, self.change, self.codes = "user-1", lambda answer: None, {}
        self.pages["/pool_AbC/.well-known/openid-configuration"] = {
            "authorization_endpoint": f"{self.url}/oauth2/authorize",
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": self.issuer,
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code", "token"],
            "scopes_supported": ["openid", "email", "phone", "profile"],
            "subject_types_supported": ["public"],
            "token_endpoint": f"{self.url}/oauth2/token",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }
        self.pages["/oauth2/token"] = self.exchange

    def visit(self, address):
        """The browser comes with this address; where the provider sends it."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        if asked["client_id"] != self.CLIENT or asked["response_type"] != "code" or asked["code_challenge_method"] != "S256":
            raise AssertionError(f"asked for {asked}")
        code = secrets.token_urlsafe(12)
        self.codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def exchange(self, handler, body):
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        asked = self.codes.pop(form.get("code"), None)
        if self.client_of(handler) != (self.CLIENT, self.SECRET):
            return 401, {"error": "invalid_client"}
        challenge = b64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if not asked or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        answer = {"access_token": self.access_token(), "id_token": self.id_token(asked["nonce"]), "token_type": "Bearer",
                  "expires_in": 3600}
        self.change(answer)
        return 200, answer

    @staticmethod
    def client_of(handler):
        kind, _, encoded = handler.headers.get("Authorization", "").partition(" ")
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
        return (unquote(name), unquote(secret)) if kind == "Basic" else None

    def id_token(self, nonce, key=None, **more):
        return self.token(self.subject, key, iss=self.issuer, aud=self.CLIENT, nonce=nonce, token_use="id", **more)

    def access_token(self):
        claims = self.claims(self.subject, iss=self.issuer, client_id=self.CLIENT, token_use="access")
        del claims["aud"]
        return self.keys[0].sign(claims)


class Browser:
    """Keeps the cookies of one portal, and follows nothing by itself."""

    def __init__(self, portal):
        self.portal, self.cookies = portal, {}

    def request(self, method, path, body=None, **headers):
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.portal.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies.pop(name, None)
                if morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
        return answer

    def get(self, path, **headers):
        return self.request("GET", path, **headers)

    def post(self, path, headers=None, **fields):
        return self.request("POST", path, urlencode(fields).encode(), Content_Type="application/x-www-form-urlencoded",
                            **(headers or {}))
