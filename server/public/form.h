/* SPDX-License-Identifier: Apache-2.0 */
/* The page with the one field, and what comes back from it. */
#ifndef SERVER_PUBLIC_FORM_H
#define SERVER_PUBLIC_FORM_H

#include "server/portal/portal.h"

/* Puts the empty form into the assets, in every language. Once, at start-up. */
void form_prepare(struct portal *portal);

extern const struct http_handler form_empty;    /* GET / */
extern const struct http_handler form_filled;   /* GET /r/{identifier} */
extern const struct http_handler form_register; /* POST /register */

#endif
