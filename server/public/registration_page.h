/* SPDX-License-Identifier: Apache-2.0 */
/* The status page of a registration, with its buttons to retry and to cancel, and the way
 * back with the result to where the person came from. */
#ifndef SERVER_PUBLIC_REGISTRATION_PAGE_H
#define SERVER_PUBLIC_REGISTRATION_PAGE_H

#include "server/http/http.h"

extern const struct http_handler registration_page;         /* GET  /registrations/{token} */
extern const struct http_handler registration_page_return;  /* GET  /registrations/{token}/return */
extern const struct http_handler registration_page_retry;   /* POST /registrations/{token}/retry */
extern const struct http_handler registration_page_on;      /* POST /registrations/{token}/on */
extern const struct http_handler registration_page_details; /* POST /registrations/{token}/details */
extern const struct http_handler registration_page_cancel;  /* POST /registrations/{token}/cancel */

#endif
