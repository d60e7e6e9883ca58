/* SPDX-License-Identifier: Apache-2.0 */
/* The API's calls about whose device it is: POST /api/v1/registrations/{token}/... */
#ifndef SERVER_API_OWNER_ACTS_H
#define SERVER_API_OWNER_ACTS_H

#include "server/http/http.h"

extern const struct http_handler act_code;        /* proofs/code */
extern const struct http_handler act_power_cycle; /* proofs/power-cycle */
extern const struct http_handler act_ask;         /* ask */
extern const struct http_handler act_answer;      /* answers */
extern const struct http_handler act_hand_over;   /* hand-over */
extern const struct http_handler act_revoke;      /* hand-over/revoke */
extern const struct http_handler act_release;     /* release */

#endif
