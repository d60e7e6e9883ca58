# SPDX-License-Identifier: Apache-2.0
"""expresslink-claim doctor: every fault that there can be between the configuration and what the accounts allow, one row
each, made for real; the check that must notice it, a phrase of the mend, and nothing else that complains."""
import configparser
import contextlib
import email.utils
import http.server
import importlib
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest

import network_faults as net
from brokers import DROP, SILENT, Mosquitto, free_port, make_certificate, server_certificate
from patience import DEADLINE, patient
from sandbox import BUILD, Sandbox

CLAIM = BUILD / "command" / "expresslink-claim"
OLD, ATS = "a1b2c3.iot.eu-west-1.amazonaws.com", "a1b2c3-ats.iot.eu-west-1.amazonaws.com"
KINDS = ("staging", "endpoint")
PARTS = {"staging": "staging", "endpoint": "oem"}
FAILED, WARNING = "failed", "warning"
# Seconds that a fault takes which is silence, and that a connection is watched for.
SHORT, STAY = str(math.ceil(patient(2))), str(math.ceil(patient(1)))
NAMESPACES = False


def setUpModule():
    global NAMESPACES
    NAMESPACES = net.enter_namespaces()


def run(*arguments, timeout=DEADLINE, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PORTAL_"))}
    return subprocess.run([CLAIM, "doctor", *arguments], capture_output=True, text=True, timeout=timeout,
                          env={**kept, "HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true", **environment})


class Stage:
    """What a fault is made with: kind, the sandbox, and what has to go away afterwards."""

    def __init__(self, sandbox, kind, stack):
        self.sandbox, self.kind, self.stack = sandbox, kind, stack
        self.c = sandbox.certificates
        self.address = sandbox.staging_address if kind == "staging" else sandbox.oem_address
        self.client_id = "claim-thing" if kind == "staging" else "portal-observer"
        self.own = "claim-thing" if kind == "staging" else "observer"

    def enter(self, context):
        return self.stack.enter_context(context)

    def server(self, name="127.0.0.1", authority="server-ca", days=3650):
        alternative = f"IP:{name}" if name[0].isdigit() else f"DNS:{name}"
        return make_certificate(self.sandbox, "server", authority, "serverAuth", alternative, days)

    def broker(self, certificate=None, port=None, address="127.0.0.1", rules=lambda lines: lines):
        """The account's broker once more, with another certificate, port or rules; its port."""
        port = port or free_port()

        def change(lines):
            kept = [line for line in lines if not line.startswith(("listener ", "persistence", "plugin_opt_registry "))]
            if certificate:
                kept = [line for line in kept if not line.startswith(("certfile", "keyfile"))]
                kept += [f"certfile {certificate[0]}", f"keyfile {certificate[1]}"]
            plain = [line for line in lines if line.startswith("plugin_opt_registry ")]
            kept += [f"plugin_opt_registry {self.sandbox.state}/registry-{port}.jsonl"] if plain else []
            # What belongs to the listener comes after it.
            return rules([*[line for line in kept if line.startswith("user ")], f"listener {port} {address}",
                          *[line for line in kept if not line.startswith("user ")]])

        self.enter(Mosquitto(self.sandbox, PARTS[self.kind], change, beside=True))
        return port

    def fake(self, **options):
        return self.enter(net.BadBroker(self.sandbox, **options)).port


def certificate_with(kind, *digest):
    """The account's CA has signed it, and it is of no use."""
    def fault(stage):
        names = [stage.sandbox.state / f"weak.{ending}" for ending in ("key", "csr", "pem")]
        key, request, certificate = names
        subprocess.run(["openssl", "req", "-new", "-newkey", kind, "-nodes", "-keyout", key, "-subj", f"/CN={stage.client_id}",
                        "-out", request], check=True, capture_output=True)
        subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", stage.c / "account-ca.pem", "-CAkey",
                        stage.c / "account-ca.key", "-days", "90", *digest, "-out", certificate], check=True, capture_output=True)
        key.chmod(0o600)
        return {"key_file": key, "cert_file": certificate}
    return fault


def encrypted_key(stage):
    """A key with a pass phrase, which nobody is there to type."""
    key = stage.sandbox.state / "encrypted.key"
    subprocess.run(["openssl", "pkey", "-in", stage.c / f"{stage.own}.key", "-aes256", "-passout", "pass:secret", "-out", key],
                   check=True, capture_output=True)
    key.chmod(0o600)
    return {"key_file": key}


def encrypted_certificate(stage):
    """PEM has that too; OpenSSL asks as it does for a key."""
    certificate = stage.sandbox.state / "encrypted.pem"
    lines = (stage.c / f"{stage.own}.pem").read_text().split("-----BEGIN CERTIFICATE-----\n")
    certificate.write_text("-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC," + "0" * 32 + "\n\n" +
                           lines[-1])
    return {"cert_file": certificate}


def without_plugin(*more):
    """mosquitto with no rules but these."""
    return lambda lines: [*[line for line in lines if not line.startswith(("plugin", "allow_anonymous"))],
                          "allow_anonymous true", *more]


# Faults. Each gives what is different in the account's section.

def old_endpoint(stage):
    stage.enter(net.hosts(**{OLD: "127.0.0.1"}))
    return {"address": OLD, "port": stage.broker(stage.server(OLD))}


def not_iot(stage):
    stage.enter(net.hosts(**{"s3.eu-west-1.amazonaws.com": "127.0.0.1"}))
    return {"address": "s3.eu-west-1.amazonaws.com", "port": stage.broker(stage.server("s3.eu-west-1.amazonaws.com"))}


def unknown_name(stage):
    stage.enter(net.name_server(3))
    return {"address": ATS}


def failing_dns(stage):
    stage.enter(net.name_server(2))
    return {"address": ATS}


def silent_dns(stage):
    stage.enter(net.name_server(None))
    return {"address": ATS}


def one_address_of_two(stage):
    stage.enter(net.hosts(**{"two.example": "127.0.0.1 127.0.0.99"}))
    return {"address": "two.example", "port": stage.broker(stage.server("two.example"))}


def port_443(stage, name):
    """A name, and a broker on 443 that knows nothing of ALPN."""
    stage.enter(net.hosts(**{name: "127.0.0.44"}))
    stage.broker(stage.server(name), 443, "127.0.0.44")
    return {"address": name, "port": 443}


def refused_alpn(stage):
    stage.enter(net.s_server(stage.server("127.0.0.45"), 443, "-alpn", "http/1.1", address="127.0.0.45"))
    return {"address": "127.0.0.45", "port": 443}


def intercepted(stage):
    stage.enter(net.hosts(**{ATS: "127.0.0.1"}))
    return {"address": ATS, "port": stage.broker(stage.server(ATS, "other-manufacturer-ca"))}


def future_server(stage):
    certificate = net.certificate_of_days(stage.sandbox, "future", "IP:127.0.0.1", "20800101000000Z", "20900101000000Z")
    return {"address": "127.0.0.1", "port": stage.broker(certificate)}


def soon_over(stage):
    return {"address": "127.0.0.1", "port": stage.broker(stage.server(days=5))}


def unknown_client(stage):
    certificate, key = make_certificate(stage.sandbox, stage.client_id, "other-manufacturer-ca", "clientAuth")
    return {"cert_file": certificate, "key_file": key}


def revoked_client(stage):
    certificate, key = make_certificate(stage.sandbox, stage.client_id, "account-ca", "clientAuth")
    crl = net.revocation_list(stage.sandbox, "account-ca", certificate)
    # With a list, mosquitto wants one of every authority that it trusts.
    lines = lambda lines: [*[line for line in lines if not line.startswith(("cafile", "plugin"))],
                           f"cafile {stage.c}/account-ca.pem", f"crlfile {crl}"]
    return {"address": "127.0.0.1", "port": stage.broker(rules=lines), "cert_file": certificate, "key_file": key}


def foreign_certificate(stage):
    """TLS takes it, the account does not know it."""
    certificate, key = make_certificate(stage.sandbox, "stranger", "account-ca", "clientAuth")
    return {"cert_file": certificate, "key_file": key}


def second_client(stage):
    """Connects whenever it is dropped, as a portal does."""
    stop = threading.Event()

    def fight():
        while not stop.is_set():
            client = stage.sandbox.claim_thing() if stage.kind == "staging" else stage.sandbox.observer()
            while not client.drops and not stop.is_set():
                time.sleep(0.02)
            client.close()
            stop.wait(patient(0.4))  # after the doctor's checks, within its stay

    thread = threading.Thread(target=fight)
    thread.start()
    stage.stack.callback(thread.join)
    stage.stack.callback(stop.set)
    return {}


def observer_policy(*lost, client="*"):
    """The OEM account's policy for the observer without these resources, and for that client id."""
    def fault(stage):
        before, account = stage.sandbox.account(), stage.sandbox.account()
        policy = account["policies"]["expresslink-observer"]
        document = json.loads(policy["document"])
        for statement in document["Statement"]:
            if isinstance(statement["Resource"], list):
                statement["Resource"] = [each for each in statement["Resource"] if not each.endswith(lost or "-")]
            else:
                statement["Resource"] = statement["Resource"].replace("client/*", f"client/{client}")
        policy["document"] = json.dumps(document)
        stage.sandbox.set_account(account)
        stage.stack.callback(stage.sandbox.set_account, before)
        return {}
    return fault


def inactive_observer(stage):
    before, account = stage.sandbox.account(), stage.sandbox.account()
    for certificate in account["certificates"].values():
        certificate["status"] = "INACTIVE"
    stage.sandbox.set_account(account)
    stage.stack.callback(stage.sandbox.set_account, before)
    return {}


WEAK = "-cipher", "ALL:@SECLEVEL=0"


def weak_server(key, *arguments, digest="sha256", alternative="IP:127.0.0.1"):
    """An s_server that has too little."""
    kind, _, curve = key.partition(":")
    options = ("-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{curve}") if kind == "ec" else ("-newkey", key)

    def fault(stage):
        pair = server_certificate(stage.sandbox, options, alternative, digest)
        return {"address": "127.0.0.1", "port": stage.enter(net.s_server(pair, free_port(), *arguments))}
    return fault


CREATED = "$aws/events/thing/+/created"

# What, the check (with a dot: of both kinds), its level, a phrase of the mend, the fault, what else must complain. A
# fault that needs names or ports of its own is one of NAMED.
FAULTS = [
    ("an endpoint that is no ATS endpoint", ".address", FAILED, f"address = {ATS}", old_endpoint, ()),
    ("another service's address", ".address", FAILED, "iot:Data-ATS", not_iot, ()),
    ("a name that is not there", ".dns", FAILED, "spelling of address", unknown_name, ()),
    ("name servers that fail", ".dns", FAILED, "cannot be reached or do not know", failing_dns, ()),
    ("name servers that stay silent", ".dns", FAILED, "do not answer", silent_dns, ()),
    ("a closed port", ".tcp", FAILED, "check port (8883, or 443)", lambda s: {"port": free_port(s.address)}, ()),
    ("a port that swallows", ".tcp", FAILED, "A firewall drops the packets",
     lambda s: {"address": "127.0.0.1", "port": s.enter(net.swallowing_port())}, ()),
    ("one address of two", ".tcp", WARNING, "Of 2 addresses 1 answer", one_address_of_two, ()),
    ("a server that says nothing", ".tls.handshake", FAILED, "accepts the connection and does not answer",
     lambda s: {"address": "127.0.0.1", "port": s.enter(net.plain_port())}, ()),
    ("a server that closes", ".tls.handshake", FAILED, "closes TLS",
     lambda s: {"address": "127.0.0.1", "port": s.enter(net.plain_port(closes=True))}, ()),
    ("a server of something else", ".tls.handshake", FAILED, "is not AWS IoT",
     lambda s: {"address": "127.0.0.1", "port": s.enter(net.plain_port(b"SSH-2.0-OpenSSH_9.2\r\n"))}, ()),
    ("TLS 1.1", ".tls.handshake", FAILED, "TLS 1.2 or 1.3 switched on", weak_server("rsa:2048", "-tls1_1", *WEAK), ()),
    ("CBC", ".tls.handshake", FAILED, "AES-GCM or ChaCha20-Poly1305",
     weak_server("rsa:2048", "-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"), ()),
    ("RSA key exchange", ".tls.handshake", FAILED, "suites with ECDHE", weak_server("rsa:2048", "-tls1_2", "-cipher", "AES128-GCM-SHA256"), ()),
    ("a curve of 224 bits", ".tls.handshake", FAILED, "RSA from 2048 bits or P-256",
     weak_server("ec:P-224", "-tls1_2", "-curves", "P-224:P-256", *WEAK), ()),
    ("an RSA key of 1024 bits", ".tls.strength", FAILED, "RSA from 2048 bits or P-256", weak_server("rsa:1024", *WEAK), ()),
    ("SHA-1", ".tls.strength", FAILED, "signed with SHA-256", weak_server("rsa:2048", *WEAK, digest="sha1"), ()),
    ("only a common name", ".tls.name", FAILED, "subjectAltName", weak_server("rsa:2048", alternative=None), ()),
    ("another authority", ".tls.chain", FAILED, "is not the CA of this server",
     lambda s: {"ca_file": s.c / "manufacturer-ca.pem"}, ()),
    ("a proxy that opens TLS", ".tls.chain", FAILED, "A proxy in between decrypts TLS", intercepted, ()),
    ("another host's certificate", ".tls.name", FAILED, "The server is not 127.0.0.1",
     lambda s: {"address": "127.0.0.1", "port": s.broker(s.server("elsewhere.example"))}, ()),
    ("an expired server certificate", ".tls.expiry", FAILED, "renew its certificate",
     lambda s: {"address": "127.0.0.1", "port": s.broker(s.server(days=-1))}, ()),
    ("a server certificate from the future", ".tls.expiry", FAILED, "Set this machine's clock", future_server, ("clock",)),
    ("a clock that is behind", "clock", FAILED, "chrony", future_server, (".tls.expiry",)),
    ("a server certificate that ends soon", ".tls.expiry", WARNING, "renewed before then", soon_over, ()),
    ("ALPN refused", ".tls.alpn", FAILED, "set port = 8883", refused_alpn, ()),
    ("ALPN stripped", ".tls.alpn", FAILED, "removes it", lambda s: port_443(s, ATS), ()),
    ("a broker without ALPN", ".tls.alpn", WARNING, "removes it", lambda s: port_443(s, "broker.example"), ()),
    ("another host's certificate, endlessly long", ".tls.name", FAILED, "The server is not 127.0.0.1",
     lambda s: {"address": "127.0.0.1", "port": s.broker(s.server("x" * 5000))}, ()),
    ("a key of another certificate", ".files.pair", FAILED, "belong together", lambda s: {"key_file": s.c / "server.key"}, ()),
    ("a key that is too short", ".files.key", FAILED, "RSA from 2048 bits", certificate_with("rsa:1024"), ()),
    ("a certificate that OpenSSL does not show", ".tls.client", FAILED, "make another key and certificate",
     certificate_with("rsa:2048", "-sha1"), ()),
    ("a certificate that TLS refuses", ".tls.client", FAILED, "does not accept the certificate", unknown_client, ()),
    ("a revoked certificate", ".tls.client", FAILED, "not revoked", revoked_client, ()),
    ("a client id that is not its own", "staging.connect", FAILED, "exactly as you got it",
     lambda s: {"client_id": "somebody-else"}, ()),
    ("a certificate that the account does not know", ".connect", FAILED, "is registered there, active", foreign_certificate, ()),
    ("an inactive observer", "endpoint.connect", FAILED, "is registered there, active", inactive_observer, ()),
    ("a policy for another client id", "endpoint.connect", FAILED, "iot:Connect for client/portal-observer",
     observer_policy(client="other"), ()),
    ("CONNACK: protocol version", ".connect", FAILED, "does not speak MQTT 3.1.1", lambda s: {"address": "127.0.0.1", "port": s.fake(connack=1)}, ()),
    ("CONNACK: server unavailable", ".connect", FAILED, "has a problem", lambda s: {"address": "127.0.0.1", "port": s.fake(connack=3)}, ()),
    ("CONNACK: not authorised", ".connect", FAILED, "iot:Connect", lambda s: {"address": "127.0.0.1", "port": s.fake(connack=5)}, ()),
    ("dropped instead of CONNACK", ".connect", FAILED, "iot:Connect", lambda s: {"address": "127.0.0.1", "port": s.fake(connack="drop")}, ()),
    ("no CONNACK", ".connect", FAILED, "MQTT gets no answer", lambda s: {"address": "127.0.0.1", "port": s.fake(connack=None)}, ()),
    ("it may not publish", "staging.publish", FAILED, "iot:Publish on topic/*/expresslink_config",
     lambda s: {"address": "127.0.0.1", "port": s.fake(judge=lambda _: DROP, suback=lambda _: 128)}, ()),
    ("nobody acknowledges", "staging.publish", FAILED, "iot:Publish on topic/*/expresslink_config",
     lambda s: {"address": "127.0.0.1", "port": s.fake(judge=lambda _: SILENT, suback=lambda _: 128)}, ()),
    ("dropped for a message, and never let in again", "staging.publish", FAILED, "run this again",
     lambda s: {"address": "127.0.0.1", "port": s.fake(judge=lambda _: DROP, connack=(0, 3))}, ()),
    ("it may subscribe", "staging.subscribe", WARNING, "iot:Publish only",
     lambda s: {"address": "127.0.0.1", "port": s.broker(rules=without_plugin())}, ()),
    ("the client id is another's too", ".client_id", WARNING, "give each its own", second_client, ()),
    ("no right to any event", "endpoint.subscribe.created", FAILED, "topicfilter/$aws/events/thing/*/created",
     observer_policy("created", "connected/+"), ("endpoint.subscribe.connected",)),
    ("no right to hear of things", "endpoint.subscribe.created", FAILED, "topicfilter/$aws/events/thing/*/created",
     observer_policy("created"), ()),
    ("no right to hear of connections", "endpoint.subscribe.connected", FAILED, "topic/$aws/events/presence/connected/*",
     observer_policy("connected/+"), ()),
    ("dropped for a subscription", "endpoint.subscribe.created", FAILED, "iot:Subscribe",
     lambda s: {"address": "127.0.0.1", "port": s.fake(suback=lambda topic: "drop" if topic == CREATED else 1)}, ()),
    ("dropped for a subscription, and never let in again", "endpoint.subscribe.created", FAILED, "run this again",
     lambda s: {"address": "127.0.0.1", "port": s.fake(suback=lambda _: "drop", connack=(0, 3))}, ()),
    ("no observer", "endpoint.observer", WARNING, "no claim ever becomes onboarded",
     lambda s: dict.fromkeys(("cert_file", "key_file", "client_id")), ()),
    ("a port that is none", "configuration", FAILED, "Fix this line", lambda s: {"port": "eighty"}, ()),
]
# Of no account: what the machine lacks. The section and the key that is different, and its value.
PLACES = [
    ("place.store", "/nowhere/at/all: No such file", "set [store] url", "store", "url", "sqlite:/nowhere/at/all/portal.db"),
    ("place.listen", "cannot listen on 192.0.2.1:80", "set [http] listen", "http", "listen", "192.0.2.1:80"),
    ("place.listen", "cannot listen on 192.0.2.1:80", "set [http] listen", "http", "admin_listen", "192.0.2.1:80"),
]
# What only the portal knows of the configuration: a line of the file, or a variable, and what is said of it.
PORTALS = [
    ("[http]\nthraeds = 2\n", {}, "[http] thraeds: unknown key"),
    ("[labes]\nhosts = x\n", {}, "unknown section [labes]"),
    ("[brand]\ncolour = #ffff00\n", {}, "[brand] colour: "),
    ("[retention]\ncontacts = soon\n", {}, "[retention] contacts: "),
    ("", {"PORTAL_STORE_URRL": "x"}, "PORTAL_STORE_URRL: names no key"),
]
NAMED = {old_endpoint, not_iot, unknown_name, failing_dns, silent_dns, one_address_of_two, refused_alpn, intercepted}


class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.stack = self.enterContext(contextlib.ExitStack())

    def ini(self, kind="", **changes):
        """The sandbox's configuration; of kind's section these keys are different, None: not there."""
        config = configparser.ConfigParser(interpolation=None)
        config.read(self.sandbox.portal_ini)
        for name, value in changes.items():
            if value is None:
                config.remove_option(f"{kind}.sandbox", name)
            else:
                config.set(f"{kind}.sandbox", name, str(value))
        path = self.sandbox.state / "doctor.ini"
        with path.open("w") as file:
            config.write(file)
        return path

    def findings(self, *arguments, status=None, **environment):
        done = run("--json", "--timeout", SHORT, "--stay", STAY, *arguments, **environment)
        self.assertEqual("", done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        totals = lines.pop()
        counted = {level: sum(line["level"] == level for line in lines) for level in ("ok", "failed", "skipped", "warning")}
        self.assertEqual(counted, {"ok": totals["ok"], "failed": totals["failed"], "skipped": totals["skipped"],
                                   "warning": totals["warnings"]})
        self.assertEqual(done.returncode, 1 if totals["failed"] else 0)
        return lines

    @staticmethod
    def complaints(findings):
        """A clock that nobody keeps is this machine's, no fault of a row's."""
        return {line["check"] for line in findings
                if line["level"] in (FAILED, WARNING) and (line["check"], line["level"]) != ("clock", WARNING)}

    def one_fault(self, kind, check, level, phrase, fault, also):
        stage = Stage(self.sandbox, kind, self.stack)
        path = self.ini(kind, **fault(stage))
        findings = self.findings("--config", path, f"--{kind}", "sandbox", "--no-aws", timeout=patient(30))
        named = lambda name: kind + name if name.startswith(".") else name
        shown = "\n".join(f"{line['check']} {line['level']}: {line['seen']} / {line['mend']}" for line in findings
                          if line["level"] != "ok")
        self.assertEqual({named(check), *map(named, also)}, self.complaints(findings), shown)
        found = next(line for line in findings if line["check"] == named(check) and line["level"] == level)
        self.assertIn(phrase, found["mend"])
        self.assertLess(len(found["seen"]), 500)

    def test_faults(self):
        missing = 0
        for what, check, level, phrase, fault, also in FAULTS:
            needs_names = fault in NAMED or check == ".tls.alpn"
            if needs_names and not NAMESPACES:
                missing += 1
                continue
            kinds = KINDS if check.startswith(".") else [check.split(".")[0] if "." in check else "staging"]
            for kind in kinds:
                with self.subTest(what, kind=kind), contextlib.ExitStack() as self.stack:
                    self.one_fault(kind, check, level, phrase, fault, also)
        if missing:
            self.skipTest(f"{missing} faults need namespaces, which this machine does not allow")

    def test_healthy(self):
        findings = self.findings("--config", self.ini(), "--no-aws")
        self.assertEqual(set(), self.complaints(findings))
        checks = {line["check"] for line in findings}
        for check in ("staging.publish", "staging.client_id", "endpoint.subscribe.connected", "clock"):
            self.assertIn(check, checks)

    def test_each_claim_thing_of_an_account_is_checked(self):
        """The second has the key of another certificate: it is the one that the finding names, and all else is well."""
        c = self.sandbox.certificates
        path = self.ini()
        with path.open("a") as file:
            file.write(f"[staging.sandbox.2]\ncert_file = {c}/claim-thing.pem\nkey_file = {c}/observer.key\n"
                       "client_id = claim-thing-2\n")
        findings = self.findings("--config", path, "--staging", "sandbox", "--offline")
        failed = {(line["subject"], line["check"]) for line in findings if line["level"] == FAILED}
        self.assertEqual(failed, {("staging sandbox.2", "staging.files.pair")})
        self.assertIn(("staging sandbox", "staging.files.pair", "ok"),
                      [(line["subject"], line["check"], line["level"]) for line in findings])

    def test_places(self):
        """Only warnings: the portal may be meant for another machine."""
        for check, seen, mend, section, key, value in PLACES:
            with self.subTest(key):
                config = configparser.ConfigParser(interpolation=None)
                config.read(self.ini())
                config[section][key] = value
                path = self.sandbox.state / "places.ini"
                with path.open("w") as file:
                    config.write(file)
                found, = (line for line in self.findings("--config", path, "--offline") if line["check"] == check)
                self.assertEqual((found["level"], found["subject"]), (WARNING, "this machine"))
                self.assertIn(seen, found["seen"])
                self.assertIn(mend, found["mend"])
        with socket.create_server(("127.0.0.1", 0)) as busy:  # by the portal, perhaps
            config["http"] = {"listen": f"127.0.0.1:{busy.getsockname()[1]}", "admin_listen": "192.0.2.1:80"}
            with path.open("w") as file:
                config.write(file)
            found, = (line for line in self.findings("--config", path, "--offline") if line["check"] == "place.listen")
        self.assertTrue(found["seen"].startswith("cannot listen on 192.0.2.1:80"), found)
        findings = self.findings("--config", self.ini(), "--offline")
        self.assertEqual({line["level"] for line in findings if line["check"].startswith("place.")}, {"ok"})

    def test_what_the_portal_says(self):
        for lines, environment, says in PORTALS:
            with self.subTest(says):
                path = self.ini()
                text = path.read_text()
                self.assertNotIn("[brand]", text)
                if lines.startswith("[http]"):
                    lines, text = "", text.replace("[http]\n", lines)
                path.write_text(text + lines)
                findings = self.findings("--config", path, "--offline", **environment)
                failed = [line for line in findings if line["level"] == FAILED]
                self.assertEqual([line["check"] for line in failed], ["configuration.portal"], failed)
                self.assertIn(says, failed[0]["seen"])
                self.assertIn("does not start", failed[0]["mend"])
                checked = subprocess.run([BUILD / "server" / "expresslink-portal", "--check-config", "--config", path], text=True,
                                         capture_output=True, timeout=DEADLINE, env={**os.environ, **environment})
                self.assertIn(failed[0]["seen"], checked.stderr.splitlines())

    def test_where_the_portal_is_not_installed(self):
        alone = self.sandbox.state / "expresslink-claim"
        shutil.copy(CLAIM, alone)
        done = subprocess.run([alone, "doctor", "--offline", "--json", "--config", self.ini()], capture_output=True, text=True, timeout=DEADLINE)
        found, = (line for line in map(json.loads, done.stdout.splitlines()) if line.get("check") == "configuration.portal")
        self.assertEqual((done.returncode, found["level"]), (0, "skipped"))
        self.assertIn("expresslink-portal --check-config", found["mend"])

    def test_every_check_has_a_fault(self):
        """Of this table or of those of its neighbours, which look at files and at AWS."""
        covered = {kind + check if check.startswith(".") else check for _, check, *_ in FAULTS for kind in KINDS}
        covered |= {check for check, *_ in PLACES} | {"configuration.portal"}
        for name in ("test_doctor_files", "test_doctor_aws"):
            with contextlib.suppress(ModuleNotFoundError):
                covered |= set(importlib.import_module(name).CHECKS)
        listed = [line.split("\t")[0] for line in run("--list-checks").stdout.splitlines()]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertEqual([], [check for check in listed if check not in covered])
        self.assertEqual([], sorted(covered - set(listed)))

    def test_waiting_messages_stay_for_the_portal(self):
        """What has come for an observer that is away is still there after the doctor was."""
        observer = self.sandbox.observer(clean=False).accepted()
        observer.subscribe(CREATED)
        observer.close()
        thing = "waits-for-the-portal-0123456789"
        device = self.sandbox.device(self.sandbox.birth_certificate(thing), thing, self.sandbox.oem_address)
        device.dropped()
        self.assertEqual(set(), self.complaints(self.findings("--config", self.ini(), "--endpoint", "sandbox", "--no-aws")))
        self.sandbox.observer(clean=False).accepted().wait_for("thing", thing)

    def test_nobody_is_asked_for_a_pass_phrase(self):
        for kind in KINDS:
            for fault in (encrypted_key, encrypted_certificate):
                with self.subTest(fault.__name__, kind=kind):
                    path = self.ini(kind, **fault(Stage(self.sandbox, kind, self.stack)))
                    # Without a terminal OpenSSL asks standard input, where nobody writes.
                    with subprocess.Popen([CLAIM, "doctor", "--config", path, "--no-aws", "--stay", "1", "--birth-certificate",
                                           self.ini_value(path, kind, "cert_file")], stdin=subprocess.PIPE,
                                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True) as process:
                        self.addCleanup(process.kill)
                        self.assertEqual(1, process.wait(DEADLINE))
                        self.assertEqual(b"", process.stderr.read())

    @staticmethod
    def ini_value(path, kind, name):
        config = configparser.ConfigParser(interpolation=None)
        config.read(path)
        return config[f"{kind}.sandbox"][name]

    def test_an_address_without_a_way_to_it_costs_nothing(self):
        """As those of IPv6 on a machine that has none."""
        if not NAMESPACES:
            self.skipTest("needs namespaces, which this machine does not allow")
        stage = Stage(self.sandbox, "staging", self.stack)
        with net.hosts(**{"two.example": "127.0.0.1 2001:db8::1"}):
            path = self.ini("staging", address="two.example", port=stage.broker(stage.server("two.example")))
            findings = self.findings("--config", path, "--staging", "sandbox", "--no-aws")
        self.assertEqual(set(), self.complaints(findings))
        self.assertIn("2001:db8::1", next(line["seen"] for line in findings if line["check"] == "staging.tcp"))

    def test_an_endpoint_of_beijing_has_a_form_of_its_own(self):
        if not NAMESPACES:
            self.skipTest("needs namespaces, which this machine does not allow")
        name = "a1b2c3.ats.iot.cn-north-1.amazonaws.com.cn"
        stage = Stage(self.sandbox, "staging", self.stack)
        with net.hosts(**{name: "127.0.0.1"}):
            path = self.ini("staging", address=name, port=stage.broker(stage.server(name)))
            self.assertEqual(set(), self.complaints(self.findings("--config", path, "--staging", "sandbox", "--no-aws")))

    def test_proxies_are_ignored(self):
        proxy = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY")}
        self.assertEqual(set(), self.complaints(self.findings("--config", self.ini(), "--no-aws", **proxy)))

    def test_clock_of_aws(self):
        """The Date of AWS's answers, of whatever they are, is what the clock is compared with."""
        for seconds, takes, level, words in ((900, 0, FAILED, "behind AWS's"), (-900, 0, FAILED, "ahead of AWS's"),
                                             (30, 0, WARNING, "behind AWS's"), (-30, 0, WARNING, "ahead of AWS's"),
                                             (0, 0, "ok", "the same as AWS's"), (0, 3, "ok", "the same as AWS's")):
            class Answers(http.server.BaseHTTPRequestHandler):
                def do_POST(self, seconds=seconds, takes=takes):
                    self.rfile.read(int(self.headers.get("Content-Length", 0)))
                    self.send_response_only(403)
                    self.send_header("Date", email.utils.formatdate(time.time() + seconds, usegmt=True))
                    self.send_header("Content-Length", "0")
                    time.sleep(takes)
                    self.end_headers()

                do_GET = do_POST

            with self.subTest(seconds, takes=takes), http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
                thread = threading.Thread(target=server.serve_forever)
                thread.start()
                try:
                    findings = self.findings("--config", self.ini(), "--staging", "sandbox", "--timeout", "10",
                                             AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
                                             AWS_SECRET_ACCESS_KEY="secret", AWS_REGION="us-east-1",
                                             AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.server_port}")
                finally:
                    server.shutdown()
                    thread.join()
                clock = [line for line in findings if line["check"] == "clock"]
                self.assertEqual([level], [line["level"] for line in clock])
                self.assertIn(words, clock[0]["seen"])

    def test_configuration_errors_have_their_lines(self):
        path = self.ini("staging", port="eighty")
        number = [i for i, line in enumerate(path.read_text().splitlines(), 1) if "eighty" in line][0]
        findings = self.findings("--config", path, "--no-aws")
        self.assertEqual({"configuration"}, self.complaints(findings))
        self.assertIn(f"{path}:{number}: ", findings[0]["seen"])
        self.assertIn("endpoint.subscribe.created", {line["check"] for line in findings if line["level"] == "ok"})
        self.assertIn("staging.files.pair", {line["check"] for line in findings if line["level"] == "ok"})

    def test_a_missing_configuration(self):
        done = run("--config", "/nonexistent/portal.ini", "--no-aws")
        self.assertEqual(78, done.returncode)
        self.assertIn("/nonexistent/portal.ini", done.stdout)

    def test_where_nothing_is_yet_it_says_where_to_begin(self):
        begin = "start with expresslink-claim keygen"
        path = self.sandbox.state / "fresh.ini"
        path.write_text("[http]\npublic_url = https://register.example.com\n")
        for config in (path, "/nonexistent/portal.ini"):
            done = run("--config", config, "--no-aws", "--json")
            failed = [line for line in map(json.loads, done.stdout.splitlines()) if line.get("level") == FAILED]
            self.assertIn(begin, failed[0]["mend"])
            self.assertFalse([line for line in failed[1:] if line["mend"]])
        lines = ("[staging.acme]", f"address = {ATS}", "ca_file = AmazonRootCA1.pem", "cert_file = claim-thing.pem",
                 "key_file = claim-thing.key", "client_id = 0f0e3a52", "[endpoint.home]", f"address = {ATS}")
        path.write_text("\n".join(lines))
        mends = {line["check"]: line["mend"] for line in self.findings("--config", path, "--offline") if line["mend"]}
        self.assertIn("or create the file that it names", mends["configuration"])
        self.assertIn("expresslink-claim keygen and expresslink-claim account certificate make one",
                      mends["staging.files.certificate"])
        self.assertIn("expresslink-claim keygen --observer", mends["endpoint.observer"])

    def test_a_report_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([CLAIM, "doctor", "--config", self.ini(), "--offline"], stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=DEADLINE)
        self.assertEqual((74, "expresslink-claim: the report cannot be written\n"), (done.returncode, done.stderr))

    def test_offline_needs_no_network(self):
        path = self.ini("staging", address="192.0.2.1")
        findings = self.findings("--config", path, "--offline")
        self.assertEqual(set(), self.complaints(findings))
        self.assertFalse({line["check"] for line in findings} & {"staging.dns", "staging.connect", "endpoint.tcp"})

    def test_only_what_is_named(self):
        findings = self.findings("--config", self.ini(), "--endpoint", "sandbox", "--no-aws")
        self.assertFalse([line for line in findings if line["check"].startswith("staging.")])
        self.assertTrue([line for line in findings if line["check"] == "endpoint.connect"])

    def test_wrong_arguments(self):
        for arguments in (["x"], ["--nonsense"], ["--timeout", "0"], ["--timeout", "x"], ["--stay", "-1"], ["--aws", "--no-aws"],
                          ["--aws", "--offline"], ["--staging", "nobody"], ["--endpoint", "nobody"]):
            done = run("--config", self.ini(), *arguments)
            self.assertEqual((64, ""), (done.returncode, done.stdout), arguments)
            self.assertIn("expresslink-claim doctor --help", done.stderr)

    def test_interrupted(self):
        with net.plain_port() as port:
            path = self.ini("staging", port=port)
            with subprocess.Popen([CLAIM, "doctor", "--config", path, "--no-aws", "--timeout", "600"], stdout=subprocess.PIPE,
                                  text=True) as process:
                for line in process.stdout:
                    if "Port is open" in line:
                        break
                process.send_signal(signal.SIGINT)
                rest = process.stdout.read()
                self.assertEqual(130, process.wait(DEADLINE))
            self.assertIn("Interrupted", rest)
            self.assertIn(" 0 failed", rest)  # what the interruption has ended is no fault

    def test_the_table(self):
        path = self.ini("staging", ca_file=self.sandbox.certificates / "manufacturer-ca.pem")
        arguments = ("--config", path, "--staging", "sandbox", "--no-aws", "--stay", "1")
        shown = run(*arguments, LC_ALL="C.UTF-8").stdout
        self.assertIn("\nstaging sandbox\n  \u2713 CA certificates", shown)
        self.assertIn("\n  \u2717 Server certificate is trusted        issued by Sandbox Root CA 1", shown)
        self.assertIn("\n  \u2013 Claim-thing connects ", shown)
        self.assertRegex(shown, r"\n      \S[^\n]*\bis not\s+the\s+CA\s+of\s+this\s+server: ")
        self.assertRegex(shown, r"\n\n\d+ ok, \d warnings?, 1 failed, \d+ skipped\. [^\n]+\n$")
        plain = run(*arguments, LC_ALL="C").stdout
        self.assertTrue(plain.isascii())
        self.assertIn("\n  x Server certificate is trusted ", plain)
        self.assertNotIn("\x1b", shown + plain)
        self.assertLessEqual(max(len(line) for line in shown.splitlines() if "/" not in line), 100)


if __name__ == "__main__":
    unittest.main()
