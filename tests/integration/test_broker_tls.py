# SPDX-License-Identifier: Apache-2.0
"""What TLS the portal speaks with brokers: openssl s_server as a broker that has too little, with the sandbox's authority behind
it. The judge is what s_server receives: a CONNECT, with the client's credentials behind it, or nothing."""
import contextlib
import socket
import subprocess
import unittest
from pathlib import Path

from brokers import free_port, server_certificate
from patience import DEADLINE
from portal import Portal
from sandbox import Sandbox, eventually

# What an operator, or a distribution, may have set for other programs of the machine.
LOWERED = """openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = tls
[tls]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
Groups = P-224:X25519:P-256:P-384
SignatureAlgorithms = ECDSA+SHA1:RSA+SHA1:ECDSA+SHA224:ECDSA+SHA256:RSA+SHA256:RSA-PSS+SHA256:ECDSA+SHA384:ECDSA+SHA512
"""
EC, SMALL_EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"), ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-224")
RSA, SMALL_RSA = ("-newkey", "rsa:2048"), ("-newkey", "rsa:1024")
HERE = "IP:127.0.0.1,DNS:localhost"
ANY = ("-cipher", "ALL:@SECLEVEL=0")
# name: key, alternative names, digest, arguments of s_server
GOOD = {
    "TLS 1.3": (EC, HERE, "sha256", ()),
    "TLS 1.2 with ECDSA": (EC, HERE, "sha256", ("-tls1_2",)),
    "TLS 1.2 with RSA": (RSA, HERE, "sha256", ("-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384")),
}
BAD = {
    "TLS 1.0": (RSA, HERE, "sha256", ("-tls1", *ANY)),
    "TLS 1.1": (RSA, HERE, "sha256", ("-tls1_1", *ANY)),
    "CBC": (RSA, HERE, "sha256", ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256")),
    "static RSA": (RSA, HERE, "sha256", ("-tls1_2", "-cipher", "AES128-GCM-SHA256")),
    "finite field Diffie-Hellman": (RSA, HERE, "sha256", ("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256")),
    "only a common name": (EC, None, "sha256", ()),
    "another name": (EC, "IP:127.0.0.2", "sha256", ()),
    "RSA 1024": (SMALL_RSA, HERE, "sha256", ANY),
    "P-224": (SMALL_EC, HERE, "sha256", ("-tls1_2", "-cipher", "ALL:@SECLEVEL=0", "-curves", "P-224:P-256")),
    "SHA-1": (RSA, HERE, "sha1", ANY),
}
# Of the reason in the log, where OpenSSL has none.
WORDS = {"only a common name": "has no subject alternative name", "another name": "is for another host name"}


class Server:
    """s_server; received: what clients have sent, as far as TLS let it through."""

    def __init__(self, pair, arguments):
        self.port, self.arguments = free_port(), (*pair, *arguments)
        self.output = Path(pair[0]).with_suffix(f".{self.port}.out")
        with open(self.output, "ab") as output:
            self.process = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", pair[0], "-key", pair[1],
                                             "-quiet", *arguments], stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT)
        eventually(self.answers, lambda: f"s_server: {self.received}")

    def answers(self):
        assert self.process.poll() is None, self.received
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    @property
    def received(self):
        return self.output.read_bytes()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()


class BrokerTls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.lowered = Path(cls.sandbox.state) / "lowered.cnf"
        cls.lowered.write_text(LOWERED)

    @contextlib.contextmanager
    def portal(self, kind, environment):
        key, alternative, digest, arguments = kind[:4]
        pair = server_certificate(self.sandbox, key, alternative, digest)
        with Server(pair, arguments) as staging, Server(pair, arguments) as account:
            with Portal(self.sandbox, environment=environment, staging__sandbox={"port": staging.port},
                        endpoint__sandbox={"address": "127.0.0.1", "port": account.port}) as portal:
                yield portal, staging, account

    def environments(self):
        return {"as it is": {}, "lowered by OPENSSL_CONF": {"OPENSSL_CONF": str(self.lowered)}}

    def test_who_has_enough_is_spoken_to(self):
        for name, kind in GOOD.items():
            for words, environment in self.environments().items():
                with self.subTest(name, environment=words), self.portal(kind, environment) as (portal, staging, account):
                    for server in staging, account:
                        eventually(lambda: b"MQTT" in server.received, lambda: f"{server.received} {portal.lines}")

    def test_who_has_too_little_hears_nothing(self):
        for name, kind in BAD.items():
            for words, environment in self.environments().items():
                with self.subTest(name, environment=words), self.portal(kind, environment) as (portal, staging, account):
                    for event in "staging.not_connected", "endpoint.not_connected":
                        portal.log_has(event)
                    self.assertNotIn(b"MQTT", staging.received, portal.lines)
                    self.assertNotIn(b"MQTT", account.received, portal.lines)
                    if name in WORDS:
                        self.assertIn(WORDS[name], portal.log_has("staging.not_connected"))


if __name__ == "__main__":
    unittest.main()
