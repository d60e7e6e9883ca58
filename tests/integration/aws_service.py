# SPDX-License-Identifier: Apache-2.0
"""An AWS service of one's own for a test: answers from a script, over HTTP or HTTPS, and recomputes the signature of every
request with botocore, AWS's own code, from what came over the wire. Nothing of the product takes part in that."""
import datetime
import hashlib
import http.server
import json
import re
import socket
import socketserver
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from email.utils import formatdate

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from patience import DEADLINE

AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/, ]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, "
                           r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})")


@dataclass
class Answer:
    status: int = 200
    body: bytes | str | dict = b""
    headers: dict = field(default_factory=dict)
    skew: int = 0       # seconds that its Date is ahead
    promise: int = 0    # bytes that Content-Length says more than there are
    drop: bool = False  # close the connection instead
    deaf: bool = False  # close it before 100 Continue, nothing read
    hold: bool = False  # say nothing until the end of the test

    @property
    def bytes(self):
        if isinstance(self.body, dict):
            return json.dumps(self.body).encode()
        return self.body.encode() if isinstance(self.body, str) else self.body


@dataclass
class Seen:
    method: str
    target: str
    headers: dict  # names in lower case
    length: int
    body: bytes    # of small ones
    digest: str
    problem: str | None = None


def refused(status, code, message="no", **options):
    return Answer(status, {"message": message}, {"x-amzn-ErrorType": code + ":http://internal.amazon.com/"}, **options)


def _must_be_signed(seen):
    return {"host"} | {name for name in seen.headers if name.startswith("x-amz-") or name == "content-type"}


def signature_problem(seen, secrets, region):
    """None, or what is wrong. secrets: {access key: (secret key, session token or None)}."""
    found = AUTHORIZATION.fullmatch(seen.headers.get("authorization", ""))
    if not found:
        return f"no signature: {seen.headers.get('authorization')}"
    key, day, its_region, service, names, signature = found.groups()
    names, when = names.split(";"), seen.headers.get("x-amz-date", "")
    secret, token = secrets.get(key, ("", None))
    age = datetime.datetime.utcnow() - datetime.datetime.strptime(when, "%Y%m%dT%H%M%SZ")
    if its_region != region or not when.startswith(day) or abs(age.total_seconds()) > 300:
        return f"for {its_region} at {when}"
    if not _must_be_signed(seen) <= set(names):
        return f"signs {names} only"
    if seen.headers.get("x-amz-security-token") != token:
        return "has another session token"
    digest = seen.headers.get("x-amz-content-sha256")
    if digest not in (None, seen.digest) or (digest is None and service == "s3"):
        return f"says that its body is {digest}"
    request = AWSRequest(seen.method, f"http://{seen.headers['host']}{seen.target}",
                         headers={name: seen.headers[name] for name in names}, data=seen.body)
    request.headers["X-Amz-Content-SHA256"] = seen.digest
    request.context["timestamp"] = when
    auth = (S3SigV4Auth if service == "s3" else SigV4Auth)(Credentials(key, secret), service, region)
    # which headers were signed stands in the request; botocore would choose for itself
    auth.headers_to_sign = lambda _: HTTPHeaders.from_dict({name: seen.headers[name] for name in names})
    canonical = auth.canonical_request(request)
    good = auth.signature(auth.string_to_sign(request, canonical), request)
    return None if good == signature else f"signature does not match {canonical!r}"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes

    def log_message(self, *_):
        pass

    def _read(self):
        digest, length, start = hashlib.sha256(), int(self.headers.get("Content-Length", 0)), b""
        left = length
        while left and (part := self.rfile.read(min(left, 1 << 16))):
            digest.update(part)
            start, left = (start + part)[:1 << 16], left - len(part)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Seen(self.command, self.path, headers, length - left, start, digest.hexdigest())

    def handle_expect_100(self):
        if self.server.service.is_deaf():
            self.close_connection = True
            return False
        return super().handle_expect_100()

    def _respond(self):
        service, seen = self.server.service, self._read()
        answer = service.take(seen)
        if answer.hold:
            service.released.wait()
        if answer.hold or answer.drop:
            self.close_connection = True
            return
        body = answer.bytes
        self.send_response_only(answer.status)
        self.send_header("Date", formatdate(datetime.datetime.now().timestamp() + answer.skew, usegmt=True))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(body) + answer.promise))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or answer.promise > 0

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond

    def do_CONNECT(self):
        """As a proxy: whatever the name, to the one place that it was told."""
        self.server.service.connects.append(self.path)
        with socket.create_connection(self.server.service.beyond, timeout=DEADLINE) as far:
            self.send_response_only(200)
            self.end_headers()
            back = threading.Thread(target=self._pump, args=(far, self.connection))
            back.start()
            self._pump(self.connection, far)
            back.join()
        self.close_connection = True

    @staticmethod
    def _pump(source, sink):
        try:
            while part := source.recv(65536):
                sink.sendall(part)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    block_on_close = True

    def handle_error(self, *_):
        pass  # clients that leave, certificates that are not believed: the test looks at the client


class Service:
    """`with Service(Answer(429), Answer()) as service:` - the last answer goes on for ever. A request whose signature is
    wrong is refused as AWS does it, whatever the script says, unless signed=False."""

    def __init__(self, *answers, secrets=None, region="eu-west-1", tls=None, signed=True, beyond=None):
        self.answers, self.secrets, self.region, self.signed = list(answers or [Answer()]), secrets, region, signed
        self.seen, self.connects, self.beyond = [], [], beyond
        self.lock, self.released = threading.Lock(), threading.Event()
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.service = self
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def is_deaf(self):
        with self.lock:
            deaf = isinstance(self.answers[0], Answer) and self.answers[0].deaf
            if deaf:
                self.answers.pop(0)
            return deaf

    def take(self, seen):
        with self.lock:
            self.seen.append(seen)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if callable(answer):
                answer = answer(seen)
            if self.signed:
                seen.problem = signature_problem(seen, self.secrets, self.region)
                if seen.problem:
                    return refused(403, "InvalidSignatureException", "wrong signature")
            return answer


def authority(folder):
    """A certificate authority of the test's own: (its file, function that makes (certificate, key) for a name)."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA")

    def make(name, alternative):
        openssl("req", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (folder / f"{name}.ext").write_text(f"subjectAltName={alternative}\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-out", f"{name}.pem", "-days", "2", "-extfile", f"{name}.ext")
        return folder / f"{name}.pem", folder / f"{name}.key"

    return folder / "ca.pem", make
