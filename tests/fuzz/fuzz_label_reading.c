/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of codes, separated by the byte 0x1E: what label_read() makes of them. */
#include "claim/label_reading.h"
#include "tests/fuzz/fuzz.h"

#define SEPARATOR '\x1E'
#define TEXTS_MAX 4

static const struct label_origin *origin(void)
{
    static struct identifier_form forms[3];
    static const struct label_origin made = {"https://register.example.com", "old.example.com, [::1]", forms,
                                             sizeof forms / sizeof *forms};
    static int ready;

    if (!ready)
        MUST(identifier_form_parse("hex", "lower", &forms[0]) == IDENTIFIER_OK &&
             identifier_form_parse("SN[0-9]{8}", "upper", &forms[1]) == IDENTIFIER_OK &&
             identifier_form_parse(".*", "keep", &forms[2]) == IDENTIFIER_OK);
    ready = 1;
    return &made;
}

static size_t split(const char *bytes, size_t length, struct label_text texts[TEXTS_MAX])
{
    size_t count = 0;

    for (size_t from = 0; from <= length && count < TEXTS_MAX;) {
        const char *end = memchr(bytes + from, SEPARATOR, length - from);
        size_t size = end ? (size_t)(end - bytes) - from : length - from;
        texts[count++] = (struct label_text){bytes + from, size};
        from += size + 1;
    }
    return count;
}

static void check_device(const struct label_device *device)
{
    TEXT struct text path = TEXT_EMPTY;
    struct digital_link again;
    const char *name = device->thing_name;

    if (name[0] != '\0') {
        MUST(identifier_is_thing_name(name, strnlen(name, IDENTIFIER_SIZE)));
        return;
    }
    label_device_add(device, &path);
    MUST(digital_link_parse(text_get(&path), path.length, &again) == IDENTIFIER_OK);
    MUST(strcmp(again.serial, device->link.serial) == 0 && again.serial[0] != '\0');
}

/* An address of another host is gone, and nothing else has changed. */
static void check_own(const struct label_text *text)
{
    struct label_own_text own, again;

    if (!label_own_text(origin(), text->text, text->length, &own)) {
        MUST(text->length > IDENTIFIER_TYPED_MAX);
        return;
    }
    MUST(own.length == text->length);
    for (size_t i = 0; i < own.length; i++)
        MUST(own.text[i] == text->text[i] || (own.is_foreign && own.text[i] == ' '));
    MUST(label_own_text(origin(), own.text, own.length, &again));
    MUST(!again.is_foreign && memcmp(own.text, again.text, own.length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct label_text texts[TEXTS_MAX];
    struct label_reading reading;
    size_t count = split((const char *)data, size, texts);

    label_read(origin(), texts, count, &reading);
    MUST(reading.text < count);
    if (reading.verdict == LABEL_OURS || reading.verdict == LABEL_SEVERAL)
        check_device(&reading.device);
    else
        MUST(reading.problem.error > IDENTIFIER_OK && reading.problem.error < IDENTIFIER_BAD_FORM);
    if (reading.verdict == LABEL_SEVERAL)
        check_device(&reading.another);
    for (size_t i = 0; i < count; i++)
        check_own(&texts[i]);
    return 0;
}
