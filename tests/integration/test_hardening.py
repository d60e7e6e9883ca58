# SPDX-License-Identifier: Apache-2.0
"""What the compiler, the linker and the kernel do for the programs: read off the ELF files, the compile commands and the running
processes. And keys that others can read, which every program that uses them says at its start."""
import contextlib
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from patience import DEADLINE, LONG_DEADLINE
from portal import CLAIM, PROGRAM, Portal
from sandbox import BUILD, ROOT, Sandbox, eventually

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pictures"))
import reading  # noqa: E402

PROGRAMS = (PROGRAM, CLAIM, BUILD / "decode" / "expresslink-decode", BUILD / "sidewalk" / "sidewalk-import")
MODULES = tuple(BUILD / "server" / f"expresslink-{name}.so" for name in ("postgresql", "events", "identity"))
ROOMS = ("base", "claim", "decode", "label", "aws", "account", "command", "sidewalk", "server")
X86 = platform.machine() in ("x86_64", "i686")
FLAGS = ["-fstack-protector-strong", "-fstack-clash-protection", *(["-fcf-protection"] if X86 else [])]
NO_CORE = re.compile(r"^Max core file size +0 +0 ", re.M)
ENDBR64 = b"\xf3\x0f\x1e\xfa"


def setUpModule():
    """The programs are started where core files are allowed, as far as this machine lets a test do so."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20))


def readelf(file):
    return subprocess.run(["readelf", "-hldW", file], check=True, capture_output=True, text=True, timeout=DEADLINE,
                          env={**os.environ, "LC_ALL": "C"}).stdout


def what_is_missing(elf, program):
    """In what readelf says of a file."""
    dynamic = dict(re.findall(r"^ 0x\w+ \((FLAGS|FLAGS_1|TEXTREL)\)\s+(.*)$", elf, re.M))
    segments = re.findall(r"^  (\w+) +0x\w+ 0x\w+ 0x\w+ 0x\w+ 0x\w+ ([R W E]{3}) 0x\w+$", elf, re.M)
    if not re.search(r"^  Type: +DYN", elf, re.M) or program and "PIE" not in dynamic.get("FLAGS_1", ""):
        yield "position-independent code"
    if "GNU_RELRO" not in (name for name, _ in segments):
        yield "relocation tables that are read-only"
    if "NOW" not in dynamic.get("FLAGS_1", "") + dynamic.get("FLAGS", ""):
        yield "relocation tables that are complete at start"
    if any("W" in rights and "E" in rights for _, rights in segments) or "GNU_STACK" not in (name for name, _ in segments):
        yield "memory that is either written or executed"
    if "TEXTREL" in dynamic or "TEXTREL" in dynamic.get("FLAGS", ""):
        yield "code that is not changed"


class Files(unittest.TestCase):
    def test_a_file_without_them_is_seen(self):
        with tempfile.TemporaryDirectory() as folder:
            source, file = Path(folder, "main.c"), Path(folder, "main")
            source.write_text("int main(void) { return 0; }\n")
            for option, missing in (("-no-pie", 1), ("-Wl,-z,norelro", 1), ("-Wl,-z,lazy", 1), ("-Wl,-z,execstack", 1), ("-pie", 0)):
                subprocess.run(["cc", source, "-o", file, "-pie", "-fPIE", "-Wl,-z,relro,-z,now", option], check=True, timeout=DEADLINE)
                self.assertEqual(len(list(what_is_missing(readelf(file), True))), missing, option)

    def test_none_is_missing(self):
        for file in (*PROGRAMS, *MODULES):
            with self.subTest(file.name):
                self.assertEqual(list(what_is_missing(readelf(file), file in PROGRAMS)), [])

    @unittest.skipUnless(X86, "of x86 only")
    def test_calls_through_pointers_reach_functions_only(self):
        for file in (*PROGRAMS, *MODULES):
            with self.subTest(file.name):
                functions = len(re.findall(r" FUNC +\w+ +\w+ +\d+ ", subprocess.run(
                    ["readelf", "-sW", file], check=True, capture_output=True, text=True, timeout=DEADLINE).stdout))
                self.assertGreater(file.read_bytes().count(ENDBR64), functions // 4)

    def commands(self, build):
        """The compile commands of what is shipped."""
        commands = {each["file"]: each["command"].split() for each in json.loads((build / "compile_commands.json").read_text())}
        shipped = {file: command for file, command in commands.items()
                   if Path(file).is_relative_to(ROOT) and Path(file).relative_to(ROOT).parts[0] in ROOMS}
        self.assertGreater(len(shipped), 100)
        return shipped.items()

    def test_everything_is_compiled_with_them(self):
        for file, command in self.commands(BUILD):
            self.assertEqual([flag for flag in FLAGS if flag not in command], [], file)

    def test_a_release_has_the_c_librarys_checks(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["cmake", "--preset", "release", "-B", folder], cwd=ROOT, check=True, capture_output=True,
                           timeout=LONG_DEADLINE)
            for file, command in self.commands(Path(folder)):
                self.assertIn("-O2", command, file)
                self.assertEqual([flag for flag in command if "FORTIFY" in flag], ["-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3"], file)
                self.assertEqual([flag for flag in FLAGS if flag not in command], [], file)


def status(process):
    return dict(re.findall(r"^(\w+):\s*(.*)$", Path(f"/proc/{process}/status").read_text(), re.M))


def children(parent):
    return [int(folder.name) for folder in Path("/proc").iterdir()
            if folder.name.isdigit() and (folder / "status").exists() and status(folder.name).get("PPid") == str(parent)]


class Processes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.portal = cls.enterClassContext(Portal(cls.sandbox)).connected()

    def decoders(self):
        return eventually(lambda: [child for child in children(self.portal.process.pid)
                                   if status(child)["Name"].startswith("expresslink-dec")], "decoders")

    def assert_leaves_no_core(self, process):
        self.assertRegex(Path(f"/proc/{process}/limits").read_text(), NO_CORE)
        if os.geteuid() and not reading.sanitized():  # the kernel gives what is not dumpable to root
            self.assertEqual(Path(f"/proc/{process}").stat().st_uid, 0)

    def test_none_leaves_a_core_file(self):
        for process in (self.portal.process.pid, *self.decoders()):
            self.assert_leaves_no_core(process)

    def test_nor_do_the_programs_at_a_terminal(self):
        # Both wait for what a pipe never brings.
        for command in ([CLAIM, "label", "--url", "https://x", "--csv", "-"],
                        [PROGRAMS[-1], "check", "--csv", "/dev/stdin", "--control-log", "/dev/stdin"]):
            with self.subTest(command[0].name):
                process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                           cwd=self.sandbox.state)
                self.addCleanup(process.communicate)
                self.addCleanup(process.kill)
                eventually(lambda: NO_CORE.search(Path(f"/proc/{process.pid}/limits").read_text()), lambda: f"{process.poll()}")
                self.assert_leaves_no_core(process.pid)

    def test_decoders_have_no_capabilities(self):
        for process in self.decoders():
            eventually(lambda: status(process)["Seccomp"] == "2", "the decoder is confined")
            seen = status(process)
            self.assertEqual({name: int(seen[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")},
                             dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapAmb"), 0))
            self.assertEqual(seen["NoNewPrivs"], "1")
            if not os.geteuid():  # others may not change it
                self.assertEqual(int(seen["CapBnd"], 16), 0)


class Keys(unittest.TestCase):
    """A key that others can read is told by every program, and works."""

    def setUp(self):
        self.sandbox = self.enterContext(Sandbox())
        self.portal = self.enterContext(Portal(self.sandbox, start=False))
        self.keys = [Path(each) for each in re.findall(r"^key_file *= *(.*)$", self.portal.ini.read_text(), re.M)]
        self.assertEqual(len(self.keys), 2)

    def test_the_portal(self):
        self.portal.start()
        self.assertNotIn("key.exposed", "\n".join(self.portal.lines))
        self.portal.stop()
        for key, mode, who in ((self.keys[0], 0o644, "all users"), (self.keys[1], 0o660, "a group")):
            key.chmod(mode)
            self.portal.start()
            told = [line for line in self.portal.lines if "key.exposed" in line]
            self.assertEqual(len(told), 1, told)
            self.assertIn(who, told[0])
            self.assertIn(f"chmod 600 {key}", told[0])
            self.portal.stop()
            key.chmod(0o600)

    def test_checking_the_configuration(self):
        check = [PROGRAM, "--config", self.portal.ini, "--check-config"]
        for key in self.keys:
            key.chmod(0o644)
            done = subprocess.run(check, capture_output=True, text=True, timeout=DEADLINE)
            self.assertEqual((done.returncode, done.stdout), (0, "The configuration is valid.\n"))
            self.assertRegex(done.stderr, rf"\Aexpresslink-portal: warning: {key}: all users [^\n]+chmod 600 {key}[^\n]*\n\Z")
            key.chmod(0o600)

    def run_claim(self, *arguments):
        done = subprocess.run([CLAIM, *arguments], capture_output=True, text=True, timeout=DEADLINE, cwd=self.sandbox.state)
        return done.stderr

    def test_the_claim_script(self):
        claim = ("claim", "--config", self.portal.ini, "--timeout", "1", "00112233445566778899aabbccddeeff")
        self.assertNotIn("private key", self.run_claim(*claim))
        self.keys[0].chmod(0o644)
        self.assertIn(f"warning: {self.keys[0]}: all users of this machine can read this private key", self.run_claim(*claim))

    def test_account_register(self):
        key = self.sandbox.state / "authority.key"
        key.touch(0o600)
        register = ("account", "register", "jitr", "--ca", "authority.pem", "--ca-key", key, "--yes", "--endpoint-url", "http://127.0.0.1:1")
        self.assertNotIn("private key", self.run_claim(*register))
        key.chmod(0o604)
        self.assertIn(f"warning: {key}: all users of this machine can read this private key", self.run_claim(*register))


if __name__ == "__main__":
    unittest.main()
