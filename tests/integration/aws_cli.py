# SPDX-License-Identifier: Apache-2.0
"""The AWS CLI of the machine. Debian's is older than the import tasks: it learns of them from a model that is written here, from
the table of calls, and read by the CLI as an addition to its own."""
import json
import os
import shutil
import subprocess

from patience import DEADLINE

DEBIAN = "/usr/bin/aws"

# Operation: method, path, status, {member: shape}. A member's shape is a name below; * is required, / in the path, ? in the query.
OPERATIONS = {
    "StartWirelessDeviceImportTask": ("POST", "/wireless_device_import_task", 201, {
        "*DestinationName": "Text", "ClientRequestToken": "Text", "Tags": "Tags", "*Sidewalk": "Start"}),
    "StartSingleWirelessDeviceImportTask": ("POST", "/wireless_single_device_import_task", 201, {
        "*DestinationName": "Text", "ClientRequestToken": "Text", "DeviceName": "Text", "Tags": "Tags", "*Sidewalk": "Single"}),
    "GetWirelessDeviceImportTask": ("GET", "/wireless_device_import_task/{Id}", 200, {"/Id": "Text"}),
    "ListWirelessDeviceImportTasks": ("GET", "/wireless_device_import_tasks", 200, {"?MaxResults": "Number", "?NextToken": "Text"}),
    "ListDevicesForWirelessDeviceImportTask": ("GET", "/wireless_device_import_task", 200, {
        "?*Id": "Text", "?MaxResults": "Number", "?NextToken": "Text", "?Status": "Text"}),
    "UpdateWirelessDeviceImportTask": ("PATCH", "/wireless_device_import_task/{Id}", 204, {"/Id": "Text", "*Sidewalk": "Start"}),
    "DeleteWirelessDeviceImportTask": ("DELETE", "/wireless_device_import_task/{Id}", 204, {"/Id": "Text"}),
    "CreateDeviceProfile": ("POST", "/device-profiles", 201, {"Name": "Text", "*Sidewalk": "Empty"}),
    "GetDeviceProfile": ("GET", "/device-profiles/{Id}", 200, {"/Id": "Text"}),
}
SHAPES = {
    "Start": {"DeviceCreationFile": "Text", "Role": "Text"},
    "Single": {"SidewalkManufacturingSn": "Text"},
    "Empty": {},
    "Tag": {"Key": "Text", "Value": "Text"},
    "TaskSidewalk": {"DeviceCreationFileList": "Texts", "Role": "Text"},
    "Device": {"Sidewalk": "DeviceSidewalk"},
    "DeviceSidewalk": {"SidewalkManufacturingSn": "Text", "OnboardingStatus": "Text", "OnboardingStatusReason": "Text",
                       "LastUpdateTime": "Text"},
    "ProfileSidewalk": {"ApplicationServerPublicKey": "Text", "QualificationStatus": "Truth", "DakCertificateMetadata": "Daks"},
    "Dak": {"CertificateId": "Text", "MaxAllowedSignature": "Number", "FactorySupport": "Truth", "ApId": "Text", "DeviceTypeId": "Text"},
}
TASK = {"Id": "Text", "Arn": "Text", "DestinationName": "Text", "Sidewalk": "TaskSidewalk", "CreationTime": "Text", "Status": "Text",
        "StatusReason": "Text", "InitializedImportedDeviceCount": "Number", "PendingImportedDeviceCount": "Number",
        "OnboardedImportedDeviceCount": "Number", "FailedImportedDeviceCount": "Number"}
ANSWERS = {
    "StartWirelessDeviceImportTask": {"Id": "Text", "Arn": "Text"},
    "StartSingleWirelessDeviceImportTask": {"Id": "Text", "Arn": "Text"},
    "GetWirelessDeviceImportTask": TASK,
    "ListWirelessDeviceImportTasks": {"NextToken": "Text", "WirelessDeviceImportTaskList": "Tasks"},
    "ListDevicesForWirelessDeviceImportTask": {"NextToken": "Text", "DestinationName": "Text", "ImportedWirelessDeviceList": "Devices"},
    "CreateDeviceProfile": {"Id": "Text", "Arn": "Text"},
    "GetDeviceProfile": {"Id": "Text", "Arn": "Text", "Name": "Text", "Sidewalk": "ProfileSidewalk"},
}
LISTS = {"Tags": "Tag", "Texts": "Text", "Tasks": "Task", "Devices": "Device", "Daks": "Dak"}
PREFIX = "Sandbox"  # their names must not meet those that the CLI has


def _structure(members):
    structure = {"type": "structure", "required": [], "members": {}}
    for marked, shape in members.items():
        name = marked.lstrip("*/?")
        member = structure["members"][name] = {"shape": PREFIX + shape}
        if "*" in marked or "/" in marked:
            structure["required"].append(name)
        if "/" in marked:
            member |= {"location": "uri", "locationName": name}
        if "?" in marked:
            member |= {"location": "querystring", "locationName": name[0].lower() + name[1:]}
    return structure


def write_model(folder):
    """An addition to the model of iotwireless, for AWS_DATA_PATH."""
    shapes = {PREFIX + "Text": {"type": "string"}, PREFIX + "Number": {"type": "long"}, PREFIX + "Truth": {"type": "boolean"}}
    shapes |= {PREFIX + name: {"type": "list", "member": {"shape": PREFIX + shape}} for name, shape in LISTS.items()}
    shapes |= {PREFIX + name: _structure(members) for name, members in {**SHAPES, "Task": TASK}.items()}
    operations = {}
    for name, (method, path, status, members) in OPERATIONS.items():
        shapes[f"{PREFIX}{name}Request"] = _structure(members)
        shapes[f"{PREFIX}{name}Response"] = _structure(ANSWERS.get(name, {}))
        operations[name] = {"name": name, "http": {"method": method, "requestUri": path, "responseCode": status}, "errors": [],
                            "input": {"shape": f"{PREFIX}{name}Request"}, "output": {"shape": f"{PREFIX}{name}Response"}}
    target = folder / "iotwireless" / "2020-11-22"
    target.mkdir(parents=True)
    (target / "service-2.sdk-extras.json").write_text(
        json.dumps({"version": 1.0, "merge": {"operations": operations, "shapes": shapes}}))


def _environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "", **more}


def knows_imports(program):
    done = subprocess.run([program, "iotwireless", "start-wireless-device-import-task", "--generate-cli-skeleton"],
                          env=_environment(), capture_output=True, timeout=DEADLINE)
    return done.returncode == 0


def programs():
    """[(aws, whether it needs the model)]; newer ones beside Debian's count too."""
    found = [shutil.which("aws", path=folder) for folder in os.environ.get("PATH", "").split(":")]
    others = {os.path.realpath(program): program for program in found if program}
    others.pop(os.path.realpath(DEBIAN), None)
    newer = [(program, False) for program in others.values() if knows_imports(program)]
    return ([(DEBIAN, not knows_imports(DEBIAN))] if os.access(DEBIAN, os.X_OK) else []) + newer


class Cli:
    def __init__(self, program, url, folder, model=False, key="sandbox", secret="sandbox"):
        self.program, self.url = program, url
        self.environment = _environment(AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret, AWS_DEFAULT_REGION="us-east-1",
                                        AWS_MAX_ATTEMPTS="1", HOME=str(folder))
        if model:
            write_model(folder / "models")
            self.environment["AWS_DATA_PATH"] = str(folder / "models")

    def __call__(self, *arguments):
        """What it prints, as JSON; an AssertionError with what it says when it fails."""
        done = subprocess.run([self.program, "--endpoint-url", self.url, *map(str, arguments)], env=self.environment,
                              capture_output=True, text=True, timeout=DEADLINE)
        if done.returncode:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout) if done.stdout.startswith("{") else None

    def wireless(self, *arguments):
        return self("iotwireless", *arguments)
