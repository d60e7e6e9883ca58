# SPDX-License-Identifier: Apache-2.0
"""Programs that read codes in pictures, each asked in the same way: our own, kept or started for each picture, and those
of Debian that it is measured beside. And whether what they say is right."""
import enum
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path

from patience import LONG_DEADLINE

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("EXPRESSLINK_BUILD_DIR", ROOT / "build" / "debug")).resolve()
DECODE = BUILD / "decode" / "expresslink-decode"


# What a picture holds

@dataclass
class Expected:
    texts: list   # all of them must be read
    others: list  # these may be; None: any, as long as the texts are read too


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def expected(picture):
    """Of a picture that degraded.py has written."""
    return Expected(lines(picture.with_suffix(".txt")), lines(picture.with_suffix(".other.txt")))


def expected_whole(picture):
    """Of a photograph: all of the .txt beside it is one text. Nobody has written down what else is in it."""
    return Expected([picture.with_suffix(".txt").read_bytes().decode()], None)


def photographs(folder):
    """All pictures in it, and in the folders in it, that have a .txt."""
    return sorted(path for path in Path(folder).rglob("*")
                  if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp") and path.with_suffix(".txt").exists())


# Right or wrong

CHARACTER_SETS = ("utf-8", "iso-8859-1", "cp1252", "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr")


def spellings(text):
    """The bytes that this text can stand for: a code often does not say in which character set it is."""
    found = set()
    for name in CHARACTER_SETS:
        try:
            found.add(text.encode(name))
        except UnicodeError:
            pass
    return found


def same(found, text):
    """found: bytes that a reader has given. A newline at the end does not matter, nor does the character set."""
    found, text = found.replace(b"\r\n", b"\n").rstrip(b"\n"), text.replace("\r\n", "\n").rstrip("\n")
    alike = {found}
    try:
        alike |= spellings(found.decode())
    except UnicodeError:
        pass
    return bool(alike & spellings(text))


class Verdict(enum.Enum):
    RIGHT = "right"
    NONE = "none"    # nothing, or not all of it
    WRONG = "wrong"  # something that is not there


def judge(found, wanted):
    """found: the texts that a reader gives, as bytes."""
    if all(any(same(text, known) for text in found) for known in wanted.texts):
        strange = [] if wanted.others is None else found
    else:
        strange = found
    known = wanted.texts + (wanted.others or [])
    if any(not any(same(text, each) for each in known) for text in strange):
        return Verdict.WRONG
    missed = [text for text in wanted.texts if not any(same(each, text) for each in found)]
    return Verdict.NONE if missed else Verdict.RIGHT


# Readers: read(path) gives the texts.

def output(*command):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=LONG_DEADLINE, check=False).stdout


def ours(path):
    """Texts that go over several lines cannot be told from several texts here: Kept can."""
    return [text for text in output(DECODE, path).split(b"\n") if text]


ZBAR = ("zbarimg", "--nodbus", "--quiet", "-Sdisable", "-Sqrcode.enable")
DATA = ".//{http://zbar.sourceforge.net/2008/barcode}data"


def zbar(path):
    told = output(*ZBAR, "--xml", path)
    data = xml.fromstring(told).findall(DATA) if told.strip() else []
    if any(each.get("format") for each in data):  # base64 of bytes that it has taken for signed ones
        raw = output(*ZBAR, "--raw", path).rstrip(b"\n")
        ends = [at.start() for at in re.finditer(b"\n", raw)] if len(data) > 1 else []
        return [raw, *(raw[:end] for end in ends), *(raw[end + 1:] for end in ends)]
    return [(each.text or "").encode() for each in data]


def zxing(path):
    told = output("ZXingReader", "-format", "QRCode", path).decode(errors="replace")
    return [bytes.fromhex(text) for text in re.findall(r"^Bytes: +([0-9A-F ]+)$", told, re.M)]


ANSWERS = ("ok", "no code", "unknown format", "too large", "broken", "barcode", "data matrix", "heic", "avif", "gif", "tiff", "pdf",
           "animated", "form", "too slow", "crashed", "unavailable")


class Kept:
    """One expresslink-decode --serve for many pictures; decode/frame.h has what is said. One that dies of its picture is
    replaced, as the portal does."""

    def __init__(self):
        self.deaths = 0
        self.peak = 0  # kB of memory, the most that one has had
        self._start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end()

    def _start(self):
        here, there = socket.socketpair()
        with there:
            self.process = subprocess.Popen([DECODE, "--serve"], stdin=there, stdout=there)
        here.settimeout(LONG_DEADLINE)
        self.stream = here.makefile("rwb")
        here.close()
        self._answer(b"ELdr")

    def _end(self):
        try:
            self.stream.close()
        except OSError:  # it has died with a question on its way
            pass
        self.process.kill()
        self.process.wait()

    def _exactly(self, length):
        got = self.stream.read(length)
        if len(got) < length:
            raise EOFError("expresslink-decode has died")
        return got

    def _answer(self, magic):
        told, error, count, rest = struct.unpack("<4sIII", self._exactly(16))
        assert told == magic, told
        data, texts = self._exactly(rest), []
        for _ in range(count):
            length, = struct.unpack_from("<I", data)
            texts.append(data[4:4 + length])
            data = data[4 + length:]
        return ANSWERS[error], texts

    def ask(self, content):
        """(what decode_error_name() calls it, texts)"""
        try:
            self.stream.write(struct.pack("<4sI", b"ELdq", len(content)) + content)
            self.stream.flush()
            answer = self._answer(b"ELda")
            self.peak = max(self.peak, int(re.search(r"VmHWM:\s+(\d+)", self._status())[1]))
            return answer
        except (EOFError, OSError):
            self.deaths += 1
            self._end()
            self._start()
            return "crashed", []

    def _status(self):
        return Path(f"/proc/{self.process.pid}/status").read_text()

    def __call__(self, path):
        return self.ask(Path(path).read_bytes())[1]


# How much a run takes. Linux counts what a process had before exec as its own: the one that starts it must be small.
STARTER = """
import json, os, resource, sys, time
begin = time.monotonic()
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
_, status, used = os.wait4(pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), (time.monotonic() - begin) * 1000, used.ru_maxrss / 1024]))
"""


@dataclass
class Run:
    code: int      # exit status; negative: the signal
    ms: float      # from before it was started to its end
    memory: float  # MiB at its peak; no less than the 9 or so of what starts it


def run_alone(*command):
    told = output(sys.executable, "-I", "-S", "-c", STARTER, *command)
    return Run(*json.loads(told))


def name_of(code):
    return signal.Signals(-code).name if code < 0 else str(code)


def sanitized():
    """A build that needs much more memory and time for the same."""
    return bool(re.search(r"^EXPRESSLINK_SANITIZE:STRING=.", (BUILD / "CMakeCache.txt").read_text(), re.M))
