# SPDX-License-Identifier: Apache-2.0
"""deploy/systemd: looked at by systemd's own tools, and started by a systemd of its own, in namespaces of its own, with everything
that the units switch on; a module is claimed through it and a photograph read. Two portals on one PostgreSQL database restart one
after the other."""
import configparser
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from brokers import free_port
from patience import DEADLINE
from portal import PROGRAM, Portal
from postgresql import Server
from sandbox import BUILD, ROOT, Sandbox, eventually, random_thing

FOLDER = ROOT / "deploy" / "systemd"
UNIT, TEMPLATE = FOLDER / "expresslink-portal.service", FOLDER / "expresslink-portal@.service"
NAME = UNIT.name
FIRST, SECOND = "expresslink-portal@1.service", "expresslink-portal@2.service"
EXPOSURE_MAX = 15  # tenths, as systemd-analyze counts them: 0 is nothing at all, 96 a unit that says nothing
CREDENTIALS = f"/run/credentials/{NAME}/secret_"
NAMESPACES = ["unshare", "--pid", "--fork", "--mount", "--uts", "--ipc", "--cgroup", "--mount-proc", "--kill-child"]
CGROUPS = "mount --make-rprivate / && umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup"

# A machine that has systemd, this unit, the programs and nothing else that would start; its /proc/sys is read only, so that this
# systemd changes nothing of the machine's.
MACHINE = f"""set -e
{CGROUPS}
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/systemd
mount -t tmpfs tmpfs layers
mkdir layers/upper layers/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=layers/upper,workdir=layers/work /etc
for folder in /lib/systemd/system /etc/systemd/system /lib/systemd/system-generators /usr/local /var/lib; do
  mount -t tmpfs tmpfs $folder
done
for target in sysinit basic network-online shutdown multi-user sockets paths timers slices umount final; do
  printf '[Unit]\\nDescription=%s\\nDefaultDependencies=no\\n' $target >/lib/systemd/system/$target.target
done
cp -r units/. /etc/systemd/system/
cp -r programs/. /usr/local/
rm -rf /etc/expresslink-portal
cp -r etc /etc/expresslink-portal
mount --bind /proc/sys /proc/sys
mount -o remount,ro,bind /proc/sys
mount --bind console /dev/console
mount --make-rshared /
exec env -i container=test PATH=/usr/bin:/bin:/usr/sbin:/sbin /lib/systemd/systemd --system --unit=NAME --log-target=null --show-status=no
"""


def systemd_can_be_started():
    if os.geteuid() != 0 or not os.access("/lib/systemd/systemd", os.X_OK):
        return False
    return subprocess.run([*NAMESPACES, "sh", "-c", CGROUPS], capture_output=True, timeout=DEADLINE).returncode == 0


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=DEADLINE)


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
class LookedAt(unittest.TestCase):
    source = UNIT

    def setUp(self):
        self.unit = Path(self.enterContext(tempfile.TemporaryDirectory())) / self.source.name

    def write(self, old="", new=""):
        text = self.source.read_text()
        self.assertIn(old, text)
        changed = text.replace(old, new) if old else text
        self.unit.write_text(changed.replace("/usr/local/bin/expresslink-portal", str(PROGRAM)))
        return self.unit

    def test_systemd_takes_every_line(self):
        rows = (("ProtectSystem=strict", "ProtectSystem=stricter", False), ("KillMode=", "KillMod=", False), ("", "", True))
        for old, new, clean in rows:
            with self.subTest(new):
                done = analyze("verify", "--man=no", self.write(old, new))
                self.assertEqual("expresslink-portal" not in done.stderr, clean, done.stderr)

    def test_it_is_exposed_to_little(self):
        rows = (("CapabilityBoundingSet=\n", "", False), ("SystemCallFilter=", "#", False), ("", "", True))
        for old, new, enough in rows:
            with self.subTest(old):
                done = analyze("security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", "--no-pager", self.write(old, new))
                self.assertEqual(done.returncode == 0, enough, done.stdout[-200:])


class TemplateLookedAt(LookedAt):
    source = TEMPLATE

    def test_it_is_confined_as_the_other_one(self):
        """Everything is the same that is not about the two."""
        alone, two = ([line for line in file.read_text().splitlines() if "=" in line and not line.startswith("#")]
                      for file in (UNIT, TEMPLATE))
        names = {line.partition("=")[0] for line in set(alone) ^ set(two)}
        self.assertEqual(names, {"Description", "Environment", "TimeoutStartSec", "ExecStartPost", "TimeoutStopSec",
                                 "StateDirectory", "StateDirectoryMode", "BindReadOnlyPaths"})


class Machine(Portal):
    """The portal of that machine, and what a Portal of the tests can do."""
    source, name, credentials = UNIT, NAME, CREDENTIALS

    def __init__(self, sandbox):
        self._temporary = tempfile.TemporaryDirectory(prefix="expresslink-systemd-")
        self.folder = Path(self._temporary.name)
        self.sandbox, self.machine = sandbox, None
        self.address, self.admin = ("127.0.0.1", free_port()), ("127.0.0.1", free_port())
        for name in ("units", "programs/bin", "programs/share", "etc", "layers"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "console").touch()
        self._fill()

    def _fill(self):
        units = self.folder / "units"
        shutil.copy(self.source, units)
        (units / f"{self.source.name}.d").mkdir()
        (units / f"{self.source.name}.d" / "test.conf").write_text(  # a sanitizer looks for leaks with ptrace, which nobody has here
            "[Service]\nStandardError=append:/dev/console\nEnvironment=ASAN_OPTIONS=detect_leaks=0 "
            "LD_LIBRARY_PATH=/usr/local/lib\n")
        for program in (PROGRAM, BUILD / "decode" / "expresslink-decode"):
            shutil.copy(program, self.folder / "programs" / "bin")
        (self.folder / "programs" / "lib").mkdir()
        for module in ("expresslink-postgresql.so", "expresslink-events.so", "expresslink-identity.so"):
            shutil.copy(BUILD / "server" / module, self.folder / "programs" / "lib")
        for pages in ("templates", "static"):
            shutil.copytree(ROOT / pages, self.folder / "programs" / "share" / "expresslink-portal" / pages)
        self._configure()

    def _configure(self):
        """The sandbox's portal.ini, its files as the unit wants them: root's own, and named by the copies' paths."""
        secrets = self.folder / "etc" / "secrets"
        secrets.mkdir(mode=0o700)
        ini = configparser.RawConfigParser(interpolation=None)
        ini.read(self.sandbox.portal_ini)
        for section in ini.sections():
            for key in ("ca_file", "cert_file", "key_file"):
                if ini.has_option(section, key):
                    file = Path(ini.get(section, key))
                    shutil.copy(file, secrets)
                    (secrets / file.name).chmod(0o600)
                    ini.set(section, key, self.credentials + file.name)
        ini.remove_section("store")  # in the folder that the unit makes
        ini.remove_section("pages")
        ini.read_dict(self.sections())
        with open(self.folder / "etc" / "portal.ini", "w") as out:
            ini.write(out)

    def sections(self):
        return {"http": {"listen": f"127.0.0.1:{self.address[1]}", "admin_listen": f"127.0.0.1:{self.admin[1]}"}}

    def __enter__(self):
        self.machine = subprocess.Popen([*NAMESPACES, "bash", "-c", MACHINE.replace("NAME", self.name)], cwd=self.folder,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            eventually(self.answers, lambda: f"an answer of the portal; {self.said()} {self.status()}")
        except BaseException:
            self.__exit__()
            raise
        return self.connected()

    def __exit__(self, *_):
        self.machine.kill()  # and with it all that it started
        self.machine.communicate(timeout=DEADLINE)
        self._temporary.cleanup()

    def said(self):
        if self.machine.poll() is not None:
            raise AssertionError(f"the machine has ended: {self.machine.communicate()}")
        return (self.folder / "console").read_text()

    def answers(self):
        self.said()
        try:
            return self.ready().status
        except OSError:
            return False

    def inside(self, *command):
        """Run in the machine, by root; what it prints."""
        children = Path(f"/proc/{self.machine.pid}/task/{self.machine.pid}/children").read_text().split()
        return subprocess.run(["nsenter", "-t", children[0], "-m", "-p", "-u", "-i", *command], check=True, text=True,
                              capture_output=True, timeout=DEADLINE).stdout

    def status(self):
        return self.inside("sh", "-c", f"systemctl status --no-pager --full {self.name} || true")

    def unit(self, what):
        """A property, as systemctl shows it."""
        return self.inside("systemctl", "show", "--value", "-p", what, self.name).strip()


class MachineOfTwo(Machine):
    """Two portals, of which it is the first; ports() are the template's."""
    source, name, credentials = TEMPLATE, FIRST, "/run/expresslink-portal/secret_"

    def __init__(self, sandbox, url):
        self.url = url
        super().__init__(sandbox)
        self.ports = [(free_port(), free_port()) for _ in range(2)]
        self.address, self.admin = (("127.0.0.1", port) for port in self.ports[0])
        for number, (public, admin) in enumerate(self.ports, 1):
            folder = self.folder / "units" / f"expresslink-portal@{number}.service.d"
            folder.mkdir()
            (folder / "ports.conf").write_text(f"[Service]\nEnvironment=PORTAL_HTTP_LISTEN=127.0.0.1:{public} "
                                               f"PORTAL_HTTP_ADMIN_LISTEN=127.0.0.1:{admin} PORTAL_HTTP_DRAIN=1s\n")

    def sections(self):
        return {"store": {"url": self.url}}

    def answers_at(self, number):
        self.address, self.admin = (("127.0.0.1", port) for port in self.ports[number])
        return self.answers() == 200


@unittest.skipUnless(systemd_can_be_started(), "no systemd can be started here: that takes root, namespaces and cgroups")
class Started(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.machine = cls.enterClassContext(Machine(cls.sandbox))

    def claim(self, thing):
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        token = self.machine.claim(thing)["token"]
        eventually(lambda: self.machine.show(token)["state"] == "onboarded", f"{thing} arrives")
        return token

    def test_a_module_is_claimed_and_the_claim_outlives_the_process(self):
        token = self.claim(random_thing())
        before = self.machine.unit("MainPID")
        self.machine.inside("systemctl", "kill", "--kill-whom=main", "--signal=KILL", NAME)
        eventually(lambda: self.machine.unit("MainPID") not in (before, "0"), "it comes back")
        eventually(self.machine.answers, "it answers again")
        self.assertEqual(self.machine.show(token)["state"], "onboarded")
        self.machine.connected()

    def test_a_photograph_is_read(self):
        thing = random_thing()
        picture = subprocess.run(["qrencode", "-t", "PNG", "-s", "8", "-o", "-", thing], check=True, capture_output=True).stdout
        answer = self.machine.request("POST", "/api/v1/labels/decode", picture, {"Content-Type": "image/png"})
        self.assertEqual(answer.status, 200, answer)
        self.assertIn(thing, answer.text)

    def test_it_is_nobody_and_may_nothing(self):
        status = self.machine.inside("cat", f"/proc/{self.machine.unit('MainPID')}/status")
        of = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        self.assertNotEqual(of["Uid"].split()[0], "0")
        self.assertEqual({of[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}, {"0" * 16})
        self.assertEqual((of["NoNewPrivs"], of["Seccomp"]), ("1", "2"))
        self.assertEqual(self.machine.inside("stat", "-c", "%a", "/var/lib/private/expresslink-portal/portal.db").strip(), "600")

    def test_secrets_are_copies_for_it_alone(self):
        told = self.machine.inside("stat", "-c", "%a %U", CREDENTIALS + "claim-thing.key").split()
        self.assertEqual(told[0], "400")

    def test_stopped_it_ends_in_good_order(self):
        self.machine.inside("systemctl", "stop", NAME)
        self.assertEqual((self.machine.unit("Result"), self.machine.unit("ExecMainStatus")), ("success", "0"))
        self.assertIn("portal.stopped", self.machine.said())
        self.machine.inside("systemctl", "start", NAME)
        eventually(self.machine.answers, "it answers again")
        self.machine.connected()


@unittest.skipUnless(systemd_can_be_started(), "no systemd can be started here: that takes root, namespaces and cgroups")
class TwoStarted(unittest.TestCase):
    def test_one_after_the_other_is_restarted(self):
        sandbox = self.enterContext(Sandbox())
        server = self.enterContext(Server())
        machine = self.enterContext(MachineOfTwo(sandbox, server.url))
        machine.inside("systemctl", "start", SECOND)
        self.assertTrue(machine.answers_at(1), "it serves once it has started")
        self.assertEqual(machine.ready().json["checks"]["staging.sandbox"], "another portal leads")
        for number, name in enumerate((FIRST, SECOND)):
            machine.inside("systemctl", "restart", name)
            self.assertTrue(machine.answers_at(number))
            thing = random_thing()
            sandbox.modules(thing).wait_for(thing, "subscribed")
            token = machine.claim(thing)["token"]
            eventually(lambda: machine.show(token)["state"] == "onboarded", f"{thing} arrives")
        self.assertEqual(machine.inside("stat", "-c", "%a", "/etc/expresslink-portal/secrets").strip(), "700")


if __name__ == "__main__":
    unittest.main()
