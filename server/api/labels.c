/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/labels.h"

#include <string.h>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "claim/label_reading.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"

#define JSON_TYPE "application/json"

/* ---- answers ---- */

static void write_problem(struct http_exchange *exchange, const struct label_reading *reading,
                          struct json_writer *json)
{
    const struct pages *pages = portal_of(exchange)->pages;
    const char *language = portal_language(exchange);
    TEXT struct text sentence = TEXT_EMPTY;
    const char *reason = reading->verdict == LABEL_SEVERAL                   ? "several"
                         : reading->problem.error == IDENTIFIER_SHOP_BARCODE ? "shop_barcode"
                                                                             : "foreign";

    if (reading->verdict == LABEL_WRONG) {
        reason = identifier_error_name(reading->problem.error);
        pages_identifier_problem(pages, language, &reading->problem, &sentence);
    } else {
        pages_label_problem(pages, language, reason, &sentence);
    }
    json_begin_object(json, "problem");
    json_write_text(json, "reason", reason);
    json_write_text(json, "detail", text_get(&sentence));
    json_end_object(json);
}

/* A code may contain any bytes, NUL too. */
static void write_code(struct json_writer *json, const char *name, const struct decode_code *code)
{
    json_write_visible(json, name, code->text, code->length);
}

static void write_device(struct json_writer *json, const struct label_reading *reading)
{
    const struct digital_link *link = &reading->device.link;
    bool is_ours = reading->verdict == LABEL_OURS;
    TEXT struct text identifier = TEXT_EMPTY;

    label_device_add(&reading->device, &identifier);
    json_write_text_or_null(json, "identifier", is_ours ? text_get(&identifier) : NULL);
    if (!is_ours || link->gtin[0] == '\0' || reading->device.thing_name[0] != '\0')
        return;
    json_write_text(json, "gtin", link->gtin);
    json_write_text(json, "serial", link->serial);
}

static void answer_codes(struct http_exchange *exchange, const struct decode_code *codes, size_t count)
{
    struct label_text texts[DECODE_CODES_MAX];
    TEXT struct text body = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&body);
    struct label_reading reading;

    for (size_t i = 0; i < count; i++)
        texts[i] = (struct label_text){codes[i].text, codes[i].length};
    label_read(&portal_of(exchange)->labels, texts, count, &reading);
    json_begin_object(&json, NULL);
    write_code(&json, "text", &codes[reading.text]);
    if (count > 1) {
        json_begin_array(&json, "texts");
        for (size_t i = 0; i < count; i++)
            write_code(&json, NULL, &codes[i]);
        json_end_array(&json);
    }
    write_device(&json, &reading);
    if (reading.verdict != LABEL_OURS)
        write_problem(exchange, &reading, &json);
    json_end_object(&json);
    json_writer_finish(&json);
    text_puts(&body, "\n");
    http_answer(exchange, 200, JSON_TYPE, &body);
}

/* ---- pictures ---- */

struct picture {
    struct http_exchange *exchange;
    struct decode_job job;
    enum decode_error error;
    struct decode_result result;
};

/* Runs before the body is read: pictures are large, so an unwanted one is rejected unread. */
static unsigned admit_picture(struct http_exchange *exchange, void *arguments)
{
    (void)arguments;
    if (problem_over_picture_limit(exchange))
        return 429;
    return portal_of(exchange)->decoders ? 0 : 503;
}

/* Runs on a thread of the pool. */
static void decoded(void *argument, enum decode_error error, struct decode_result *result)
{
    struct picture *own = argument;

    own->error = error;
    if (result) {
        own->result = *result;
        *result = (struct decode_result){0};
    }
    http_resume(own->exchange);
}

static void begin_picture(struct http_exchange *exchange, void *arguments)
{
    struct picture *own = arguments;
    struct client_key client = http_request_client_key(exchange);
    size_t length;
    const char *bytes = http_request_body(exchange, &length);

    own->exchange = exchange;
    own->job = (struct decode_job){.bytes = (const unsigned char *)bytes,
                                   .length = length,
                                   .client = {client.network, client.address},
                                   .done = decoded,
                                   .argument = own};
    if (!decode_pool_submit(portal_of(exchange)->decoders, &own->job))
        decoded(own, DECODE_UNAVAILABLE, NULL);
}

static void answer_problem(struct http_exchange *exchange, unsigned status, const char *reason)
{
    TEXT struct text sentence = TEXT_EMPTY;

    pages_label_problem(portal_of(exchange)->pages, portal_language(exchange), reason, &sentence);
    problem_answer_reason(exchange, status, reason, text_get(&sentence));
}

/* Rejects a request whose body was not read. */
static void refuse_unread(struct http_exchange *exchange, unsigned status)
{
    answer_problem(exchange, status, status == 413 ? "too_large" : status == 429 ? "limit" : "unavailable");
}

static void refuse_picture(struct http_exchange *exchange, enum decode_error error)
{
    static const char *const reasons[] = {
        [DECODE_OK] = "no_code",
        [DECODE_NO_CODE] = "no_code",
        [DECODE_BARCODE] = "barcode",
        [DECODE_DATA_MATRIX] = "data_matrix",
        [DECODE_UNKNOWN_FORMAT] = "unknown_format",
        [DECODE_HEIC] = "heic",
        [DECODE_AVIF] = "avif",
        [DECODE_GIF] = "gif",
        [DECODE_TIFF] = "tiff",
        [DECODE_PDF] = "pdf",
        [DECODE_ANIMATED] = "animated",
        [DECODE_FORM] = "form",
        [DECODE_TOO_LARGE] = "too_large",
        [DECODE_BROKEN] = "broken",
        [DECODE_TOO_SLOW] = "too_slow",
        [DECODE_CRASHED] = "unavailable",
        [DECODE_UNAVAILABLE] = "unavailable",
    };
    bool later = error == DECODE_CRASHED || error == DECODE_UNAVAILABLE;

    answer_problem(exchange, later ? 503 : 422, reasons[error]);
}

static void reply_picture(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct picture *own = arguments;

    (void)result;
    if (own->error == DECODE_OK && own->result.count > 0)
        answer_codes(exchange, own->result.codes, own->result.count);
    else
        refuse_picture(exchange, own->error);
}

static void free_picture(void *arguments)
{
    struct picture *own = arguments;

    decode_result_fini(&own->result);
}

/* ---- texts ---- */

static void reply_text(struct http_exchange *exchange, void *arguments, unsigned result)
{
    size_t length;
    const char *bytes = http_request_body(exchange, &length);
    JSON cJSON *json = json_object_parse_scanned(bytes, length, "text");
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(json, "text");

    (void)arguments;
    (void)result;
    if (problem_over_picture_limit(exchange)) {
        refuse_unread(exchange, 429);
        return;
    }
    if (!cJSON_IsString(text)) {
        problem_answer_detail(exchange, 400,
                              "The body must be a JSON object with the member text, which must be a string.");
        return;
    }
    const struct decode_code code = {text->valuestring, strlen(text->valuestring)};
    answer_codes(exchange, &code, 1);
}

const struct http_handler label_decode = {
    .arguments_size = sizeof(struct picture),
    .admit = admit_picture,
    .refuse = refuse_unread,
    .begin = begin_picture,
    .reply = reply_picture,
    .fini = free_picture,
};
const struct http_handler label_text = {.refuse = refuse_unread, .reply = reply_text};
