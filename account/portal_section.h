/* SPDX-License-Identifier: Apache-2.0 */
/* A section of portal.ini, written for people and for the portal. One thread. */
#ifndef ACCOUNT_PORTAL_SECTION_H
#define ACCOUNT_PORTAL_SECTION_H

#include <stdbool.h>

#include "base/text.h"

struct portal_section { /* of [endpoint.KEY]; all borrowed */
    const char *key;    /* [A-Za-z0-9_-]{1,32} */
    const char *address;
    const char *ca_file, *cert_file, *key_file, *client_id; /* NULL: no observer */
};

enum portal_section_result {
    PORTAL_SECTION_WRITTEN,
    PORTAL_SECTION_THERE,
    PORTAL_SECTION_DIFFERS,
    PORTAL_SECTION_FAILED
};

/* Adds the section. */
void portal_section_text(const struct portal_section *section, struct text *out);
/* At the end of the file, which is made where it is missing; replaced in one step, the rest of it untouched.
 * THERE: it has the section with the same values. DIFFERS: with others, which *why names; the file is
 * untouched, as it is after FAILED. */
enum portal_section_result portal_section_add(const char *path, const struct portal_section *section,
                                              struct text *why);

#endif
