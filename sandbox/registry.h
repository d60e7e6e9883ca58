/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates and things of the sandbox's OEM account, kept in a log of JSON lines that a restarted
 * broker reads again. Broker's thread only. */
#ifndef SANDBOX_REGISTRY_H
#define SANDBOX_REGISTRY_H

#include <stdbool.h>

struct registry;

/* Reads the log at path, or starts one. Owned; NULL when it cannot be opened or holds something else. */
struct registry *registry_open(const char *path);
void registry_close(struct registry *registry); /* NULL is fine */

/* The thing that the certificate belongs to; borrowed; NULL when the certificate is not registered. */
const char *registry_thing(const struct registry *registry, const char *certificate_id);

/* Registers a certificate for a thing. *created: there was no thing of that name yet. False, with nothing
 * changed, when the log cannot be written. */
bool registry_add(struct registry *registry, const char *certificate_id, const char *thing_name,
                  bool *created);

#endif
