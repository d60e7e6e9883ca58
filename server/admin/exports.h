/* SPDX-License-Identifier: Apache-2.0 */
/* Exports what the portal knows about a person, for operators and their programs. */
#ifndef SERVER_ADMIN_EXPORTS_H
#define SERVER_ADMIN_EXPORTS_H

#include "server/http/http.h"

/* POST /exports on the admin listener, with {"email": "..."} or {"token": "..."}. Answers the JSON of
 * personal_data_export(). Clients on other machines get 403. */
extern const struct http_handler export_create;

#endif
