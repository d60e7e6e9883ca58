/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP client for the portal that runs on this machine; it uses [http] admin_listen. Blocks. */
#ifndef SERVER_OPERATOR_ADMIN_CLIENT_H
#define SERVER_OPERATOR_ADMIN_CLIENT_H

#include <stdbool.h>

#include "base/text.h"

struct admin_request {
    const char *address; /* [http] admin_listen, as configured */
    const char *method, *path;
    const char *json; /* the body; NULL: none */
    const char *csv;  /* the body instead of json; NULL: none */
    int seconds;      /* time limit for connecting, and for each part of the answer */
};

/* Sends the request and adds the answer's body to *body. Returns false with a sentence in *why if it cannot
 * connect. *status is 0 if the answer is missing or is not HTTP. */
bool admin_call(const struct admin_request *request, unsigned *status, struct text *body, struct text *why);

/* Says in *why that the answer has another status than wanted: its detail, or without one its status and
 * body. */
void admin_refusal(const struct admin_request *request, unsigned status, const struct text *body,
                   struct text *why);

#endif
