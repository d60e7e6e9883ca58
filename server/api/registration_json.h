/* SPDX-License-Identifier: Apache-2.0 */
/* A registration as the JSON of the API, and the body of a request for a new one. Pure functions, any
 * thread. */
#ifndef SERVER_API_REGISTRATION_JSON_H
#define SERVER_API_REGISTRATION_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/text.h"
#include "server/registration.h"

/* Adds the JSON object to out. public_url: start of status_url; "" makes status_url a path. estimated_at:
 * when the first message is sent; 0: at once, or not known. */
void registration_json(const struct registration *registration, const char *public_url,
                       long long estimated_at, struct text *out);

struct registration_body {
    cJSON *json;                                      /* owned; the texts below point into it */
    const char *identifier, *endpoint, *name, *email; /* NULL: not given; identifier is never NULL */
    const cJSON *fields;           /* answers to the product's questions, an object; NULL: not given */
    const char *country, *consent; /* consent: version of the text that was agreed to */
    bool marketing;
};

/* Parses a request body. Returns NULL on success; then call registration_body_fini() later. Returns a
 * sentence about the mistake otherwise, and leaves *out untouched. */
const char *registration_body_parse(const char *bytes, size_t length, struct registration_body *out);
void registration_body_fini(struct registration_body *body);

#endif
