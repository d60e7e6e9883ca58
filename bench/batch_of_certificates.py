# SPDX-License-Identifier: Apache-2.0
"""(v) A batch of certificates: how many devices a second `expresslink-claim account register batch` registers when each of AWS's
answers takes 50 ms, against one call after the other, which is what the AWS CLI in a loop would at best do."""
import datetime
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import machinery
from rounds import Row, ratios, take_turns

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "integration"))

CLAIM = machinery.BUILD / "command" / "expresslink-claim"
CALL_MS = 50
CALLS = ("ListThingPrincipals", "RegisterCertificateWithoutCA", "CreateThing", "AttachPolicy", "AttachThingPrincipal")
DEVICES = 120
MANY = 100000
RESULT_TITLES = "source,thing,certificate_id,result,why,account,region,policy,thing_type,thing_groups\n"


def births(folder, count, results=False):
    """A CSV of certificates; with results, also a result file which has all of them as registered."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.utcnow()
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Factory")])
    done = [RESULT_TITLES]
    with open(folder / "births.csv", "w") as file:
        file.write("certificate,thing_name\n")
        for number in range(count):
            name = f"device-{number:06}"
            made = (x509.CertificateBuilder().issuer_name(issuer).public_key(key.public_key()).serial_number(number + 1)
                    .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
                    .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=3650)).sign(key, hashes.SHA256()))
            file.write(f"\"{made.public_bytes(serialization.Encoding.PEM).decode()}\",{name}\n")
            done.append(f"births.csv:{number},{name},{made.fingerprint(hashes.SHA256()).hex()},registered,,123456789012,us-east-1,"
                        "expresslink-module,,\n")
    if results:
        (folder / "births.result.csv").write_text("".join(done))
    return folder / "births.csv"


def environment(url):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": url}


def batch(cloud, path, *options):
    done = subprocess.run([CLAIM, "account", "register", "batch", path, "--create-missing", *options], capture_output=True, text=True,
                          env=environment(cloud.url))
    if done.returncode:
        raise SystemExit(f"bench: {done.stderr}")
    return done.stdout


def rate(path, *options):
    """Devices a second, in an account that has none of them, with AWS's limits."""
    from cloud import Cloud

    with Cloud() as cloud:
        cloud.faults(slow_ms=CALL_MS, limits={"iot:RegisterCertificateWithoutCA": 10, "iot:AttachPolicy": 15, "iot:CreateThing": 100,
                                              "iot:AttachThingPrincipal": 100})
        path.with_suffix(".result.csv").unlink(missing_ok=True)
        found = float(re.search(r"([\d.]+) devices per second", batch(cloud, path, *options))[1])
        throttled = cloud.faults(slow_ms=0)["throttled"]
        assert throttled == 0, f"{throttled} calls were beyond AWS's limits"
        return found


def memory(folder):
    """MiB at the peak, of a list that an earlier run has registered."""
    import reading
    from cloud import Cloud

    path = births(folder, MANY, results=True)
    with Cloud() as cloud:
        os.environ.update(environment(cloud.url))
        return reading.run_alone(CLAIM, "account", "register", "batch", path, "--create-missing").memory


def measure(rounds):
    with tempfile.TemporaryDirectory() as folder:
        path = births(Path(folder), DEVICES)
        given = take_turns(rounds, ours=lambda: rate(path), serial=lambda: 1000 / (CALL_MS * len(CALLS)))
        yield Row(f"v  batch of {DEVICES} certificates, {CALL_MS} ms a call", given["ours"], "/s", 9)
        yield Row("v  over one call after the other", ratios(given["ours"], given["serial"]), "x", 2)
        yield Row(f"v  memory at its peak, {MANY:,} certificates", [memory(Path(folder))], "MiB", 128, below=True)
