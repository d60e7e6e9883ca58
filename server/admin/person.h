/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about one person, for operators and their programs: which person it is, and that the request comes
 * from the portal's own machine. */
#ifndef SERVER_ADMIN_PERSON_H
#define SERVER_ADMIN_PERSON_H

#include "base/json.h"
#include "server/http/http.h"

struct person {
    cJSON *body;
    const char *email, *token; /* exactly one is set; in body */
};

/* Reads {"email": "..."} or {"token": "..."}. Answers 403 or 400 and returns false if the request comes from
 * elsewhere (reading metrics must not be enough), or has no such body. Call person_fini() in both cases. */
bool person_read(struct http_exchange *exchange, struct person *out);
void person_fini(struct person *person);

#endif
