# SPDX-License-Identifier: Apache-2.0
"""Photographs of labels at a terminal and in scripts: expresslink-claim decode, and expresslink-decode alone."""
import json
import os
import pty
import shutil
import signal
import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path

from patience import DEADLINE
from portal import CLAIM
from sandbox import BUILD, Sandbox, eventually, random_thing

DECODE = BUILD / "decode" / "expresslink-decode"
FILE_MAX = 10 << 20


def qr(text):
    return subprocess.run(["qrencode", "-o", "-", "-s", "4"], input=text, check=True, capture_output=True).stdout


def png(width, height, rows):
    """A grey picture; rows: its bytes, without filters."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = b"".join(b"\0" + row for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def grey(width=100, height=100):
    return png(width, height, [b"\x80" * width] * height)


def run_with(command, stdin=b"", **options):
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=DEADLINE, **options)
    return done.returncode, done.stdout, done.stderr


def on_a_terminal(command):
    leader, follower = pty.openpty()
    with subprocess.Popen(command, stdout=follower, stdin=subprocess.DEVNULL) as run:
        os.close(follower)
        shown = b""
        try:
            while part := os.read(leader, 4096):
                shown += part
        except OSError:  # the other side is closed
            pass
    os.close(leader)
    return run.returncode, shown


class Pictures(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def picture(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


class Decode(Pictures):
    """expresslink-decode"""

    def decode(self, *arguments, **options):
        return run_with([DECODE, *arguments], **options)

    def test_prints_the_text_of_a_file_or_of_standard_input(self):
        picture = qr(b"http://127.0.0.1/r/0123456789abcdef")
        found = (0, b"http://127.0.0.1/r/0123456789abcdef\n", b"")
        self.assertEqual(self.decode(self.picture("label.png", picture)), found)
        self.assertEqual(self.decode(stdin=picture), found)
        self.assertEqual(self.decode("-", stdin=picture), found)

    def test_standard_output_may_be_a_file(self):
        with open(self.folder / "out", "wb") as out:
            subprocess.run([DECODE, self.picture("label.png", qr(b"hello"))], stdout=out, check=True, timeout=DEADLINE)
        self.assertEqual((self.folder / "out").read_bytes(), b"hello\n")

    def test_texts_are_raw_in_a_pipe_and_harmless_on_a_terminal(self):
        path = self.picture("label.png", qr(b"\x1b[2Jhello"))
        self.assertEqual(self.decode(path)[1], b"\x1b[2Jhello\n")
        self.assertEqual(on_a_terminal([DECODE, path]), (0, b"\\x1b[2Jhello\r\n"))

    def test_a_picture_without_a_code_is_1(self):
        code, out, err = self.decode(stdin=grey())
        self.assertEqual((code, out), (1, b""))
        self.assertIn(b"no code in the picture", err)

    def test_what_is_no_sound_picture_is_65(self):
        picture = qr(b"hello")
        for what in (b"", b"hello", picture[:len(picture) // 2], bytes(1 << 20), grey()[:40]):
            code, out, err = self.decode(stdin=what)
            self.assertEqual((code, out), (65, b""), what[:40])
            self.assertTrue(err.startswith(b"expresslink-decode: "))

    def test_too_large_a_file_is_65_and_the_largest_is_looked_at(self):
        path = self.picture("zeros", b"")
        os.truncate(path, FILE_MAX + 1)
        for code, _, err in (self.decode(path), self.decode(stdin=bytes(FILE_MAX + 1))):
            self.assertEqual(code, 65)
            self.assertIn(b"too large", err)
        os.truncate(path, FILE_MAX)
        self.assertIn(b"not a picture", self.decode(path)[2])

    def test_a_file_that_is_not_there_is_66(self):
        for path in (self.folder / "none.png", self.folder):
            code, _, err = self.decode(str(path))
            self.assertEqual(code, 66)
            self.assertIn(b"cannot be read", err)

    def test_wrong_arguments_are_64(self):
        for arguments in (["--no-such-option"], ["a.png", "b.png"], ["--serve", "a.png"]):
            code, out, err = self.decode(*arguments)
            self.assertEqual((code, out), (64, b""), arguments)
            self.assertIn(b"Try expresslink-decode --help", err)

    def test_help_and_version(self):
        self.assertIn(b"Exit status", self.decode("--help")[1])
        self.assertRegex(self.decode("--version")[1], rb"^expresslink-decode \d")

    def test_serves_nobody_who_does_not_speak_its_language(self):
        ready = b"ELdr" + bytes(12)
        self.assertEqual(self.decode("--serve"), (0, ready, b""))
        self.assertEqual(self.decode("--serve", stdin=b"GET / HTTP/1.1\r\n\r\n")[:2], (65, ready))
        self.assertEqual(self.decode("--serve", stdin=b"ELdq")[:2], (65, ready))
        code, out, _ = self.decode("--serve", stdin=b"ELdq" + struct.pack("<I", FILE_MAX + 1))
        self.assertEqual((code, out), (65, ready + b"ELda" + struct.pack("<III", 3, 0, 0)))


class ClaimDecode(Pictures):
    """expresslink-claim decode"""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def decode(self, *arguments, **options):
        return run_with([CLAIM, "decode", *arguments], **options)

    def lines(self, *arguments):
        code, out, _ = self.decode("--json", *arguments)
        return code, [json.loads(line) for line in out.splitlines()]

    def label(self, name, thing):
        return self.picture(name, qr(f"http://127.0.0.1/r/{thing}".encode()))

    def test_one_file_and_standard_input(self):
        self.assertEqual(self.decode(self.picture("label.png", qr(b"hello"))), (0, b"hello\n", b""))
        self.assertEqual(self.decode("-", stdin=qr(b"hello")), (0, b"hello\n", b""))

    def test_one_text_goes_to_another_program_as_it_is(self):
        text = "Ä\r\n\\".encode()
        self.assertEqual(self.decode(self.picture("label.png", qr(text))), (0, text + b"\n", b""))

    def test_of_several_codes_the_largest_is_printed_and_the_others_are_told(self):
        path = self.both("two.png", "the small one", "the large one", 4)
        self.assertEqual(self.decode(path), (0, b"the large one\n", f"expresslink-claim: {path}: The picture has more"
                                             " codes: the small one\n".encode()))
        self.assertEqual(run_with([DECODE, path]), (0, b"the large one\n", b"expresslink-decode: another code in the"
                                                    b" picture: the small one\n"))

    def test_several_files_say_which(self):
        a, b = self.picture("a.png", qr(b"one")), self.picture("b.png", qr(b"two"))
        self.assertEqual(self.decode(a, b), (0, f"{a}: one\n{b}: two\n".encode(), b""))

    def test_the_worst_file_decides_and_the_others_are_read(self):
        sound, empty = self.picture("a.png", qr(b"one")), self.picture("b.png", grey())
        broken, missing = self.picture("c.png", qr(b"two")[:100]), str(self.folder / "d.png")
        for files, wanted in (([sound, empty], 1), ([broken, empty, sound], 65), ([missing, broken, sound], 66)):
            code, out, err = self.decode(*files)
            self.assertEqual((code, out), (wanted, f"{sound}: one\n".encode()))
            self.assertEqual(len(err.splitlines()), len(files) - 1)

    def test_json_for_programs(self):
        files = [self.picture("a.png", qr(b"one")), self.picture("b.png", grey()), self.picture("c.png", b"no picture"),
                 str(self.folder / "d.png"), self.picture("e.png", bytes(FILE_MAX + 1))]
        code, lines = self.lines(*files)
        self.assertEqual(code, 66)
        self.assertEqual(lines, [
            {"file": files[0], "text": "one", "texts": ["one"]},
            {"file": files[1], "error": "no code"},
            {"file": files[2], "error": "unknown format"},
            {"file": files[3], "error": "No such file or directory"},
            {"file": files[4], "error": "too large"}])

    def test_no_control_character_reaches_a_terminal(self):
        text = "\x1b]0;owned\x07\u009b31m\u202e\\"
        path = self.picture("label.png", qr(text.encode()))
        code, shown = on_a_terminal([CLAIM, "decode", path])
        self.assertEqual((code, shown), (0, b"\\x1b]0;owned\\x07\\xc2\\x9b31m\\xe2\\x80\\xae\\x5c\r\n"))
        code, shown = on_a_terminal([CLAIM, "decode", "--json", path])
        self.assertTrue(shown.strip().isascii() and b"\x1b" not in shown, shown)
        self.assertEqual(json.loads(shown)["text"], text)

    def test_with_the_configuration_it_names_the_identifier(self):
        thing = random_thing()
        path = self.label("label.png", thing.upper())
        code, out, err = self.decode("--config", str(self.sandbox.portal_ini), path)
        self.assertEqual((code, err), (0, b""))
        self.assertEqual(out.decode().splitlines()[-1], f"identifier: {thing}")
        code, lines = self.lines("--config", str(self.sandbox.portal_ini), path)
        self.assertEqual((code, lines[0]["identifier"]), (0, thing))

    def test_another_makers_label_is_1(self):
        path = self.picture("label.png", qr(b"https://other.example/product/42"))
        code, out, err = self.decode("--config", str(self.sandbox.portal_ini), path)
        self.assertEqual((code, out), (1, b"https://other.example/product/42\n"))
        self.assertIn(b"The picture has no identifier of yours", err)
        self.assertEqual(self.lines("--config", str(self.sandbox.portal_ini), path)[1][0]["error"], "no identifier")

    def both(self, name, first, second, smaller=0):
        """Two codes side by side, in one picture; the first one smaller by so many versions."""
        parts = []
        for text, less in ((first, smaller), (second, 0)):
            done = subprocess.run(["qrencode", "-t", "ASCII", "-m", str(6 + 2 * less), "-v", str(5 - less), "-o", "-", text],
                                  check=True, capture_output=True, text=True, timeout=DEADLINE)
            parts.append([line[::2] for line in done.stdout.splitlines()])
        rows = []
        for left, right in zip(*parts):
            row = b"".join(b"\0" * 4 if mark == "#" else b"\xff" * 4 for mark in left + right)
            rows += [row] * 4
        return self.picture(name, png(len(rows[0]), len(rows), rows))

    def test_of_two_codes_the_identifier_wins(self):
        thing = random_thing()
        path = self.both("two.png", "https://other.example/product/42", f"http://127.0.0.1/r/{thing}")
        code, lines = self.lines("--config", str(self.sandbox.portal_ini), path)
        self.assertEqual((code, lines[0]["identifier"], lines[0]["text"]),
                         (0, thing, f"http://127.0.0.1/r/{thing}"))
        self.assertEqual(len(lines[0]["texts"]), 2)

    def test_one_identifier_in_two_codes_is_one(self):
        thing = random_thing()
        code, lines = self.lines("--config", str(self.sandbox.portal_ini),
                                 self.both("two.png", thing, f"http://127.0.0.1/r/{thing.upper()}"))
        self.assertEqual((code, lines[0].get("identifier")), (0, thing))

    def test_two_identifiers_are_told(self):
        things = sorted(random_thing() for _ in range(2))
        path = self.both("two.png", *things)
        code, _, err = self.decode("--config", str(self.sandbox.portal_ini), path)
        self.assertEqual(code, 1)
        self.assertIn(b"two different identifiers", err)
        code, lines = self.lines("--config", str(self.sandbox.portal_ini), path)
        self.assertEqual((code, sorted(lines[0]["identifiers"]), lines[0]["error"]), (1, things, "two identifiers"))

    def test_wrong_configuration_is_78_and_wrong_arguments_64(self):
        path = self.picture("label.png", qr(b"hello"))
        self.assertEqual(self.decode("--config", str(self.folder / "none.ini"), path)[0], 78)
        for arguments in ([], ["--no-such-option", path]):
            code, _, err = self.decode(*arguments)
            self.assertEqual(code, 64)
            self.assertIn(b"Try expresslink-claim decode --help", err)
        self.assertIn(b"Exit status", self.decode("--help")[1])

    def test_without_the_decoder_it_is_69(self):
        alone = self.folder / "bin" / "expresslink-claim"
        alone.parent.mkdir()
        shutil.copy(CLAIM, alone)
        path = self.picture("label.png", qr(b"hello"))
        code, out, err = run_with([alone, "decode", path])
        self.assertEqual((code, out), (69, b""))
        self.assertIn(b"expresslink-decode is not there", err)
        shutil.copy(DECODE, alone.parent)
        self.assertEqual(run_with([alone, "decode", path]), (0, b"hello\n", b""))

    def test_a_decoder_that_is_killed_is_replaced(self):
        fifo, path = self.folder / "late.png", self.picture("label.png", qr(b"hello"))
        os.mkfifo(fifo)
        command = [CLAIM, "decode", path, fifo, path]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            self.assertEqual(run.stdout.readline(), f"{path}: hello\n".encode())
            children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
            decoder = int(eventually(lambda: children.read_text().split(), lambda: "a decoder")[0])
            os.kill(decoder, signal.SIGKILL)
            fifo.write_bytes(qr(b"still here"))
            out, err = run.communicate(timeout=DEADLINE)
        self.assertEqual(run.returncode, 0, err)
        self.assertEqual(out, f"{fifo}: still here\n{path}: hello\n".encode())


if __name__ == "__main__":
    unittest.main()
