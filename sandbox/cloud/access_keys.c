/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/access_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"

static struct credential *add(struct credentials *credentials)
{
    credentials->all = memory_grow(credentials->all, credentials->count + 1, sizeof *credentials->all);
    struct credential *added = &credentials->all[credentials->count++];
    *added = (struct credential){0};
    return added;
}

void credentials_init(struct credentials *credentials, const char *access_key, const char *secret_key,
                      const char *token)
{
    *credentials = (struct credentials){0};
    struct credential *first = add(credentials);
    first->access_key = memory_string(access_key);
    first->secret_key = memory_string(secret_key);
    first->token = memory_string(token);
}

void credentials_fini(struct credentials *credentials)
{
    for (size_t i = 0; i < credentials->count; i++) {
        free(credentials->all[i].access_key);
        free(credentials->all[i].secret_key);
        free(credentials->all[i].token);
    }
    free(credentials->all);
}

const struct credential *credentials_find(const struct credentials *credentials, const char *access_key)
{
    for (size_t i = 0; i < credentials->count; i++)
        if (strcmp(credentials->all[i].access_key, access_key) == 0)
            return &credentials->all[i];
    return NULL;
}

bool credential_has_expired(const struct credential *credential, long long wall_ms)
{
    return credential->expired || (credential->expires_ms && wall_ms >= credential->expires_ms);
}

static char *random_text(const char *prefix, size_t length)
{
    struct text text = TEXT_EMPTY;
    char digits[129];

    random_hex(digits, length);
    text_printf(&text, "%s%s", prefix, digits);
    return text_take(&text);
}

const struct credential *credentials_issue(struct credentials *credentials, long long wall_ms,
                                           long long seconds)
{
    struct credential *issued = add(credentials);

    issued->access_key = random_text("ASIA", 16);
    issued->secret_key = random_text("", 40);
    issued->token = random_text("sandbox-", 64);
    issued->expires_ms = wall_ms + seconds * 1000;
    return issued;
}

void credentials_expire(struct credentials *credentials, bool expired)
{
    for (size_t i = 0; i < credentials->count; i++)
        credentials->all[i].expired = expired;
}
