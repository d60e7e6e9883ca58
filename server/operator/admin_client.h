/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the portal that runs on this machine, on its http.admin_listen. Blocks. */
#ifndef SERVER_OPERATOR_ADMIN_CLIENT_H
#define SERVER_OPERATOR_ADMIN_CLIENT_H

#include <stdbool.h>

#include "base/text.h"

struct admin_request {
    const char *address; /* as in the configuration */
    const char *method, *path;
    const char *json; /* the body; NULL: none */
    int seconds;      /* for connecting, and for each part of the answer */
};

/* False with a sentence in *why: no one listens. *status: 0 where what listens gave no answer. */
bool admin_ask(const struct admin_request *request, unsigned *status, struct text *body, struct text *why);

#endif
