/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing what is known of a person, for operators and their programs. */
#ifndef SERVER_ADMIN_ERASURES_H
#define SERVER_ADMIN_ERASURES_H

#include "server/http/http.h"

/* POST /erasures on the admin side, with {"email": "..."} or {"token": "..."}: answers {"registrations": n}
 * once they are gone. From this machine alone (403): who may read metrics may not erase. */
extern const struct http_handler erasure_create;

#endif
