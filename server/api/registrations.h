/* SPDX-License-Identifier: Apache-2.0 */
/* The API's calls for registrations: create, show, retry and cancel one, as JSON. */
#ifndef SERVER_API_REGISTRATIONS_H
#define SERVER_API_REGISTRATIONS_H

#include "server/http/http.h"

extern const struct http_handler registration_create; /* POST /api/v1/registrations */
extern const struct http_handler registration_show;   /* GET  /api/v1/registrations/{token} */
extern const struct http_handler registration_retry;  /* POST /api/v1/registrations/{token}/retry */
extern const struct http_handler registration_on;     /* POST /api/v1/registrations/{token}/on */
extern const struct http_handler registration_cancel; /* POST /api/v1/registrations/{token}/cancel */

#endif
