/* SPDX-License-Identifier: Apache-2.0 */
/* Writes an [endpoint.KEY] section of portal.ini, as text or into the file. One thread. */
#ifndef ACCOUNT_PORTAL_SECTION_H
#define ACCOUNT_PORTAL_SECTION_H

#include <stdbool.h>

#include "base/text.h"

struct portal_section { /* of [endpoint.KEY]; all borrowed */
    const char *key;    /* [A-Za-z0-9_-]{1,32} */
    const char *address;
    const char *ca_file, *cert_file, *key_file, *client_id; /* NULL: no observer */
    const char *queue_url;                                  /* NULL: events come over MQTT */
};

enum portal_section_result {
    PORTAL_SECTION_WRITTEN,
    PORTAL_SECTION_THERE,
    PORTAL_SECTION_DIFFERS,
    PORTAL_SECTION_FAILED
};

/* Adds the section. */
void portal_section_text(const struct portal_section *section, struct text *out);
/* Appends the section, creating a missing file; replaces the file atomically and keeps its other content.
 * THERE: the same section exists. DIFFERS: it exists with other values, which *why names. The file is
 * untouched after DIFFERS and FAILED. */
enum portal_section_result portal_section_add(const char *path, const struct portal_section *section,
                                              struct text *why);

#endif
