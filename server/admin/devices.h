/* SPDX-License-Identifier: Apache-2.0 */
/* Devices and their owners, for staff: GET /disputes lists the requests that wait for a decision. GET
 * /devices/{thing} and POST /devices/{thing}/decisions with
 * {"action": "grant"|"refuse"|"release", "registration": TOKEN, "reason": "..."}. Both answer with the device
 * (owners_json.h). Only for requests from the portal's own machine. */
#ifndef SERVER_ADMIN_DEVICES_H
#define SERVER_ADMIN_DEVICES_H

#include "server/http/http.h"

extern const struct http_handler device_disputes, device_show, device_decide;

#endif
