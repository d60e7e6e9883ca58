/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/owners_json.h"

#include "base/clock.h"
#include "base/json_writer.h"

static void write_time(struct json_writer *json, const char *name, long long at)
{
    char when[CLOCK_RFC3339_SIZE];

    if (!at) {
        json_write_null(json, name);
        return;
    }
    clock_rfc3339(at, when);
    json_write_text(json, name, when);
}

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

static void write_proofs(struct json_writer *json, const char *name, unsigned proofs)
{
    json_begin_array(json, name);
    for (int i = 0; i < PROOF_COUNT; i++)
        if (proofs & PROOF((enum proof)i))
            json_write_text(json, NULL, proof_name((enum proof)i));
    json_end_array(json);
}

static void write_party(struct json_writer *json, const struct owners_party *party)
{
    json_write_break(json);
    json_begin_object(json, NULL);
    json_write_text(json, "registration", party->token);
    json_write_text(json, "standing", standing_name(party->party.standing));
    write_proofs(json, "proofs", party->party.proofs);
    json_write_text_or_null(json, "endpoint", or_null(party->endpoint));
    json_write_text_or_null(json, "product", or_null(party->product));
    write_time(json, "accepted_at", party->accepted_at);
    write_time(json, "asked_at", party->party.asked_at);
    write_time(json, "due_at", ownership_due(&party->party));
    json_end_object(json);
}

static void write_note(struct json_writer *json, const struct owners_note *note)
{
    json_write_break(json);
    json_begin_object(json, NULL);
    write_time(json, "at", note->at);
    json_write_text(json, "kind", note->kind);
    json_write_text(json, "actor", note->actor);
    json_write_text_or_null(json, "registration", or_null(note->token));
    write_proofs(json, "proofs", note->proofs);
    json_write_text_or_null(json, "reason", or_null(note->reason));
    json_end_object(json);
}

void owners_json(const struct owners_record *record, struct text *out)
{
    struct json_writer json = json_writer_into(out);

    json_begin_object(&json, NULL);
    json_write_text(&json, "thing_name", record->thing_name);
    json_write_text_or_null(&json, "owner", or_null(record->owner));
    write_time(&json, "owned_at", record->owned_at);
    json_write_boolean(&json, "contested", record->contested);
    write_time(&json, "arrived_at", record->arrived_at);
    json_write_text_or_null(&json, "endpoint", or_null(record->endpoint));
    write_time(&json, "hand_over_until", record->hand_over_until);
    write_proofs(&json, "required", record->required);
    json_begin_array(&json, "registrations");
    for (size_t i = 0; i < record->party_count; i++)
        write_party(&json, &record->parties[i]);
    json_end_array(&json);
    json_write_unsigned(&json, "other_registrations", record->others);
    json_begin_array(&json, "events");
    for (size_t i = 0; i < record->note_count; i++)
        write_note(&json, &record->notes[i]);
    json_end_array(&json);
    json_end_object(&json);
    json_writer_finish(&json);
    text_puts(out, "\n");
}

void owners_disputes_json(const struct owners_disputes *disputes, struct text *out)
{
    struct json_writer json = json_writer_into(out);

    json_begin_object(&json, NULL);
    json_begin_array(&json, "disputes");
    for (size_t i = 0; i < disputes->count; i++) {
        json_write_break(&json);
        json_begin_object(&json, NULL);
        json_write_text(&json, "thing_name", disputes->list[i].thing_name);
        json_write_text(&json, "registration", disputes->list[i].token);
        write_time(&json, "asked_at", disputes->list[i].asked_at);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    json_writer_finish(&json);
    text_puts(out, "\n");
}
