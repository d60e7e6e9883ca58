# SPDX-License-Identifier: Apache-2.0
"""A sandbox of one's own for a test: both accounts on free ports, a state folder that goes away, and MQTT clients that
are not ours (Eclipse Paho for Python), so that the product is not only tested against itself.

Whatever is waited for is waited for with a deadline; nothing sleeps for a fixed time and hopes.
"""
import contextlib
import json
import os
import secrets
import signal
import ssl
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import paho.mqtt.client as mqtt

from patience import DEADLINE

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("EXPRESSLINK_BUILD_DIR", ROOT / "build" / "debug")).resolve()
SANDBOX = ROOT / "sandbox" / "sandbox"

CREATED = "$aws/events/thing/+/created"
CONNECTED = "$aws/events/presence/connected/+"
DISCONNECTED = "$aws/events/presence/disconnected/+"
REGISTERED = "$aws/events/certificates/registered/+"


def eventually(condition, what, seconds=DEADLINE):
    """Polls until condition() is true and returns what it gave; fails with `what` at the deadline. Polls less often the longer
    it has waited: many tests wait at the same time."""
    began = time.monotonic()
    while True:
        answer = condition()
        if answer:
            return answer
        waited = time.monotonic() - began
        if waited > seconds:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(min(max(waited / 20, 0.01), 0.1))


def random_thing():
    """A ThingName as module makers write it: 128 random bits in hex."""
    return secrets.token_hex(16)


class _Mqtt(mqtt.Client):
    """Paho lets a TLS alert end its thread with an exception; here it is a dropped connection like any other."""

    def loop_forever(self, *arguments, **options):
        try:
            return super().loop_forever(*arguments, **options)
        except OSError as error:
            self.on_disconnect(self, None, str(error))
            return mqtt.MQTT_ERR_CONN_LOST


class Client:
    """An MQTT client, and what has happened to it. Connects once and does not come back by itself."""

    def __init__(self, sandbox, client_id, certificate, key, address, clean=True):
        self.connacks, self.drops, self.subacks, self.pubacks, self.messages = [], [], {}, [], []
        self._mqtt = _Mqtt(client_id, clean_session=clean, protocol=mqtt.MQTTv311, reconnect_on_failure=False)
        context = ssl.create_default_context(cafile=sandbox.certificates / "server-ca.pem")
        context.load_cert_chain(certificate, key)
        self._mqtt.tls_set_context(context)
        self._mqtt.on_connect = lambda _c, _u, flags, code: self.connacks.append((code, flags["session present"]))
        self._mqtt.on_disconnect = lambda _c, _u, code: self.drops.append(code)
        self._mqtt.on_subscribe = lambda _c, _u, mid, granted: self.subacks.update({mid: granted[0]})
        self._mqtt.on_publish = lambda _c, _u, mid: self.pubacks.append(mid)
        self._mqtt.on_message = lambda _c, _u, message: self.messages.append((message.topic, message.payload))
        try:
            self._mqtt.connect(address, sandbox.port, keepalive=30)
            self._mqtt.loop_start()
        except OSError as error:
            self.drops.append(str(error))

    def accepted(self):
        eventually(lambda: self.connacks or self.drops, "an answer to CONNECT")
        if not self.connacks or self.connacks[0][0] != 0:
            raise AssertionError(f"not let in: CONNACK {self.connacks}, drops {self.drops}")
        return self

    def dropped_or_in(self):
        """Waits for the first answer to CONNECT: the CONNACK, or None when there was none."""
        eventually(lambda: self.connacks or self.drops, "an answer to CONNECT")
        return self.connacks[0] if self.connacks else None

    def dropped(self):
        """Waits until the connection is closed by the other side; returns the CONNACKs that were seen before."""
        eventually(lambda: self.drops, "the connection is dropped")
        return self.connacks

    def subscribe(self, topic, qos=1):
        """The SUBACK's code: the QoS that was granted, or 128."""
        _, mid = self._mqtt.subscribe(topic, qos)
        eventually(lambda: mid in self.subacks or self.drops, f"SUBACK for {topic}")
        return self.subacks.get(mid, "dropped")

    def publish(self, topic, payload, retain=False):
        """True when the broker has acknowledged, False when it dropped the connection instead."""
        mid = self._mqtt.publish(topic, payload, 1, retain).mid
        eventually(lambda: mid in self.pubacks or self.drops, f"PUBACK for {topic}")
        return mid in self.pubacks

    def events(self, kind=None, name=None):
        """The JSON of the messages whose topic contains kind and name."""
        return [json.loads(payload) for topic, payload in list(self.messages)
                if (kind is None or f"/{kind}" in topic) and (name is None or f"/{name}" in topic)]

    def wait_for(self, kind, name, count=1, seconds=DEADLINE):
        eventually(lambda: len(self.events(kind, name)) >= count,
                   lambda: f"{count} x {kind} of {name}; got {[topic for topic, _ in self.messages]}", seconds)
        return self.events(kind, name)

    def close(self):
        """An orderly DISCONNECT."""
        if not self.drops:
            self._mqtt.disconnect()
        self._mqtt.loop_stop()


class Modules:
    """An expresslink-module process: the events that it prints, and its commands."""

    def __init__(self, sandbox, *things, count=0, prefix="", options=(), folder=None):
        self.folder = folder or sandbox.state / f"modules-{secrets.token_hex(4)}"
        command = [BUILD / "sandbox" / "expresslink-module", "--certificates", sandbox.certificates, "--folder",
                   self.folder, "--port", str(sandbox.port), "--staging-address", sandbox.staging_address,
                   "--backoff", "50,500", *[f"--thing={thing}" for thing in things], *options]
        if count:
            command += ["--count", str(count), "--prefix", prefix]
        self.events, self._answers = [], []
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            event = json.loads(line)
            (self.events if "event" in event else self._answers).append(event)

    def command(self, text, answers=1):
        """Sends one command and returns its answer (the last one, where there are several)."""
        before = len(self._answers)
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()
        eventually(lambda: len(self._answers) >= before + answers, f"the answer to {text}")
        return self._answers[before + answers - 1]

    def status(self, thing=""):
        return self.command(f"status {thing}")

    def things(self, count):
        before = len(self._answers)
        self.command("list", count)
        return [answer["thing"] for answer in self._answers[before:before + count]]

    def of(self, thing, event):
        return [each for each in list(self.events) if each["thing"] == thing and each["event"] == event]

    def wait_for(self, thing, event, count=1, seconds=DEADLINE):
        """Waits until the module has reported the event that often, ever; returns the last one."""
        eventually(lambda: len(self.of(thing, event)) >= count,
                   lambda: f"{count} x {event} of {thing}; last: {self.events[-5:]}", seconds)
        return self.of(thing, event)[count - 1]

    def stop(self):
        """SIGTERM; returns the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(DEADLINE)
        self._reader.join(DEADLINE)
        self._process.stdin.close()
        self._process.stdout.close()
        return code

    def close(self):
        if code := self.stop():
            raise AssertionError(f"expresslink-module ended with {code}")


class Sandbox:
    """`with Sandbox() as sandbox:` - everything that it started is gone afterwards. Options are those of the first start:
    --empty-account."""

    def __init__(self, *options):
        self._options = options
        self._temporary = tempfile.TemporaryDirectory(prefix="expresslink-sandbox-")
        self.state = Path(self._temporary.name)
        self.certificates = self.state / "certificates"
        self.portal_ini = self.state / "portal.ini"
        self.staging_address, self.oem_address = "127.0.0.1", "127.0.0.2"
        self.port = None
        self._closing = contextlib.ExitStack()
        self._closing.callback(self._temporary.cleanup)
        self._closing.callback(self.run, "stop")

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._closing.close()

    def run(self, action, *arguments):
        done = subprocess.run([SANDBOX, action, "--state", self.state, "--build", BUILD, *arguments],
                              capture_output=True, text=True, timeout=DEADLINE)
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout

    def start(self, *arguments):
        """Both brokers, on a free port (--port 0), or whatever the arguments of sandbox/sandbox say."""
        told = json.loads(self.run("start", *(["--port", "0", *self._options] if self.port is None else []), *arguments))
        self.port = told["port"]
        return told

    def start_staging(self):
        self.start("--only", "staging")

    def stop_staging(self):
        self.run("stop", "--only", "staging")

    def start_oem(self):
        self.start("--only", "oem")

    def stop_oem(self):
        self.run("stop", "--only", "oem")

    def pid(self, part):
        """Of the staging or oem broker, for tests that stop it in ways of their own."""
        return json.loads(self.run("status"))[part]["pid"]

    def faults(self, **faults):
        """How the OEM account misbehaves from now on: created, presence, copies, created_delay_ms, presence_delay_ms."""
        (self.state / "oem" / "faults.json").write_text(json.dumps(faults))

    def template(self, template):
        """Replaces the provisioning template of the OEM account that was born ready."""
        account = self.account()
        account["templates"]["expresslink"]["body"] = json.dumps(template)
        self.set_account(account)

    def account(self):
        """What is set up in the OEM account that was born ready, for tests that change it."""
        return json.loads((self.state / "oem" / "iot.json").read_text())

    def set_account(self, account):
        new = self.state / "oem" / "iot.json.new"
        new.write_text(json.dumps(account))
        new.rename(self.state / "oem" / "iot.json")

    def modules(self, *things, **options):
        modules = Modules(self, *things, **options)
        self._closing.callback(modules.close)
        return modules

    def birth_certificate(self, thing, authority="manufacturer-ca", subject=None):
        """Made by openssl; returns the path of the PEM file. The key is module.key."""
        path = self.state / f"{thing}-{secrets.token_hex(4)}.pem"
        c = self.certificates
        subprocess.run(["openssl", "req", "-x509", "-new", "-key", c / "module.key", "-out", path, "-days", "3660",
                        "-subj", subject or f"/O=Sandbox Modules/serialNumber={thing}/CN={thing}", "-CA",
                        c / f"{authority}.pem", "-CAkey", c / f"{authority}.key", "-addext",
                        "basicConstraints=critical,CA:false"], check=True, capture_output=True)
        return path

    def client(self, client_id, certificate, key, address, clean=True):
        client = Client(self, client_id, certificate, key, address, clean)
        self._closing.callback(client.close)
        return client

    def claim_thing(self, client_id="claim-thing"):
        c = self.certificates
        return self.client(client_id, c / "claim-thing.pem", c / "claim-thing.key", self.staging_address)

    def observer(self, client_id="portal-observer", clean=True):
        c = self.certificates
        return self.client(client_id, c / "observer.pem", c / "observer.key", self.oem_address, clean)

    def device(self, certificate, client_id, address):
        """A client with a module's certificate: a module written by someone else."""
        return self.client(client_id, certificate, self.certificates / "module.key", address)
