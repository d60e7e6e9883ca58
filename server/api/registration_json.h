/* SPDX-License-Identifier: Apache-2.0 */
/* A registration as the API tells it, and what the API takes. */
#ifndef SERVER_API_REGISTRATION_JSON_H
#define SERVER_API_REGISTRATION_JSON_H

#include <cjson/cJSON.h>

#include "base/text.h"
#include "server/registration.h"

/* public_url: for status_url; "" makes it a path. */
void registration_json(const struct registration *registration, const char *public_url, struct text *out);

struct registration_body {
    cJSON *json;                                      /* owned; the texts below point into it */
    const char *identifier, *endpoint, *name, *email; /* NULL: not given; identifier never */
};

/* NULL when fine, else a sentence on what is wrong; then *out is untouched. */
const char *registration_body_parse(const char *bytes, size_t length, struct registration_body *out);
void registration_body_fini(struct registration_body *body);

#endif
