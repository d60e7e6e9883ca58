/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/serial_list.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/unit/test.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define BASE64 "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8="

static void row(void *context, unsigned long long line, enum smsn_form form, const struct smsn *smsn,
                const char *text)
{
    (void)smsn;
    text_printf(context, "%llu %s %.4s\n", line, form == SMSN_HEX ? "hex" : "base64", text);
}

static void bad(void *context, unsigned long long line, const struct smsn *smsn, bool clear, const char *why)
{
    (void)clear;
    text_printf(context, "%llu bad%s: %s\n", line, smsn != NULL ? " known" : "", why);
}

static void bad_header(void *context, unsigned long long line, const char *why)
{
    text_printf(context, "%llu header: %s\n", line, why);
}

static void device_file(void *context, unsigned long long line)
{
    text_printf(context, "%llu device's own file\n", line);
}

static void read_list(const char *bytes, size_t length, size_t part, struct text *said)
{
    const struct serial_list_events events = {said, row, bad, bad_header, device_file};
    struct serial_list *list = serial_list_new(&events);

    for (size_t at = 0; at < length; at += part)
        serial_list_feed(list, bytes + at, length - at < part ? length - at : part);
    serial_list_end(list);
    serial_list_free(list);
}

struct example {
    const char *bytes, *said;
    size_t length; /* 0: up to the terminator */
};

/* Whole and byte by byte. */
static void check(const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = examples[i].length > 0 ? examples[i].length : strlen(examples[i].bytes);
        for (size_t part = 1; part <= length + 1; part += length > 0 ? length : 1) {
            TEXT struct text said = TEXT_EMPTY;
            read_list(examples[i].bytes, length, part, &said);
            assert_string_equal(text_get(&said), examples[i].said);
        }
    }
}

static void a_bad_header_is_told(void **state)
{
    static const struct example examples[] = {
        {"", "1 header: the list is empty\n", 0},
        {"\n\r\n", "1 header: the list is empty\n", 0},
        {"smsn\n", "1 header: the list has no rows below the header\n", 0},
        {"smsn", "1 header: the list has no rows below the header\n", 0},
        {HEX "\n",
         "1 header: there is no header: AWS would take this device for the header; add a first row smsn\n1 "
         "hex "
         "0011\n",
         0},
        {BASE64,
         "1 header: there is no header: AWS would take this device for the header; add a first row smsn\n1 "
         "base64 "
         "ABEi\n",
         0},
        {"SMSN\n" HEX, "1 header: the first row must be smsn, but it is not in lower case\n2 hex 0011\n", 0},
        {" smsn \n" HEX,
         "1 header: the first row must be smsn, but it has spaces around it, and AWS uses the field "
         "unchanged\n"
         "2 hex 0011\n",
         0},
        {"smsn,name\n" HEX,
         "1 header: the first row must be smsn, but it has another column or a comma after it\n2 hex 0011\n",
         0},
        {"abcd\n" HEX, /* as long as smsn */
         "1 header: the first row must be smsn, but it has 4 digits instead of 64\n2 hex 0011\n", 0},
        {"serial\n" HEX,
         "1 header: the first row must be smsn, but it is not 64 hex digits: \"serial\"\n2 hex 0011\n", 0},
        {"\xEF\xBB\xBFsmsn\n" HEX,
         "1 header: the file begins with a byte order mark, which AWS would take for part of the header\n2 "
         "hex 0011\n",
         0},
    };
    (void)state;

    check(examples, COUNT(examples));
}

static void a_bad_row_says_what(void **state)
{
    static const struct example examples[] = {
        {"smsn\n0" HEX "\n", "2 bad: it has 65 digits instead of 64\n", 0},
        {"smsn\n\n00\n", "3 bad: it has 2 digits instead of 64\n", 0},
        {"smsn\n " HEX "\n", "2 bad known: it has spaces around it, and AWS uses the field unchanged\n", 0},
        {"smsn\n" HEX "\t\n", "2 bad known: it has spaces around it, and AWS uses the field unchanged\n", 0},
        {"smsn\n" HEX ",\n", "2 bad known: there is a comma after it\n", 0},
        {"smsn\n" HEX ",\"a,\"\"b\"\n", "2 bad known: there is a second column: \"a,\"b\"\n", 0},
        {"smsn\n" HEX ",,,\n", "2 bad known: there is more than one column: 4\n", 0},
        {"smsn\n,\n", "2 bad: the serial number is missing; and there is a comma after it\n", 0},
        {"smsn\n  \n", "2 bad: it has only spaces\n", 0},
        {"smsn\nhello\n", "2 bad: it is not 64 hex digits: \"hello\"\n", 0},
        {"smsn\nhell\xC3\n", "2 bad: it is not UTF-8\n", 0},
        {"smsn\nx\0y\n", "2 bad: it contains a NUL\n", 9},
        {"smsn\n\"" HEX "\n" HEX "\n", "2 bad: a quote is not closed\n3 hex 0011\n", 0},
        {"smsn\n00\"11\n" HEX, "2 bad: its quotes are not right\n3 hex 0011\n", 0},
    };
    (void)state;

    check(examples, COUNT(examples));
}

#define KEY "c78a7f59e1e252a3ff9acef89155ffb3674c4365066e42d10ce0fde361258d3e" /* made up */
#define NOT_SHOWN " (not shown, they may be a key)\n"

static void what_may_be_a_key_is_not_quoted(void **state)
{
    static const struct example examples[] = {
        {"smsn\n\"" KEY "x\"\n", "2 bad: it is not 64 hex digits: 65 characters" NOT_SHOWN, 0},
        {"smsn\nkey: " KEY "\n", "2 bad: it is not 64 hex digits: 69 characters" NOT_SHOWN, 0},
        {"smsn\n" HEX "," KEY "\n", "2 bad known: there is a second column: 64 hex digits" NOT_SHOWN, 0},
        {"smsn;key\n" HEX ";" KEY "\n",
         "1 header: the first row must be smsn, but there is more than one column, separated by semicolons\n"
         "2 bad known: there is a second column, separated by semicolons: 64 hex digits" NOT_SHOWN,
         0},
    };
    (void)state;

    check(examples, COUNT(examples));
}

static void what_is_no_list_is_told_once(void **state)
{
    static const struct example examples[] = {
        {"{ \"p256R1\": \"x\",\n\"metadata\": 1\n", "1 device's own file\n", 0},
        {"\n [\n\n{\"devicePrivKeyP256R1\"", "1 device's own file\n", 0},
        {"smsn: " HEX "\ndevicePrivKeyP256R1: " KEY "\n", "1 device's own file\n", 0},
        {"p256R1: " KEY "\nsmsn: " HEX "\n", "1 device's own file\n", 0},
        {"eD25519: " KEY "\n", "1 device's own file\n", 0},
        {"\x89PNG\r\n\x1A\n\0\0", "1 header: the file is a PNG picture, not a list of serial numbers\n", 10},
        {"\xFF\xD8\xFF\xE0", "1 header: the file is a JPEG picture, not a list of serial numbers\n", 0},
        {"PK\x03\x04 whatever\n" HEX,
         "1 header: the file is compressed (zip) or a workbook, not a list of serial numbers: save the "
         "workbook's sheet as CSV\n",
         0},
        {"{\"controlLogs\":[]}\n",
         "1 header: this is a control log, not a list: it belongs to --control-log\n", 0},
        {"\n\n\n\n{}",
         "4 header: this is not a list: the first row must be smsn, then one serial number a row\n", 0},
        {"{}\n\n", "1 header: this is not a list: the first row must be smsn, then one serial number a row\n",
         0},
        {"\xFF\xFE{\0\n\0}\0", "1 header: the first row must be smsn, but it is UTF-16; save it as UTF-8\n",
         8},
        {"\xFF\xFEs\0m\0s\0n\0\n\0"
         "1\0\n",
         "1 header: the first row must be smsn, but it is UTF-16; save it as UTF-8\n", 15},
        {"\xFE\xFF\0s\0m\0s\0n\0\n\0"
         "1\0\n",
         "1 header: the first row must be smsn, but it is UTF-16; save it as UTF-8\n", 14},
        {"s\0m\0s\0n\0\n\0"
         "1\0\n",
         "1 header: the first row must be smsn, but it is UTF-16; save it as UTF-8\n", 13},
        {"\0s\0m\0s\0n\0\n\0"
         "1\0\n",
         "1 header: the first row must be smsn, but it is UTF-16; save it as UTF-8\n", 12},
    };
    (void)state;

    check(examples, COUNT(examples));
}

static void what_spreadsheets_write_is_named(void **state)
{
    static const struct example examples[] = {
        {"sep=;\nsmsn\n" HEX "\n",
         "1 header: there is a row \"sep=;\" before the header, which AWS would take for the header\n3 hex "
         "0011\n",
         0},
        {"sep=,\nsmsn;x\n" HEX ";x\n",
         "1 header: there is a row \"sep=,\" before the header, which AWS would take for the header\n"
         "2 header: the first row must be smsn, but it is not 64 hex digits: \"smsn;x\"\n"
         "3 bad: it is not 64 hex digits: 66 characters" NOT_SHOWN,
         0},
        {"smsn;product;serial\r\n" HEX ";Lamp;A1\r\n",
         "1 header: the first row must be smsn, but there is more than one column, separated by semicolons\n"
         "2 bad known: there is more than one column, separated by semicolons: 3\n",
         0},
        {"smsn\t\n" HEX "\t\n",
         "1 header: the first row must be smsn, but there is more than one column, separated by tabs\n"
         "2 bad known: there is an empty column after it\n",
         0},
        {"smsn\n=\"" HEX "\"\n", "2 bad known: it is written as =\"...\", and AWS uses the field unchanged\n",
         0},
        {"smsn\n\"=\"\"" HEX "\"\"\"\n",
         "2 bad known: it is written as =\"...\", and AWS uses the field unchanged\n", 0},
        {"=\"smsn\"\n" HEX "\n",
         "1 header: the first row must be smsn, but it is written as =\"...\", and AWS uses the field "
         "unchanged\n"
         "2 hex 0011\n",
         0},
        {"smsn\n" HEX ",=\"x\"\n",
         "2 bad known: it is written as =\"...\", and AWS uses the field unchanged; and there is a second "
         "column: "
         "\"x\"\n",
         0},
    };
    (void)state;

    check(examples, COUNT(examples));
}

static void an_invisible_character_is_named_with_its_place(void **state)
{
    static const struct example examples[] = {
        {"smsn\n\xE2\x80\x8B" HEX "\n",
         "2 bad known: there is an invisible character (\\u200B) in column 1; delete it\n", 0},
        {"smsn\n" HEX "\xC2\xA0\n",
         "2 bad known: there is an invisible character (\\u00A0) in column 65; delete it\n", 0},
        {"smsn\n0011\xE2\x80\xAE"
         "22\n",
         "2 bad: there is an invisible character (\\u202E) in column 5; delete it\n", 0},
        {"sm\xEF\xBB\xBFsn\n" HEX "\n",
         "1 header: the first row must be smsn, but there is an invisible character (\\uFEFF) in column 3; "
         "delete it\n2 hex 0011\n",
         0},
        {"smsn\xE2\x80\x8B\n" HEX "\n",
         "1 header: the first row must be smsn, but there is an invisible character (\\u200B) in column 5; "
         "delete it\n2 hex 0011\n",
         0},
    };
    (void)state;

    check(examples, COUNT(examples));
}

static void note_clear(void *context, unsigned long long line, const struct smsn *smsn, bool clear,
                       const char *why)
{
    (void)why;
    text_printf(context, "%llu%s%s ", line, smsn != NULL ? " known" : "", clear ? " clear" : "");
}

static void no_row(void *context, unsigned long long line, enum smsn_form form, const struct smsn *smsn,
                   const char *text)
{
    (void)context, (void)line, (void)form, (void)smsn, (void)text;
}

static void no_header(void *context, unsigned long long line, const char *why)
{
    (void)context, (void)line, (void)why;
}

/* A corrected list may have a row that is written like the header. */
static void a_row_is_clear_with_the_columns_of_the_header(void **state)
{
    static const struct example examples[] = {
        {"smsn\n " HEX "\n=\"" HEX "\"\n" HEX ",\n0\n", "2 known 3 known clear 4 known 5 ", 0},
        {"smsn,\n" HEX ",\n" HEX ",,\n", "2 known clear 3 known ", 0},
        {"smsn;a;b\n" HEX ";;\n" HEX ";1;2\n" HEX ";1\n", "2 known clear 3 known clear 4 known ", 0},
        {HEX ";a\n" HEX ";a\n" HEX ";a;b\n", "2 known clear 3 known ", 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(examples); i++) {
        TEXT struct text said = TEXT_EMPTY;
        const struct serial_list_events events = {&said, no_row, note_clear, no_header, device_file};
        struct serial_list *list = serial_list_new(&events);
        serial_list_feed(list, examples[i].bytes, strlen(examples[i].bytes));
        serial_list_end(list);
        serial_list_free(list);
        assert_string_equal(text_get(&said), examples[i].said);
    }
}

static void what_is_good_is_taken(void **state)
{
    static const struct example examples[] = {
        {"smsn\n" HEX "\n", "2 hex 0011\n", 0},
        {"smsn\n" HEX, "2 hex 0011\n", 0},
        {"smsn\r\n\r\n" HEX "\r\n", "3 hex 0011\n", 0},
        {"smsn\r" HEX "\r" HEX "\r", "2 hex 0011\n3 hex 0011\n", 0},
        {"\n\"smsn\"\n\n\"" HEX "\"\n\n", "4 hex 0011\n", 0},
        {"smsn\n" BASE64 "\n", "2 base64 ABEi\n", 0},
    };
    (void)state;

    check(examples, COUNT(examples));
}

static void a_long_line_is_refused_once_and_takes_no_memory(void **state)
{
    static char bytes[3 * SERIAL_LIST_ROW_MAX];
    TEXT struct text whole = TEXT_EMPTY, said = TEXT_EMPTY;
    (void)state;

    memset(bytes, 'a', sizeof bytes);
    text_puts(&whole, "smsn\n");
    text_add(&whole, bytes, sizeof bytes);
    text_puts(&whole, "\n" HEX "\n");
    for (size_t part = 1; part <= whole.length; part = part * 7 + 1) {
        text_clear(&said);
        read_list(whole.data, whole.length, part, &said);
        assert_string_equal(text_get(&said), "2 bad: the row is too long\n3 hex 0011\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_header_is_told),
        cmocka_unit_test(a_bad_row_says_what),
        cmocka_unit_test(a_long_line_is_refused_once_and_takes_no_memory),
        cmocka_unit_test(what_may_be_a_key_is_not_quoted),
        cmocka_unit_test(what_is_no_list_is_told_once),
        cmocka_unit_test(what_spreadsheets_write_is_named),
        cmocka_unit_test(an_invisible_character_is_named_with_its_place),
        cmocka_unit_test(a_row_is_clear_with_the_columns_of_the_header),
        cmocka_unit_test(what_is_good_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
