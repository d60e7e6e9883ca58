/* SPDX-License-Identifier: Apache-2.0 */
/* Erases a person's registrations, for operators and their programs. */
#ifndef SERVER_ADMIN_ERASURES_H
#define SERVER_ADMIN_ERASURES_H

#include "server/http/http.h"

/* POST /erasures on the admin listener, with {"email": "..."} or {"token": "..."}. Answers {"registrations":
 * n} when they are erased. Clients on other machines get 403: reading metrics must not be enough to erase. */
extern const struct http_handler erasure_create;

#endif
