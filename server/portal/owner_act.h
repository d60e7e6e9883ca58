/* SPDX-License-Identifier: Apache-2.0 */
/* What people do about whose device it is, by the {token} in the URL: prove, ask, answer a request, hand
 * over, release. Shared by pages and the API. */
#ifndef SERVER_PORTAL_OWNER_ACT_H
#define SERVER_PORTAL_OWNER_ACT_H

#include "server/portal/by_token.h"
#include "server/store/inventory_codes.h"
#include "server/store/owners.h"

#define OWNER_SECRET_LENGTH 32 /* hex digits of a hand-over link: 128 random bits */
#define OWNER_SECRET_SIZE (OWNER_SECRET_LENGTH + 1)

/* The arguments of a handler that acts. */
struct owner_act {
    struct by_token by_token; /* the registration, as it is afterwards */
    enum ownership_event_kind kind;
    char other[REGISTRATION_REFERENCE_SIZE]; /* whose request is answered; "": nobody's */
    char secret[OWNER_SECRET_SIZE];          /* of the link that OWNERSHIP_OFFER makes */
    bool erase; /* what the person had told is erased once the device is theirs no more */
    enum ownership_answer answer;
    const struct code_key *code_key;
    const char *code; /* as it was typed; borrowed from the request */
    size_t code_length;
    struct code_result code_result; /* of OWNERSHIP_CODE, where the answer is OWNERSHIP_DONE */
};

/* For http_handler.read: by_token_read_limited(), and the kind of act. */
bool owner_act_read(struct http_exchange *exchange, struct owner_act *act, enum ownership_event_kind kind);

/* Takes the reference of a request. False: it cannot be one. */
bool owner_act_take_other(struct owner_act *act, const char *reference);

/* Applies it. STORE_NOT_FOUND: there is no such registration or request. */
extern const struct http_task owner_act;
/* Compares the code, and applies OWNERSHIP_CODE if it is right. The same work and the same answer for a
 * device that nobody knows. */
extern const struct http_task owner_act_code;
/* When the person may try again; 0: at once. */
long long owner_act_next_at(const struct owner_act *act);

/* The digest of a link's secret, as the store keeps it. False: the text cannot be a secret. */
bool owner_link_digest(const char *secret, size_t length, char out[OWNERS_LINK_SIZE]);

/* Adds the address of a hand-over page. public_url: "" makes it a path. */
void owner_link_address(const char *public_url, const char *secret, struct text *out);

#endif
