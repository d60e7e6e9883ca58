/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "server/api/registration_json.h"
#include "tests/fuzz/fuzz.h"

static bool is_one_line(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static void check_text(const char *text, size_t most)
{
    if (text)
        MUST(strlen(text) <= most && is_one_line(text) && utf8_is_valid(text, strlen(text)));
}

/* What came out goes in again and comes out the same. */
static void check_again(const struct registration_body *body)
{
    TEXT struct text json = TEXT_EMPTY;
    struct registration_body again = {0};

    text_puts(&json, "{\"identifier\":\"x\",\"contact\":{");
    if (body->name) {
        text_puts(&json, "\"name\":\"");
        text_json(&json, body->name);
        text_puts(&json, body->email ? "\"," : "\"");
    }
    if (body->email) {
        text_puts(&json, "\"email\":\"");
        text_json(&json, body->email);
        text_puts(&json, "\"");
    }
    text_puts(&json, "}}");
    MUST(registration_body_parse(text_get(&json), json.length, &again) == NULL);
    MUST(!body->name == !again.name && (!body->name || strcmp(body->name, again.name) == 0));
    MUST(!body->email == !again.email && (!body->email || strcmp(body->email, again.email) == 0));
    registration_body_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char untouched[] = "untouched";
    struct registration_body body = {.identifier = untouched};
    const char *wrong = registration_body_parse((const char *)data, size, &body);

    if (wrong) {
        MUST(*wrong && body.identifier == untouched && !body.json);
        return 0;
    }
    MUST(body.json && body.identifier && body.identifier != untouched);
    MUST(strlen(body.identifier) < size);
    check_text(body.endpoint, 64);
    check_text(body.name, 200);
    check_text(body.email, 254);
    check_text(body.consent, 64);
    MUST(!body.country || (strlen(body.country) == 2 && body.country[0] >= 'A' && body.country[1] <= 'Z'));
    MUST(!body.fields || cJSON_IsObject(body.fields));
    MUST(!body.email || (strchr(body.email, '@') && !strpbrk(body.email, " <>")));
    check_again(&body);
    registration_body_fini(&body);
    return 0;
}
