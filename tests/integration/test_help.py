# SPDX-License-Identifier: Apache-2.0
"""What every program says of itself: --help, help COMMAND, completion for bash and zsh, the manual page. And how a program ends
whose reader has seen enough, or whose disk is full.
"""
import fcntl
import functools
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import unittest
from pathlib import Path

from patience import DEADLINE
from sandbox import BUILD, eventually

COLUMNS = 79
PROGRAMS = {name: BUILD / folder / name for name, folder in
            (("expresslink-claim", "command"), ("expresslink-portal", "server"), ("sidewalk-import", "sidewalk"))}
SECTIONS = {"expresslink-claim": 1, "expresslink-portal": 8, "sidewalk-import": 1}
DISK_FULL = 74


def run(program, *words, **options):
    return subprocess.run([PROGRAMS[program], *words], capture_output=True, text=True, timeout=DEADLINE, **options)


def listed(text):
    """The commands that a help lists."""
    head, _, rows = text.rpartition("Commands:\n") if "Commands:\n" in text else text.partition("\n\n")
    return re.findall(r"^  ([a-z][a-z-]*)  ", rows, re.M) if " COMMAND" in text.split("\n\n")[0] else []


@functools.cache
def help_of(program, *words):
    return run(program, *words, "--help").stdout


@functools.cache
def completion_of(program):
    return run(program, "completion", "bash").stdout


@functools.cache
def manual_of(program):
    return run(program, "--document-man").stdout


def commands(program, *words):
    """The words of every command, and of the program itself."""
    yield words
    for name in listed(help_of(program, *words)):
        yield from commands(program, *words, name)


def every_command():
    for program in PROGRAMS:
        for words in commands(program):
            yield program, words


class Help(unittest.TestCase):
    def test_every_command_is_found(self):
        found = [" ".join((program, *words)) for program, words in every_command()]
        self.assertLessEqual({"expresslink-claim account register batch", "expresslink-claim doctor", "sidewalk-import check",
                              "expresslink-portal restore", "expresslink-portal"}, set(found))
        self.assertGreater(len(found), 25)

    def test_it_has_79_columns_at_most_and_no_blank_at_the_end(self):
        for program, words in every_command():
            with self.subTest(program=program, words=words):
                done = run(program, *words, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual([line for line in done.stdout.splitlines() if len(line) > COLUMNS or line != line.rstrip()], [])

    def test_the_decoder_has_79_columns_too(self):
        done = subprocess.run([BUILD / "decode" / "expresslink-decode", "--help"], capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual([line for line in done.stdout.splitlines() if len(line) > COLUMNS], [])
        with open("/dev/full", "w") as full:
            done = subprocess.run([BUILD / "decode" / "expresslink-decode", "--help"], stdout=full, stderr=subprocess.PIPE,
                                  timeout=DEADLINE)
        self.assertEqual(done.returncode, DISK_FULL)

    def test_help_is_a_command_too(self):
        for program, words in every_command():
            with self.subTest(program=program, words=words):
                done = run(program, "help", *words)
                self.assertEqual((done.returncode, done.stdout), (0, help_of(program, *words)))

    def test_help_of_what_there_is_not(self):
        for program in PROGRAMS:
            for words in (["bogus"], ["help"], ["\x1b[2Jx"]):
                done = run(program, "help", *words)
                self.assertEqual((done.returncode, done.stdout), (64, ""))
                self.assertIn("there is no command ", done.stderr)
                self.assertNotIn("\x1b", done.stderr)
        self.assertEqual(run("expresslink-claim", "help", "claim", "doctor").returncode, 64)

    def test_help_of_completion(self):
        for program in PROGRAMS:
            done = run(program, "help", "completion")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(f"{program} completion bash|zsh", done.stdout)
            self.assertIn(f"source <({program} completion bash)", done.stdout)
            self.assertEqual([line for line in done.stdout.splitlines() if len(line) > COLUMNS], [])
            self.assertEqual(run(program, "completion", "--help").stdout, done.stdout)
        self.assertEqual(run("expresslink-claim", "help", "completion", "bash").returncode, 64)


class Completion(unittest.TestCase):
    def bash(self, program, *words):
        """What bash would offer for the last word."""
        script = completion_of(program)
        function = re.search(r"^complete -F (\w+) " + program + "$", script, re.M)[1]
        line = " ".join(f"'{word}'" for word in (program, *words))
        done = subprocess.run(["bash", "--norc", "-c", f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}; {function}; "
                               'printf "%s\\n" "${COMPREPLY[@]}"'], capture_output=True, text=True, timeout=DEADLINE, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return set(done.stdout.split("\n")) - {""}

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        Path(self.folder, "some file.ini").touch()

    def test_commands(self):
        for program, words in every_command():
            names = listed(help_of(program, *words))
            if names:
                with self.subTest(program=program, words=words):
                    self.assertLessEqual(set(names), self.bash(program, *words, ""))
                    self.assertEqual(self.bash(program, *words, names[0][:3]) & set(names),
                                     {name for name in names if name.startswith(names[0][:3])})
        self.assertEqual(self.bash("expresslink-claim", "help", "acc"), {"account"})
        self.assertEqual(self.bash("expresslink-claim", "completion", ""), {"bash", "zsh"})

    def test_options(self):
        for program, words in every_command():
            with self.subTest(program=program, words=words):
                options = set(re.findall(r"^ {2,6}(?:-\w, )?(--[a-z0-9-]+)", help_of(program, *words), re.M))
                self.assertLessEqual(options, self.bash(program, *words, "--"))

    def test_files_and_values(self):
        self.assertEqual(self.bash("expresslink-claim", "claim", "--config", "so"), {"some file.ini"})
        self.assertEqual(self.bash("expresslink-claim", "decode", "so"), {"some file.ini"})
        self.assertEqual(self.bash("expresslink-portal", "--config", "so"), {"some file.ini"})
        self.assertEqual(self.bash("expresslink-claim", "claim", "--timeout", ""), set())
        self.assertEqual(self.bash("expresslink-claim", "label", "--format", "s"), {"svg", "sheet"})
        self.assertEqual(self.bash("sidewalk-import", "devices", "--status", "F"), {"FAILED"})

    def test_a_tab_in_a_real_shell(self):
        shells = {"bash": (["bash", "--norc", "-i"], "source {script}"),
                  "zsh": (["zsh", "-f", "-i"], "autoload -Uz compinit; compinit -u -D; source {script}")}
        for shell, (command, load) in shells.items():
            if not shutil.which(shell):
                print(f"{shell} is not installed: its completion is not tried")
                continue
            for typed, wanted in (("expresslink-claim acc\tshow --js\t", "expresslink-claim account show --json "),
                                  ("sidewalk-import che\t--cs\tsom\t", "sidewalk-import check --csv some\\ file.ini ")):
                with self.subTest(shell=shell, typed=typed):
                    self.assertEqual(self.type(shell, command, load, typed), wanted)

    def type(self, shell, command, load, typed):
        """What stands on the command line after these keys: the shell prints it in place of running it."""
        folder = Path(self.folder)
        for name in PROGRAMS:
            script = folder / f"{name}.{shell}"
            script.write_text(run(name, "completion", shell).stdout)
        shown = folder / "shown"
        shown.unlink(missing_ok=True)
        loads = [load.format(script=folder / f"{name}.{shell}") for name in PROGRAMS]
        show = ("show() { printf %s \"$READLINE_LINE\" >new; mv new shown; exit; }; bind -x '\"\\C-g\": show'" if shell == "bash" else
                "show() { printf %s \"$BUFFER\" >new; mv new shown; exit; }; zle -N show; bindkey '^g' show")
        (folder / "rc").write_text("\n".join([*loads, f"cd {folder}", show, "touch ready"]) + "\n")
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update(TERM="dumb", HOME=self.folder, PS1="> ", ZDOTDIR=self.folder, HISTFILE="/dev/null")
            os.chdir(self.folder)
            os.execvp(command[0], command)
        self.addCleanup(os.close, terminal)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        os.set_blocking(terminal, False)
        os.write(terminal, b". ./rc\n")
        try:
            self.read_until(terminal, lambda: (folder / "ready").exists())
            os.write(terminal, typed.encode() + b"\x07")
            self.read_until(terminal, shown.exists)
        finally:
            (folder / "ready").unlink(missing_ok=True)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        return shown.read_text()

    def read_until(self, terminal, condition):
        seen = bytearray()

        def read():
            try:
                seen.extend(os.read(terminal, 65536))
            except OSError:  # nothing yet, or the shell has ended
                pass
            return condition()
        eventually(read, lambda: seen)

    def test_zsh_can_read_it(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        for program in PROGRAMS:
            done = subprocess.run(["zsh", "-n"], input=run(program, "completion", "zsh").stdout, capture_output=True, text=True,
                                  timeout=DEADLINE)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_other_shells(self):
        for words in ((), ("fish",), ("bash", "zsh")):
            done = run("expresslink-claim", "completion", *words)
            self.assertEqual((done.returncode, done.stdout), (64, ""))
            self.assertIn("completion bash|zsh", done.stderr)


class Manual(unittest.TestCase):
    def test_man_has_nothing_to_say_against_it(self):
        for program, section in SECTIONS.items():
            with self.subTest(program):
                page = BUILD / PROGRAMS[program].parent.name / "document" / f"{program}.{section}"
                self.assertEqual(page.read_text(), manual_of(program))
                done = subprocess.run(["man", "--warnings=all", "-E", "UTF-8", "-l", page], capture_output=True, text=True,
                                      timeout=DEADLINE, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"})
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_it_has_every_command_and_option(self):
        for program, words in every_command():
            page = manual_of(program).replace("\\-", "-")
            text = help_of(program, *words)
            with self.subTest(program=program, words=words):
                if not listed(text):
                    self.assertIn(f".SS {' '.join((program, *words))}\n", page)
                for option in re.findall(r"^ {2,6}(?:-\w, )?(--[a-z0-9-]+)", text, re.M):
                    self.assertRegex(page, rf"(?m)^\.B (?:-\w, )?{option}\b")


class End(unittest.TestCase):
    def what_prints_much(self):
        labels = Path(self.enterContext(tempfile.TemporaryDirectory())) / "labels.csv"
        labels.write_text("".join(f"{number:032x}\n" for number in range(200)))
        yield from ((program, (*words, "--help")) for program, words in every_command())
        yield from ((program, words) for program in PROGRAMS
                    for words in (("help",), ("completion", "bash"), ("completion", "zsh"), ("--document-man",), ("--version",)))
        yield "expresslink-portal", ("--document-config",)
        yield "expresslink-claim", ("label", "--stock", "list")
        yield "expresslink-claim", ("label", "--url", "https://example.com", "--csv", str(labels), "--format", "sheet")
        yield "expresslink-claim", ("label", "--url", "https://example.com", "--csv", str(labels), "--format", "terminal")

    def test_a_reader_that_has_seen_enough_is_no_error(self):
        for program, words in self.what_prints_much():
            with self.subTest(program=program, words=words):
                reader, writer = os.pipe()
                os.close(reader)
                done = subprocess.run([PROGRAMS[program], *words], stdout=writer, stderr=subprocess.PIPE, timeout=DEADLINE)
                os.close(writer)
                self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_a_full_disk_is_one(self):
        for program, words in self.what_prints_much():
            with self.subTest(program=program, words=words), open("/dev/full", "w") as full:
                done = subprocess.run([PROGRAMS[program], *words], stdout=full, stderr=subprocess.PIPE, timeout=DEADLINE)
                self.assertEqual(done.returncode, DISK_FULL)
                self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
