# SPDX-License-Identifier: Apache-2.0
"""Debian's botocore, and what AWS IoT and AWS IoT Wireless have had since: GetThingConnectivityData, import tasks."""
import botocore.session

OPERATION = {
    "name": "GetThingConnectivityData", "http": {"method": "POST", "requestUri": "/things/{thingName}/connectivity-data"},
    "input": {"shape": "GetThingConnectivityDataRequest"}, "output": {"shape": "GetThingConnectivityDataResponse"},
    "errors": [{"shape": f"{name}Exception"} for name in ("InvalidRequest", "Throttling", "Unauthorized", "ServiceUnavailable",
                                                          "InternalFailure", "ResourceNotFound", "IndexNotReady")]}
REASONS = ["AUTH_ERROR", "CLIENT_INITIATED_DISCONNECT", "CLIENT_ERROR", "CONNECTION_LOST", "DUPLICATE_CLIENTID", "FORBIDDEN_ACCESS",
           "MQTT_KEEP_ALIVE_TIMEOUT", "SERVER_ERROR", "SERVER_INITIATED_DISCONNECT", "THROTTLED", "WEBSOCKET_TTL_EXPIRATION",
           "CUSTOMAUTH_TTL_EXPIRATION", "UNKNOWN", "NONE"]
SHAPES = {
    "GetThingConnectivityDataRequest": {"type": "structure", "required": ["thingName"], "members": {
        "thingName": {"shape": "ConnectivityApiThingName", "location": "uri", "locationName": "thingName"}}},
    "GetThingConnectivityDataResponse": {"type": "structure", "members": {
        "thingName": {"shape": "ConnectivityApiThingName"}, "connected": {"shape": "Boolean"},
        "timestamp": {"shape": "ConnectivityTime"}, "disconnectReason": {"shape": "DisconnectReasonValue"}}},
    "ConnectivityApiThingName": {"type": "string", "max": 128, "min": 1, "pattern": "[a-zA-Z0-9:_-]+"},
    "ConnectivityTime": {"type": "timestamp"},
    "DisconnectReasonValue": {"type": "string", "enum": REASONS}}


def _import_operation(name, method, uri, has_output=True):
    operation = {"name": name, "http": {"method": method, "requestUri": uri}, "input": {"shape": f"{name}Request"}}
    return operation | ({"output": {"shape": f"{name}Response"}} if has_output else {})


def _query(shape, name):
    return {"shape": shape, "location": "querystring", "locationName": name}


IMPORT_OPERATIONS = [
    _import_operation("StartWirelessDeviceImportTask", "POST", "/wireless_device_import_task"),
    _import_operation("GetWirelessDeviceImportTask", "GET", "/wireless_device_import_task/{Id}"),
    _import_operation("ListWirelessDeviceImportTasks", "GET", "/wireless_device_import_tasks"),
]
IMPORT_SHAPES = {
    "StartWirelessDeviceImportTaskRequest": {"type": "structure", "required": ["DestinationName", "Sidewalk"], "members": {
        "DestinationName": {"shape": "DestinationName"}, "ClientRequestToken": {"shape": "ClientRequestToken"},
        "Tags": {"shape": "TagList"}, "Positioning": {"shape": "ImportPositioning"}, "Sidewalk": {"shape": "ImportSidewalk"}}},
    "ImportSidewalk": {"type": "structure", "required": ["DeviceCreationFile", "Role"], "members": {
        "DeviceCreationFile": {"shape": "ImportFile"}, "Role": {"shape": "ImportRole"},
        "Positioning": {"shape": "ImportPositioningPlace"}}},
    "ImportPositioningPlace": {"type": "structure", "members": {"DestinationName": {"shape": "DestinationName"}}},
    "ImportPositioning": {"type": "string", "enum": ["Enabled", "Disabled"]},
    "ImportFile": {"type": "string", "max": 1024}, "ImportRole": {"type": "string", "max": 2048},
    "ImportId": {"type": "string", "max": 256}, "ImportPage": {"type": "integer", "max": 250, "min": 0},
    "ImportToken": {"type": "string", "max": 4096},
    "GetWirelessDeviceImportTaskRequest": {"type": "structure", "required": ["Id"], "members": {
        "Id": {"shape": "ImportId", "location": "uri", "locationName": "Id"}}},
    "ListWirelessDeviceImportTasksRequest": {"type": "structure", "members": {
        "MaxResults": _query("ImportPage", "maxResults"), "NextToken": _query("ImportToken", "nextToken")}},
    **{f"{operation['name']}Response": {"type": "structure", "members": {}} for operation in IMPORT_OPERATIONS}}


def new_session():
    session = botocore.session.Session()
    loader = session.get_component("data_loader")
    known = loader.load_service_model

    def load(service_name, type_name, api_version=None):
        model = known(service_name, type_name, api_version)
        if (service_name, type_name) == ("iot", "service-2"):
            model["operations"].setdefault(OPERATION["name"], OPERATION)
            for shape, what in SHAPES.items():
                model["shapes"].setdefault(shape, what)
        if (service_name, type_name) == ("iotwireless", "service-2"):
            for operation in IMPORT_OPERATIONS:
                model["operations"].setdefault(operation["name"], operation)
            for shape, what in IMPORT_SHAPES.items():
                model["shapes"].setdefault(shape, what)
        return model

    loader.load_service_model = load
    return session
