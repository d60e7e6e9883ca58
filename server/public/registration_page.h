/* SPDX-License-Identifier: Apache-2.0 */
/* One registration as a page for the person: look, start again, give up. */
#ifndef SERVER_PUBLIC_REGISTRATION_PAGE_H
#define SERVER_PUBLIC_REGISTRATION_PAGE_H

#include "server/http/http.h"

extern const struct http_handler registration_page;        /* GET  /registrations/{token} */
extern const struct http_handler registration_page_retry;  /* POST /registrations/{token}/retry */
extern const struct http_handler registration_page_cancel; /* POST /registrations/{token}/cancel */

#endif
