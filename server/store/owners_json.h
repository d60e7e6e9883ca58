/* SPDX-License-Identifier: Apache-2.0 */
/* Everything about a device's owner, as JSON for staff. */
#ifndef SERVER_STORE_OWNERS_JSON_H
#define SERVER_STORE_OWNERS_JSON_H

#include "base/text.h"
#include "server/store/owners.h"

/* Adds a JSON object and a line feed. Times are in RFC 3339, UTC. */
void owners_json(const struct owners_record *record, struct text *out);

/* The same of the requests that wait for staff. */
void owners_disputes_json(const struct owners_disputes *disputes, struct text *out);

#endif
