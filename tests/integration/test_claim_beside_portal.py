# SPDX-License-Identifier: Apache-2.0
"""expresslink-claim claim where a portal has the same configuration: it claims through the portal, or says that it does not."""
import contextlib
import http.server
import json
import signal
import subprocess
import threading
import unittest

from brokers import free_port
from patience import LONG_DEADLINE
from portal import CLAIM, Portal, store_url
from sandbox import Sandbox, eventually, random_thing

THROUGH = "claiming through the portal"


@contextlib.contextmanager
def answering(status, body):
    """What listens where the portal's admin listener is configured."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


class Beside(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.ports = free_port(), free_port()

    def portal(self, start=True, http=None, **sections):
        keys = {"listen": f"127.0.0.1:{self.ports[0]}", "admin_listen": f"127.0.0.1:{self.ports[1]}", **(http or {})}
        return self.enterContext(Portal(self.sandbox, start=start, http=keys, claim={"schedule": "500ms"},
                                        store={"url": store_url(self.sandbox, random_thing())}, **sections))

    def claim(self, portal, *arguments):
        done = subprocess.run([CLAIM, "claim", "--config", portal.ini, *arguments], capture_output=True, text=True,
                              timeout=LONG_DEADLINE)
        return done.returncode, done.stdout, done.stderr

    def module(self, *options):
        thing = random_thing()
        modules = self.sandbox.modules(thing, options=options)
        if "--off" not in options:
            modules.wait_for(thing, "subscribed")
        return thing, modules

    def connects(self, portal):
        return portal.metric('claim_thing_connects_total{staging="sandbox",claim_thing="1"}')

    def test_it_claims_through_the_portal(self):
        portal = self.portal().connected()
        thing, _ = self.module()
        code, out, err = self.claim(portal, "--wait", thing.upper())
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn(f"{THROUGH} that runs at 127.0.0.1:{self.ports[0]}", out)
        self.assertIn("Done: it has arrived.", out)
        self.assertEqual(self.connects(portal), 1, "nobody took its client id")
        self.assertEqual(portal.metric('claims{state="onboarded"}'), 1)

    def test_sent_is_enough_without_wait_and_json_for_programs(self):
        portal = self.portal().connected()
        things = [random_thing() for _ in range(3)]
        code, out, err = self.claim(portal, "--json", *things)
        events = [json.loads(line) for line in out.splitlines()]
        self.assertEqual((code, err), (0, ""), out)
        self.assertEqual((events[0]["event"], events[0]["reason"]), ("portal", f"127.0.0.1:{self.ports[0]}"))
        self.assertEqual((events[-1]["event"], events[-1]["result"]), ("ended", "done"))
        self.assertEqual([(each["thing_name"], each["published"] > 0, each["connected"]) for each in events[-1]["devices"]],
                         [(thing, True, False) for thing in things])

    def test_one_that_is_online_already(self):
        portal = self.portal().connected()
        thing, modules = self.module()
        self.assertEqual(self.claim(portal, "--wait", thing)[0], 0)
        code, out, err = self.claim(portal, "--wait", thing)
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn(f"{thing}  is already registered and online", out)
        self.assertIn("add --again", out)
        modules.wait_for(thing, "onboarded")
        claims = portal.metric('claims{state="onboarded"}')
        with subprocess.Popen([CLAIM, "claim", "--config", portal.ini, "--wait", "--again", thing], stdout=subprocess.PIPE, text=True) as run:
            eventually(lambda: portal.metric('claims{state="published"}') == 1, lambda: portal.metrics())
            modules.command(f"reset {thing}")
            self.assertIn("Done: it has arrived.", run.stdout.read())
        self.assertEqual(run.returncode, 0)
        self.assertEqual(portal.metric('claims{state="onboarded"}'), claims + 2)

    def test_many_wait_for_the_portals_limits(self):
        portal = self.portal(http={"registrations_per_minute": "60"}).connected()
        things = [random_thing() for _ in range(63)]
        code, out, err = self.claim(portal, "--timeout", "300", *things)
        self.assertEqual((code, err), (0, ""), out)
        self.assertEqual(portal.metric('claims{state="published"}'), 63)

    def test_a_portal_that_is_restarted_meanwhile(self):
        """Killed, and back: what it has accepted it sees through."""
        portal = self.portal().connected()
        thing, modules = self.module("--off")
        with subprocess.Popen([CLAIM, "claim", "--config", portal.ini, "--wait", thing], stdout=subprocess.PIPE, text=True) as run:
            next(line for line in run.stdout if "sent through the portal" in line)
            portal.kill()
            portal.start()
            modules.command(f"on {thing}")
            self.assertIn("Done: it has arrived.", run.stdout.read())
        self.assertEqual(run.returncode, 0)

    def test_interrupted_is_130(self):
        portal = self.portal().connected()
        with subprocess.Popen([CLAIM, "claim", "--config", portal.ini, "--wait", random_thing()], stdout=subprocess.PIPE, text=True) as run:
            next(line for line in run.stdout if THROUGH in line)
            run.send_signal(signal.SIGINT)
            self.assertIn("Interrupted.", run.stdout.read())
        self.assertEqual(run.returncode, 130)

    def test_what_the_portal_refuses(self):
        """The sentence is the portal's."""
        portal = self.portal(start=False)
        portal.ini.write_text(portal.ini.read_text().replace("[claim]", "[claim]\ninventory = required"))
        portal.start()
        code, out, _ = self.claim(portal, random_thing())
        self.assertEqual(code, 2, out)
        self.assertIn("We do not recognise this device ID", out)
        self.assertIn("Refused: the portal says why", out)

    # -- without one

    def test_no_portal_and_none_to_be_expected(self):
        portal = self.portal(start=False)
        code, out, err = self.claim(portal, random_thing())
        self.assertEqual((code, err), (0, ""), out)
        self.assertNotIn(THROUGH, out)
        self.assertIn("connected to the staging account", out)

    def test_a_portal_that_may_run_elsewhere(self):
        portal = self.portal(start=False, http={"public_url": "https://register.example.com"})
        code, out, err = self.claim(portal, random_thing())
        self.assertEqual(code, 0, out)
        self.assertIn("must not share a client id", err)
        self.assertIn("publishing as claim-thing", err)

    def test_another_program_at_its_address(self):
        for status, body in ((200, b'{"accounts": "0"}'), (200, b"hello"), (503, b"{}"), (404, b"")):
            with self.subTest(status=status, body=body), answering(status, body) as port:
                portal = self.portal(start=False, http={"admin_listen": f"127.0.0.1:{port}"})
                code, out, err = self.claim(portal, random_thing())
                self.assertEqual(code, 0, out)
                self.assertIn("is no portal with these accounts", err)
                self.assertIn(f"127.0.0.1:{port}", err)

    def beside_one_that_hangs(self, portal, *options):
        portal.process.send_signal(signal.SIGSTOP)
        try:
            return self.claim(portal, *options, random_thing())
        finally:
            portal.process.send_signal(signal.SIGCONT)

    def test_a_portal_that_hangs(self):
        """Its connection is not taken from it, unless somebody wants that."""
        portal = self.portal().connected()
        code, out, err = self.beside_one_that_hangs(portal)
        self.assertEqual((code, out), (69, ""), err)
        self.assertIn(f"127.0.0.1:{self.ports[1]} does not answer", err)
        self.assertIn("must not share a client id", err)
        self.assertIn("--direct", err)
        self.assertEqual(self.connects(portal), 1)
        self.assertEqual(self.beside_one_that_hangs(portal, "--direct")[0], 0)

    def test_without_an_admin_listener_it_is_found_by_the_public_one(self):
        portal = self.portal(start=False, http={"admin_listen": ""})
        portal.start(wait=False)
        portal.log_has("portal.listening")
        thing, _ = self.module()
        code, out, err = self.claim(portal, "--wait", thing)
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn(f"{THROUGH} that runs at 127.0.0.1:{self.ports[0]}", out)
        self.assertIn("Done: it has arrived.", out)
        code, out, err = self.beside_one_that_hangs(portal)
        self.assertEqual((code, out), (69, ""), err)
        self.assertIn(f"127.0.0.1:{self.ports[0]} does not answer", err)
        portal.stop()
        code, out, err = self.claim(portal, random_thing())
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("connected to the staging account", out)
        with answering(404, b"{}") as port:
            other = self.portal(start=False, http={"listen": f"127.0.0.1:{port}", "admin_listen": ""})
            code, out, err = self.claim(other, random_thing())
        self.assertEqual(code, 0, out)
        self.assertIn(f"127.0.0.1:{port} is no portal with these accounts", err)

    def test_a_portal_that_ends_before_it_accepts_anything(self):
        portal = self.portal().connected()
        ready = portal.ready().text.encode()
        portal.stop()
        with answering(503, ready) as port:
            late = self.portal(start=False, http={"admin_listen": f"127.0.0.1:{port}"})
            code, out, _ = self.claim(late, random_thing())
        self.assertEqual(code, 0, out)
        self.assertIn(THROUGH, out)
        self.assertIn("connected to the staging account", out)

    def test_direct(self):
        portal = self.portal().connected()
        code, out, _ = self.claim(portal, "--direct", random_thing())
        self.assertEqual(code, 0, out)
        self.assertNotIn(THROUGH, out)
        eventually(lambda: self.connects(portal) >= 2, "the portal lost its connection, and has it again")


if __name__ == "__main__":
    unittest.main()
