/* SPDX-License-Identifier: Apache-2.0 */
/* Makes birth certificates for simulated modules, signed by the manufacturer's CA (PG 12.1.3.1): subject
 * CN=<ThingName>, serialNumber=<ThingName>, O as in the CA's; valid for 20 years. All modules of a process
 * share one key, because making a thousand keys takes long; a real manufacturer must never do this. One
 * thread. */
#ifndef SANDBOX_BIRTH_AUTHORITY_H
#define SANDBOX_BIRTH_AUTHORITY_H

#include <stdbool.h>

struct birth_authority;

/* PEM files. The result is owned; NULL if a file cannot be used. */
struct birth_authority *birth_authority_open(const char *ca_file, const char *ca_key_file,
                                             const char *module_key_file);
void birth_authority_close(struct birth_authority *authority); /* NULL is allowed */

/* Writes the PEM file, mode 0600, unless it exists. */
bool birth_authority_ensure_certificate(const struct birth_authority *authority, const char *thing_name,
                                        const char *path) __attribute__((warn_unused_result));

#endif
