/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the portal that runs on this machine with the same configuration, and speaks to its API. One thread;
 * blocks, for seconds at most. */
#ifndef COMMAND_PORTAL_CLIENT_H
#define COMMAND_PORTAL_CLIENT_H

#include "base/json.h"
#include "base/text.h"
#include "claim/settings.h"

struct portal_client;

enum portal_found {
    PORTAL_FOUND,
    PORTAL_ABSENT,    /* none answers on this machine */
    PORTAL_ELSEWHERE, /* none answers here, but the configuration is that of a portal for other machines */
    PORTAL_SILENT,    /* something takes connections at its address and does not answer in time */
    PORTAL_OTHER,     /* what answers at its address has other accounts, or is no portal */
};

/* config_path: as for claim_settings_load(); its [http] listen, admin_listen and public_url are used.
 * settings: from the same file. *out: only if found, the caller frees it. *where: the address that was asked,
 * for people. */
enum portal_found portal_client_find(const char *config_path, const struct claim_settings *settings,
                                     struct portal_client **out, struct text *where)
    __attribute__((warn_unused_result));
void portal_client_free(struct portal_client *client); /* NULL is allowed */

struct portal_answer {
    unsigned status;         /* 0: no answer */
    bool is_there;           /* something takes connections there */
    long long retry_after_s; /* 0: not given */
    cJSON *json;             /* NULL: no JSON object; the caller frees it with json_free_at() */
};

/* Sends a request. body: JSON, NULL for GET. idempotency_key: NULL for none. */
struct portal_answer portal_client_call(struct portal_client *client, const char *path, const char *body,
                                        const char *idempotency_key);

#endif
