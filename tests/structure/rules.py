# SPDX-License-Identifier: Apache-2.0
"""The rules of the house. Each takes the root of the tree and gives a list of what breaks it, as "file: what"."""

import re
import subprocess
from pathlib import Path

ROOMS = ("base", "claim", "ownership", "decode", "label", "command", "aws", "account", "sidewalk", "server", "sandbox", "bench", "tests")

# Who may include whom; the longest path that fits a file counts. Tests may include anything.
MAY_INCLUDE = {
    "base": ("base/",),
    "claim": ("base/", "claim/"),
    "ownership": ("base/", "claim/", "ownership/"),
    "decode": ("base/", "decode/"),
    "aws": ("base/", "aws/"),
    "account": ("base/", "claim/", "aws/", "account/"),
    "account/keys": ("base/", "account/keys/"),
    "account/policy": ("base/", "claim/settings.h", "account/policy/"),
    "account/policy/decision": ("account/policy/",),
    "account/policy/request": ("account/policy/",),
    "account/policy/condition": ("account/policy/",),
    "account/policy/pattern": ("account/policy/",),
    "account/probe": ("base/", "claim/", "account/keys/", "account/probe/"),
    "account/setup": ("base/", "claim/", "aws/", "account/keys/", "account/policy/", "account/oem_account.h",
                      "account/provisioning_template.h", "account/setup/"),
    "account/enrolment": ("base/", "claim/", "aws/", "account/keys/", "account/policy/", "account/setup/setup.h",
                          "account/oem_account.h", "account/provisioning_template.h", "account/thing_name.h",
                          "account/setup/requested_certificate.h", "account/enrolment/"),
    "sidewalk": ("base/", "aws/", "sidewalk/"),
    "label": ("base/", "claim/", "decode/decode.h", "decode/process.h", "decode/pool.h", "label/"),
    "command": ("base/", "claim/", "decode/decode.h", "decode/picture.h", "decode/process.h", "decode/pool.h", "label/",
                "aws/arguments.h", "aws/request.h", "aws/session.h", "account/", "command/"),
    "sandbox": ("base/", "claim/", "sidewalk/smsn.h", "sidewalk/certificate_chain.h", "account/policy/decision.h",
                "sandbox/"),
    "bench": ("base/", "claim/", "ownership/", "decode/", "sidewalk/", "server/", "bench/"),
    "server": ("base/", "claim/", "ownership/", "decode/decode.h", "decode/pool.h", "server/"),
    "server/registration": ("base/", "claim/", "ownership/", "server/registration.h"),
    "server/store": ("base/", "claim/", "ownership/", "server/registration.h", "server/store/"),
    "server/http": ("base/", "server/http/"),
    "server/identity": ("base/", "aws/http.h", "server/store/", "server/identity/"),
    "server/onboarding": ("base/", "claim/", "aws/", "server/registration.h", "server/store/", "server/onboarding/"),
    "server/page": ("base/", "claim/", "ownership/", "server/registration.h", "server/page/"),
    "server/portal": ("base/", "claim/", "ownership/", "decode/pool.h", "server/registration.h", "server/store/", "server/http/", "server/identity/",
                      "server/onboarding/", "server/page/", "server/portal/"),
    "server/public": ("base/", "claim/", "ownership/", "server/registration.h", "server/store/", "server/http/", "server/identity/", "server/onboarding/",
                      "server/page/", "server/portal/", "server/public/"),
    "server/api": ("base/", "claim/", "ownership/", "decode/decode.h", "decode/pool.h", "server/registration.h", "server/store/",
                   "server/http/", "server/onboarding/", "server/page/", "server/portal/", "server/api/"),
    "server/admin": ("base/", "claim/", "ownership/", "decode/decode.h", "decode/pool.h", "server/registration.h", "server/store/",
                     "server/http/", "server/onboarding/", "server/page/", "server/portal/", "server/process_limits.h", "server/admin/"),
    "server/operator": ("base/", "server/settings.h", "server/store/", "server/operator/"),
    "server/routes": ("decode/decode.h", "server/http/", "server/public/", "server/api/", "server/admin/",
                      "server/routes.h"),
}

# One file for each foreign library; where there are more, they have names. bench/ and tests/ may use what they compare
# with.
LIBRARIES = {
    "microhttpd.h": ("server/http/carrier.h", "server/http/daemon.c", "server/http/library_answer.c", "server/http/response.c",
                     "sandbox/cloud/listener.c"),
    "sqlite3.h": ("server/store/engine/sqlite.c", "server/store/engine/sqlite_backup.c",
                  "server/store/engine/sqlite_connection.c", "server/store/engine/sqlite_contents.c",
                  "server/store/engine/sqlite_restore.c", "server/store/engine/sqlite_scrub.c"),
    "libpq-fe.h": ("server/store/engine/postgresql_connection.h",),
    "MQTTAsync.h": ("claim/mqtt_private.h",),
    "ini.h": ("base/ini_pairs.c",),
    "curl/": ("aws/http.c",),
    "yajl/": ("sidewalk/log_parser.c",),
    "expat.h": ("aws/xml.c",),
    "kainjow/": ("server/page/template.cpp",),
    "qrencode.h": ("base/qr_code.c",),
    "csv.h": ("base/csv_rows.c", "sidewalk/serial_list.c"),
    "ZXing/": ("decode/zxing.cpp",),
    "ReadBarcode.h": ("decode/zxing.cpp",),
    "jpeglib.h": ("decode/jpeg.c",),
    "jerror.h": ("decode/jpeg.c",),
    "ft2build.h": ("label/font.c",),
    "freetype/": ("label/font.c",),
    "png.h": ("decode/png.c", "label/label_png.c"),
    "webp/": ("decode/webp.c",),
    "seccomp.h": ("decode/confine.c",),
    "cjson/": ("base/json.h", "account/policy/condition.h", "account/policy/decision.h", "server/page/catalogue.c", "server/api/registration_json.h",
               "sandbox/account_events.c", "sandbox/iot_account.h", "sandbox/template_evaluation.h", "sandbox/registry.h"),
    "openssl/": ("base/digest.c", "claim/connection_check.c", "claim/mqtt_library.c", "claim/tls_policy.c", "claim/tls_policy.h",
                 "claim/tls_stream.c", "account/keys/private_key.c", "account/keys/certificate.c",
                 "account/keys/certificate_issue.c", "account/keys/signing_request.c", "account/keys/key_private.h",
                 "account/probe/tls.c", "sidewalk/certificate_chain.c", "sandbox/sidewalk_hsm.c",
                 "sandbox/cloud/signature.c", "sandbox/cloud/x509.c", "sandbox/cloud/x509_issuer.c",
                 "sandbox/cloud/x509_private.h", "sandbox/account_events.c", "sandbox/birth_authority.c",
                 "sandbox/iot_account.h", "sandbox/issuer.c", "sandbox/issuer.h",
                 "sandbox/peer_certificate.c", "sandbox/peer_certificate.h",
                 "sandbox/template_evaluation.c", "sandbox/template_evaluation.h", "sandbox/staging_plugin.c",
                 "sandbox/trust_folder.c", "server/identity/jwks.c"),
    "mosquitto": ("sandbox/mosquitto_api.h",),
}

# The C and C++ libraries and the kernel.
SYSTEM = """arpa/inet.h assert.h ctype.h dirent.h dlfcn.h errno.h fcntl.h getopt.h inttypes.h langinfo.h libgen.h limits.h linux/capability.h locale.h malloc.h math.h netdb.h
netinet/in.h netinet/tcp.h poll.h pthread.h pwd.h regex.h sched.h search.h semaphore.h setjmp.h signal.h spawn.h stdalign.h
stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h sys/epoll.h sys/eventfd.h
sys/file.h sys/ioctl.h sys/mman.h sys/prctl.h sys/random.h sys/resource.h sys/select.h sys/signalfd.h sys/socket.h
sys/stat.h sys/syscall.h sys/time.h sys/timerfd.h sys/timex.h sys/types.h sys/uio.h sys/un.h sys/wait.h sysexits.h syslog.h termios.h threads.h time.h unistd.h
algorithm cstddef cstdlib cstring exception functional memory new string utility vector""".split()

SOURCES = (".c", ".h", ".cpp")
# Files of these kinds can hold no comment, or are data.
NO_COMMENTS = (".json", ".txt", ".log", ".png", ".jpg", ".webp", ".pem", ".ico", ".woff2", ".mustache", ".csv", ".lock")
GENERATED = ("__pycache__", "node_modules", "build")


def files(root, folders=ROOMS, suffixes=None):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root)
            if (path.is_file() and not any(part in GENERATED or part.startswith(".") for part in inside.parts)
                    and (suffixes is None or path.suffix in suffixes)):
                yield inside


def includes(root, file):
    for line in (root / file).read_text().splitlines():
        found = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if found:
            yield found.groups()


def allowed_for(file):
    name = file.as_posix()
    return max((room for room in MAY_INCLUDE if name.startswith(room + "/") or name.startswith(room + ".")),
               key=len, default=None)


def direction(root):
    """base <- claim <- server, and inside server/: nothing includes back."""
    for file in files(root, suffixes=SOURCES):
        room = allowed_for(file)
        for kind, header in includes(root, file):
            if kind == "<":
                continue
            if not (root / header).is_file():
                yield f"{file}: includes \"{header}\", which is no path from the root of the tree"
            elif room and not header.startswith(MAY_INCLUDE[room]):
                yield f"{file}: includes \"{header}\", but {room} may only include {', '.join(MAY_INCLUDE[room])}"


# Circles that are still to be opened; each has to be there, so that this list only gets shorter.
KNOWN_CIRCLES = ()


def graph(root):
    """Which files include which; a source and the header of its name are one."""
    edges = {}
    for file in files(root, suffixes=SOURCES):
        name = file.with_suffix("").as_posix()
        edges.setdefault(name, set()).update(
            header.rsplit(".", 1)[0] for kind, header in includes(root, file)
            if kind == '"' and header.rsplit(".", 1)[0] != name)
    return edges


def reachable(edges, start):
    seen, todo = set(), [start]
    while todo:
        for name in edges.get(todo.pop(), ()):
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return seen


def find_circles(root):
    edges = graph(root)
    reach = {name: reachable(edges, name) for name in edges}
    return {tuple(sorted(other for other in reach[name] if name in reach.get(other, ())))
            for name in edges if name in reach[name]}


def circles(root):
    """No two files include each other, not by way of others either, inside a folder as little as across."""
    found = find_circles(root)
    for circle in sorted(found - set(KNOWN_CIRCLES)):
        yield f"{', '.join(circle)}: include each other in a circle"
    for circle in sorted(set(KNOWN_CIRCLES) - found):
        yield f"{', '.join(circle)}: no circle any more (KNOWN_CIRCLES)"


def libraries(root):
    """A foreign library is included where its name stands in LIBRARIES, and nowhere else."""
    for file in files(root, suffixes=SOURCES):
        if file.parts[0] in ("bench", "tests"):
            continue
        for kind, header in includes(root, file):
            if kind != "<" or header in SYSTEM:
                continue
            owners = next((owners for name, owners in LIBRARIES.items() if header.startswith(name)), None)
            if owners is None:
                yield f"{file}: includes <{header}>, which is no library of this program"
            elif file.as_posix() not in owners:
                yield f"{file}: includes <{header}>, which only {', '.join(owners) or 'nobody'} may"


def claim_is_pure(root):
    """claim/ knows no HTTP and no SQL."""
    words = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|sqlite|microhttpd|HTTP/1|Content-Type)\b")
    for file in files(root, ("claim",), SOURCES):
        for number, line in enumerate((root / file).read_text().splitlines(), 1):
            if words.search(line):
                yield f"{file}:{number}: speaks of {words.search(line).group()}"


def licences(root):
    """An SPDX line within the first three lines of every file that can have one."""
    tops = [Path(name) for name in ("CMakeLists.txt", "run", "test", "Dockerfile", "compose.yaml", ".clang-tidy",
                                    ".clang-format", ".ci/run") if (root / name).is_file()]
    tops += [path.relative_to(root) for path in sorted(root.glob("*.md"))]
    for file in [*files(root, (*ROOMS, "deploy", "static")), *tops]:
        if "corpus" in file.parts or file.suffix in NO_COMMENTS and file.name != "CMakeLists.txt":
            continue
        head = "\n".join((root / file).read_text(errors="replace").splitlines()[:3])
        if "SPDX-License-Identifier: Apache-2.0" not in head:
            yield f"{file}: has no SPDX line"


def guards(root):
    """The guard of server/http/url.h is SERVER_HTTP_URL_H, and stands around everything."""
    for file in files(root, suffixes=(".h",)):
        guard = re.sub(r"[^A-Z0-9]", "_", file.as_posix().upper())
        text = (root / file).read_text()
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.S).strip()
        if not re.match(rf"#ifndef {guard}\n#define {guard}\n", code) or not code.endswith("#endif"):
            yield f"{file}: is not guarded by {guard}"


def leftovers(root):
    """What is not done stands in an issue, not in the source."""
    for file in files(root, (*ROOMS, "deploy", "static", "templates")):
        if "corpus" in file.parts or file.parent == Path("tests/structure"):
            continue
        for number, line in enumerate((root / file).read_text(errors="replace").splitlines(), 1):
            if re.search(r"\b(TODO|FIXME|XXX)\b", line):
                yield f"{file}:{number}: {line.strip()[:60]}"


def configuration(root, portal):
    """The README's table of keys is what --document-config prints."""
    readme = (root / "README.md").read_text()
    found = re.search(r"^<!-- configuration -->\n(.*?)^<!-- /configuration -->$", readme, re.S | re.M)
    if not found:
        yield "README.md: has no <!-- configuration --> ... <!-- /configuration -->"
        return
    printed = subprocess.run([portal, "--document-config"], check=True, capture_output=True, text=True).stdout
    written, wanted = found.group(1).strip().splitlines(), printed.strip().splitlines()
    for line in wanted:
        if line not in written:
            yield f"README.md: lacks {line}"
    for line in written:
        if line not in wanted:
            yield f"README.md: should not have {line}"
    if not any((set(written) ^ set(wanted),)) and written != wanted:
        yield "README.md: has the keys in another order"


def image(root):
    """What the programs are built from goes into the image's build."""
    kept = (root / ".dockerignore").read_text().splitlines() if (root / ".dockerignore").is_file() else []
    for room in ROOMS:
        if room not in ("bench", "tests") and (root / room).is_dir() and f"!{room}" not in kept:
            yield f".dockerignore: leaves {room}/ out"


def deadlines(root):
    """What the tests wait for comes from one place, which scales it (EXPRESSLINK_TEST_PATIENCE): no number of their own. A second
    or less is a step of something that is tried again."""
    number = re.compile(r"\bTIMEOUT \d|\b(?:timeout|seconds)=(?:[2-9]|\d\d)|\.(?:wait|join|settimeout)\([1-9]|assertLess\w*\(.*\b"
                        r"(?:monotonic|time\.time|perf_counter)\(")
    for file in files(root, ("tests",), (".py", ".txt")):
        if file.parts[1] == "structure" and file.suffix == ".py":
            continue
        for line_number, line in enumerate((root / file).read_text(errors="replace").splitlines(), 1):
            if "corpus" not in file.parts and number.search(line):
                yield f"{file}:{line_number}: has a time of its own: {line.strip()[:80]}"


def python_names(root):
    """Measurements and tests import each other's modules by name: one name, one file."""
    seen = {}
    for file in files(root, ("bench", "tests"), (".py",)):
        if file.parent.as_posix() not in ("bench", "tests/integration", "tests/pictures", "tests/deploy"):
            continue
        if file.stem in seen:
            yield f"{file}: is called as {seen[file.stem]}, and stands on one path with it"
        seen.setdefault(file.stem, file)


def documents(root):
    """What a document names is there: links, and paths from the root of the tree."""
    folders = "|".join((*ROOMS, "deploy", "static", "templates", "docs"))
    for document in sorted(root.glob("*.md")) + sorted(root.glob("*/README.md")):
        text = document.read_text()
        for target in re.findall(r"\]\(([^)#\s]+)\)", text):
            if "://" not in target and not (document.parent / target).exists():
                yield f"{document.relative_to(root)}: links to {target}, which is not there"
        for path in re.findall(rf"(?<![\w/.$\-])((?:{folders})/[\w./<>*\-]*)", text):
            path = path.rstrip(".")
            if not re.search("[<>*]", path) and not (root / path).exists() and not (document.parent / path).exists():
                yield f"{document.relative_to(root)}: names {path}, which is not there"


# What exists once: how it is recognized where it is written again, and the files that may.
ONCE = {
    "JSON (base/json_writer.h)": (r'\\":(\\")?%', ()),
    "base64 (base/base64.h)": (r"EVP_(En|De)code(Block|Update)|BIO_f_base64|YZabcdefghijklmnopqrstuvwxyz0123456789\+/", ("base/base64.c",)),
    "hex (base/hex.h)": (r'isxdigit|%02[xX]|= "0123456789abcdef"', ("base/hex.c", "base/percent.c", "decode/decode.c", "sandbox/sidewalk_hsm.c")),
    "percent-encoding (base/percent.h)": (r"%%%02", ("base/percent.c",)),
    "splitting lines (base/lines.h)": (r"\bmemchr\([^;]*'\\n'|\bstrsep\(", ("base/lines.c",)),
    "a byte order mark (base/utf8.h)": (r"(?i)\\xef.{0,6}\\xbb.{0,6}\\xbf", ("base/utf8.c",)),
    "drawing a line again (base/progress.h)": (r"\\r\\033|\\033\[(K|J|%dA)", ("base/progress.c",)),
}


def once(root):
    """One way to do a thing: what base/ has is not written again."""
    for file in files(root, suffixes=(".c", ".cpp")):
        if file.parts[0] in ("bench", "tests"):
            continue
        for number, line in enumerate((root / file).read_text().splitlines(), 1):
            for what, (pattern, owners) in ONCE.items():
                if file.as_posix() not in owners and re.search(pattern, line):
                    yield f"{file}:{number}: {what} is written again"


RULES = (direction, circles, libraries, claim_is_pure, licences, guards, leftovers, once, image, deadlines, python_names, documents)
