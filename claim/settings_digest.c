/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/settings_digest.h"

#include <string.h>

/* With its NUL, so that no two lists of texts are the same. */
static void add(struct digest *digest, const char *text)
{
    digest_add(digest, text, strlen(text) + 1);
}

static void add_connection(struct digest *digest, const struct account_connection *connection)
{
    TEXT struct text port = TEXT_EMPTY;

    text_printf(&port, "%d", connection->port);
    add(digest, connection->address);
    add(digest, text_get(&port));
}

void claim_settings_digest(const struct claim_settings *settings, char out[DIGEST_SIZE])
{
    struct digest *digest = digest_begin();

    for (size_t i = 0; i < settings->staging_count; i++) {
        const struct staging_account *account = &settings->staging[i];
        add(digest, account->name);
        add_connection(digest, &account->claim_things[0].connection);
        add(digest, account->claim_things[0].connection.client_id);
    }
    add(digest, "");
    for (size_t i = 0; i < settings->endpoint_count; i++) {
        add(digest, settings->endpoints[i].key);
        add_connection(digest, &settings->endpoints[i].connection);
    }
    digest_end(digest, out);
}
