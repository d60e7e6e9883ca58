# SPDX-License-Identifier: Apache-2.0
"""Brokers that no good account would be: a mosquitto of a test's own making, and one in Python that is told what to do
with each publish and says what it saw, byte for byte."""
import json
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

import paho.mqtt.client as mqtt

from patience import DEADLINE
from sandbox import eventually

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 14
ACKNOWLEDGE, SILENT, DROP = "acknowledge", "silent", "drop"


def make_certificate(sandbox, name, authority, usage, alternative="", days=3650):
    """PEM file and key file of a certificate that openssl signs with one of the sandbox's authorities. Negative days:
    it has expired already."""
    c = sandbox.certificates
    base = sandbox.state / f"{name}-{secrets.token_hex(4)}"
    certificate, key, request, extensions = (base.with_suffix(s) for s in (".pem", ".key", ".csr", ".ext"))
    lines = ["basicConstraints=critical,CA:false", f"extendedKeyUsage={usage}"]
    extensions.write_text("\n".join(lines + ([f"subjectAltName={alternative}"] if alternative else [])) + "\n")
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    key, "-out", request, "-subj", f"/O=Sandbox OEM/CN={name}"], check=True, capture_output=True)
    subprocess.run(["openssl", "x509", "-req", "-in", request, "-out", certificate, "-days", str(days), "-extfile",
                    extensions, "-CA", c / f"{authority}.pem", "-CAkey", c / f"{authority}.key", "-CAcreateserial"],
                   check=True, capture_output=True)
    return certificate, key


def server_certificate(sandbox, key, alternative, digest):
    """PEM file and key file for 127.0.0.1, by the sandbox's server CA. key: options of openssl req; alternative: None for none."""
    c, base = sandbox.certificates, sandbox.state / f"broker-{secrets.token_hex(4)}"
    extensions = base.with_suffix(".ext")
    extensions.write_text("basicConstraints=critical,CA:false\n" + (f"subjectAltName={alternative}\n" if alternative else ""))
    for command in (("req", "-new", *key, "-nodes", "-keyout", f"{base}.key", "-out", f"{base}.csr", "-subj", "/CN=127.0.0.1"),
                    ("x509", "-req", f"-{digest}", "-in", f"{base}.csr", "-out", f"{base}.pem", "-days", "30", "-extfile", extensions,
                     "-CA", c / "server-ca.pem", "-CAkey", c / "server-ca.key", "-CAcreateserial")):
        subprocess.run(["openssl", *command], check=True, capture_output=True, timeout=DEADLINE)
    return f"{base}.pem", f"{base}.key"


def free_port(address="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Mosquitto:
    """The sandbox's broker for `part`, with its configuration changed by change(lines): the sandbox's own is stopped,
    unless beside is true. tap: a second listener, without TLS and without rules, through which a test hears and says
    everything."""

    def __init__(self, sandbox, part, change=lambda lines: lines, tap=False, beside=False):
        self.lines = (sandbox.state / part / "mosquitto.conf").read_text().splitlines()
        if not beside:
            sandbox.run("stop", "--only", part)
        self.tap_port = free_port() if tap else None
        if tap:
            self.lines = ["per_listener_settings true", *self.lines, f"listener {self.tap_port} 127.0.0.1",
                          "allow_anonymous true"]
        self.lines = change(self.lines)
        self.conf = sandbox.state / f"mosquitto-{secrets.token_hex(4)}.conf"
        self.log = self.conf.with_suffix(".log")
        self.process = None
        self.start()

    def start(self):
        self.conf.write_text("\n".join(self.lines) + "\n")
        command = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([command, "-c", self.conf], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _, port, address in [line.split() for line in self.lines if line.startswith("listener ")]:
            eventually(lambda: self.answers(address, int(port)), lambda: f"the broker; log: {self.log.read_text()}")

    def answers(self, address, port):
        if self.process.poll() is not None:
            raise AssertionError(f"the broker has ended: {self.log.read_text()}")
        try:
            socket.create_connection((address, port), timeout=1).close()
        except OSError:
            return False
        return True

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(DEADLINE)

    def logged(self, text):
        """How often."""
        return self.log.read_text(errors="replace").count(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Tap:
    """Hears all messages of a topic through a Mosquitto's second listener, with the time of their arrival here."""

    def __init__(self, broker, topic):
        self.heard, self.subscribed = [], False
        self._mqtt = mqtt.Client(f"tap-{secrets.token_hex(4)}", protocol=mqtt.MQTTv311)
        self._mqtt.on_connect = lambda client, *_: client.subscribe(topic, 1)
        self._mqtt.on_subscribe = lambda *_: setattr(self, "subscribed", True)
        self._mqtt.on_message = self._hear
        self._mqtt.connect("127.0.0.1", broker.tap_port)
        self._mqtt.loop_start()
        eventually(lambda: self.subscribed, f"the tap on {topic}")

    def _hear(self, _client, _userdata, message):
        self.heard.append((time.time(), message.topic, message.payload))

    def of(self, thing):
        return [each for each in list(self.heard) if thing in each[1]]

    def say(self, topic, document):
        self._mqtt.publish(topic, json.dumps(document) if isinstance(document, dict) else document, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._mqtt.disconnect()
        self._mqtt.loop_stop()


class Session:
    """What one client did on one connection to a FakeBroker."""

    def __init__(self, connection, server_name):
        self.connection, self.server_name = connection, server_name
        self.alpn = connection.selected_alpn_protocol()
        self.connect, self.publishes, self.unanswered, self.most_unanswered = None, [], [], 0
        self.ending = None
        self._lock = threading.Lock()

    def send(self, kind, body):
        with self._lock:
            self.connection.sendall(bytes([kind << 4, len(body)]) + body)

    def acknowledge(self, count=1):
        """The oldest publishes that were left without an answer."""
        for _ in range(count):
            self.send(PUBACK, self.unanswered.pop(0)["id"])


class FakeBroker:
    """Speaks just enough MQTT over mutual TLS. judge(publish) says ACKNOWLEDGE, SILENT or DROP. The next `flaps` connections
    are dropped FLAP seconds after their CONNACK. The client id `refused` is not authorised."""

    FLAP, flaps, refused = 0.05, 0, None

    def __init__(self, sandbox, judge=lambda publish: ACKNOWLEDGE, address="127.0.0.1", port=0, certificate=None):
        c = sandbox.certificates
        self.judge, self.sessions, self.failures, self.connections, self._names = judge, [], [], 0, {}
        self.refusals = 0
        self.acknowledged = []  # the ids of messages that were sent by hand
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*(certificate or (c / "server.pem", c / "server.key")))
        self._context.load_verify_locations(c / "account-ca.pem")
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.set_alpn_protocols(["x-amzn-mqtt-ca"])
        self._context.sni_callback = lambda connection, name, _context: self._names.update({id(connection): name})
        self._listener = socket.create_server((address, port))
        self.port = self._listener.getsockname()[1]
        self._open, self._threads = [], []
        self._spawn(self._accept)

    def _spawn(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self):
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(plain)
            self._spawn(self._serve, plain)

    def _serve(self, plain):
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connection = self._context.wrap_socket(plain, server_side=True)
        except OSError as error:
            self.failures.append(str(error))
            plain.close()
            return
        send, one_at_a_time = connection.sendall, threading.Lock()

        def send_alone(data):
            """Tests send by hand while this thread answers, and OpenSSL lets only one thread write at a time."""
            with one_at_a_time:
                send(data)
        connection.sendall = send_alone
        session = Session(connection, self._names.get(id(connection)))
        self._open.append(connection)
        try:
            with connection.makefile("rb") as stream:
                session.ending = self._talk(session, stream)
        except (OSError, EOFError) as error:
            session.ending = session.ending or str(error) or "closed"
        finally:
            connection.close()

    def _talk(self, session, stream):
        while True:
            kind, flags, body = self._packet(stream)
            if kind == CONNECT:
                session.connect = self._connect(body)
                if session.connect["client_id"] == self.refused:
                    self.refusals += 1
                    session.send(CONNACK, b"\0\5")
                    return "refused"
                self.sessions.append(session)
                session.send(CONNACK, b"\0\0")
                if self.flaps:
                    self.flaps -= 1
                    session.connection.settimeout(self.FLAP)
            elif kind == PUBLISH:
                if self._publish(session, flags, body) == DROP:
                    return "dropped"
            elif kind == SUBSCRIBE:
                session.send(SUBACK, body[:2] + b"\1")
            elif kind == PINGREQ:
                session.send(13, b"")
            elif kind == PUBACK:
                self.acknowledged.append(int.from_bytes(body, "big"))
            elif kind == DISCONNECT:
                return "disconnect"

    @staticmethod
    def _packet(stream):
        def take(count):
            data = stream.read(count)
            if len(data) < count:
                raise EOFError
            return data
        first, length, shift = take(1)[0], 0, 0
        while True:
            digit = take(1)[0]
            length |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return first >> 4, first & 15, take(length)

    @staticmethod
    def _connect(body):
        name = 2 + int.from_bytes(body[:2], "big")
        level, flags, keep_alive = body[name], body[name + 1], int.from_bytes(body[name + 2:name + 4], "big")
        return {"protocol": body[2:name].decode(), "level": level, "keep_alive": keep_alive, "clean": bool(flags & 2),
                "will": bool(flags & 4), "client_id": body[name + 6:].decode()}

    def _publish(self, session, flags, body):
        topic_end = 2 + int.from_bytes(body[:2], "big")
        publish = {"at": time.monotonic(), "topic": body[2:topic_end].decode(), "qos": flags >> 1 & 3,
                   "retain": bool(flags & 1), "duplicate": bool(flags & 8), "id": body[topic_end:topic_end + 2],
                   "payload": body[topic_end + 2:]}
        publish["thing"] = publish["topic"].split("/")[0]
        session.unanswered.append(publish)
        session.most_unanswered = max(session.most_unanswered, len(session.unanswered))
        session.publishes.append(publish)
        verdict = self.judge(publish)
        if verdict == ACKNOWLEDGE:
            session.unanswered.remove(publish)
            session.send(PUBACK, publish["id"])
        return verdict

    def publishes(self, thing=None):
        return [publish for session in list(self.sessions) for publish in list(session.publishes)
                if thing is None or publish["thing"] == thing]

    def of(self, client_id):
        """The sessions of one client."""
        return [session for session in list(self.sessions) if session.connect["client_id"] == client_id]

    def session(self, count=1):
        """Waits for that many connections; returns the last of them."""
        eventually(lambda: len(self.sessions) >= count, lambda: f"{count} connections; failures: {self.failures}")
        return self.sessions[count - 1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()
        for thread in self._threads:
            thread.join(DEADLINE)
