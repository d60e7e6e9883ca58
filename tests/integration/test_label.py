# SPDX-License-Identifier: Apache-2.0
"""Making labels: expresslink-claim label, from a terminal and from lists. What is drawn is read by Debian's readers."""
import contextlib
import fcntl
import os
import pty
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import unittest
from pathlib import Path

from patience import DEADLINE, LONG_DEADLINE

BUILD = Path(os.environ.get("EXPRESSLINK_BUILD_DIR", Path(__file__).resolve().parents[2] / "build" / "debug")).resolve()
CLAIM = BUILD / "command" / "expresslink-claim"
URL = "https://register.example.com"
THING = "a84e07f1c2b95d3e6f80914ab27dc35e"
MEMORY_MAX_KIB = 64 << 10
SANITIZED = b"__asan_init" in CLAIM.read_bytes() or b"__tsan_init" in CLAIM.read_bytes()


def things(count):
    dice = random.Random(3)
    return [f"{dice.getrandbits(128):032x}" for _ in range(count)]


class Labels(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="labels-")))

    def command(self, *arguments, url=URL):
        return [CLAIM, "label", *(["--url", url] if url else []), *map(str, arguments)]

    def label(self, *arguments, url=URL, **options):
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                       **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")},
                       **options.pop("environment", {})}
        run = subprocess.run(self.command(*arguments, url=url), capture_output=True, timeout=LONG_DEADLINE, cwd=self.folder,
                             env=environment, **options)
        return run.returncode, run.stdout, run.stderr.decode()

    def csv(self, text, name="list.csv"):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def refused(self, status, message, *arguments, **options):
        before = sorted(path.name for path in self.folder.iterdir())
        code, out, err = self.label(*arguments, **options)
        self.assertEqual((code, out), (status, b""), err)
        self.assertRegex(err, message)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), before, "something stays behind")
        return err

    def read(self, picture):
        for reader in (["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"], ["ZXingReader", "-1"]):
            if not shutil.which(reader[0]):
                self.skipTest(f"{reader[0]} is not installed (Debian: zbar-tools, zxing-cpp-tools)")
            said = subprocess.run([*reader, picture], capture_output=True, text=True, timeout=DEADLINE).stdout
            yield said

    # GS1 Digital Links

    def test_a_gtin_that_is_none_is_64(self):
        self.refused(64, "--gtin needs a number whose last digit, the check digit, goes with the others, not 9506000134353",
                     "--gtin", "9506000134353", "--serial", "1", THING)
        self.refused(64, "--gtin needs 8, 12, 13 or 14 digits, not 950600013", "--gtin", "950600013", "--serial", "1", THING)
        self.refused(64, "--serial is for one IDENTIFIER", "--gtin", "9506000134352", "--serial", "1", THING, THING[::-1])
        self.refused(65, "it has no serial number, which a Digital Link needs", "--gtin", "9506000134352", THING)
        self.refused(65, "its serial number cannot be in a Digital Link", "--gtin", "9506000134352", "--serial", "a b", THING)

    def test_a_serial_number_twice_is_named(self):
        rows = self.csv("thing name,serial\n" + "".join(f"{thing},{serial}\n" for thing, serial in zip(things(3), ("A1", "A2", "A1"))))
        err = self.refused(65, "nothing was written", "--gtin", "9506000134352", "--csv", rows, "--output", "labels.html")
        self.assertIn(f"list.csv:4: \"{things(3)[2]}\": its serial number is the same as in line 2", err)

    def test_a_digital_link_is_read_by_others_and_by_the_portal(self):
        code, _, err = self.label("--gtin", "9506000134352", "--serial", "A/1", "--verify", "--label", "70x40", "--output", "one.png",
                                  THING, url=URL + "/p")
        self.assertEqual(code, 0, err)
        self.assertIn("Every code read back correctly", err)
        for said in self.read(self.folder / "one.png"):
            self.assertIn(f"{URL}/p/01/09506000134352/21/A%2F1", said)

    def test_gtin_and_serial_number_are_printed(self):
        rows = self.csv("thing name;product;serial\n" + "".join(f"{thing};Pump;SN{i}<\n" for i, thing in enumerate(things(30))))
        code, _, err = self.label("--gtin", "96385074", "--csv", rows, "--verify", "--output", "labels.html")
        self.assertEqual(code, 0, err)
        sheet = (self.folder / "labels.html").read_text()
        self.assertEqual(sheet.count(">GTIN 00000096385074<"), 30)
        self.assertEqual([f">Serial SN{i}&lt;<" in sheet for i in range(30)], [True] * 30)
        code, out, err = self.label("--gtin", "96385074", "--serial", "SN7", "--format", "terminal", THING)
        self.assertEqual(code, 0, err)
        for line in ("    GTIN 00000096385074\n", "    Serial SN7\n", f"    {URL}/01/00000096385074/21/SN7\n"):
            self.assertIn(line, out.decode())
        code, out, err = self.label("--gtin", "96385074", "--serial", "SN7", "--format", "svg", THING)
        self.assertIn(b">GTIN 00000096385074<", out, err)

    # Refused

    def test_wrong_arguments_are_64_in_words(self):
        for message, arguments in (
                ("an IDENTIFIER or --csv FILE is missing", []),
                ("either --csv or IDENTIFIERs", ["--csv", "x", THING]),
                ("--level needs L, M, Q or H, not X", ["--level", "X", THING]),
                ("--label needs a size like", ["--label", "50", THING]),
                ("no stock with that name.*: L1", ["--stock", "L1", THING]),
                ("only --margin can be combined with it", ["--stock", "L7160", "--rows", "3", THING]),
                ("--label WxH is missing", ["--paper", "a5", THING]),
                ("--output FOLDER is missing", ["--format", "svg", THING, THING[::-1]]),
                ("not one label of 300 x 40 mm", ["--format", "sheet", "--label", "300x40", THING]),
                ("--skip 21 leaves no label: a sheet has 21", ["--format", "sheet", "--skip", "21", THING]),
                ("no room for a ruler", ["--format", "sheet", "--stock", "L7164", "--ruler", THING]),
                ("are only for --format sheet", ["--format", "svg", "--ruler", THING]),
                ("--url \"register.example.com\" must begin with https://", ["--url", "register.example.com", THING])):
            with self.subTest(arguments=arguments):
                self.refused(64, message, *arguments)
        self.refused(64, "the portal's address is missing", THING, url=None)

    def test_what_does_not_fit_is_65_before_anything_is_written(self):
        self.refused(65, "the code is too large for the label: 37 x 37 modules of 0.25 mm",
                     "--stock", "L4731", "--output", "out.html", THING)
        self.refused(65, "modules of 0.6 mm", "--min-module", "0.6", "--label", "25x25", "--output", "out.svg", THING)

    def test_bad_rows_are_all_told_with_their_lines(self):
        path = self.csv(f"{THING},p,s\nshort\n{THING}\n\"x\"y,z\n{THING[::-1]},\"a\nb\"\n")
        err = self.refused(65, "nothing was written; use --skip-bad", "--csv", path, "--output", "out.html")
        for line, why in ((2, "not a thing name"), (3, "the same as in line 1"), (4, "its quotes are not right"),
                          (5, "its product has an invisible character")):
            self.assertRegex(err, rf"list\.csv:{line}: .*{why}")

    def test_of_many_bad_rows_twenty_are_told_and_the_rest_counted(self):
        err = self.refused(65, "and 180 more", "--csv", self.csv("bad\n" * 200), "--output", "out.html")
        self.assertEqual(err.count("list.csv:"), 20)

    def test_lists_that_are_not_there(self):
        self.refused(66, "nowhere.csv cannot be read: No such file", "--csv", "nowhere.csv", "--output", "x.html")
        self.refused(66, "cannot be read: Is a directory", "--csv", ".", "--output", "x.html")
        self.refused(65, "there are no labels to create", "--csv", self.csv("thing_name,product\n"), "--output", "x.html")

    def test_outputs_that_cannot_be(self):
        self.refused(73, "no/where.svg cannot be created: No such file", "--output", "no/where.svg", THING)
        (self.folder / "full").mkdir()
        (self.folder / "full" / "mine").touch()
        self.refused(73, "is not empty; name a new one", "--format", "png", "--output", "full", THING, THING[::-1])
        self.refused(73, "full cannot be created: Is a directory", "--format", "svg", "--output", "full", THING)

    def test_a_full_disk_leaves_the_old_sheet_in_its_place(self):
        (self.folder / "out.html").write_text("old")
        path = self.csv("\n".join(things(500)))
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300000, 300000)) or signal.signal(
            signal.SIGXFSZ, signal.SIG_IGN)
        self.refused(74, "out.html cannot be written: File too large", "--csv", path, "--output", "out.html",
                     preexec_fn=limit)
        self.assertEqual((self.folder / "out.html").read_text(), "old")
        self.refused(74, "labels cannot be written: File too large", "--csv", path, "--output", "labels", "--split", "9",
                     preexec_fn=limit)
        code, _, err = self.label("--format", "svg", "--output", "/dev/full", THING)
        self.assertEqual(code, 74, err)

    def test_interrupted_nothing_stays_behind(self):
        with subprocess.Popen(self.command("--csv", "-", "--output", "out.html"), stdin=subprocess.PIPE,
                              stderr=subprocess.PIPE, cwd=self.folder) as run:
            run.stdin.write(b"".join(b"%s\n" % each.encode() for each in things(3000)))
            run.stdin.flush()
            while not list(self.folder.iterdir()):
                self.assertIsNone(run.poll())
            run.send_signal(signal.SIGTERM)
            self.assertIn(b"interrupted, nothing was written", run.stderr.read())
        self.assertEqual(run.returncode, 130)
        self.assertEqual(list(self.folder.iterdir()), [])

    # Made

    def test_pictures_hold_the_address_for_every_level_and_resolution(self):
        for level in "LMQH":
            for dpi in (203, 300, 600):
                name = f"{level}{dpi}.png"
                code, _, err = self.label("--level", level, "--dpi", dpi, "--output", name, THING)
                self.assertEqual(code, 0, err)
                picture = (self.folder / name).read_bytes()
                at = picture.index(b"pHYs") + 4
                self.assertEqual(struct.unpack(">IIB", picture[at:at + 9]), (round(dpi / 0.0254),) * 2 + (1,))
                for said in self.read(self.folder / name):
                    self.assertIn(f"{URL}/r/{THING}", said)

    def test_an_svg_has_its_groups_and_its_size(self):
        code, out, err = self.label("--format", "svg", "--label", "60x25", THING)
        self.assertEqual(code, 0, err)
        text = out.decode()
        self.assertIn('width="60mm" height="25mm"', text)
        groups = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", text))
        self.assertRegex(groups, r"^a84e 07f1 c2b9 5d3e 6f80 914a b27d c35e / [0-9A-Z]{2} Scan to register register\.example\.com$")

    def test_hostile_products_stay_texts(self):
        code, out, err = self.label("--csv", self.csv(f'{THING},"</text><script>alert(1)</script>"'))
        self.assertEqual(code, 0, err)
        self.assertIn(b"&lt;/text&gt;&lt;script&gt;", out)
        self.assertNotIn(b"<script", out)

    def test_a_folder_has_a_file_for_every_thing(self):
        names = things(5)
        code, _, err = self.label("--csv", self.csv("\n".join(names)), "--format", "png", "--output", "all")
        self.assertEqual(code, 0, err)
        self.assertEqual(sorted(os.listdir(self.folder / "all")), sorted(f"{name}.png" for name in names))

    def test_sheets_are_split_and_first_labels_left_out(self):
        code, _, err = self.label("--csv", self.csv("\n".join(things(50))), "--split", "1", "--skip", "19", "--output", "all")
        self.assertEqual((code, err), (0, "50 labels on 4 sheets: all\n"))
        sheets = [(self.folder / "all" / f"sheet-000{i}.html").read_text() for i in (1, 2, 3, 4)]
        self.assertEqual([sheet.count('class="c"') for sheet in sheets], [2, 21, 21, 6])
        code, _, err = self.label("--csv", self.csv("\n".join(things(3))), "--copies", "10", "--output", "c.html")
        self.assertEqual((code, err), (0, "3 labels on 2 sheets: c.html\n"))

    def test_bad_rows_may_be_left_out(self):
        code, _, err = self.label("--csv", self.csv(f"{THING}\nbad\n"), "--skip-bad", "--output", "x.html")
        self.assertEqual(code, 0, err)
        self.assertIn("1 row was left out", err)

    def test_the_portals_configuration_says_where_and_how(self):
        (self.folder / "portal.ini").write_text(
            "[http]\nlisten = 127.0.0.1:0\npublic_url = https://portal.example\n[store]\nurl = sqlite:x\n"
            "[staging.acme]\naddress = x\nkey_file = /nowhere\nidentifier_form = uuid\n")
        code, out, err = self.label("--format", "svg", THING.upper(), url=None)
        self.assertEqual(code, 0, err)
        self.assertIn("<title>a84e07f1-c2b9-5d3e-6f80-914ab27dc35e</title>", out.decode())
        self.refused(65, r"not an identifier: too short \(31 of 32 characters\)", THING[1:], url=None)
        code, out, _ = self.label("--format", "terminal", THING, "--config", "portal.ini")
        self.assertIn(f"{URL}/r/a84e07f1-c2b9-", out.decode())

    def test_a_terminal_shows_progress_and_a_pipe_does_not(self):
        path = self.csv("\n".join(things(3000)))
        leader, follower = pty.openpty()
        fcntl.ioctl(leader, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        with subprocess.Popen(self.command("--csv", path, "--output", "x.html"), stderr=follower, cwd=self.folder) as run:
            os.close(follower)
            shown = b""
            with contextlib.suppress(OSError):
                while part := os.read(leader, 4096):
                    shown += part
        os.close(leader)
        self.assertEqual(run.returncode, 0)
        self.assertRegex(shown, rb"\[#*\.*\] +\d+ %  \d+ labels  \d+ a second  \d+:\d\d left")
        _, _, err = self.label("--csv", path, "--output", "y.html")
        self.assertEqual(err, "3000 labels on 143 sheets: y.html\n")

    def test_twenty_thousand_rows_in_little_memory(self):
        path = self.csv("thing_name;product\r\n" + "".join(f"{each};Heat pump\r\n" for each in things(20000)))
        with subprocess.Popen(self.command("--csv", path, "--output", "all", "--split", "100"), cwd=self.folder,
                              stderr=subprocess.PIPE) as run:
            said = run.stderr.read()
            _, status, usage = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual((run.returncode, said), (0, b"20000 labels on 953 sheets: all\n"))
        self.assertEqual(len(os.listdir(self.folder / "all")), 10)
        if not SANITIZED:
            self.assertLess(usage.ru_maxrss, MEMORY_MAX_KIB)

    # Read back

    def test_every_code_is_read_back_before_it_is_written(self):
        code, _, err = self.label("--csv", self.csv("\n".join(things(200))), "--verify", "--output", "x.html")
        self.assertEqual(code, 0, err)
        self.assertRegex(err, r"Every code read back correctly, \d+ labels per second\.")

    def test_without_a_decoder_it_is_69(self):
        away = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="labels-"))) / "expresslink-claim"
        shutil.copy(CLAIM, away)
        run = subprocess.run([away, "label", "--url", URL, "--verify", "--output", "x.svg", THING], cwd=self.folder,
                             capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(run.returncode, 69, run)
        self.assertIn("codes cannot be read back: ", run.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
