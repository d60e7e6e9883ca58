/* SPDX-License-Identifier: Apache-2.0 */
/* The registration form, and what people send with it. */
#ifndef SERVER_PUBLIC_FORM_H
#define SERVER_PUBLIC_FORM_H

#include "server/portal/portal.h"

/* Adds the empty form in every language to the assets. Call once, at start. */
void form_prepare(struct portal *portal);

extern const struct http_handler form_empty;    /* GET / */
extern const struct http_handler form_filled;   /* GET /r/{identifier} */
extern const struct http_handler form_linked;   /* GET /01/{link}, a GS1 Digital Link */
extern const struct http_handler form_language; /* POST /language */
extern const struct http_handler form_home;     /* GET /language */
extern const struct http_handler form_register; /* POST /register */

#endif
