/* SPDX-License-Identifier: Apache-2.0 */
/* The list of other origins whose pages may use the API in a browser. Pure functions, any thread. */
#ifndef SERVER_HTTP_CORS_H
#define SERVER_HTTP_CORS_H

#include <stdbool.h>

#include "base/text.h"

/* Whether a list, with spaces or commas between, has only origins as browsers send them:
 * "https://www.example.com", with a port if it is not the usual one, nothing after it, in lower case.
 * Otherwise *wrong gets the first that is none. */
bool cors_origins_check(const char *list, struct text *wrong);

/* Whether the list has this origin, exactly. */
bool cors_is_listed(const char *list, const char *origin);

#endif
