/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/pem.h"

#include <string.h>

#include "base/text.h"
#include "tests/unit/test.h"

#define CERTIFICATE "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"

static void note_block(void *context, const char *kind, const char *pem, size_t length,
                       unsigned long long line)
{
    assert_int_equal(strlen(pem), length);
    text_printf(context, "%llu: %s %zu\n", line, kind, length);
}

static void note_bad(void *context, unsigned long long line, const char *why)
{
    text_printf(context, "%llu! %s\n", line, why);
}

/* In one piece and byte by byte. */
static void expect_bytes(const char *bytes, size_t length, const char *wanted)
{
    static const size_t parts[] = {1, 7, 1000000};

    for (size_t i = 0; i < COUNT(parts); i++) {
        TEXT struct text said = TEXT_EMPTY;
        const struct enrolment_pem_events events = {&said, note_block, note_bad};
        struct enrolment_pem *pem = enrolment_pem_new(&events);
        for (size_t at = 0; at < length; at += parts[i])
            enrolment_pem_feed(pem, bytes + at, length - at < parts[i] ? length - at : parts[i]);
        enrolment_pem_end(pem);
        enrolment_pem_free(pem);
        assert_string_equal(text_get(&said), wanted);
    }
}

static void expect(const char *text, const char *wanted)
{
    expect_bytes(text, strlen(text), wanted);
}

static void a_broken_block_costs_no_other(void **state)
{
    (void)state;
    expect("-----BEGIN CERTIFICATE-----\nQUJD\n" CERTIFICATE,
           "1! its END line is missing\n3: CERTIFICATE 59\n");
    expect("-----BEGIN CERTIFICATE-----\nQUJD\n-----END EC PRIVATE KEY-----\n" CERTIFICATE,
           "1! its END line is of something else\n4: CERTIFICATE 59\n");
    expect(CERTIFICATE "-----BEGIN CERTIFICATE-----\nQUJD",
           "1: CERTIFICATE 59\n4! its END line is missing\n");
    expect("-----BEGIN -----\n" CERTIFICATE, "2: CERTIFICATE 59\n");
}

static void what_cannot_be_seen_is_named(void **state)
{
    (void)state;
    expect("caf\xC3\xA9\xC2\xA0\n\xE2\x80\x8B-----BEGIN CERTIFICATE-----\nQUJD\n-----END "
           "CERTIFICATE-----\n" CERTIFICATE,
           "2! there is an invisible character (\\u200B) in column 1; delete it\n5: CERTIFICATE 59\n");
    expect("-----BEGIN CERTIFICATE-----\nQU\xC2\xA0JD\n-----END CERTIFICATE-----\n" CERTIFICATE,
           "2! there is an invisible character (\\u00A0) in column 3; delete it\n4: CERTIFICATE 59\n");
    expect_bytes("\xFF\xFE-\0-\0\n\0-\0\n\0", 12, "1! it is UTF-16; save it as UTF-8\n");
    expect_bytes("-\0-\0\n\0-\0\n\0", 10, "1! it is UTF-16; save it as UTF-8\n");
}

static void what_is_too_long_is_refused(void **state)
{
    TEXT struct text input = TEXT_EMPTY;
    (void)state;

    text_puts(&input, "-----BEGIN CERTIFICATE-----\n");
    for (int i = 0; i < ENROLMENT_BLOCK_MAX / 4; i++)
        text_puts(&input, "QUJD\n");
    text_puts(&input, "-----END CERTIFICATE-----\n");
    text_puts(&input, CERTIFICATE);
    TEXT struct text wanted = TEXT_EMPTY;
    text_printf(&wanted, "1! it is longer than a certificate can be\n%d: CERTIFICATE 59\n",
                ENROLMENT_BLOCK_MAX / 4 + 3);
    expect(input.data, wanted.data);
    text_clear(&input);
    text_puts(&input, "-----BEGIN CERTIFICATE-----\n");
    for (int i = 0; i < ENROLMENT_BLOCK_MAX / 4; i++) /* all in one line */
        text_puts(&input, "QUJD");
    text_puts(&input, "\n-----END CERTIFICATE-----\n" CERTIFICATE);
    expect(input.data, "1! it is longer than a certificate can be\n4: CERTIFICATE 59\n");
}

static void a_nul_hides_nothing(void **state)
{
    static const char bytes[] = "-----BEGIN CERTIFICATE-----\nQU\0JD\n-----END CERTIFICATE-----\n";
    (void)state;
    expect_bytes(bytes, sizeof bytes - 1, "1: CERTIFICATE 60\n");
}

static void finds_all_blocks(void **state)
{
    (void)state;
    expect("", "");
    expect("no block\n", "");
    expect(CERTIFICATE CERTIFICATE, "1: CERTIFICATE 59\n4: CERTIFICATE 59\n");
    expect("subject=CN = a\r\n-----BEGIN CERTIFICATE-----\r\nQUJD\r\n-----END "
           "CERTIFICATE-----\r\n\r\n" CERTIFICATE,
           "2: CERTIFICATE 59\n6: CERTIFICATE 59\n");
    expect("\xEF\xBB\xBF" CERTIFICATE, "1: CERTIFICATE 59\n");
    expect("-----BEGIN EC PRIVATE KEY-----\nQUJD\n-----END EC PRIVATE KEY-----", "1: EC PRIVATE KEY 65\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_block_costs_no_other),
        cmocka_unit_test(what_cannot_be_seen_is_named),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(a_nul_hides_nothing),
        cmocka_unit_test(finds_all_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
