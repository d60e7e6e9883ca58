/* SPDX-License-Identifier: Apache-2.0 */
/* The page behind a hand-over link. GET changes nothing: messengers fetch links to show a preview. POST makes
 * a registration for the next owner, and the device is theirs. */
#ifndef SERVER_PUBLIC_TAKE_OVER_H
#define SERVER_PUBLIC_TAKE_OVER_H

#include "server/http/http.h"

extern const struct http_handler take_over_page; /* GET  /hand-over/{link} */
extern const struct http_handler take_over;      /* POST /hand-over/{link} */

#endif
