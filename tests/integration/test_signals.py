# SPDX-License-Identifier: Apache-2.0
"""Signals, and certificates that are renewed while the portal runs."""
import shutil
import signal
import subprocess
import unittest

from brokers import free_port
from portal import PROGRAM, Portal, store_url
from sandbox import Sandbox, eventually, random_thing

STAGING, ENDPOINT = 'staging_connects_total{staging="sandbox"}', 'endpoint_connects_total{endpoint="sandbox"}'


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def portal(self, **sections):
        store = {"url": store_url(self.sandbox, random_thing())}
        return self.enterContext(Portal(self.sandbox, store=store, **sections)).connected()

    def connected_again(self, portal, staging=2, endpoint=2):
        eventually(lambda: (portal.metric(STAGING), portal.metric(ENDPOINT)) == (staging, endpoint),
                   lambda: (portal.metric(STAGING), portal.metric(ENDPOINT), portal.lines[-10:]))
        portal.connected()

    def arrives(self, portal, thing):
        portal.wait_for_state(portal.claim(thing)["token"], "onboarded")


class Signals(Case):
    def test_sighup_connects_again(self):
        things = [random_thing() for _ in range(2)]
        self.sandbox.modules(*things)
        portal = self.portal()
        self.arrives(portal, things[0])
        portal.process.send_signal(signal.SIGHUP)
        self.connected_again(portal)
        self.arrives(portal, things[1])
        self.assertEqual(portal.metric("refused_publishes_total{staging=\"sandbox\"}"), 0)
        self.assertEqual(portal.stop(), 0)

    def test_stray_signals_are_ignored(self):
        portal = self.portal()
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGPIPE, signal.SIGPROF):
            portal.process.send_signal(number)
            portal.claim(random_thing())
        self.assertEqual(portal.stop(), 0)


class Renewed(Case):
    def test_replaced_certificates_are_used(self):
        """As a renewal writes them: first one file, then the other. Nothing else has to be done."""
        folder = self.sandbox.state / "renewed"
        folder.mkdir()
        accounts = {"staging__sandbox": "claim-thing", "endpoint__sandbox": "observer"}
        sections = {}
        for section, name in accounts.items():
            for suffix in ("pem", "key"):
                shutil.copy(self.sandbox.certificates / f"{name}.{suffix}", folder)
            sections[section] = {"cert_file": folder / f"{name}.pem", "key_file": folder / f"{name}.key"}
        thing = random_thing()
        self.sandbox.modules(thing)
        portal = self.portal(**sections)
        for name in accounts.values():
            for suffix in ("pem", "key"):
                new = folder / "new"
                shutil.copy(folder / f"{name}.{suffix}", new)
                new.rename(folder / f"{name}.{suffix}")
        self.connected_again(portal)
        self.arrives(portal, thing)
        self.assertEqual(portal.stop(), 0)


class Log(Case):
    def test_a_log_that_nobody_reads_stops_nothing(self):
        admin = ("127.0.0.1", free_port())
        reader = self.enterContext(Portal(self.sandbox, start=False, log={"requests": "yes"},
                                          http={"admin_listen": f"{admin[0]}:{admin[1]}"}))
        process = subprocess.Popen([PROGRAM, "--config", reader.ini], stderr=subprocess.PIPE, env={})
        try:
            reader.admin = admin
            read = b""
            while b"portal.listening" not in read or not read.endswith(b"\n"):
                read += process.stderr.read1()
            host, port = read.decode().split("portal.listening address=")[1].split()[0].split(":")
            reader.address = (host, int(port))
            for _ in range(1500):
                self.assertEqual(reader.get("/").status, 200)
            eventually(lambda: reader.metric("log_lines_dropped_total") > 0, "lines are dropped")
            reader.claim(random_thing())
            process.send_signal(signal.SIGTERM)
            _, rest = process.communicate()
            self.assertEqual(process.returncode, 0)
        finally:
            process.kill()
            process.wait()
            process.stderr.close()


if __name__ == "__main__":
    unittest.main()
