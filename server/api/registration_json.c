/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/registration_json.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/utf8.h"
#include "claim/settings.h"

#define ESTIMATE_STEP_MS 10000 /* no more exact than it is */
#define NAME_MAX_BYTES 200
#define EMAIL_MAX_BYTES 254 /* RFC 5321 4.5.3.1 */
#define CONSENT_MAX_BYTES 64

static void write_time(struct json_writer *json, const char *name, long long at)
{
    char when[CLOCK_RFC3339_SIZE];

    if (at)
        clock_rfc3339(at, when);
    json_write_text_or_null(json, name, at ? when : NULL);
}

static void write_steps(struct json_writer *json, const struct registration *registration)
{
    json_begin_array(json, "steps");
    for (enum registration_step step = 0; step < STEP_COUNT; step++) {
        long long at = 0;
        enum step_state state = registration_step(registration, step, &at);
        json_begin_object(json, NULL);
        json_write_text(json, "name", registration_step_name(step));
        json_write_text(json, "state", step_state_name(state));
        write_time(json, "at", at);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_proofs(struct json_writer *json, const char *name, unsigned proofs)
{
    json_begin_array(json, name);
    for (enum proof proof = 0; proof < PROOF_COUNT; proof++)
        if (proofs & PROOF(proof))
            json_write_text(json, NULL, proof_name(proof));
    json_end_array(json);
}

static void write_power_cycle(struct json_writer *json, const struct registration_ownership *own)
{
    if (!own->challenge.from) {
        json_write_null(json, "power_cycle");
        return;
    }
    json_begin_object(json, "power_cycle");
    write_time(json, "until", own->challenge.until);
    write_time(json, "next_at", own->challenge_at);
    json_end_object(json);
}

static void write_requests(struct json_writer *json, const struct registration_ownership *own)
{
    json_begin_array(json, "requests");
    for (size_t i = 0; i < own->rival_count; i++) {
        const struct registration_rival *rival = &own->rivals[i];
        json_begin_object(json, NULL);
        json_write_text(json, "request", rival->reference);
        write_time(json, "asked_at", rival->asked_at);
        write_time(json, "answer_by", rival->answer_by);
        write_proofs(json, "proofs", rival->proofs);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_ownership(struct json_writer *json, const struct registration_ownership *own)
{
    json_write_text_or_null(json, "standing", own->is_known ? standing_name(own->standing) : NULL);
    if (!own->is_known)
        return;
    write_proofs(json, "proofs", own->proofs);
    write_proofs(json, "required_proofs", own->required);
    json_write_boolean(json, "taken", own->is_taken);
    json_write_boolean(json, "contested", own->is_contested);
    write_power_cycle(json, own);
    write_time(json, "answer_by", own->answer_by);
    if (own->standing != STANDING_OWNER)
        return;
    write_time(json, "hand_over_until", own->hand_over_until);
    write_requests(json, own);
}

static void write_claim(struct json_writer *json, const struct registration *registration,
                        long long estimated_at)
{
    json_write_text(json, "thing_name", registration->thing_name);
    json_write_text(json, "endpoint", registration->endpoint);
    json_write_text(json, "state", claim_state_name(registration->state));
    write_steps(json, registration);
    json_write_unsigned(json, "attempts", registration->attempts);
    write_time(json, "accepted_at", registration->accepted_at);
    write_time(json, "expires_at", registration->expires_at);
    write_time(json, "estimated_at",
               (estimated_at + ESTIMATE_STEP_MS - 1) / ESTIMATE_STEP_MS * ESTIMATE_STEP_MS);
    write_time(json, "ended_at", registration->ended_at);
    json_write_boolean(json, "onboarded_before", registration->onboarded_before);
    json_write_boolean(json, "already_online", registration->already_online);
    write_ownership(json, &registration->ownership);
}

/* Of a device that is no longer the person's, nothing is said. */
static void write_end(struct json_writer *json, const struct registration_ownership *own)
{
    json_write_text(json, "standing", standing_name(own->standing));
    write_time(json, "erased_at", own->erased_at);
}

void registration_json(const struct registration *registration, const char *public_url,
                       long long estimated_at, struct text *out)
{
    struct json_writer json = json_writer_into(out);
    TEXT struct text status_url = TEXT_EMPTY;

    text_printf(&status_url, "%s/registrations/%s", public_url, registration->token);
    json_begin_object(&json, NULL);
    json_write_text(&json, "token", registration->token);
    if (registration_is_over(registration))
        write_end(&json, &registration->ownership);
    else
        write_claim(&json, registration, estimated_at);
    json_write_text(&json, "next_action", next_action_name(registration_next_action(registration)));
    json_write_text(&json, "status_url", text_get(&status_url));
    json_end_object(&json);
    json_writer_finish(&json);
    text_puts(out, "\n");
}

/* Reads an optional text member; *out is NULL if it is absent. False if it is not a string, too long, not
 * UTF-8, or has control characters. */
static bool take_text(const cJSON *object, const char *name, size_t most, const char **out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    *out = NULL;
    if (!member || cJSON_IsNull(member))
        return true;
    if (!cJSON_IsString(member) || strlen(member->valuestring) > most)
        return false;
    *out = member->valuestring;
    for (const char *at = *out; *at; at++) /* one line of text: it may be used in a mail header one day */
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
        return "contact must be a JSON object with the members name and email.";
    if (!take_text(contact, "name", NAME_MAX_BYTES, &body->name))
        return "contact.name must be a string of at most 200 bytes without control characters.";
    if (!take_text(contact, "email", EMAIL_MAX_BYTES, &body->email) ||
        (body->email && (!strchr(body->email, '@') || strpbrk(body->email, " \t\r\n<>"))))
        return "contact.email must be an e-mail address, such as name@example.com.";
    return NULL;
}

static const char *take_answers(const cJSON *json, struct registration_body *body)
{
    const cJSON *marketing = cJSON_GetObjectItemCaseSensitive(json, "marketing");
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(json, "fields");

    if (fields && !cJSON_IsNull(fields) && !cJSON_IsObject(fields))
        return "fields must be a JSON object with the answers to the product's questions.";
    if (!take_text(json, "country", 2, &body->country) ||
        (body->country && !claim_settings_is_country(body->country)))
        return "country must be two capital letters, such as DE.";
    if (!take_text(json, "consent", CONSENT_MAX_BYTES, &body->consent))
        return "consent must be the version of the text that was agreed to: a string of at most 64 bytes.";
    if (marketing && !cJSON_IsNull(marketing) && !cJSON_IsBool(marketing))
        return "marketing must be a boolean.";
    body->fields = cJSON_IsObject(fields) ? fields : NULL;
    body->marketing = cJSON_IsTrue(marketing);
    return NULL;
}

const char *registration_body_parse(const char *bytes, size_t length, struct registration_body *out)
{
    JSON cJSON *json = json_object_parse_scanned(bytes, length, "identifier");
    struct registration_body body = {0};

    if (!json)
        return "The body must be one JSON object without NUL characters.";
    const cJSON *identifier = cJSON_GetObjectItemCaseSensitive(json, "identifier");
    if (!cJSON_IsString(identifier))
        return "identifier is missing or is not a string.";
    body.identifier = identifier->valuestring;
    if (!take_text(json, "endpoint", 64, &body.endpoint))
        return "endpoint must be the key of a configured endpoint: a string of at most 64 bytes.";
    const char *wrong = take_contact(json, &body);
    if (!wrong)
        wrong = take_answers(json, &body);
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
