/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/accounts.h"

#include <string.h>

#include "base/json_writer.h"
#include "claim/settings_digest.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"

static void reply(struct http_exchange *exchange, void *arguments, unsigned result)
{
    TEXT struct text body = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&body);
    char ours[DIGEST_SIZE];
    size_t length;
    const char *theirs = http_request_parameter(exchange, "digest", &length);

    (void)arguments;
    (void)result;
    claim_settings_digest(portal_of(exchange)->settings, ours);
    if (length != strlen(ours) || memcmp(theirs, ours, length) != 0) {
        problem_answer(exchange, 404);
        return;
    }
    json_begin_object(&json, NULL);
    json_write_text(&json, "accounts", ours);
    json_end_object(&json);
    json_writer_finish(&json);
    http_answer(exchange, 200, "application/json", &body);
}

const struct http_handler accounts_compare = {.reply = reply};
