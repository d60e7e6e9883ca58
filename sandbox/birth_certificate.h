/* SPDX-License-Identifier: Apache-2.0 */
/* Birth certificates for simulated modules, signed by the manufacturer's authority (PG 12.1.3.1): subject
 * CN=<ThingName>, serialNumber=<ThingName>, O as the authority's; valid for 20 years. All modules of one
 * process share one key, which a real manufacturer must never do: making a thousand keys is what would take
 * long. One thread. */
#ifndef SANDBOX_BIRTH_CERTIFICATE_H
#define SANDBOX_BIRTH_CERTIFICATE_H

#include <stdbool.h>

struct birth_authority;

/* PEM files. Owned; NULL when one of them cannot be used. */
struct birth_authority *birth_authority_open(const char *ca_file, const char *ca_key_file,
                                             const char *module_key_file);
void birth_authority_close(struct birth_authority *authority); /* NULL is fine */

/* Writes the PEM file, mode 0600, unless it is there already. */
bool birth_certificate_ensure(const struct birth_authority *authority, const char *thing_name,
                              const char *path) __attribute__((warn_unused_result));

#endif
