/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates and things that came into the sandbox's OEM account when devices connected, in a log of
 * JSON lines that a restarted broker reads again. A line is a certificate as in iot_account.h, with its id:
 *
 *   {"certificateId": ID, "status": "ACTIVE", "policies": [NAME], "documents": [JSON text of a policy],
 *    "things": [NAME], "caCertificateId": ID, "pem"}
 *
 * and what a template has given the thing: "thingTypes", "thingGroups", "billingGroups" [NAME], "attributes".
 *
 * The last line of an id is the valid one. Broker's thread only. */
#ifndef SANDBOX_REGISTRY_H
#define SANDBOX_REGISTRY_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct registry;

/* Reads the log at path, or creates it. The result is owned; NULL if it cannot be opened or is not such a
 * log. */
struct registry *registry_open(const char *path);
void registry_close(struct registry *registry); /* NULL is allowed */

/* Returns the certificate's last line; borrowed; NULL if it is not registered. */
const cJSON *registry_find(const struct registry *registry, const char *certificate_id);
bool registry_has_thing(const struct registry *registry, const char *thing_name);

/* Appends a line. Returns false and changes nothing if it has no certificateId or the log cannot be
 * written. */
bool registry_add(struct registry *registry, const cJSON *line);

#endif
