/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/plain_text.h"
#include "claim/settings.h"
#include "ownership/product_folder.h"

void answers_fini(struct answers *answers)
{
    for (size_t i = 0; i < PRODUCT_FIELDS_MAX; i++)
        free(answers->texts[i]);
    cJSON_Delete(answers->known);
    text_fini(&answers->fields);
}

/* ---- reading a form ---- */

static const char *form_field(struct http_exchange *exchange, const char *key, size_t *length)
{
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "field-%s", key);
    return http_request_field(exchange, text_get(&name), length);
}

static bool is_ticked(struct http_exchange *exchange, const char *name)
{
    const char *value = http_request_field(exchange, name, NULL);

    return value && strcmp(value, "yes") == 0;
}

static void keep_answers(struct http_exchange *exchange, struct answers *out)
{
    struct page_questions *questions = &out->questions;

    for (size_t i = 0; i < questions->product->field_count; i++)
        questions->answers[i].typed =
            form_field(exchange, questions->product->fields[i].key, &questions->answers[i].length);
    questions->country = http_request_field(exchange, "country", NULL);
    questions->agreed = is_ticked(exchange, "consent");
    questions->marketing = is_ticked(exchange, "marketing");
}

void answers_keep_form(struct http_exchange *exchange, const struct product *product, struct answers *out)
{
    out->questions.product = product;
    keep_answers(exchange, out);
}

/* ---- checking ---- */

static void check_answer(struct answers *out, size_t index)
{
    const struct product_field *field = &out->questions.product->fields[index];
    const char *value = out->questions.answers[index].typed;
    size_t length = value ? plain_text_trim(&value, out->questions.answers[index].length) : 0;

    out->questions.answers[index].problem = product_answer_check(field, value ? value : "", length);
    if (length == 0 || out->questions.answers[index].problem)
        return;
    out->texts[index] = memory_part(value, length);
    out->trimmed[index] = out->texts[index];
}

static void check_country(struct answers *out)
{
    const struct product *product = out->questions.product;
    const char *country = out->questions.country;

    if (product->countries.count == 0) {
        if (country && claim_settings_is_country(country)) /* a program may say it all the same */
            snprintf(out->country, sizeof out->country, "%s", country);
        return;
    }
    if (country && product_sells_to(product, country))
        snprintf(out->country, sizeof out->country, "%s", country);
    else
        out->questions.country_problem = QUESTION_MISSING;
}

/* shown: the version of the text that was agreed to. */
static void check_consent(struct answers *out, const char *shown)
{
    struct page_questions *questions = &out->questions;

    if (!*questions->product->consent)
        return;
    if (!shown || strcmp(shown, questions->product->consent) != 0)
        questions->consent_problem = QUESTION_CHANGED;
    else if (!questions->agreed)
        questions->consent_problem = QUESTION_MISSING;
    if (questions->consent_problem == QUESTION_CHANGED)
        questions->agreed = false; /* that was to another text */
}

void answers_read_form(struct http_exchange *exchange, const struct product *product, bool after_arrival,
                       struct answers *out)
{
    out->questions.product = product;
    out->questions.after_arrival = after_arrival;
    keep_answers(exchange, out);
    for (size_t i = 0; i < product->field_count; i++)
        if (product->fields[i].after_arrival == after_arrival)
            check_answer(out, i);
    if (after_arrival)
        return;
    check_country(out);
    check_consent(out, http_request_field(exchange, "consent_version", NULL));
}

/* ---- reading JSON ---- */

static bool take_member(const cJSON *member, struct answers *out, size_t index, struct text *why)
{
    const struct product_field *field = &out->questions.product->fields[index];
    const char *text = NULL;

    if (cJSON_IsString(member))
        text = member->valuestring;
    else if (cJSON_IsBool(member) && field->type == PRODUCT_FIELD_CHECKBOX)
        text = cJSON_IsTrue(member) ? "yes" : "";
    if (!text) {
        text_printf(why, "fields.%s must be a %s.", field->key,
                    field->type == PRODUCT_FIELD_CHECKBOX ? "boolean" : "string");
        return false;
    }
    out->questions.answers[index].typed = text;
    out->questions.answers[index].length = strlen(text);
    return true;
}

static bool take_members(const cJSON *fields, struct answers *out, struct text *why)
{
    const struct product *product = out->questions.product;
    const cJSON *member = NULL;

    cJSON_ArrayForEach(member, fields)
    {
        const struct product_field *field = product_field(product, member->string);
        if (!field) {
            TEXT struct text shown = TEXT_EMPTY;
            excerpt_add_bare(member->string, strlen(member->string), &shown);
            text_printf(why, "fields.%s is no field of this product.", text_get(&shown));
            return false;
        }
        if (!take_member(member, out, (size_t)(field - product->fields), why))
            return false;
    }
    return true;
}

static const char *sentence_of(enum product_answer problem)
{
    static const char *const sentences[] = {
        "",
        "is required",
        "is too long",
        "must not have control characters",
        "must be an e-mail address",
        "must be a number",
        "must be a date such as 2026-01-31",
        "must be one of the choices",
    };

    return sentences[problem];
}

static bool explain(const struct answers *answers, struct text *why)
{
    const struct page_questions *questions = &answers->questions;
    const struct product *product = questions->product;

    for (size_t i = 0; i < product->field_count; i++) {
        enum product_answer problem = questions->answers[i].problem;
        if (problem == ANSWER_OK)
            continue;
        text_printf(why, "fields.%s %s.", product->fields[i].key, sentence_of(problem));
        return false;
    }
    if (questions->country_problem)
        text_puts(why, "country must be one of the product's countries, such as DE.");
    else if (questions->consent_problem)
        text_printf(why, "consent must be the version of the text that the person has agreed to: %s.",
                    product->consent);
    return !questions->country_problem && !questions->consent_problem;
}

bool answers_read_json(const struct answers_json *json, const struct product *product, struct answers *out,
                       struct text *why)
{
    out->questions.product = product;
    if (!take_members(json->fields, out, why))
        return false;
    out->questions.country = json->country;
    out->questions.agreed = json->consent != NULL;
    out->questions.marketing = json->marketing;
    for (size_t i = 0; i < product->field_count; i++)
        check_answer(out, i);
    check_country(out);
    check_consent(out, json->consent);
    return explain(out, why);
}

/* ---- keeping ---- */

static bool is_contact(const struct product_field *field)
{
    return field->type == PRODUCT_FIELD_NAME || field->type == PRODUCT_FIELD_EMAIL;
}

static size_t write_answers(const struct answers *answers, struct json_writer *json)
{
    const struct product *product = answers->questions.product;
    size_t count = 0;

    for (size_t i = 0; i < product->field_count; i++) {
        const struct product_field *field = &product->fields[i];
        if (is_contact(field) || !answers->trimmed[i])
            continue;
        if (field->type == PRODUCT_FIELD_CHECKBOX)
            json_write_boolean(json, field->key, true);
        else
            json_write_text(json, field->key, answers->trimmed[i]);
        count++;
    }
    return count;
}

/* Answers to questions that the product does not have any more. */
static size_t write_earlier(const struct answers *answers, struct json_writer *json)
{
    const cJSON *member = NULL;
    size_t count = 0;

    cJSON_ArrayForEach(member, answers->known)
    {
        if (product_field(answers->questions.product, member->string))
            continue;
        if (cJSON_IsString(member))
            json_write_text(json, member->string, member->valuestring);
        else
            json_write_boolean(json, member->string, cJSON_IsTrue(member));
        count++;
    }
    return count;
}

static void write_fields(struct answers *answers)
{
    struct json_writer json = json_writer_into(&answers->fields);

    text_clear(&answers->fields);
    json_begin_object(&json, NULL);
    size_t count = write_answers(answers, &json) + write_earlier(answers, &json);
    json_end_object(&json);
    json_writer_finish(&json);
    if (count == 0)
        text_clear(&answers->fields);
}

/* The language of the text that was shown: not every text is there in every language. */
static const char *consent_language(const struct product *product, const char *language)
{
    const struct product_file *file = product_folder_find(product->folder, PRODUCT_CONSENT, language);

    return file && *file->language ? file->language : product->folder->language;
}

void answers_details(struct answers *answers, const char *language, long long now,
                     struct registration_details *out)
{
    const struct product *product = answers->questions.product;
    const bool agreed = *product->consent && answers->questions.agreed && !answers->questions.after_arrival;

    write_fields(answers);
    *out = (struct registration_details){
        .country = *answers->country ? answers->country : NULL,
        .fields = answers->fields.length ? text_get(&answers->fields) : NULL,
        .consent = agreed ? product->consent : NULL,
        .consent_language = agreed ? consent_language(product, language) : NULL,
        .consent_at = agreed ? now : 0,
        .marketing_at = product->marketing && answers->questions.marketing ? now : 0,
    };
    for (size_t i = 0; i < product->field_count; i++) {
        if (product->fields[i].type == PRODUCT_FIELD_NAME)
            out->contact_name = answers->trimmed[i];
        if (product->fields[i].type == PRODUCT_FIELD_EMAIL)
            out->contact_email = answers->trimmed[i];
    }
}

static void know_answer(struct answers *answers, size_t index, const struct details_found *found)
{
    const struct product_field *field = &answers->questions.product->fields[index];
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(answers->known, field->key);

    if ((field->type == PRODUCT_FIELD_NAME && found->has_name) ||
        (field->type == PRODUCT_FIELD_EMAIL && found->has_email))
        answers->questions.answers[index].is_answered = true;
    if (!member || answers->texts[index] || answers->questions.answers[index].problem)
        return;
    answers->texts[index] = memory_string(cJSON_IsString(member) ? member->valuestring : "yes");
    answers->trimmed[index] = answers->texts[index];
    answers->questions.answers[index].typed = answers->texts[index];
    answers->questions.answers[index].is_answered = true;
}

void answers_know(struct answers *answers, const struct product *product, const struct details_found *found)
{
    const char *fields = text_get(&found->fields);

    answers->questions.product = product;
    cJSON_Delete(answers->known);
    answers->known = *fields ? json_object_parse(fields, strlen(fields)) : NULL;
    for (size_t i = 0; i < product->field_count; i++)
        know_answer(answers, i, found);
}
