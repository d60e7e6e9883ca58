/* SPDX-License-Identifier: Apache-2.0 */
/* Pages and buttons about whose device it is: proofs, requests, hand over, release. */
#ifndef SERVER_PUBLIC_OWNER_PAGES_H
#define SERVER_PUBLIC_OWNER_PAGES_H

#include "server/http/http.h"

/* By those who want to be the owner: POST /registrations/{token}/... */
extern const struct http_handler owner_code;        /* code */
extern const struct http_handler owner_power_cycle; /* power-cycle */
extern const struct http_handler owner_ask;         /* ask */

/* By the owner: GET /registrations/{token}/... asks, POST does it. */
extern const struct http_handler owner_hand_over_page, owner_hand_over; /* hand-over */
extern const struct http_handler owner_revoke;                          /* hand-over/revoke */
extern const struct http_handler owner_release_page, owner_release;     /* release */
extern const struct http_handler owner_accept_page, owner_accept;       /* requests/{request}/accept */
extern const struct http_handler owner_deny_page, owner_deny;           /* requests/{request}/deny */

#endif
