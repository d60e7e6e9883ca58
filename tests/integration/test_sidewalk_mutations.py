# SPDX-License-Identifier: Apache-2.0
"""A sound batch with 10,000 single mutations of rows and entries, at most one a device: `check` finds each of them, in its
class and at its place, and nothing else. SEED repeats a run, MUTATIONS sets how many."""
import base64
import csv
import json
import os
import random
import re
import subprocess
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from patience import LONG_DEADLINE

BUILD = Path(os.environ.get("EXPRESSLINK_BUILD_DIR", Path(__file__).resolve().parents[2] / "build" / "debug")).resolve()
IMPORT = BUILD / "sidewalk" / "sidewalk-import"
BATCH = BUILD / "sandbox" / "sidewalk-batch"
SEED = int(os.environ.get("SEED", random.SystemRandom().getrandbits(32)))
MUTATIONS = int(os.environ.get("MUTATIONS", 10000))
CHAINS = ("ED25519", "P256R1")
HEAD = {"ED25519": 128, "P256R1": 160}
# Findings after which a device is there all the same, and sound.
HARMLESS = {"twice_in_list", "twice_in_log", "unknown_version"}


class Piece:
    """A row or an entry: its bytes, where it goes, and what has to be found there, as (finding, whether with the serial
    number of its device)."""

    def __init__(self, device, position, content, *findings):
        self.device, self.position, self.content, self.findings = device, position, content, list(findings)
        self.smsn = device.smsn
        self.place = None


class Device:
    def __init__(self, number, smsn, entry, rng):
        self.rng, self.smsn, self.entry = rng, smsn, entry
        self.row = Piece(self, number, smsn.encode())
        self.log = Piece(self, number, None)
        self.rows, self.logs = [self.row], [self.log]
        self.text = None  # of the entry, where a mutation is one of its bytes
        self.style = rng.choice(({"indent": 4}, {"separators": (",", ":")}, {}))

    @property
    def data(self):
        return self.entry["device"]["sidewalkData"]

    def key(self, curve):
        return next(key for key in self.data if curve in key)

    def written(self, entry=None):
        return json.dumps(entry or self.entry, **self.style).encode()

    def finish(self):
        if self.log.content is None:
            self.log.content = self.text if self.text is not None else self.written()

    def only_in_log(self):
        self.log.findings.append(("only_in_log", True))

    def only_in_list(self):
        self.row.findings.append(("only_in_list", True))

    def bad(self, finding, known=True):
        """Something is wrong with the entry; not known: one cannot tell whose it is."""
        self.log.findings.append((finding, known))
        if not known:
            self.only_in_list()

    @property
    def sound(self):
        return (bool(self.rows) and bool(self.logs)
                and all(name in HARMLESS for piece in self.rows + self.logs if piece.smsn == self.smsn for name, _ in piece.findings))


# Of rows

def row_is_missing(device):
    device.rows = []
    device.only_in_log()


def row_of_nobody(device):
    other = Piece(device, device.row.position, device.rng.randbytes(32).hex().encode(), ("only_in_list", True))
    other.smsn = other.content.decode()
    device.rows.append(other)


def row_is_there_twice(device):
    form = device.rng.choice((str.lower, str.upper, lambda text: base64.b64encode(bytes.fromhex(text)).decode()))
    device.rows.append(Piece(device, device.row.position + device.rng.random() * 3000, form(device.smsn).encode(),
                             ("twice_in_list", True)))


def row_has_another_length(device):
    at = device.rng.randrange(64)
    device.row.content = device.rng.choice((device.row.content[:at] + device.row.content[at + 1:],
                                            device.row.content[:at] + b"0" + device.row.content[at:]))
    device.row.findings.append(("bad_row", False))
    device.only_in_log()


def row_has_another_character(device):
    at = device.rng.randrange(64)
    wrong = device.rng.choice((b"g", b"O", b" ", b"\0", b"\xff", "ä".encode(), b'"', b"-", b"\x1b", b"=", b","))
    device.row.content = device.row.content[:at] + wrong + device.row.content[at + 1:]
    device.row.findings.append(("bad_row", False))
    device.only_in_log()


def row_has_something_around_it(device):
    before, after = device.rng.choice(((b" ", b""), (b"", b" "), (b"\t", b"\t"), (b"", b","), (b"", b",x"), (b" ", b",,"),
                                       (b'" ', b'"'), (b"", b';"')))[:2]
    device.row.content = before + device.row.content + after
    known = b";" not in after
    device.row.findings.append(("bad_row", known))
    if not known:
        device.only_in_log()


def row_has_an_open_quote(device):
    device.row.content = b'"' + device.row.content
    device.row.findings.append(("bad_row", False))
    device.only_in_log()


def row_is_far_too_long(device):
    device.row.content += b"0" * device.rng.randrange(5000, 20000)
    device.row.findings.append(("bad_row", False))
    device.only_in_log()


def row_is_base64(device):
    device.row.content = base64.b64encode(bytes.fromhex(device.smsn))
    device.row.findings.append(("base64_row", True))


def row_is_another_good_form(device):
    form = device.rng.choice((lambda row: row.upper(), lambda row: b'"' + row + b'"', lambda row: row + b"\r",
                              lambda row: row + b"\n", lambda row: row + b"\r\n\r", lambda row: row.title()))
    device.row.content = form(device.row.content)


# Of entries, as a whole

def entry_is_missing(device):
    device.logs = []
    device.only_in_list()


def entry_is_there_twice(device):
    device.logs.append(Piece(device, device.log.position + device.rng.random() * 3000, device.written(),
                             ("twice_in_log", True)))


def entry_is_contradicted(device):
    other = json.loads(json.dumps(device.entry))
    change = device.rng.randrange(3)
    if change == 0:
        other["device"]["productIdentifier"]["advertisedProductId"] = "oThR"
    elif change == 1:
        del other["device"]["sidewalkData"][device.key(device.rng.choice(CHAINS))]
    else:
        change_byte(device, other, device.rng.choice(CHAINS), 32, 60)
    device.logs.append(Piece(device, device.log.position + device.rng.random() * 3000, device.written(other),
                             ("contradicted", True)))


def entry_is_another_good_form(device):
    """Order of keys, spelling, escapes, unknown keys: nothing of that matters."""
    entry, rng = device.entry, device.rng
    inner = entry["device"]
    for curve in CHAINS:
        key = device.key(curve)
        device.data[rng.choice("sS") + key[1:]] = device.data.pop(key)
    for each in (entry, inner, device.data):
        if rng.random() < 0.5:
            each["more"] = rng.choice((None, 1.5, [[{"version": 3}]], {"serialNumber": ["x"], "": {}}, "\u2028\0", True))
        shuffled = list(each.items())
        rng.shuffle(shuffled)
        each.clear()
        each.update(shuffled)
    inner["serialNumber"] = rng.choice((str.upper, str.lower))(inner["serialNumber"])
    device.text = device.written().replace(b"/", rng.choice((b"/", b"\\/", b"\\u002f")))


# Of what stands in them

NO_TEXTS = (None, 17, 1e300, True, ["x"], {"x": "y"}, [])


def serial_number_is_wrong(device):
    smsn = device.smsn
    wrong = device.rng.choice((smsn[1:], smsn + "0", "", "g" + smsn[1:], smsn + " ", "\u0000" + smsn[1:], *NO_TEXTS))
    device.entry["device"]["serialNumber"] = wrong
    device.bad("bad_entry", False)


def serial_number_is_base64(device):
    device.entry["device"]["serialNumber"] = base64.b64encode(bytes.fromhex(device.smsn)).decode()
    device.bad("bad_entry")


def apid_is_wrong(device):
    device.entry["device"]["productIdentifier"]["advertisedProductId"] = device.rng.choice(("oThR", "eXpl", "eXpL ", "x" * 64))
    device.bad("wrong_apid")


def apid_is_none(device):
    wrong = device.rng.choice(("", "x" * 65, "eX\0L", *NO_TEXTS))
    device.entry["device"]["productIdentifier"]["advertisedProductId"] = wrong
    device.bad("bad_entry")


def version_is_unknown(device):
    device.entry["version"] = device.rng.choice(("4-0-2", "", "4-0-1 ", "5", "4.0.1"))
    device.bad("unknown_version")


def version_is_none(device):
    device.entry["version"] = device.rng.choice(NO_TEXTS)
    device.bad("bad_entry")


def part_is_missing(device):
    inner = device.entry["device"]
    part, of = device.rng.choice((("version", device.entry), ("device", device.entry), ("serialNumber", inner),
                                  ("productIdentifier", inner), ("sidewalkData", inner),
                                  ("advertisedProductId", inner["productIdentifier"])))
    del of[part]
    device.bad("bad_entry", part not in ("device", "serialNumber"))


def part_is_of_another_kind(device):
    inner = device.entry["device"]
    part, of = device.rng.choice((("device", device.entry), ("productIdentifier", inner), ("sidewalkData", inner)))
    of[part] = device.rng.choice((None, 1, "x", [of[part]], False))
    device.bad("bad_entry", part != "device")


def entry_is_no_object(device):
    device.text = device.rng.choice((b"null", b"17", b'"x"', b"[]", b"[{}]", b"true", b"{}"))
    device.bad("bad_entry", False)


def key_is_there_twice(device):
    key = device.rng.choice(("version", "serialNumber", "advertisedProductId", "productIdentifier"))
    text = device.written()
    value = {"productIdentifier": b"{}"}.get(key, b'"4-0-1"')
    found = re.search(rb'"%s": ?' % key.encode(), text)
    end = re.compile(rb'"[^"]*"|\{[^}]*\}').search(text, found.end()).end()
    device.text = text[:end] + b',"%s":' % key.encode() + value + text[end:]
    device.bad("bad_entry")


# Of chains

def change_byte(device, entry, curve, low, high):
    """One bit of bytes low to high (from the end, where it is less than nothing)."""
    data = entry["device"]["sidewalkData"]
    key = next(key for key in data if curve in key)
    chain = bytearray(base64.b64decode(data[key]))
    chain[device.rng.randrange(low % len(chain), high if high > 0 else len(chain) + high)] ^= 1 << device.rng.randrange(8)
    data[key] = base64.b64encode(chain).decode()


def chain_is_missing(device):
    key = device.key(device.rng.choice(CHAINS))
    if device.rng.random() < 0.5:
        del device.data[key]
    else:
        device.data[key] = ""
    device.bad("chain_missing")


def chain_is_no_text(device):
    device.data[device.key(device.rng.choice(CHAINS))] = device.rng.choice(NO_TEXTS)
    device.bad("bad_entry")


def chain_is_no_base64(device):
    key = device.key(device.rng.choice(CHAINS))
    chain = device.data[key]
    at = device.rng.randrange(len(chain))
    device.data[key] = device.rng.choice((chain[:-1], chain[:at] + "=" + chain[at:], chain[:at] + "*" + chain[at + 1:],
                                          chain + "AAAA", chain + "=", chain[:at], "x", chain + "\n", "A" * 20000,
                                          chain[:at] + "\u0000" + chain[at + 1:], chain[:at] + "-_" + chain[at:]))
    if device.data[key] == "":
        device.bad("chain_missing")
    else:
        device.bad("chain_broken")


def chain_lacks_a_certificate(device):
    curve = device.rng.choice(CHAINS)
    size = {"ED25519": 100, "P256R1": 132}[curve]
    chain = base64.b64decode(device.data[device.key(curve)])
    lost = device.rng.randrange(5)
    at = HEAD[curve] + lost * size
    device.data[device.key(curve)] = base64.b64encode(chain[:at] + chain[at + size:]).decode()
    device.bad("chain_broken")


def chain_has_another_authority(device):
    curve = device.rng.choice(CHAINS)
    change_byte(device, device.entry, curve, HEAD[curve], 0)
    device.bad("chain_broken")


def chain_has_another_device_signature(device):
    curve = device.rng.choice(CHAINS)
    change_byte(device, device.entry, curve, 32, HEAD[curve])
    device.bad("chain_broken")


def chain_has_another_serial_number(device):
    change_byte(device, device.entry, device.rng.choice(CHAINS), 0, 32)
    device.bad("chain_foreign")


def chain_is_of_the_other_curve(device):
    one, other = (device.key(curve) for curve in device.rng.sample(CHAINS, 2))
    device.data[one] = device.data[other]
    device.bad("chain_broken")


def chain_is_of_another_device(device):
    for curve in device.rng.choice((CHAINS[:1], CHAINS[1:], CHAINS)):
        device.data[device.key(curve)] = device.neighbour[curve]
        device.bad("chain_foreign")


# Of the JSON

def json_is_broken(device):
    """After the serial number, or before it and it is still there to be found."""
    text = device.written()
    rng = device.rng
    change = rng.choices(range(6), (20, 20, 20, 20, 20, 1))[0]
    quotes = [found.start() for found in re.finditer(b'"', text)]
    if change == 0:  # a quote is lost, or a colon, or a brace that opens (but the first)
        at = rng.choice([found.start() for found in re.finditer(b'[":{]', text)][1:])
        serial = text.find(device.smsn.encode())
        while serial - 20 <= at <= serial + 66:
            at = rng.choice(quotes)
        device.text = text[:at] + text[at + 1:]
    elif change == 1:  # something in between
        at = rng.choice(quotes[1:])
        while text[:at].count(b'"') % 2:
            at = rng.choice(quotes[1:])
        device.text = text[:at] + rng.choice((b"x", b"\0", b"\xff", b",,", b"]", b"//", b"'")) + text[at:]
    elif change == 2:  # something in a text
        chain = device.data[device.key(rng.choice(CHAINS))]
        at = text.find(chain.encode()) + rng.randrange(len(chain))
        device.text = text[:at] + rng.choice((b"\n", b"\0", b"\xff", b"\xc3(", b"\\x", b"\x1b", b'"')) + text[at:]
    elif change == 3:  # the end is lost
        serial = text.find(device.smsn.encode()) + 65
        device.text = text[:rng.randrange(serial, len(text) - 1)]
    elif change == 4:  # deep
        depth = rng.choice((64, 1000, 5000))
        at = rng.choice([found.end() for found in re.finditer(rb"\{", text)])
        opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
        device.text = text[:at] + b'"deep":' + opening * depth + b"1" + closing * depth + b"," + text[at:]
    else:  # far too long
        at = text.find(b"{", 1) + 1
        device.text = text[:at] + b'"long":"' + b"x" * (3 << 19) + b'",' + text[at:]
    device.bad("bad_log")


KINDS = [value for name, value in list(globals().items())
         if callable(value) and name.split("_")[0] in ("row", "entry", "serial", "apid", "version", "part", "key", "chain", "json")]


class Mutations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sidewalk-")))
        print(f"SEED={SEED} MUTATIONS={MUTATIONS}", flush=True)
        cls.rng = random.Random(SEED)
        subprocess.run([BATCH, "--devices", str(MUTATIONS * 5 // 4 + 10), cls.folder / "batch"], check=True,
                       stdout=subprocess.DEVNULL, timeout=LONG_DEADLINE)
        log = json.loads((cls.folder / "batch" / "control-log.json").read_bytes())
        smsns = (cls.folder / "batch" / "devices.csv").read_text().split()[1:]
        cls.devices = [Device(number, smsn, entry, cls.rng) for number, (smsn, entry)
                       in enumerate(zip(smsns, log["controlLogs"]))]
        for device, neighbour in zip(cls.devices, cls.devices[1:] + cls.devices[:1]):
            device.neighbour = {curve: neighbour.data[neighbour.key(curve)] for curve in CHAINS}
        cls.applied = Counter()
        for device in cls.rng.sample(cls.devices, MUTATIONS):
            kind = cls.rng.choice(KINDS)
            kind(device)
            device.kind = kind.__name__
            cls.applied[kind.__name__] += 1
        for device in cls.devices:
            device.finish()
        cls.write_list()
        cls.write_logs()

    @classmethod
    def write_list(cls):
        rows = sorted((row for device in cls.devices for row in device.rows), key=lambda row: row.position)
        content, line = b"smsn\n", 2
        cls.list = cls.folder / "list.csv"
        parts = [content]
        for row in rows:
            row.place = (str(cls.list), line)
            written = row.content + b"\n"
            line += len(re.findall(rb"\r\n|\r|\n", written))
            parts.append(written)
        cls.list.write_bytes(b"".join(parts))

    @staticmethod
    def part_broken_ones(entries):
        """The next entry is known by its first key: two mutations must not meet."""
        plain = [index for index, entry in enumerate(entries) if not hasattr(entry.device, "kind")]
        for index in range(len(entries) - 1):
            while plain and plain[0] <= index + 1:
                plain.pop(0)
            if ("bad_log", True) in entries[index].findings and hasattr(entries[index + 1].device, "kind") and plain:
                other = plain.pop(0)
                entries[index + 1], entries[other] = entries[other], entries[index + 1]

    @staticmethod
    def put_copies_second(entries):
        """Of two entries of a device the second one is found: parting may have moved the first one behind it."""
        at = {entry: index for index, entry in enumerate(entries)}
        for device in {entry.device for entry in entries if len(entry.device.logs) > 1}:
            for index, entry in zip(sorted(at[log] for log in device.logs), device.logs):
                entries[index] = entry

    @classmethod
    def write_logs(cls):
        """Three logs: two of one document each, and one of a document an entry."""
        entries = sorted((log for device in cls.devices for log in device.logs), key=lambda log: log.position)
        cls.part_broken_ones(entries)
        cls.put_copies_second(entries)
        third = len(entries) // 3
        cls.logs = []
        for number, part in enumerate((entries[:third], entries[third:2 * third], entries[2 * third:])):
            path = cls.folder / f"log-{number}.json"
            head, between, tail = ((b'{"controlLogs":[', b",\n", b"]}\n"), (b'{ "made":{"by":[1]},\r\n "controlLogs" : [ ', b",",
                                   b' ], "end":true}'), (b'{"controlLogs":[', b']}{"controlLogs":[', b"]}"))[number]
            with path.open("wb") as out:
                out.write(head)
                for index, entry in enumerate(part):
                    out.write(between if index else b"")
                    entry.place = (str(path), out.tell())
                    out.write(entry.content)
                    entry.end = out.tell() + len(between) + 20  # an open quote ends at the next one
                out.write(tail)
            cls.logs.append(path)

    def expected(self, verified):
        """{(finding, file, line or byte, serial number): the piece}; of what is broken, also where it ends."""
        for device in self.devices:
            for piece in device.rows + device.logs:
                for name, known in piece.findings:
                    if not verified and getattr(device, "kind", "") == "chain_has_another_device_signature":
                        continue
                    yield piece, name, piece.smsn if known else ""

    def check(self, *arguments):
        differences = self.folder / "differences.csv"
        command = [IMPORT, "check", "--csv", self.list, "--control-log", *self.logs, "--differences", differences, "--json",
                   *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONG_DEADLINE)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        with differences.open(newline="") as file:
            return json.loads(done.stdout), list(csv.DictReader(file))

    def compare(self, result, rows, verified):
        wanted, broken = {}, {}
        for piece, name, smsn in self.expected(verified):
            if name == "bad_log":
                broken.setdefault((piece.place[0], smsn), []).append(piece)
            else:
                key = (name, *map(str, piece.place), smsn)
                wanted.setdefault(key, []).append(piece)
        invented = []
        for row in rows:
            smsn, place = row["smsn"], row["line"] or row["byte"]
            if row["finding"] == "bad_log":
                pieces = broken.get((row["file"], smsn), [])
                piece = next((piece for piece in pieces if piece.place[1] <= int(place) <= piece.end), None)
            else:
                pieces = wanted.get((row["finding"], row["file"], place, smsn), [])
                piece = pieces[0] if pieces else None
            if piece is None:
                invented.append(row)
            else:
                pieces.remove(piece)
        missed = [(key[0], getattr(piece.device, "kind", ""), piece.place, piece.device.smsn)
                  for key, pieces in (*wanted.items(), *broken.items()) for piece in pieces]
        found = Counter(row["finding"] for row in rows)
        message = "\n".join((f"SEED={SEED}: {len(missed)} missed, {len(invented)} invented", *map(str, missed[:5]),
                             *map(str, invented[:5])))
        if missed or invented:
            self.fail(message)
        self.assertEqual({name: count for name, count in result["totals"].items() if count}, dict(found))
        matched = sum(device.sound or not verified and getattr(device, "kind", "") == "chain_has_another_device_signature"
                      for device in self.devices)
        self.assertEqual((result["matched"], result["may_start"]), (matched, False))

    def test_every_mutation_is_found_in_its_class_and_nothing_else(self):
        result, rows = self.check("--verify-signatures")
        self.assertEqual(len(self.applied), len(KINDS), "a kind of mutation was never made")
        self.compare(result, rows, True)
        print(f"{sum(self.applied.values())} mutations of {len(KINDS)} kinds, {len(rows)} findings: none missed, none invented")

    def test_without_device_signatures_only_those_are_not_found(self):
        result, rows = self.check()
        self.compare(result, rows, False)

    def test_the_corrected_list_has_what_is_good(self):
        corrected = self.folder / "corrected.csv"
        self.check("--corrected", corrected)
        rows = sorted((row for device in self.devices for row in device.rows), key=lambda row: row.position)
        bad = {"bad_row", "twice_in_list"}
        wanted = []
        for row in rows:
            if not bad & {name for name, _ in row.findings}:
                text = row.content.decode().strip('"\r\n')
                wanted.append(text if len(text) == 64 else base64.b64decode(text).hex())
        self.assertEqual(corrected.read_text().split("\n"), ["smsn", *wanted, ""])


if __name__ == "__main__":
    unittest.main()
