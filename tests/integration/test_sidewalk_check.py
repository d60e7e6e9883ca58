# SPDX-License-Identifier: Apache-2.0
"""sidewalk-import check, as one sees it: tables, JSON, files, exit statuses, terminals."""
import base64
import contextlib
import csv
import io
import json
import os
import pty
import re
import resource
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from patience import DEADLINE

BUILD = Path(os.environ.get("EXPRESSLINK_BUILD_DIR", Path(__file__).resolve().parents[2] / "build" / "debug")).resolve()
IMPORT = BUILD / "sidewalk" / "sidewalk-import"
BATCH = BUILD / "sandbox" / "sidewalk-batch"
MEMORY_MAX_KIB = 150 << 10


class Check(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.batch = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="batch-")))
        subprocess.run([BATCH, "--devices", "50", cls.batch], check=True, stdout=subprocess.DEVNULL, timeout=DEADLINE)
        cls.log = (cls.batch / "control-log.json").read_bytes()
        cls.smsns = (cls.batch / "devices.csv").read_text().split()[1:]

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="check-")))

    def write(self, content, name="list.csv"):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def list(self, *rows, header="smsn"):
        return self.write("".join(row + "\n" for row in (header, *rows)))

    def command(self, *arguments, rows=None, log=None):
        rows = rows or self.batch / "devices.csv"
        return [IMPORT, "check", "--csv", rows, "--control-log", log or self.batch / "control-log.json", *arguments]

    def check(self, *arguments, rows=None, log=None, **options):
        done = subprocess.run(self.command(*arguments, rows=rows, log=log), capture_output=True, timeout=DEADLINE, **options)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def findings(self, *arguments, rows=None, log=None, **options):
        code, out, err = self.check("--json", *arguments, rows=rows, log=log, **options)
        self.assertEqual(err, "")
        told = json.loads(out)
        self.assertEqual(code, 0 if told["may_start"] else 1)
        return told

    # Refused

    def test_wrong_arguments_are_64(self):
        for message, arguments in (("--csv FILE is missing", []), ("--control-log FILE is missing", ["--csv", "x"]),
                                   ("unknown option", ["--no-such-option"]), ("unexpected argument", ["x"]),
                                   ("--apid needs", ["--csv", "x", "--control-log", "y", "--apid", ""]),
                                   ("--apid needs", ["--csv", "x", "--control-log", "y", "--apid", "a" * 65])):
            done = subprocess.run([IMPORT, "check", *arguments], capture_output=True, text=True, timeout=DEADLINE)
            self.assertEqual((done.returncode, done.stdout), (64, ""), arguments)
            self.assertRegex(done.stderr, message)

    def test_what_is_read_is_not_written(self):
        rows = self.list(*self.smsns)
        (self.folder / "link.csv").symlink_to(rows)
        for option in ("--corrected", "--differences"):
            for path in (rows, self.folder / "link.csv", self.batch / "control-log.json"):
                code, _, err = self.check(option, path, rows=rows)
                self.assertEqual(code, 64)
                self.assertIn("would overwrite an input file", err)
        self.assertEqual(rows.read_text().split(), ["smsn", *self.smsns])

    def test_what_cannot_be_read_is_66_and_leaves_nothing(self):
        for rows, log in ((self.folder / "no.csv", None), (None, self.folder / "no.json"), (None, self.folder), (self.folder, None)):
            code, out, err = self.check("--differences", self.folder / "d.csv", rows=rows, log=log)
            self.assertEqual((code, out), (66, ""))
            self.assertRegex(err, "sidewalk-import: .*(No such file|the folder has no files|directory)")
            self.assertEqual(list(self.folder.glob("d.csv*")), [])

    def test_what_cannot_be_written_is_73(self):
        code, out, err = self.check("--corrected", self.folder / "no" / "c.csv")
        self.assertEqual((code, out), (73, ""))
        self.assertIn("cannot be written", err)
        with open("/dev/full", "wb") as full:
            done = subprocess.run(self.command(), stdout=full, stderr=subprocess.PIPE, timeout=DEADLINE)
        self.assertEqual(done.returncode, 73)

    def test_interrupted_is_130_and_leaves_nothing(self):
        os.mkfifo(self.folder / "pipe")
        command = self.command("--differences", self.folder / "d.csv", log=self.folder / "pipe")
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            with open(self.folder / "pipe", "wb", buffering=0) as pipe:  # opens when the other side reads
                pipe.write(self.log[:5000])
                run.send_signal(signal.SIGINT)
                with contextlib.suppress(BrokenPipeError):
                    while run.poll() is None:
                        pipe.write(b" ")
            self.assertEqual((run.stdout.read(), run.wait(DEADLINE)), (b"", 130))
            self.assertIn(b"interrupted", run.stderr.read())
        self.assertEqual([path.name for path in self.folder.iterdir()], ["pipe"])

    # Lists

    def test_lists_that_are_bad(self):
        text = "".join(row + "\n" for row in self.smsns)
        for content, line, detail in (
                (b"", 1, "empty"), (b"smsn\r\n", 1, "no rows below the header"), (text.encode(), 1, "no header"),
                (("SMSN\n" + text).encode(), 1, "not in lower case"), ((" smsn\n" + text).encode(), 1, "spaces"),
                (b"\xef\xbb\xbf" + ("smsn\n" + text).encode(), 1, "byte order mark"),
                (("smsn,\n" + text).encode(), 1, "comma"), (("smsn\n" + text + "12\n").encode(), 52, "2 digits"),
                (("smsn\n" + text + "\xff\n").encode("latin-1"), 52, "UTF-8"),
                (("smsn\n" + text).encode("utf-16"), 1, "the first row must be smsn")):
            told = self.findings(rows=self.write(content))
            self.assertFalse(told["may_start"], detail)
            first = next(each for each in told["findings"] if each["finding"] == "bad_row")
            self.assertEqual(first["line"], line)
            self.assertIn(detail, first["detail"])

    def test_line_ends_quotes_and_case_do_not_matter(self):
        for end in ("\n", "\r\n", "\r"):
            rows = self.write("smsn" + end + end.join(f'"{row.upper()}"' for row in self.smsns))
            self.assertEqual(self.findings(rows=rows)["matched"], 50)

    def test_the_list_from_standard_input(self):
        with (self.batch / "devices.csv").open("rb") as file:
            self.assertEqual(self.findings(rows="-", stdin=file)["matched"], 50)

    def test_the_corrected_list_is_what_may_be_imported(self):
        rows = self.list(self.smsns[0].upper(), base64.b64encode(bytes.fromhex(self.smsns[1])).decode(), self.smsns[0],
                         self.smsns[2] + ",", self.smsns[3], "12")
        corrected = self.folder / "corrected.csv"
        told = self.findings("--corrected", corrected, rows=rows)
        self.assertEqual({name: count for name, count in told["totals"].items() if count},
                         {"only_in_log": 46, "twice_in_list": 1, "bad_row": 2, "base64_row": 1})
        self.assertEqual(corrected.read_text().split("\n"),
                         ["smsn", self.smsns[0].upper(), self.smsns[1], self.smsns[3], ""])
        self.assertTrue(self.findings(rows=corrected)["may_start"])

    # Logs

    def test_logs_that_are_bad(self):
        for content, detail in ((b"", "empty"), (b"\x1f\x8b\x08\0\0\0\0\0\0", "compressed"), (b"[]" * 10, "controlLogs in it"),
                                (b"{}" * 10, "no controlLogs"), (self.log[:20000], "cut off"),
                                (self.log.decode().encode("utf-16"), "UTF-16"),
                                (b"[" * 1000 + b"]" * 1000, "controlLogs in it")):
            told = self.findings(log=self.write(content, "log.json"))
            first = next(each for each in told["findings"] if each["finding"] == "bad_log")
            self.assertIn(detail, first["detail"])

    def test_files_that_are_exchanged(self):
        rows, log = self.write(self.log, "log.json"), self.list(*self.smsns)
        code, out, err = self.check(rows=rows, log=log)
        self.assertEqual((code, err), (1, ""))
        self.assertIn("this is a control log, not a list: it belongs to --control-log", out)
        self.assertIn("this is a list of serial numbers, not a control log: it belongs to --csv", out)
        self.assertIn("First give the list as --csv, and the factory's log as --control-log", out)
        self.assertNotIn("from the factory again", out)

    def test_a_picture_as_list(self):
        code, out, err = self.check(rows=Path(__file__).parents[1] / "cases" / "qr-bom.png")
        self.assertEqual((code, err), (1, ""))
        self.assertIn("the file is a PNG picture, not a list of serial numbers", out)
        self.assertNotIn("hex digits", out)

    def test_several_logs_and_folders(self):
        entries = json.loads(self.log)["controlLogs"]
        logs = self.folder / "logs"
        logs.mkdir()
        for number, entry in enumerate(entries):
            (logs / f"{number:02}.json").write_text(json.dumps({"controlLogs": [entry]}))
        self.assertEqual(self.findings(log=logs)["matched"], 50)
        told = self.findings(*sorted(logs.glob("*.json"))[1:], log=logs / "00.json")
        self.assertEqual((told["matched"], told["entries"]), (50, 50))

    def test_apid(self):
        self.assertEqual(self.findings("--apid", "eXpL")["apid"], "eXpL")
        self.assertEqual(self.findings("--apid", "oThR")["totals"]["wrong_apid"], 50)

    # Reports

    def test_json_is_bounded_unless_all_is_asked_for(self):
        rows = self.list(*(f"{number:064x}" for number in range(300)))
        told = self.findings(rows=rows)
        self.assertEqual((len(told["findings"]), told["findings_left_out"]), (150, 200))
        told = self.findings("--all", rows=rows)
        self.assertEqual((len(told["findings"]), told["findings_left_out"]), (350, 0))
        self.assertEqual(told["findings"][299], {"finding": "only_in_list", "file": str(rows), "line": 301,
                                                 "smsn": f"{299:064x}", "detail": ""})

    def test_differences_are_csv_with_all_of_them(self):
        rows = self.list(*self.smsns[1:], self.smsns[5], 'a,"b"', "x\x1b[31my")
        path = self.folder / "differences.csv"
        self.findings("--differences", path, rows=rows)
        found = list(csv.DictReader(io.StringIO(path.read_text())))
        self.assertEqual([each["finding"] for each in found], ["twice_in_list", "bad_row", "bad_row", "only_in_log"])
        self.assertEqual((found[0]["line"], found[0]["smsn"], found[3]["byte"]), ("51", self.smsns[5], str(self.log.index(b"{", 5))))
        self.assertNotIn("\x1b", path.read_text())

    def test_the_table_says_what_to_do(self):
        code, out, err = self.check(rows=self.list(*self.smsns[:40], *(f"{number:064x}" for number in range(9))))
        self.assertEqual((code, err), (1, ""))
        self.assertRegex(out, r"only in the list +9  blocks it\n +\S+list.csv:42\n +0{64}\n")
        self.assertRegex(out, r"and 5 more")
        self.assertRegex(out, r"only in a control log +10  warning")
        self.assertIn("An import cannot start yet.\nFirst wait for the control log", out)
        self.assertNotIn("\x1b", out)
        code, out, _ = self.check()
        self.assertEqual(code, 0)
        self.assertIn("An import may start.", out)

    def test_nothing_from_a_file_reaches_the_terminal_as_it_is(self):
        rows = self.list("\x1b[2J\x07\x9b", "‮x", header="smsn,\x1b]0;x\x07")
        log = self.write(b'{"controlLogs":[{"version":"\\u001b[2J' + self.log[self.log.index(b'4-0-1') + 5:], "log.json")
        leader, follower = pty.openpty()
        with subprocess.Popen(self.command(rows=rows, log=log), stdout=follower, stderr=follower) as run:
            os.close(follower)
            shown = b""
            with contextlib.suppress(OSError):  # the other side is closed
                while part := os.read(leader, 4096):
                    shown += part
        os.close(leader)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"\x1b[31m", shown)  # the colours are ours
        plain = re.sub(rb"\x1b\[(0|1|31|32|33)?m", b"", shown).decode()
        self.assertFalse([each for each in plain if each < " " and each not in "\r\n" or each in "\x7f\x9b‮"], plain)

    def test_memory_does_not_grow_with_the_log(self):
        if b"__asan_init" in IMPORT.read_bytes() or b"__tsan_init" in IMPORT.read_bytes():
            self.skipTest("sanitizers need memory")
        command = self.command(log="/dev/stdin")
        limit = (MEMORY_MAX_KIB << 10, MEMORY_MAX_KIB << 10)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit)) as run:
            for _ in range(1500):
                run.stdin.write(self.log)
            run.stdin.close()
            out = run.stdout.read().decode()
        self.assertRegex(out, r"matched +50\n")
        self.assertRegex(out, r"the same entry again in a control log +74,950")


if __name__ == "__main__":
    unittest.main()
