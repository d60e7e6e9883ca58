/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates and things that came into the sandbox's OEM account by connecting, kept in a log of JSON
 * lines that a restarted broker reads again. A line is a certificate as iot_account.h has it, with its id:
 *
 *   {"certificateId": ID, "status": "ACTIVE", "policies": [NAME], "documents": [JSON text of a policy],
 *    "things": [NAME], "caCertificateId": ID, "pem"}
 *
 * The last line of an id counts. Broker's thread only. */
#ifndef SANDBOX_REGISTRY_H
#define SANDBOX_REGISTRY_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct registry;

/* Reads the log at path, or starts one. Owned; NULL when it cannot be opened or holds something else. */
struct registry *registry_open(const char *path);
void registry_close(struct registry *registry); /* NULL is fine */

/* The certificate's last line; borrowed; NULL when it is not registered. */
const cJSON *registry_find(const struct registry *registry, const char *certificate_id);
bool registry_has_thing(const struct registry *registry, const char *thing_name);

/* Adds a line. False, with nothing changed, when it has no certificateId or the log cannot be written. */
bool registry_add(struct registry *registry, const cJSON *line);

#endif
