# SPDX-License-Identifier: Apache-2.0
"""What expresslink-claim doctor says of files: a table, one row a fault. Each must be told by its check and no other, with
the mend that mends it. The files are made by openssl."""
import contextlib
import datetime
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from patience import DEADLINE

BUILD = Path(os.environ.get("EXPRESSLINK_BUILD_DIR", Path(__file__).resolve().parents[2] / "build" / "debug")).resolve()
CLAIM = BUILD / "command" / "expresslink-claim"
NOBODY = pwd.getpwnam("nobody")
NOW = datetime.datetime.now(datetime.timezone.utc)
YEAR = 365.25
THING = "a84e07f1c2b95d3e6f80914ab27dc35e"
LEAF, AUTHORITY = "basicConstraints=critical,CA:FALSE", "basicConstraints=critical,CA:TRUE"

PORTAL = """[http]
public_url = https://register.example.com

[staging.acme]
address = staging-ats.iot.us-east-1.amazonaws.com
ca_file = {0}/root.pem
cert_file = {0}/claim-thing.pem
key_file = {0}/claim-thing.key
client_id = 0f0e3a52-6a1e-4f6f-9a3b-51d7ad3c2d11

[endpoint.home]
address = home-ats.iot.us-east-1.amazonaws.com
ca_file = {0}/root.pem
cert_file = {0}/portal-observer.pem
key_file = {0}/portal-observer.key
client_id = portal-observer
"""

CA_CONFIGURATION = """[ca]
default_ca = it
[it]
database = index.txt
serial = serial.txt
new_certs_dir = .
default_md = sha256
policy = any
email_in_dn = no
unique_subject = no
[any]
commonName = optional
serialNumber = optional
countryName = optional
"""


class Workshop:
    """Keys and certificates in a folder."""

    def __init__(self, folder):
        self.folder = folder
        if (folder / "ca.cnf").exists():
            return
        (folder / "ca.cnf").write_text(CA_CONFIGURATION)
        (folder / "index.txt").touch()
        (folder / "serial.txt").write_text("1000\n")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], cwd=self.folder, check=True, capture_output=True, timeout=DEADLINE,
                       stdin=subprocess.DEVNULL)

    def key(self, name):
        self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")

    def certificate(self, name, subject, extensions=LEAF, begin=-1, end=11 * YEAR, signer=None):
        """begin and end in days from now; signer None: by its own key."""
        (self.folder / "extensions.cnf").write_text(extensions)
        self.openssl("req", "-new", "-key", f"{name}.key", "-subj", subject, "-out", "new.csr")
        by = ["-cert", f"{signer}.pem", "-keyfile", f"{signer}.key"] if signer else \
            ["-selfsign", "-keyfile", f"{name}.key"]
        self.openssl("ca", "-batch", "-notext", "-config", "ca.cnf", *by, "-extfile", "extensions.cnf", "-startdate",
                     self.date(begin), "-enddate", self.date(end), "-in", "new.csr", "-out", f"{name}.pem")

    @staticmethod
    def date(days):
        return (NOW + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


def make_good(folder):
    shop = Workshop(folder)
    for name in ("root", "other", "claim-thing", "portal-observer", "birth"):
        shop.key(name)
    shop.certificate("root", "/CN=Root", AUTHORITY)
    shop.certificate("claim-thing", "/CN=claim-thing")
    shop.certificate("portal-observer", "/CN=AWS IoT Certificate", signer="root")
    shop.certificate("birth", f"/CN={THING}", signer="root")
    (folder / "portal.ini").write_text(PORTAL.format("."))


def put(name, text):
    return lambda folder: (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def copy(source, target):
    return lambda folder: shutil.copy(folder / source, folder / target)


def remove(name):
    return lambda folder: (folder / name).unlink()


def folder_at(name):
    return lambda folder: ((folder / name).unlink(), (folder / name).mkdir())


def chmod(name, mode):
    return lambda folder: (folder / name).chmod(mode)


def certify(*arguments, **options):
    return lambda folder: Workshop(folder).certificate(*arguments, **options)


def run(*arguments):
    """The last argument is the file that is written, maybe over one that is read."""
    def write(folder):
        Workshop(folder).openssl(*arguments[:-1], "written")
        (folder / "written").chmod(0o600)
        (folder / "written").rename(folder / arguments[-1])
    return write


def join(target, *sources):
    return lambda folder: (folder / target).write_bytes(b"".join((folder / source).read_bytes() for source in sources))


def configure(old, new):
    def change(folder):
        text = (folder / "portal.ini").read_text()
        assert old in text
        (folder / "portal.ini").write_text(text.replace(old, new))
    return change


def chain(*steps):
    return lambda folder: [step(folder) for step in steps]


CERTIFICATE_SKIPS = {".validity": "skipped", ".pair": "skipped"}
KEY_SKIPS = {".pair": "skipped"}
AMAZON = "Set ca_file to Amazon's root certificates"
OWN = "(Set cert_file to the claim-thing's certificate|Set cert_file to the observer's certificate)"
OWN_KEY = "Set key_file to the private key in PEM form, as expresslink-claim keygen made it"
# A fault of a connection is tried with both: {own} is claim-thing or portal-observer.
# name, what is done to the folder, which check of files, level, what it sees, what it says to do, what else differs
CONNECTION_FAULTS = (
    ("no CA file", lambda own: remove("root.pem"), "ca", "failed", "root.pem: cannot be read: No such file", AMAZON, {}),
    ("CA file is a folder", lambda own: folder_at("root.pem"), "ca", "failed", "is a folder", AMAZON, {}),
    ("CA file is empty", lambda own: put("root.pem", ""), "ca", "failed", "is empty", AMAZON, {}),
    ("CA file is huge", lambda own: put("root.pem", b"x" * (5 << 20)), "ca", "failed", "larger than", AMAZON, {}),
    ("CA is DER", lambda own: run("x509", "-in", "root.pem", "-outform", "DER", "-out", "root.pem"), "ca", "failed",
     "is in DER form; openssl x509 -inform DER", AMAZON, {}),
    ("CA is a key", lambda own: copy("root.key", "root.pem"), "ca", "failed", "holds a private key", AMAZON, {}),
    ("CA is a leaf", lambda own: copy("birth.pem", "root.pem"), "ca", "failed", f"CN = {THING} is not a CA", AMAZON, {}),
    ("CA is expired", lambda own: certify("root", "/CN=Root", AUTHORITY, -20, -1), "ca", "failed", "CN = Root, expired on",
     AMAZON, {}),
    ("CA is not valid yet", lambda own: certify("root", "/CN=Root", AUTHORITY, 5, 20), "ca", "failed", "valid only from",
     "^Set this machine's clock", {}),
    ("CA expires", lambda own: certify("root", "/CN=Root", AUTHORITY, -5, 9.5), "ca", "warning", "only until .*, 9 days",
     AMAZON, {}),
    ("second CA is damaged", lambda own: chain(join("two.pem", "root.pem", "root.pem"), lambda folder: (
        folder / "root.pem").write_bytes((folder / "two.pem").read_bytes()[:-60])), "ca", "failed",
     "certificate 2 in it is damaged", AMAZON, {}),
    ("expired CA beside a sound one", lambda own: chain(certify("other", "/CN=Old", AUTHORITY, -20, -1),
                                                        join("root.pem", "root.pem", "other.pem")),
     "ca", "ok", "2 CAs, until", "^$", {}),

    ("no certificate", lambda own: remove(f"{own}.pem"), "certificate", "failed", "cannot be read: No such file", OWN,
     CERTIFICATE_SKIPS),
    ("certificate is a request", lambda own: run("req", "-new", "-key", f"{own}.key", "-subj", "/CN=x", "-out", f"{own}.pem"),
     "certificate", "failed", "holds a signing request, but a certificate is needed", OWN, CERTIFICATE_SKIPS),
    ("certificate is a key", lambda own: copy(f"{own}.key", f"{own}.pem"), "certificate", "failed",
     "holds a private key, but a certificate is needed", OWN, CERTIFICATE_SKIPS),
    ("certificate is damaged", lambda own: put(f"{own}.pem", "-----BEGIN CERTIFICATE-----\nMII\n"), "certificate", "failed",
     "damaged", OWN, CERTIFICATE_SKIPS),
    ("certificate is the CA's", lambda own: copy("root.pem", f"{own}.pem"), "certificate", "failed", "CN = Root is a CA",
     OWN, {".pair": "failed"}),
    ("certificate is made as a CA", lambda own: certify(own, "/CN=x", AUTHORITY), "certificate", "warning", "CN = x is a CA",
     "Nothing while it connects", {}),
    ("certificate beside its key", lambda own: join(f"{own}.pem", f"{own}.pem", f"{own}.key"), "certificate", "warning",
     "also holds a private key", r"Remove the private key from \S*\.pem", {}),
    ("certificate is expired", lambda own: certify(own, "/CN=x", LEAF, -20, -1), "validity", "failed", "expired on",
     "Make another key and certificate: expresslink-claim keygen (--observer )?--name NAME, then", {}),
    ("certificate is not valid yet", lambda own: certify(own, "/CN=x", LEAF, 5, 400), "validity", "failed",
     "valid only from", "Set this machine's clock if it is wrong", {}),
    ("certificate expires in 9 days", lambda own: certify(own, "/CN=x", LEAF, -5, 9.5), "validity", "warning",
     "only until .*, 9 days", "Make another key and certificate: expresslink-claim keygen (--observer )?--name NAME, then", {}),
    ("certificate expires in 29 days", lambda own: certify(own, "/CN=x", LEAF, -5, 29.9), "validity", "warning", "29 days",
     "Make another key and certificate", {}),
    ("certificate expires in 30 days", lambda own: certify(own, "/CN=x", LEAF, -5, 30.1), "validity", "ok", "^until", "^$",
     {}),

    ("no key", lambda own: remove(f"{own}.key"), "key", "failed", "cannot be read: No such file", OWN_KEY,
     {**KEY_SKIPS, ".mode": "skipped"}),
    ("key is a certificate", lambda own: chain(copy(f"{own}.pem", f"{own}.key"), chmod(f"{own}.key", 0o600)), "key", "failed",
     "holds a certificate, but a private key is needed", OWN_KEY, KEY_SKIPS),
    ("key has a pass phrase", lambda own: run("pkey", "-in", f"{own}.key", "-aes256", "-passout", "pass:x", "-out",
                                              f"{own}.key"),
     "key", "failed", "has a pass phrase", r"openssl pkey -in \S+\.key -out NEW.key", KEY_SKIPS),
    ("key is DER", lambda own: run("pkey", "-in", f"{own}.key", "-outform", "DER", "-out", f"{own}.key"), "key", "failed",
     "openssl pkey -inform DER", OWN_KEY, KEY_SKIPS),
    ("key is another's", lambda own: copy("other.key", f"{own}.key"), "pair", "failed",
     r"\.pem is the certificate of another key than \S+\.key", "Set key_file and cert_file to files that belong together", {}),
    ("key may be read by all", lambda own: chmod(f"{own}.key", 0o644), "mode", "failed", "mode 0644: all users",
     r"^chmod 600 \S+\.key$", {}),
    ("key may be read by its group", lambda own: chmod(f"{own}.key", 0o640), "mode", "failed", "mode 0640: a group",
     r"^chmod 600 \S+\.key$", {}),
    ("key may be written by all", lambda own: chmod(f"{own}.key", 0o602), "mode", "failed", "mode 0602: all users",
     r"^chmod 600 \S+\.key$", {}),
    ("key may only be read", lambda own: chmod(f"{own}.key", 0o400), "mode", "ok", "mode 0400", "^$", {}),
)

BIRTH_FAULTS = (
    ("missing", remove("birth.pem"), "readable", "failed", "No such file", "a module's certificate in PEM form", None),
    ("a key", copy("birth.key", "birth.pem"), "readable", "failed", "holds a private key", "in PEM form", None),
    ("a CA", copy("root.pem", "birth.pem"), "leaf", "failed", "it is a CA", "Give the certificate of one module",
     {"thing_name": "failed"}),
    ("expired", certify("birth", f"/CN={THING}", end=-0.5, begin=-12 * YEAR), "validity", "failed", "expired on",
     "Ask the module vendor", {}),
    ("not valid yet", certify("birth", f"/CN={THING}", begin=5, end=12 * YEAR), "validity", "failed", "valid only from",
     "Set this machine's clock", {}),
    ("short", certify("birth", f"/CN={THING}", begin=0, end=3649), "validity", "failed", "until .*, 3649 days in all",
     "ten years or more", {}),
    ("ten years", certify("birth", f"/CN={THING}", begin=0, end=3650), "validity", "ok", "^until ", "^$", {}),
    ("nearly over", certify("birth", f"/CN={THING}", begin=-3650, end=9.5), "validity", "ok", "only until .*, 9 days", "^$",
     {}),
    ("for ever", certify("birth", f"/CN={THING}", end=(datetime.datetime(9999, 12, 31, 12, tzinfo=datetime.timezone.utc) - NOW)
                         .total_seconds() / 86400), "validity", "ok", "until 9999-12-31", "^$", {}),
    ("nameless", certify("birth", "/C=DE"), "thing_name", "failed", "neither CommonName nor SerialNumber",
     "Ask the module vendor", {}),
    ("named otherwise", certify("birth", "/CN=Module 17"), "thing_name", "failed", "CommonName Module 17",
     r"Set identifier_form in \[staging.acme\]", {}),
    ("named in groups", certify("birth", "/CN=a84e-07f1-c2b9-5d3e-6f80-914a-b27d-c35e"), "thing_name", "failed",
     "CommonName a84e-07f1", r"Set identifier_form in \[staging.acme\]", {}),
    ("in capitals", certify("birth", f"/CN={THING.upper()}"), "thing_name", "failed", f"CommonName {THING.upper()}",
     r"Set identifier_case = upper in \[staging.acme\]", {}),
    ("in both cases", certify("birth", f"/CN={THING.title()}"), "thing_name", "failed", f"CommonName {THING.title()}",
     r"Set identifier_case = keep in \[staging.acme\]", {}),
    ("named in the serial number", certify("birth", f"/CN=Module/serialNumber={THING}"), "thing_name", "ok",
     f"CommonName Module, SerialNumber {THING}: SerialNumber has the form of staging acme", "^$", {}),
    ("in capitals, as configured", chain(certify("birth", f"/CN={THING.upper()}"),
                                         configure("client_id = 0f", "identifier_case = upper\nclient_id = 0f")),
     "thing_name", "ok", "CommonName has the form of staging acme", "^$", {}),
    ("a UUID, as configured", chain(certify("birth", "/CN=0f0e3a52-6a1e-4f6f-9a3b-51d7ad3c2d11"),
                                    configure("client_id = 0f", "identifier_form = uuid\nclient_id = 0f")),
     "thing_name", "ok", "CommonName has the form of staging acme", "^$", {}),
    ("of the second vendor", chain(certify("birth", "/CN=0f0e3a52-6a1e-4f6f-9a3b-51d7ad3c2d11"), configure(
        "[endpoint.home]", """[staging.second]
address = staging-ats.iot.us-east-1.amazonaws.com
ca_file = ./root.pem
cert_file = ./claim-thing.pem
key_file = ./claim-thing.key
client_id = 2
identifier_form = uuid

[endpoint.home]""")), "thing_name", "ok", "CommonName has the form of staging second", "^$", {}),
)

FILES = ("ca", "certificate", "validity", "key", "pair", "mode")
BIRTH = ("readable", "leaf", "validity", "thing_name")

CHECKS = {f"{kind}.files.{check}" for kind in ("staging", "endpoint")
          for _, _, check, level, *_ in CONNECTION_FAULTS if level == "failed"}
CHECKS |= {f"birth_certificate.{check}" for _, _, check, level, *_ in BIRTH_FAULTS if level == "failed"}


class DoctorFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.good = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="doctor-files-")))
        make_good(cls.good)

    @contextlib.contextmanager
    def folder(self):
        with tempfile.TemporaryDirectory(prefix="doctor-files-") as name:
            folder = Path(name) / "it"
            shutil.copytree(self.good, folder)
            yield folder

    def doctor(self, folder, *arguments, **options):
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                       **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}
        found = subprocess.run([options.pop("program", CLAIM), "doctor", "--offline", "--json", "--config", "portal.ini", *arguments], cwd=folder,
                               env=environment, capture_output=True, timeout=DEADLINE, **options)
        self.assertEqual(found.stderr, b"")
        lines = [json.loads(line) for line in found.stdout.splitlines()]
        findings = {line["check"]: line for line in lines if ".files." in line.get("check", "") or
                    line.get("check", "").startswith("birth_certificate.")}
        failed = [line for line in lines if line.get("level") == "failed"]
        self.assertEqual(found.returncode, 1 if failed else 0)
        return findings

    def look(self, finding, level, seen, mend):
        self.assertEqual(finding["level"], level, finding)
        self.assertRegex(finding["seen"], seen)
        self.assertRegex(finding["mend"], mend)

    def levels(self, findings):
        return {check: finding["level"] for check, finding in findings.items()}

    def test_good(self):
        with self.folder() as folder:
            findings = self.doctor(folder, "--birth-certificate", "birth.pem")
        wanted = [f"{kind}.files.{name}" for kind in ("staging", "endpoint") for name in FILES]
        wanted += [f"birth_certificate.{name}" for name in BIRTH]
        self.assertEqual(self.levels(findings), dict.fromkeys(wanted, "ok"))
        self.assertEqual({finding["mend"] for finding in findings.values()}, {""})
        self.look(findings["staging.files.ca"], "ok", "^CN = Root, until ", "^$")
        self.look(findings["staging.files.certificate"], "ok", "^CN = claim-thing$", "^$")
        self.look(findings["endpoint.files.key"], "ok", "^P-256$", "^$")
        self.look(findings["birth_certificate.thing_name"], "ok", f"^CommonName {THING}: CommonName has the form of", "^$")

    def fault(self, kind, own, row):
        _, change, check, level, seen, mend, others = row
        with self.folder() as folder:
            change(own)(folder)
            findings = self.doctor(folder)
        wanted = {f"{kind}.files.{name}": "ok" for name in FILES} | {f"{kind}.files.{check}": level}
        wanted |= {f"{kind}.files{name}": other for name, other in others.items()}
        self.assertEqual({name: level for name, level in self.levels(findings).items() if name.startswith(kind)}, wanted)
        self.look(findings[f"{kind}.files.{check}"], level, seen, mend)

    def test_faults_of_the_claim_thing(self):
        for row in CONNECTION_FAULTS:
            with self.subTest(row[0]):
                self.fault("staging", "claim-thing", row)

    def test_faults_of_the_observer(self):
        for row in CONNECTION_FAULTS:
            with self.subTest(row[0]):
                self.fault("endpoint", "portal-observer", row)

    def test_faults_of_a_birth_certificate(self):
        for name, change, check, level, seen, mend, others in BIRTH_FAULTS:
            with self.subTest(name), self.folder() as folder:
                change(folder)
                findings = self.doctor(folder, "--birth-certificate", "birth.pem")
                wanted = {} if others is None else {f"birth_certificate.{name}": "ok" for name in BIRTH}
                wanted |= {f"birth_certificate.{name}": other for name, other in (others or {}).items()}
                wanted[f"birth_certificate.{check}"] = level
                self.assertEqual({name: level for name, level in self.levels(findings).items()
                                  if name.startswith("birth")}, wanted)
                self.look(findings[f"birth_certificate.{check}"], level, seen, mend)

    def test_mend_of_a_mode_mends(self):
        with self.folder() as folder:
            (folder / "claim-thing.key").chmod(0o666)
            mend = self.doctor(folder)["staging.files.mode"]["mend"]
            subprocess.run(["sh", "-c", mend], cwd=folder, check=True)
            self.look(self.doctor(folder)["staging.files.mode"], "ok", "mode 0600", "^$")

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file to somebody else")
    def test_key_of_somebody_else(self):
        with self.folder() as folder:
            os.chown(folder / "claim-thing.key", NOBODY.pw_uid, NOBODY.pw_gid)
            findings = self.doctor(folder)
        self.look(findings["staging.files.mode"], "warning", f"belongs to user {NOBODY.pw_uid}, and this is user 0",
                  "Run this as the user that the portal runs as")

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file to a group")
    def test_as_root_a_key_that_is_handed_to_a_group(self):
        """chmod 600 would take it from the portal."""
        with self.folder() as folder:
            for name, group in (("claim-thing.key", NOBODY.pw_gid), ("portal-observer.key", 0)):
                os.chown(folder / name, 0, group)
                (folder / name).chmod(0o640)
            findings = self.doctor(folder)
        self.look(findings["staging.files.mode"], "ok", "mode 0640", "^$")
        self.look(findings["endpoint.files.mode"], "failed", "mode 0640: a group", "chmod 600")

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_as_the_portal_s_user(self):
        """Kubernetes and systemd hand secrets so: root's, read through the group."""
        as_nobody = {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid, "extra_groups": []}
        with self.folder() as folder:
            as_nobody["program"] = shutil.copy(CLAIM, folder)  # the build may be where nobody else may look
            folder.parent.chmod(0o755)
            folder.chmod(0o755)
            for name in ("claim-thing.key", "portal-observer.key"):
                os.chown(folder / name, 0, NOBODY.pw_gid)
            (folder / "claim-thing.key").chmod(0o440)
            findings = self.doctor(folder, **as_nobody)
            self.look(findings["staging.files.mode"], "ok", "mode 0440", "^$")
            self.look(findings["staging.files.pair"], "ok", "^$", "^$")
            self.look(findings["endpoint.files.key"], "failed", "Permission denied",
                      rf"Let the user that the portal runs as \(this is user {NOBODY.pw_uid}\) read \S*portal-observer.key")
            (folder / "claim-thing.key").chmod(0o460)
            self.look(self.doctor(folder, **as_nobody)["staging.files.mode"], "failed", "mode 0460: a group", "chmod 600")


if __name__ == "__main__":
    unittest.main()
