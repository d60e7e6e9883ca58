# SPDX-License-Identifier: Apache-2.0
"""deploy/portal.ini.example: it has every key of the configuration table, and is right once it is edited as it says."""
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

from example_ini import FILE, NAMES, SECRETS, edited, put_secrets
from patience import DEADLINE
from portal import PROGRAM

EXAMPLE = FILE.read_text()
SECTIONS = {"staging.<NAME>": "staging.acme", "staging.<NAME>.<NUMBER>": "staging.acme.2", "endpoint.<NAME>": "endpoint.home",
            "product.<NAME>": "product.toaster", "product.<NAME>.<NAME>": "product.toaster.size"}
# They need not be there.
OPTIONAL = ("staging.acme.2", "product.toaster", "product.toaster.size")


def portal(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=DEADLINE)


def table():
    """(section, key): default, or None where the key must be given; and what the key means."""
    rows = re.findall(r"^\| `\[(.*?)\]` `(.*?)` \| (.*?) \| (.*) \| `\w.*` \|$", portal("--document-config").stdout, re.M)
    defaults = {"required": None, "none": ""}
    return {(SECTIONS.get(section, section), key): (defaults.get(value, value.strip("`").replace("\\|", "|")),
                                                    re.sub(r" \(`(.*)`\)$", choices, meaning))
            for section, key, value, meaning in rows}


def choices(match):
    return f" One of: {match[1].replace(chr(92) + '|', ', ')}."


def example():
    """(section, key): value and whether it is a comment."""
    found, section = {}, None
    for line in EXAMPLE.splitlines():
        if head := re.fullmatch(r"(?:; )?\[([\w.]+)\]", line):
            section = head[1]
        elif pair := re.fullmatch(r"(; )?(\w+) =(?: (.*))?", line):
            found[section, pair[2]] = (pair[3] or "", bool(pair[1]))
    return found


def example_of_the_table():
    """The file as it should be: what it says before the first section and above sections, its values, and the table's rest."""
    written, have, previous = [EXAMPLE.partition("\n[")[0].rstrip("\n")], example(), None
    above = {section: line for line, section in re.findall(r"\n\n(; .*\n)(?:; )?\[([\w.]+)\]", EXAMPLE)}
    for (section, key), (default, meaning) in table().items():
        comment = "; " if section in OPTIONAL else ""
        if section != previous:
            written.append(f"\n{above.get(section, '')}{comment}[{section}]")
        previous = section
        written += textwrap.wrap(meaning, 120, initial_indent="; ", subsequent_indent="; ")
        value, is_comment = have.get((section, key), (default or "...", True))
        if is_comment and default is not None:
            value = default
        written.append(f"{'; ' if is_comment else ''}{key} = {value}".rstrip())
    return "\n".join(written) + "\n"


class Example(unittest.TestCase):
    def test_it_has_every_key_with_its_default_and_no_other(self):
        self.assertEqual(EXAMPLE, example_of_the_table(), "deploy/portal.ini.example: run tests/deploy/test_portal_ini_example.py "
                         "--write, with tests/integration in PYTHONPATH")

    def test_what_must_be_given_is_given(self):
        given = {place for place, (_, is_comment) in example().items() if not is_comment}
        wanted = {place for place, (default, _) in table().items() if default is None and place[0] not in OPTIONAL}
        self.assertEqual(wanted - given, set())

    def test_the_address_is_what_people_open(self):
        self.assertEqual(example()["http", "public_url"], ("http://127.0.0.1:8080", False))

    def test_it_is_wrong_until_it_is_edited(self):
        with tempfile.TemporaryDirectory() as folder:
            ini = Path(folder) / "portal.ini"
            ini.write_text(EXAMPLE)
            self.assertEqual(portal("--config", ini, "--check-config").returncode, 78)

    def test_it_is_right_once_it_is_edited_as_it_says(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            put_secrets(folder)
            for file in NAMES.values():
                self.assertIn(f"{SECRETS}/{file}\n", EXAMPLE)
            # What differs from the container: its folders.
            text = edited().replace(SECRETS, name).replace("; url = sqlite:/var/lib/expresslink-portal/", f"url = sqlite:{name}/")
            (folder / "portal.ini").write_text(text)
            checked = portal("--config", folder / "portal.ini", "--check-config")
            self.assertEqual(checked.returncode, 0, checked.stderr)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(example_of_the_table())
    else:
        unittest.main()
