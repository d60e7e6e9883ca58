/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/control_log.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

#define SERIAL "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define INNER                                                                                                \
    "\"productIdentifier\":{\"advertisedProductId\":\"abCD\"},\"sidewalkData\":{"                            \
    "\"SidewalkED25519CertificateChain\":\"ED\",\"sidewalkP256R1CertificateChain\":\"P2\"}"
#define DEVICE "\"device\":{\"serialNumber\":\"" SERIAL "\"," INNER "}"
#define ENTRY "{\"version\":\"4-0-1\"," DEVICE "}"
#define LOG(entries) "{\"controlLogs\":[" entries "]}"
#define GOOD "4-0-1 0011 abCD ED P2\n"

static void entry(void *context, const struct control_log_entry *entry)
{
    if (entry->mistake.length > 0)
        text_printf(context, "%llu: %s\n", entry->offset, entry->mistake.data);
    else
        text_printf(context, "%llu: %s %.4s %s %s %s\n", entry->offset, text_get(&entry->version),
                    text_get(&entry->serial), text_get(&entry->apid), text_get(&entry->chains[CHAIN_ED25519]),
                    text_get(&entry->chains[CHAIN_P256]));
}

static void broken(void *context, unsigned long long offset, const char *what, const char *serial)
{
    (void)offset;
    text_printf(context, "broken: %s%s%.4s\n", what, serial[0] != '\0' ? " of " : "", serial);
}

static void device_file(void *context, unsigned long long offset)
{
    (void)offset;
    text_puts(context, "a device's own file\n");
}

static void read_log(const char *bytes, size_t length, size_t part, struct text *said)
{
    const struct control_log_events events = {said, entry, broken, device_file};
    struct control_log *log = control_log_new(&events);

    for (size_t at = 0; at < length; at += part)
        control_log_feed(log, bytes + at, length - at < part ? length - at : part);
    control_log_end(log);
    control_log_free(log);
}

struct example {
    const char *bytes, *said;
};

static void check_one(const char *bytes, size_t length, const char *wanted)
{
    for (size_t part = 1; part <= length + 1; part = part * 3 + 1) {
        TEXT struct text said = TEXT_EMPTY;
        read_log(bytes, length, part, &said);
        assert_string_equal(text_get(&said), wanted);
    }
}

static void check(const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_one(examples[i].bytes, strlen(examples[i].bytes), examples[i].said);
}

static void what_is_no_control_log_is_told_once(void **state)
{
    static const struct example examples[] = {
        {"", "broken: the file is empty\n"},
        {" \n", "broken: the file is empty\n"},
        {"\xEF\xBB\xBF", "broken: the file is empty\n"},
        {"\x1F\x8B\x08 whatever", "broken: the file is compressed (gzip)\n"},
        {"PK\x03\x04 whatever", "broken: the file is compressed (zip)\n"},
        {"\x89PNG\r\n\x1A\n", "broken: the file is a PNG picture, not a control log\n"},
        {"%PDF-1.7", "broken: the file is a PDF document, not a control log\n"},
        {"smsn\n0011\n",
         "broken: this is a list of serial numbers, not a control log: it belongs to --csv\n"},
        {"\xEF\xBB\xBFSMSN,",
         "broken: this is a list of serial numbers, not a control log: it belongs to --csv\n"},
        {"\xFF\xFE{", "broken: the file is UTF-16 instead of UTF-8\n"},
        {"[" ENTRY "]", "broken: a document is not an object with controlLogs in it\n"},
        {"17", "broken: a document is not an object with controlLogs in it\n"},
        {"\"x\"", "broken: a document is not an object with controlLogs in it\n"},
        {"{}", "broken: a document has no controlLogs\n"},
        {"{\"controllogs\":[]}", "broken: a document has no controlLogs\n"},
        {"{\"controlLogs\":{}}", "broken: controlLogs is not an array\n"},
        {"{\"controlLogs\":null}", "broken: controlLogs is not an array\n"},
        {"{\"controlLogs\":[],\"controlLogs\":[]}", "broken: a document has controlLogs twice\n"},
        {"hello", "broken: it is not JSON, as control logs are\n"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(examples); i++)
        if (strcmp(examples[i].bytes, "17") != 0) /* whose end only the end of the file tells */
            check(&examples[i], 1);
}

#define KEY "c78a7f59e1e252a3ff9acef89155ffb3674c4365066e42d10ce0fde361258d3e" /* made up */

static void a_devices_own_file_is_recognised_and_not_read(void **state)
{
    static const struct example examples[] = {
        {"{\"p256R1\":\"x\"}", "a device's own file\n"},
        {"{\"metadata\":{\"devicePrivKeyP256R1\":\"" KEY "\"}}", "a device's own file\n"},
        {"{\"Id\":\"1\",\"Sidewalk\":{\"PrivateKeys\":[{\"Value\":\"" KEY "\"}]}}", "a device's own file\n"},
        {"{ ... \"devicePrivKeyP256R1\": \"" KEY "\", \"appli", "a device's own file\n"},
        {"smsn: " SERIAL "\ndevicePrivKeyP256R1: " KEY "\n", "a device's own file\n"},
        {"p256R1: " KEY "\neD25519: " KEY "\n", "a device's own file\n"},
        {LOG(ENTRY ",{\"devicePrivKeyEd25519\":\"" KEY "\"}"), "16: " GOOD "a device's own file\n"},
        {LOG("{\"devicePrivKeyEd25519\":\"" KEY "\"}," ENTRY), "a device's own file\n"},
    };
    (void)state;

    check(examples, COUNT(examples));
}

static void digits_that_are_no_serial_number_are_not_given(void **state)
{
    static const struct example examples[] = {
        {KEY, "broken: it is not JSON, as control logs are\n"},
        {LOG("{\"version\":\"4-0-1\",\"key\":\"" KEY "\"x" DEVICE "}"),
         "broken: lexical error: invalid char in json text. of 0011\n"},
        {LOG("{\"version\":\"4-0-1\",\"key\":\"" KEY "\"x}"),
         "broken: lexical error: invalid char in json text.\n"},
    };
    (void)state;

    check(examples, COUNT(examples));
}

static void a_bad_entry_says_what(void **state)
{
    static const struct example examples[] = {
        {LOG("null"), "16: it is null instead of an object\n"},
        {LOG("[{}]"), "16: it is an array instead of an object\n"},
        {LOG("\"x\""), "16: it is a text instead of an object\n"},
        {LOG("{}"), "16: version is missing\n"},
        {LOG("{\"version\":\"4-0-1\"}"), "16: device is missing\n"},
        {LOG("{\"version\":\"4-0-1\",\"device\":[]}"), "16: device is an array instead of an object\n"},
        {LOG("{\"version\":4," DEVICE "}"), "16: version is a number instead of a text\n"},
        {LOG("{\"version\":\"4-0-1\",\"device\":{" INNER "}}"), "16: serialNumber is missing\n"},
        {LOG("{\"version\":\"4-0-1\",\"device\":{\"serialNumber\":true," INNER "}}"),
         "16: serialNumber is true instead of a text\n"},
        {LOG("{\"version\":\"4-0-1\",\"version\":\"4-0-1\"," DEVICE "}"), "16: version occurs twice\n"},
        {LOG("{\"version\":\"4-0-1\",\"device\":{\"serialNumber\":\"" SERIAL "\",\"productIdentifier\":{},"
             "\"sidewalkData\":{\"SidewalkP256R1CertificateChain\":\"\",\"sidewalkP256R1CertificateChain\":"
             "\"\"}}}"),
         "16: SidewalkP256R1CertificateChain occurs twice\n"},
        {LOG("{\"version\":\"4-0-1\",\"device\":{\"serialNumber\":\"" SERIAL
             "\",\"productIdentifier\":{},\"sidewalkData\":{}}}"),
         "16: advertisedProductId is missing\n"},
    };
    (void)state;

    check(examples, COUNT(examples));
}

static void after_a_mistake_it_is_read_on(void **state)
{
    static const struct example examples[] = {
        {LOG("{\"version\":\"4-0-1\"," DEVICE "x}," ENTRY),
         "broken: lexical error: invalid char in json text. of 0011\n275: " GOOD},
        {LOG("{\"version\":\"4-0-1\",x" DEVICE "}," ENTRY),
         "broken: lexical error: invalid char in json text. of 0011\n275: " GOOD},
        {LOG("{\"version\":\"4-0-1\xFF\"," DEVICE "}," ENTRY),
         "broken: lexical error: invalid bytes in UTF8 string. of 0011\n275: " GOOD},
        {LOG(ENTRY ENTRY),
         "16: " GOOD "broken: parse error: after array element, I expect ',' or ']'\n273: " GOOD},
        {LOG("{\"version\":\"4-0-1,\"\n" DEVICE "," ENTRY),
         "broken: parse error: after key and value, inside map, I expect ',' or '}' of 0011\n274: " GOOD},
    };
    (void)state;

    check(examples, COUNT(examples));
}

static void a_log_that_is_cut_says_so_wherever_it_is_cut(void **state)
{
    static const char whole[] = LOG(ENTRY "," ENTRY);
    size_t first = sizeof "{\"controlLogs\":[" ENTRY - 1;
    (void)state;

    for (size_t length = 1; length < sizeof whole - 1; length++) {
        TEXT struct text said = TEXT_EMPTY;
        read_log(whole, length, length, &said);
        assert_non_null(strstr(text_get(&said), "broken: the file is cut off"));
        assert_int_equal(strstr(text_get(&said), "16: " GOOD) != NULL, length >= first);
    }
}

static void what_is_nested_deep_or_too_large_is_refused(void **state)
{
    TEXT struct text deep = TEXT_EMPTY, large = TEXT_EMPTY;
    (void)state;

    text_puts(&deep, "{\"controlLogs\":[{\"version\":\"4-0-1\",\"deep\":");
    for (int i = 0; i < 1000; i++)
        text_puts(&deep, "[");
    for (int i = 0; i < 1000; i++)
        text_puts(&deep, "]");
    text_puts(&deep, "," DEVICE "}," ENTRY "]}");
    check_one(deep.data, deep.length, "broken: it is nested more than 64 deep of 0011\n2282: " GOOD);
    text_puts(&large, "{\"controlLogs\":[{" DEVICE ",\"large\":\"");
    for (size_t i = 0; i < CONTROL_LOG_ENTRY_MAX / 16 + 1; i++)
        text_puts(&large, "0123456789abcdef");
    text_puts(&large, "\"}," ENTRY "]}");
    for (size_t part = 4096; part < 4 * CONTROL_LOG_ENTRY_MAX; part *= 5) {
        TEXT struct text said = TEXT_EMPTY;
        read_log(large.data, large.length, part, &said);
        assert_string_equal(text_get(&said), "broken: an entry is larger than 1 MiB of 0011\n1048859: " GOOD);
    }
}

static void a_text_without_an_end_takes_no_memory(void **state)
{
    static char part[65536];
    TEXT struct text said = TEXT_EMPTY;
    const struct control_log_events events = {&said, entry, broken, device_file};
    struct control_log *log = control_log_new(&events);
    (void)state;

    memset(part, 'x', sizeof part);
    control_log_feed(log, "{\"a\":\"", 6);
    for (int i = 0; i < 1024; i++)
        control_log_feed(log, part, sizeof part);
    control_log_end(log);
    control_log_free(log);
    assert_string_equal(text_get(&said), "broken: 1 MiB without an entry\n");
}

static void what_is_good_is_taken(void **state)
{
    static const struct example examples[] = {
        {LOG(""), ""},
        {LOG(ENTRY), "16: " GOOD},
        {"\xEF\xBB\xBF" LOG(ENTRY), "19: " GOOD},
        {LOG(ENTRY) LOG(ENTRY), "16: " GOOD "291: " GOOD},
        {LOG(ENTRY) "\n" LOG(ENTRY) "\n", "16: " GOOD "292: " GOOD},
        {"{\"made\":[{\"version\":1}],\"controlLogs\":[" ENTRY "],\"more\":{\"controlLogs\":3}}",
         "39: " GOOD},
        {LOG("{" DEVICE ",\"version\":\"4-0-1\"}"), "16: " GOOD},
        {LOG("{\"version\":\"4-0-1\",\"x\":{\"version\":2,\"device\":[[{}]]},\"device\":{\"serialNumber\":"
             "\"" SERIAL "\",\"x\":null," INNER "}}"),
         "16: " GOOD},
        {LOG("{\"v\\u0065rsion\":\"4\\u002d0-1\"," DEVICE "}"), "16: " GOOD},
    };
    (void)state;

    check(examples, COUNT(examples));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_control_log_is_told_once),
        cmocka_unit_test(a_devices_own_file_is_recognised_and_not_read),
        cmocka_unit_test(digits_that_are_no_serial_number_are_not_given),
        cmocka_unit_test(a_bad_entry_says_what),
        cmocka_unit_test(after_a_mistake_it_is_read_on),
        cmocka_unit_test(a_log_that_is_cut_says_so_wherever_it_is_cut),
        cmocka_unit_test(what_is_nested_deep_or_too_large_is_refused),
        cmocka_unit_test(a_text_without_an_end_takes_no_memory),
        cmocka_unit_test(what_is_good_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
