# SPDX-License-Identifier: Apache-2.0
"""deploy/portal.ini.example, edited as it says."""
import shutil
import subprocess

from sandbox import ROOT

FILE = ROOT / "deploy" / "portal.ini.example"
SECRETS = "/etc/expresslink-portal/secrets"
NAMES = {"server-ca.pem": "AmazonRootCA1.pem", "claim-thing.pem": "claim-thing.pem", "claim-thing.key": "claim-thing.key",
         "observer.pem": "portal-observer.pem", "observer.key": "portal-observer.key"}


def put_secrets(folder):
    """The five files that the example names."""
    made = folder / "made"
    subprocess.run([ROOT / "sandbox" / "certificates.sh", made], check=True)
    for source, target in NAMES.items():
        shutil.copyfile(made / source, folder / target)
    shutil.rmtree(made)


def edited():
    """The text with values in place of <...>."""
    text = FILE.read_text().replace("<ID>-ats.iot.<REGION>", "a1b2c3-ats.iot.us-east-1", 1)
    return text.replace("<ID>-ats.iot.<REGION>", "d4e5f6-ats.iot.us-east-1").replace("<CLAIM-THING>", "claim-thing")
