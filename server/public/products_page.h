/* SPDX-License-Identifier: Apache-2.0 */
/* "Your products": what a person registered while signed in, and the way to sign in. Also the page that says
 * why signing in did not work. */
#ifndef SERVER_PUBLIC_PRODUCTS_PAGE_H
#define SERVER_PUBLIC_PRODUCTS_PAGE_H

#include "server/http/http.h"

extern const struct http_handler products_page; /* GET /products?page=NUMBER */

/* problem: "stale", "denied" or "unavailable", of sign_in_problem_... in the catalogues. */
void products_page_problem(struct http_exchange *exchange, unsigned status, const char *problem);

#endif
