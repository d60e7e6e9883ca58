# SPDX-License-Identifier: Apache-2.0
"""The inventory: expresslink-portal inventory with a portal that runs and without one, its calls on the admin listener, and
[claim] inventory = required."""
import json
import os
import sqlite3
import stat
import subprocess
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from operator_commands import CANNOT, CHECK, OK, USAGE, command
from patience import DEADLINE
from portal import CLAIM, PROGRAM, Portal, store_url, stored
from sandbox import Sandbox, random_thing

POSTGRESQL = os.environ.get("EXPRESSLINK_TEST_POSTGRESQL")
GTIN = "09506000134352"
CSV = {"Content-Type": "text/csv"}
UNKNOWN = "We do not recognise this device ID."


class Case(unittest.TestCase):
    required = "optional"

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.folder = self.sandbox.state / self._testMethodName
        self.folder.mkdir()
        self.key = self.folder / "key"
        self.key.write_text("0123456789abcdef" * 4 + "\n")
        self.key.chmod(0o600)
        self.url = store_url(self.sandbox, random_thing())
        self.portal = self.enterContext(Portal(self.sandbox, store={"url": self.url}, claim={"inventory": self.required},
                                               inventory={"code_key_file": self.key}))

    def list_of(self, *rows, name="list.csv"):
        path = self.folder / name
        path.write_text("".join(f"{row}\n" for row in rows))
        return path

    def run_command(self, *arguments, expect=OK, **options):
        admin = self.portal.admin if self.portal.process else None
        answer = command(self.portal, "inventory", *arguments, admin=admin, **options)
        self.assertEqual(answer.returncode, expect, answer)
        return answer.stdout + answer.stderr

    def imported(self, *rows, expect=OK, options=()):
        return json.loads(self.run_command("import", self.list_of(*rows), "--json", *options, expect=expect))

    def shown(self, thing):
        return json.loads(self.run_command("show", thing, "--json"))

    def call(self, method, path, body=None, **headers):
        return self.portal.request(method, path, body, {**(CSV if body is not None else {}), **headers}, admin=True)


class Products(Case):
    def test_a_product_that_there_is_not(self):
        """It would choose another product, and with it what people must prove."""
        self.portal.stop()
        self.portal.write_ini(store={"url": self.url}, inventory={"code_key_file": self.key},
                              **{"product.lock": {"name": "Lock", "proof": "label, code"}})
        self.portal.start()
        a, b, c = (random_thing() for _ in range(3))
        report = self.imported("thing_name,product", f"{a},Lock", f"{b},lock", f"{c},", expect=CHECK)
        self.assertEqual((report["added"], [(row["line"], row["column"]) for row in report["refused"]]), (2, [(2, "product")]))


class Commands(Case):
    """Each with a portal that runs, and without."""

    def both(self):
        yield "with a portal"
        self.portal.stop()
        yield "without a portal"

    def test_import_show_export_remove(self):
        for how in self.both():
            with self.subTest(how):
                a, b = random_thing(), random_thing()
                report = self.run_command("import", self.list_of("gtin;thing_name;serial;colour", f"{GTIN};{a.upper()};7;red",
                                                                 f";{b};\"a;b\";"))
                self.assertIn("2 added, 0 changed, 0 unchanged, 0 refused.", report)
                self.assertIn("the column \"colour\" is ignored", report)
                self.assertEqual({name: value for name, value in self.shown(a).items() if name != "changed_at"},
                                 {"thing_name": a, "serial": "7", "gtin": GTIN, "has_code": False})
                self.assertIn("serial      a;b\n", self.run_command("show", b))
                exported = self.run_command("export")
                self.assertEqual(exported.splitlines()[0], "thing_name,serial,gtin,batch,code_hash,product")
                self.assertIn(f"{a},7,{GTIN},,,\n", exported)
                self.assertIn("1 removed, 0 refused.", self.run_command("remove", self.list_of("serial,thing_name", f"9,{a.upper()}")))
                self.assertIn("is not in the inventory", self.run_command("show", a, expect=CHECK))
                self.assertIn(f"{b},\"a;b\",,,,\n", self.run_command("export"))

    def test_what_it_exports_it_imports(self):
        for how in self.both():
            with self.subTest(how):
                things = sorted(random_thing() for _ in range(2500))  # more than a page and more than a call
                self.imported("thing_name,serial,code", *(f"{thing},{number},7K3M-9QXT-{number:04}"
                                                          for number, thing in enumerate(things)))
                exported = self.run_command("export")
                self.assertLessEqual(set(things), {row.split(",")[0] for row in exported.splitlines()[1:]})
                again = self.run_command("import", "-", input=exported)
                self.assertIn(f"0 added, 0 changed, {len(exported.splitlines()) - 1} unchanged, 0 refused.", again)

    def test_bad_rows_do_not_stop_the_others(self):
        for how in self.both():
            with self.subTest(how):
                a, b, c = (random_thing() for _ in range(3))
                report = self.imported("thing_name,serial,gtin,code", f"{a},1,,", f"{b},2,9506000134353,", "0123,3,,", f"{c},4,,SECRET",
                                       f"{a},5,,", expect=CHECK)
                self.assertEqual((report["added"], report["refused_rows"]), (1, 4))
                self.assertEqual([(row["line"], row["column"]) for row in report["refused"]],
                                 [(3, "gtin"), (4, "thing_name"), (5, "code"), (6, None)])
                self.assertNotIn("SECRET", json.dumps(report))
                self.assertEqual(self.shown(a)["serial"], "1")
                report = self.imported("thing_name,serial", f"{a},5", f"{b},2", options=["--replace"])
                self.assertEqual((report["added"], report["changed"]), (1, 1))
                self.assertEqual(self.shown(a)["serial"], "5")

    def test_strict_and_dry_run_store_nothing(self):
        for how in self.both():
            with self.subTest(how):
                a, b = random_thing(), random_thing()
                report = self.imported("thing_name", a, "0123", expect=CHECK, options=["--strict"])
                self.assertEqual((report["added"], report["refused_rows"]), (0, 1))
                self.run_command("show", a, expect=CHECK)
                self.assertEqual(self.imported("thing_name", a, b, options=["--dry-run"])["added"], 2)
                self.run_command("show", a, expect=CHECK)
                self.assertEqual(self.imported("thing_name", a, b, options=["--strict"])["added"], 2)
                self.shown(a)

    def test_what_is_no_list(self):
        for how in self.both():
            with self.subTest(how):
                self.assertIn("the first row must name the columns", self.run_command("import", self.list_of(random_thing()), expect=CHECK))
                (self.folder / "utf16.csv").write_bytes("thing_name\n".encode("utf-16"))
                self.assertIn("it is UTF-16; save it as UTF-8", self.run_command("import", self.folder / "utf16.csv", expect=CHECK))
                self.assertIn("No such file", self.run_command("import", self.folder / "none.csv", expect=CANNOT))
                self.assertIn("must be a file", self.run_command("import", "-", "--strict", expect=USAGE))
                self.assertIn("not the name of a thing", self.run_command("show", "0123", expect=USAGE))

    @unittest.skipUnless(POSTGRESQL, "with SQLite one command at a time has the store")
    def test_lists_at_the_same_time(self):
        """Of the same things: each is added once, and the last word is that of one of the lists."""
        self.portal.stop()
        things = [random_thing() for _ in range(3000)]
        lists = [self.list_of("thing_name,serial", *(f"{thing},{name}" for thing in order), name=name)
                 for name, order in (("a", things), ("b", things[::-1]), ("c", sorted(things)))]
        with ThreadPoolExecutor(3) as pool:
            reports = [json.loads(report) for report in pool.map(lambda path: self.run_command("import", path, "--json", "--replace"),
                                                                 lists)]
        self.assertEqual(sum(report["added"] for report in reports), 3000)
        self.assertEqual([report["refused"] for report in reports], [[], [], []])
        found = stored(self.url, "SELECT serial, count(*) FROM inventory GROUP BY serial")
        self.assertEqual(sum(int(count) for _, count in found), 3000)
        self.assertLessEqual({serial for serial, _ in found}, {"a", "b", "c"})

    def test_codes_are_hashed(self):
        thing, other = random_thing(), random_thing()
        self.imported("thing_name,code", f"{thing},7k3m 9qxt oil4", f"{other},7K3M-9QXT-0114")
        hashes = dict(stored(self.url, "SELECT thing_name, code FROM inventory"))
        self.assertRegex(hashes[thing], "^[0-9a-f]{64}$")
        self.assertNotEqual(hashes[thing], hashes[other], "the same code of another thing has another hash")
        self.assertEqual(self.imported("thing_name,code", f"{thing},7K3M-9QXT-0114")["unchanged"], 1)
        self.assertTrue(self.shown(thing)["has_code"])

    def test_codes_without_a_key_are_refused(self):
        self.portal.stop()
        self.portal.write_ini(store={"url": self.url})
        report = self.imported("thing_name,code", f"{random_thing()},7K3M-9QXT-0114", expect=CHECK)
        self.assertIn("code_key_file", report["refused"][0]["reason"])


class Keys(unittest.TestCase):
    """Without a configuration."""

    def run_command(self, *arguments, expect=OK, **options):
        answer = subprocess.run([PROGRAM, "inventory", *arguments], capture_output=True, text=True, timeout=DEADLINE, **options)
        self.assertEqual(answer.returncode, expect, answer)
        return answer.stdout + answer.stderr

    def test_a_key_is_its_owners_and_is_never_overwritten(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "key")
            self.run_command("new-key", path)
            with open(path) as file:
                key = file.read()
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            self.assertRegex(key, "^[0-9a-f]{64}\n$")
            self.assertIn("File exists", self.run_command("new-key", path, expect=CANNOT))
            with open(path) as file:
                self.assertEqual(file.read(), key)

    def test_codes(self):
        codes = self.run_command("make-codes", "200").split()
        self.assertEqual(len(set(codes)), 200)
        for code in codes:
            self.assertRegex(code, "^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$")
        things = [random_thing() for _ in range(3)]
        made = self.run_command("make-codes", "-", input="serial,thing_name\n" + "".join(f"1,{thing}\n" for thing in things))
        self.assertEqual([line.split(",")[0] for line in made.splitlines()], ["thing_name", *things])
        self.assertIn("No such file", self.run_command("make-codes", "/none.csv", expect=CANNOT))
        self.run_command("make-codes", "0", expect=CANNOT)
        self.run_command(expect=USAGE)
        self.assertIn("unknown command", self.run_command("bogus", expect=USAGE))


class Calls(Case):
    """Those on the admin listener."""

    def test_a_list_and_its_things(self):
        a, b = random_thing(), random_thing()
        answer = self.call("POST", "/inventory", f"thing_name,serial\n{a},1\n{b},2\nx,3\n".encode())
        self.assertEqual((answer.status, answer.json),
                         (200, {"added": 2, "changed": 0, "unchanged": 0,
                                "refused": [{"line": 4, "column": "thing_name", "reason": "no [staging.*] identifier_form fits this name"}]}))
        answer = self.call("POST", "/inventory?replace=yes&dry_run=yes", f"thing_name,serial\n{a},9\n".encode())
        self.assertEqual(answer.json["changed"], 1)
        answer = self.call("POST", "/inventory", f"thing_name,serial\n{a},9\n".encode())
        self.assertEqual([row["line"] for row in answer.json["refused"]], [2])
        self.assertEqual(self.call("GET", f"/inventory/{a}").json["serial"], "1")
        self.assertEqual(self.call("DELETE", f"/inventory/{a}").status, 204)
        self.assertEqual(self.call("DELETE", f"/inventory/{a}").status, 404)
        self.assertEqual(self.call("GET", f"/inventory/{a}").status, 404)
        self.assertEqual(self.call("POST", "/inventory/removals", f"thing_name\n{a}\n{b}\n".encode()).json, {"removed": 1, "refused": []})

    def test_pages(self):
        things = sorted(random_thing() for _ in range(1500))
        self.imported("thing_name", *things)
        first = self.call("GET", "/inventory").text.splitlines()
        self.assertEqual(len(first), 1001)
        rest = self.call("GET", f"/inventory?after={first[-1].split(',')[0]}").text.splitlines()
        self.assertEqual([row.split(",")[0] for row in first[1:] + rest[1:]], things)

    def test_what_is_refused(self):
        for body, said in ((b"", "the list is empty"), (b"a,b\n", "must name the columns"), (b"thing_name,thing\n", "two columns"),
                           (b"thing_name\n" + b"x\n" * 5001, "more than 5000 rows")):
            answer = self.call("POST", "/inventory", body)
            self.assertEqual(answer.status, 422, answer)
            self.assertIn(said, answer.text)
        self.assertEqual(self.call("POST", "/inventory", b"x" * (1 << 20) + b"x").status, 413)
        self.assertEqual(self.portal.request("POST", "/inventory", b"{}", {"Content-Type": "application/json"}, admin=True).status, 415)
        self.assertEqual(self.call("GET", "/inventory/..%2f").status, 404)
        self.assertEqual(self.call("GET", "/inventory?after=%00").status, 422)

    def test_only_from_this_machine(self):
        proxied = {"X-Forwarded-For": "192.0.2.1"}
        thing = random_thing()
        for method, path, body in (("POST", "/inventory", f"thing_name\n{thing}\n".encode()), ("GET", "/inventory", None),
                                   ("POST", "/inventory/removals", b"thing_name\n"), ("GET", f"/inventory/{thing}", None),
                                   ("DELETE", f"/inventory/{thing}", None)):
            self.assertEqual(self.call(method, path, body, **proxied).status, 403, (method, path))
            self.assertEqual(self.portal.request(method, path, body, CSV).status, 404, "on the public side")
        self.run_command("show", thing, expect=CHECK)


class Required(Case):
    required = "required"

    def register(self, thing):
        return self.portal.post_json("/api/v1/registrations", {"identifier": thing})

    def test_only_what_is_listed_is_claimed(self):
        listed, stranger = random_thing(), random_thing()
        self.imported("thing_name", listed.upper())
        modules = self.sandbox.modules(listed)
        modules.wait_for(listed, "subscribed")
        refused = self.register(stranger)
        self.assertEqual((refused.status, refused.json["reason"], refused.json["field"]), (422, "not in the inventory", "identifier"))
        self.assertIn(UNKNOWN, refused.text)
        page = self.portal.post_form("/register", identifier=stranger)
        self.assertEqual(page.status, 422)
        self.assertIn(UNKNOWN, page.text)
        self.assertIn(stranger, page.text, "what was typed is still there")
        self.portal.wait_for_state(self.portal.claim(listed)["token"], "onboarded")
        self.assertEqual(stored(self.url, "SELECT state FROM claims WHERE thing_name = ?", stranger), [])

    def test_many_at_once(self):
        listed = [random_thing() for _ in range(40)]
        self.imported("thing_name", *listed)
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda thing: self.register(thing).status,
                                    [thing for pair in zip(listed, (random_thing() for _ in listed)) for thing in pair]))
        self.assertEqual(answers, [202, 422] * len(listed))

    def test_a_row_that_goes_while_a_claim_is_open(self):
        thing = random_thing()
        self.imported("thing_name", thing)
        token = self.portal.claim(thing)["token"]
        self.assertEqual(self.call("DELETE", f"/inventory/{thing}").status, 204)
        self.assertEqual(self.register(thing).status, 422, "nobody joins it")
        modules = self.sandbox.modules(thing)
        self.portal.wait_for_state(token, "onboarded")
        modules.wait_for(thing, "onboarded")

    def test_what_has_ended_is_not_retried_without_its_row(self):
        thing = random_thing()
        self.imported("thing_name", thing)
        token = self.portal.claim(thing)["token"]
        self.portal.request("POST", f"/api/v1/registrations/{token}/cancel", b"")
        self.assertEqual(self.call("DELETE", f"/inventory/{thing}").status, 204)
        self.assertEqual(self.portal.request("POST", f"/api/v1/registrations/{token}/retry", b"").status, 409)
        self.imported("thing_name", thing)
        self.assertEqual(self.portal.request("POST", f"/api/v1/registrations/{token}/retry", b"").status, 202)

    def test_the_claim_script_needs_a_portal(self):
        thing = random_thing()
        self.portal.stop()
        ini = self.portal.ini.read_text()
        self.assertIn("inventory = required", ini)
        done = subprocess.run([CLAIM, "claim", "--config", self.portal.ini, thing], capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, CANNOT, done)
        self.assertIn("only a portal knows the inventory", done.stderr)
        done = subprocess.run([CLAIM, "claim", "--config", self.portal.ini, "--direct", thing], capture_output=True, text=True,
                              timeout=DEADLINE)
        self.assertEqual(done.returncode, OK, done)

    @unittest.skipIf(POSTGRESQL, "the same lane; the store's part has a test for each engine")
    def test_a_pretended_claim_publishes_nothing(self):
        """A delivery to no endpoint goes the way of any other, but for the message."""
        thing, real = random_thing(), random_thing()
        self.imported("thing_name", real)
        self.portal.stop()
        now = int(time.time() * 1000)
        with closing(sqlite3.connect(self.url.partition(":")[2])) as database, database:
            database.execute("INSERT INTO claims (id, thing_name, endpoint, state, accepted_at, expires_at)"
                             " VALUES (99, ?, 'sandbox', 'queued', ?, ?)", (thing, now, now + 900000))
            database.execute("INSERT INTO deliveries (claim_id, staging, thing_name, endpoint, due_at, accepted_at)"
                             " VALUES (99, 'sandbox', ?, '', ?, ?)", (thing, now, now))
            database.execute("INSERT INTO registrations (token, claim_id, accepted_at) VALUES (?, 99, ?)", ("a" * 32, now))
        modules = self.sandbox.modules(thing, real)
        modules.wait_for(thing, "subscribed")
        modules.wait_for(real, "subscribed")
        self.portal.start()
        shown = self.portal.wait_for_state("a" * 32, "published")
        self.assertEqual((shown["endpoint"], shown["attempts"] > 0), ("sandbox", True))
        self.assertEqual(self.portal.metric('pubacks_total{staging="sandbox"}'), 0)
        self.portal.wait_for_state(self.portal.claim(real)["token"], "onboarded")
        self.assertEqual(self.portal.show("a" * 32)["state"], "published")
        self.assertFalse([line for line in self.portal.lines if "claim.no_endpoint" in line])


if __name__ == "__main__":
    unittest.main(verbosity=2)
