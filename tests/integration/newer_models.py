# SPDX-License-Identifier: Apache-2.0
"""Debian's botocore, and what AWS IoT has had since: GetThingConnectivityData."""
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
        return model

    loader.load_service_model = load
    return session
