/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of devices as people and factories write them. */
#include "server/store/inventory_list.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "server/store/inventory_text.h"
#include "tests/unit/test.h"

#define THING "0123456789abcdef0123456789abcdef"
#define HEADER "thing_name,serial,gtin,batch,code,product\n"

static struct staging_account account;
static const struct claim_settings claim = {.staging = &account, .staging_count = 1};
static struct code_key key;

/* What a list gave, a line each. */
static struct text seen = TEXT_EMPTY;

static void on_row(void *context, const struct inventory_row *row, unsigned long long line)
{
    (void)context;
    text_printf(&seen, "%llu %s|%s|%s|%s|%.4s|%s\n", line, row->thing_name, row->serial, row->gtin,
                row->batch, row->code, row->product);
}

static void on_bad(void *context, unsigned long long line, const char *column, const char *why)
{
    (void)context;
    text_printf(&seen, "%llu bad %s: %s\n", line, column ? column : "-", why);
}

static void on_ignored(void *context, const char *title)
{
    (void)context;
    text_printf(&seen, "ignored %s\n", title);
}

static unsigned read_with(const struct inventory_list_options *options, const char *bytes, size_t length,
                          size_t piece)
{
    static const struct inventory_list_events events = {NULL, on_row, on_bad, on_ignored};
    struct inventory_list *list = inventory_list_new(options, &events);

    text_clear(&seen);
    for (size_t i = 0; i < length; i += piece)
        inventory_list_feed(list, bytes + i, length - i < piece ? length - i : piece);
    inventory_list_end(list);
    unsigned columns = inventory_list_columns(list);
    inventory_list_free(list);
    return columns;
}

static unsigned read_list(const char *text)
{
    return read_with(&(struct inventory_list_options){.claim = &claim, .key = &key}, text, strlen(text), 7);
}

#define ASSERT_SEEN(wanted) assert_string_equal(text_get(&seen), wanted)

static void a_list_without_titles_is_refused(void **state)
{
    (void)state;

    read_list("");
    ASSERT_SEEN("1 bad -: the list is empty\n");
    read_list(THING ",1\n" THING ",2\n");
    ASSERT_SEEN("1 bad -: the first row must name the columns: thing_name and any of serial, gtin, batch, "
                "code and product\n");
    read_list("thing_name,serial,Serial number\n" THING ",1,2\n");
    ASSERT_SEEN("1 bad serial: two columns are about this\n");
    read_with(&(struct inventory_list_options){.claim = &claim}, "t\0h\0i\0n\0g\0", 10, 10);
    ASSERT_SEEN("1 bad -: it is UTF-16; save it as UTF-8\n");
    read_list("\"thing_name\nserial\n");
    assert_non_null(strstr(text_get(&seen), "1 bad -: "));
}

static void bad_rows_are_told_with_line_and_column(void **state)
{
    (void)state;

    read_list(HEADER ",1,,,,\n"
                     "0123,1,,,,\n" THING ",1,09506000134353,,,\n" THING ",1,1234,,,\n" THING
                     ",1,9.50600E+12,,,\n" THING ",\"a\nb\",,,,\n" THING ",1,,,SHORT,\n" THING
                     ",1,,,A\xc3\x84"
                     "BCDEFGHIJK,\n" THING ",1\xe2\x80\x8b"
                     "2,,,,\n" THING ",1,,,,,more\n" THING ",\xff,,,,\n" THING
                     ",0123456789012345678901234567890123456789012345678901234567890123X,,,,\n" THING
                     ",\"open,,,,\n" THING ",fine,,,,\n");
    ASSERT_SEEN(
        "2 bad thing_name: the thing name is missing\n"
        "3 bad thing_name: no [staging.*] identifier_form fits this name\n"
        "4 bad gtin: its last digit, the check digit, does not fit the others\n"
        "5 bad gtin: a GTIN has 8, 12, 13 or 14 digits\n"
        "6 bad gtin: a spreadsheet has shortened this number; format the column as text there\n"
        "7 bad serial: it has a line break or another control character in it\n"
        "9 bad code: the code is too short to be secret: it needs 8 letters and digits, or 13 digits\n"
        "10 bad code: the code has a character that is neither a letter from A to Z nor a digit\n"
        "11 bad serial: there is an invisible character (\\u200B) in column 35; delete it\n"
        "12 bad -: it has more fields than the first row\n"
        "13 bad serial: it is not UTF-8; save the list as UTF-8\n"
        "14 bad serial: it has more than 64 bytes\n"
        "15 bad -: a quote is not closed\n");
}

static void codes_need_a_key(void **state)
{
    static const char list[] = HEADER THING ",1,,,7K3M9QXT2A4D,\n" THING ",2,,,,\n";
    (void)state;

    read_with(&(struct inventory_list_options){.claim = &claim}, list, sizeof list - 1, 7);
    assert_non_null(strstr(text_get(&seen), "2 bad code: codes are stored with a key only"));
    assert_null(strstr(text_get(&seen), "7K3M"));
    assert_non_null(strstr(text_get(&seen), "3 " THING "|2|"));
}

static void columns_come_in_any_order_and_form(void **state)
{
    char hash[DIGEST_SIZE], wanted[200];
    unsigned columns =
        read_list("\xef\xbb\xbf"
                  "colour;Claim code;GTIN;Thing name\r\n"
                  "red; 7k3m-9qxt-2a4d ;9506000134352;\"0123-4567-89AB-CDEF-0123-4567-89AB-CDEF\"\r\n");
    (void)state;

    assert_int_equal(columns, INVENTORY_CODE | INVENTORY_GTIN);
    code_hash(&key, THING, "7K3M9QXT2A4D", hash);
    snprintf(wanted, sizeof wanted, "ignored colour\n2 " THING "||09506000134352||%.4s|\n", hash);
    ASSERT_SEEN(wanted);
    assert_int_equal(read_list("sep=\t\nthing_name\tserial\n" THING "\t=\"0012\"\n"), INVENTORY_SERIAL);
    ASSERT_SEEN("3 " THING "|0012||||\n");
}

static void names_are_exact_without_accounts(void **state)
{
    static const char list[] = "thing_name\nABC-def_99\nshort\n";
    (void)state;

    read_with(&(struct inventory_list_options){.claim = NULL}, list, sizeof list - 1, 100);
    ASSERT_SEEN("2 ABC-def_99|||||\n"
                "3 bad thing_name: a thing name has 8 to 64 letters, digits, dashes and underscores\n");
}

static void a_removal_reads_names_alone(void **state)
{
    static const char list[] = "code,thing_name,gtin\nx," THING ",1\n";
    (void)state;

    assert_int_equal(read_with(&(struct inventory_list_options){.claim = &claim, .only_names = true}, list,
                               sizeof list - 1, 100),
                     0);
    ASSERT_SEEN("2 " THING "|||||\n");
}

static void an_export_is_read_again(void **state)
{
    const struct inventory_row row = {.thing_name = THING,
                                      .serial = "1,\"2;=",
                                      .gtin = "09506000134352",
                                      .batch = "=cmd",
                                      .code =
                                          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                                      .product = "two words"};
    TEXT struct text text = TEXT_EMPTY;
    (void)state;

    inventory_text_add_titles(INVENTORY_COLUMNS, &text);
    inventory_text_add_row(&row, INVENTORY_COLUMNS, &text);
    assert_int_equal(read_list(text_get(&text)), INVENTORY_COLUMNS);
    ASSERT_SEEN("2 " THING "|1,\"2;=|09506000134352|=cmd|0123|two words\n");
}

static void a_hash_is_a_hash(void **state)
{
    (void)state;

    read_list("thing_name,code_hash\n" THING ",0123\n" THING
              ",0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg\n");
    ASSERT_SEEN("2 bad code_hash: it is no hash of an export: 64 hex digits\n"
                "3 bad code_hash: it is no hash of an export: 64 hex digits\n");
    read_list("thing_name,code_hash,code\n");
    ASSERT_SEEN("1 bad code: two columns are about this\n");
}

static void json_has_what_the_row_has(void **state)
{
    const struct inventory_row row = {
        .thing_name = THING, .serial = "7\"", .code = "x", .changed_at = 1700000000000};
    TEXT struct text text = TEXT_EMPTY;
    (void)state;

    inventory_text_add_json(&row, &text);
    assert_string_equal(text_get(&text),
                        "{\"thing_name\":\"" THING "\",\"serial\":\"7\\\"\",\"has_code\":true,"
                        "\"changed_at\":\"2023-11-14T22:13:20.000Z\"}");
}

static int begin(void **state)
{
    (void)state;
    return identifier_form_parse("hex", "lower", &account.form) == IDENTIFIER_OK &&
                   code_key_read("0123456789abcdef0123456789abcdef", 32, &key)
               ? 0
               : -1;
}

static int end(void **state)
{
    (void)state;
    identifier_form_fini(&account.form);
    text_fini(&seen);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_without_titles_is_refused),
        cmocka_unit_test(bad_rows_are_told_with_line_and_column),
        cmocka_unit_test(codes_need_a_key),
        cmocka_unit_test(columns_come_in_any_order_and_form),
        cmocka_unit_test(names_are_exact_without_accounts),
        cmocka_unit_test(a_removal_reads_names_alone),
        cmocka_unit_test(an_export_is_read_again),
        cmocka_unit_test(a_hash_is_a_hash),
        cmocka_unit_test(json_has_what_the_row_has),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
