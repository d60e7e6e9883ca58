/* SPDX-License-Identifier: Apache-2.0 */
#include "command/portal_client.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"
#include "base/local_http.h"
#include "base/memory.h"
#include "claim/settings_digest.h"

#define SECONDS 5
#define BODY_MAX (1 << 20)

/* The same keys and defaults as in server/settings.c. */
static const struct config_key keys[] = {
    {"http", "listen", CONFIG_TEXT, "127.0.0.1:8080", 1, 256, NULL, false, ""},
    {"http", "admin_listen", CONFIG_TEXT, "127.0.0.1:9090", 0, 256, NULL, false, ""},
    {"http", "public_url", CONFIG_TEXT, "", 0, 1024, NULL, false, ""},
};
static const struct config_table table = {keys, sizeof keys / sizeof *keys};

struct portal_client {
    char *address; /* owned */
};

static struct portal_answer call(const struct local_http_request *request)
{
    struct local_http_answer answer;
    struct portal_answer out = {.is_there = local_http_call(request, &answer)};

    if (out.is_there) {
        out.status = answer.status;
        out.retry_after_s = answer.retry_after_s;
        out.json = json_object_parse_within(text_get(&answer.body), answer.body.length, BODY_MAX);
    }
    text_fini(&answer.body);
    return out;
}

struct portal_answer portal_client_call(struct portal_client *client, const char *path, const char *body,
                                        const char *idempotency_key)
{
    const struct local_http_request request = {.address = client->address,
                                               .method = body ? "POST" : "GET",
                                               .path = path,
                                               .json = body,
                                               .idempotency_key = idempotency_key,
                                               .seconds = SECONDS};

    return call(&request);
}

/* Whether the portal that listens there has the accounts with this digest. */
static enum portal_found ask(const char *address, const char *path, const char *ours)
{
    const struct local_http_request request = {
        .address = address, .method = "GET", .path = path, .seconds = SECONDS};
    struct portal_answer answer = call(&request);
    const char *theirs = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer.json, "accounts"));

    bool same = theirs && strcmp(theirs, ours) == 0;
    json_free_at(&answer.json);
    if (!answer.status)
        return answer.is_there ? PORTAL_SILENT : PORTAL_ABSENT;
    return same ? PORTAL_FOUND : PORTAL_OTHER;
}

static bool is_this_machine(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strncmp(host, "localhost", 9) == 0 ||
           strncmp(host, "[::1]", 5) == 0;
}

static enum portal_found ask_public(const char *address, const char *ours)
{
    TEXT struct text path = TEXT_EMPTY;

    text_printf(&path, "/api/v1/accounts/%s", ours);
    return ask(address, text_get(&path), ours);
}

/* A portal with this configuration is for other machines, and so may run on one. */
static bool may_be_elsewhere(struct config *config)
{
    const char *public_url = config_text(config, "http", "public_url");
    const char *host = strstr(public_url, "://");

    return (host && !is_this_machine(host + 3)) || !is_this_machine(config_text(config, "http", "listen"));
}

static enum portal_found find(struct config *config, const struct claim_settings *settings,
                              struct portal_client **out, struct text *where)
{
    const char *admin = config_text(config, "http", "admin_listen");
    const char *listen = config_text(config, "http", "listen");
    const char *asked = *admin ? admin : listen;
    char ours[DIGEST_SIZE];

    claim_settings_digest(settings, ours);
    enum portal_found found = *admin ? ask(admin, "/readyz", ours) : ask_public(listen, ours);

    if (found == PORTAL_ABSENT && may_be_elsewhere(config))
        found = PORTAL_ELSEWHERE;
    text_puts(where, found == PORTAL_FOUND ? listen : asked);
    if (found != PORTAL_FOUND)
        return found;
    *out = memory_new(1, sizeof **out);
    (*out)->address = memory_string(listen);
    return PORTAL_FOUND;
}

/* Mistakes in [http] are the portal's: a portal with them does not run. */
enum portal_found portal_client_find(const char *config_path, const struct claim_settings *settings,
                                     struct portal_client **out, struct text *where)
{
    struct config *config = config_new(&table, 1, "PORTAL", false);
    enum portal_found found = PORTAL_ABSENT;

    config_ignore_unknown_keys(config);
    if (config_load(config, config_path, environ))
        found = find(config, settings, out, where);
    config_free(config);
    return found;
}

void portal_client_free(struct portal_client *client)
{
    if (!client)
        return;
    free(client->address);
    free(client);
}
