/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/registration_json.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"

#define NAME_MAX_BYTES 200
#define EMAIL_MAX_BYTES 254 /* RFC 5321 4.5.3.1 */

static void add_time(struct text *out, const char *name, long long at)
{
    char when[CLOCK_RFC3339_SIZE];

    if (!at) {
        text_printf(out, "\"%s\":null", name);
        return;
    }
    clock_rfc3339(at, when);
    text_printf(out, "\"%s\":\"%s\"", name, when);
}

void registration_json(const struct registration *registration, const char *public_url, struct text *out)
{
    text_printf(out,
                "{\"token\":\"%s\",\"thing_name\":\"%s\",\"endpoint\":\"%s\",\"state\":\"%s\",\"steps\":[",
                registration->token, registration->thing_name, registration->endpoint,
                claim_state_name(registration->state));
    for (enum registration_step step = 0; step < STEP_COUNT; step++) {
        long long at = 0;
        enum step_state state = registration_step(registration, step, &at);
        text_printf(out, "%s{\"name\":\"%s\",\"state\":\"%s\",", step ? "," : "",
                    registration_step_name(step), step_state_name(state));
        add_time(out, "at", at);
        text_puts(out, "}");
    }
    text_printf(out, "],\"attempts\":%u,", registration->attempts);
    add_time(out, "accepted_at", registration->accepted_at);
    text_puts(out, ",");
    add_time(out, "expires_at", registration->expires_at);
    text_puts(out, ",");
    add_time(out, "ended_at", registration->ended_at);
    text_printf(out, ",\"onboarded_before\":%s,\"next_action\":\"%s\",\"status_url\":\"",
                registration->onboarded_before ? "true" : "false",
                next_action_name(registration_next_action(registration)));
    text_json(out, public_url);
    text_printf(out, "/registrations/%s\"}\n", registration->token);
}

/* False when the member is there and is no text of a sound kind. */
static bool take_text(const cJSON *object, const char *name, size_t most, const char **out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    *out = NULL;
    if (!member || cJSON_IsNull(member))
        return true;
    if (!cJSON_IsString(member) || strlen(member->valuestring) > most)
        return false;
    *out = member->valuestring;
    for (const char *at = *out; *at; at++) /* one line of text: it may end up in a letter's head one day */
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return false;
    return utf8_is_valid(*out, strlen(*out));
}

static const char *take_contact(const cJSON *json, struct registration_body *body)
{
    const cJSON *contact = cJSON_GetObjectItemCaseSensitive(json, "contact");

    if (!contact || cJSON_IsNull(contact))
        return NULL;
    if (!cJSON_IsObject(contact))
        return "contact must be an object with name and email.";
    if (!take_text(contact, "name", NAME_MAX_BYTES, &body->name))
        return "contact.name must be a text of at most 200 bytes.";
    if (!take_text(contact, "email", EMAIL_MAX_BYTES, &body->email) ||
        (body->email && (!strchr(body->email, '@') || strpbrk(body->email, " \t\r\n<>"))))
        return "contact.email must be an e-mail address.";
    return NULL;
}

const char *registration_body_parse(const char *bytes, size_t length, struct registration_body *out)
{
    JSON cJSON *json = json_object_parse(bytes, length);
    struct registration_body body = {0};

    if (!json)
        return "The body must be one JSON object, without NUL characters.";
    const cJSON *identifier = cJSON_GetObjectItemCaseSensitive(json, "identifier");
    if (!cJSON_IsString(identifier))
        return "identifier is missing, or is not a text.";
    body.identifier = identifier->valuestring;
    if (!take_text(json, "endpoint", 64, &body.endpoint))
        return "endpoint must be the key of an endpoint.";
    const char *wrong = take_contact(json, &body);
    if (wrong)
        return wrong;
    body.json = json;
    json = NULL;
    *out = body;
    return NULL;
}

void registration_body_fini(struct registration_body *body)
{
    cJSON_Delete(body->json);
    body->json = NULL;
}
