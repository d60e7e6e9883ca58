/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/reconciliation.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "sandbox/sidewalk_hsm.h"
#include "tests/unit/test.h"

#define DEVICES 6
#define LIST "list.csv"
#define LOGS "logs"

static struct sidewalk_device devices[DEVICES];
static char folder[] = "/tmp/reconciliation-XXXXXX";

static int set_up(void **state)
{
    struct sidewalk_hsm *hsm = sidewalk_hsm_new("seed", "abCD", false);
    struct sidewalk_signer *signer = sidewalk_signer_new(hsm);
    (void)state;

    for (unsigned long long i = 0; i < DEVICES; i++)
        sidewalk_signer_make(signer, i, &devices[i]);
    sidewalk_signer_free(signer);
    sidewalk_hsm_free(hsm);
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int tear_down(void **state)
{
    static const char *const files[] = {LOGS "/a.json", LOGS "/b.json", LOGS "/.hidden", LIST, LOGS};
    (void)state;

    for (size_t i = 0; i < COUNT(files); i++)
        (void)remove(files[i]);
    return rmdir(folder);
}

static void write_file(const char *path, const char *content)
{
    assert_int_equal(file_replace(path, content, strlen(content), 0600), 0);
}

/* "012" are the rows of the first three devices. */
static void write_list(const char *numbers)
{
    TEXT struct text list = TEXT_EMPTY;

    text_puts(&list, "smsn\n");
    for (; *numbers != '\0'; numbers++)
        text_printf(&list, "%s\n", devices[*numbers - '0'].smsn);
    write_file(LIST, list.data);
}

static void add_entry(struct text *log, int number, const char *apid)
{
    const struct sidewalk_device *device = &devices[number];

    text_printf(log, "%s{\"version\":\"4-0-1\",\"device\":{\"serialNumber\":\"%s\",",
                log->length > 0 ? "," : "", device->smsn);
    text_printf(log, "\"productIdentifier\":{\"advertisedProductId\":\"%s\"},", apid);
    text_printf(log, "\"sidewalkData\":{\"SidewalkED25519CertificateChain\":\"%s\",", device->ed25519);
    text_printf(log, "\"SidewalkP256R1CertificateChain\":\"%s\"}}}", device->p256);
}

static void write_log(const char *path, const char *numbers, const char *apid)
{
    TEXT struct text entries = TEXT_EMPTY, log = TEXT_EMPTY;

    for (; *numbers != '\0'; numbers++)
        add_entry(&entries, *numbers - '0', apid);
    text_printf(&log, "{\"controlLogs\":[%s]}", text_get(&entries));
    write_file(path, log.data);
}

static void note(void *context, const struct found *found)
{
    char hex[SMSN_HEX_SIZE] = "";
    int number = 0;

    if (found->smsn != NULL)
        smsn_hex(found->smsn, hex);
    while (number < DEVICES && strcmp(devices[number].smsn, hex) != 0)
        number++;
    text_printf(context, "%s %s %llu %d\n", finding_name(found->finding), found->file, found->line, number);
}

static struct reconciliation run(const char *const *logs, size_t count, const char *apid, const char *wanted)
{
    struct reconciliation result;
    TEXT struct text said = TEXT_EMPTY, why = TEXT_EMPTY;
    const struct reconciliation_options options = {
        .list = LIST, .logs = logs, .log_count = count, .apid = apid, .found = note, .context = &said};

    assert_int_equal(reconcile(&options, &result, &why), RECONCILIATION_OK);
    assert_string_equal(text_get(&said), wanted);
    return result;
}

static struct reconciliation run_folder(const char *wanted)
{
    static const char *const logs[] = {LOGS};

    return run(logs, 1, NULL, wanted);
}

static void what_cannot_be_read_is_named(void **state)
{
    static const char *const missing[] = {"missing.json"}, *const empty[] = {LOGS};
    struct reconciliation_options options = {.list = "missing.csv", .logs = missing, .log_count = 1};
    struct reconciliation result = {.rows = 17};
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    assert_int_equal(reconcile(&options, &result, &why), RECONCILIATION_CANNOT_READ);
    assert_string_equal(text_get(&why), "missing.csv: No such file or directory");
    write_list("0");
    options.list = LIST;
    assert_int_equal(reconcile(&options, &result, &why), RECONCILIATION_CANNOT_READ);
    assert_string_equal(text_get(&why), "missing.json: No such file or directory");
    assert_int_equal(mkdir(LOGS, 0700), 0);
    options.logs = empty;
    assert_int_equal(reconcile(&options, &result, &why), RECONCILIATION_CANNOT_READ);
    assert_string_equal(text_get(&why), "logs: the folder has no files");
    options.list = LOGS "/";
    assert_int_equal(reconcile(&options, &result, &why), RECONCILIATION_CANNOT_READ);
    assert_int_equal(result.rows, 17);
}

static void an_interruption_ends_it(void **state)
{
    static const char *const logs[] = {LOGS "/a.json"};
    static const atomic_int interrupted = 1;
    const struct reconciliation_options options = {
        .list = LIST, .logs = logs, .log_count = 1, .interrupted = &interrupted};
    struct reconciliation result;
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    write_list("0");
    write_log(LOGS "/a.json", "0", "abCD");
    assert_int_equal(reconcile(&options, &result, &why), RECONCILIATION_INTERRUPTED);
}

static void files_of_a_folder_are_read_by_name(void **state)
{
    (void)state;

    write_list("0123");
    write_log(LOGS "/b.json", "13", "abCD");
    write_log(LOGS "/a.json", "024", "abCD");
    write_file(LOGS "/.hidden", "nothing");
    struct reconciliation result = run_folder("only_in_log logs/a.json 0 4\n");
    assert_true(result.may_start); /* it is a warning */
    assert_int_equal(result.matched, 4);
    assert_int_equal(result.rows, 4);
    assert_int_equal(result.entries, 5);
    assert_string_equal(result.apid, "abCD");
}

static void nothing_to_import_must_not_start(void **state)
{
    (void)state;

    write_list("");
    struct reconciliation result =
        run_folder("bad_row list.csv 1 6\nonly_in_log logs/a.json 0 0\nonly_in_log logs/a.json 0 2\n"
                   "only_in_log logs/a.json 0 4\nonly_in_log logs/b.json 0 1\nonly_in_log logs/b.json 0 3\n");
    assert_false(result.may_start);
}

static void devices_of_one_side_are_told_in_the_order_of_the_files(void **state)
{
    (void)state;

    write_list("5014");
    write_log(LOGS "/a.json", "30", "abCD");
    write_log(LOGS "/b.json", "2", "abCD");
    struct reconciliation result =
        run_folder("only_in_list list.csv 2 5\nonly_in_list list.csv 4 1\nonly_in_list list.csv 5 4\n"
                   "only_in_log logs/a.json 0 3\nonly_in_log logs/b.json 0 2\n");
    assert_int_equal(result.matched, 1);
    assert_false(result.may_start);
}

static void doubles_are_told_and_contradictions(void **state)
{
    (void)state;

    write_list("0120");
    write_log(LOGS "/a.json", "0112", "abCD");
    write_log(LOGS "/b.json", "2", "oThR");
    struct reconciliation result = run_folder(
        "twice_in_list list.csv 5 0\ntwice_in_log logs/a.json 0 1\ncontradicted logs/b.json 0 2\n");
    assert_int_equal(result.matched, 2);
}

static void the_usual_apid_is_right_wherever_the_others_are(void **state)
{
    static const char *const logs[] = {LOGS "/a.json", LOGS "/b.json"};
    (void)state;

    write_list("012");
    write_log(LOGS "/a.json", "0", "oThR");
    write_log(LOGS "/b.json", "12", "abCD");
    assert_int_equal(run(logs, 2, NULL, "wrong_apid logs/a.json 0 0\n").matched, 2);
    struct reconciliation result =
        run(logs, 2, "oThR", "wrong_apid logs/b.json 0 1\nwrong_apid logs/b.json 0 2\n");
    assert_string_equal(result.apid, "oThR");
    assert_int_equal(result.matched, 1);
}

static void a_lost_entry_is_told_once(void **state)
{
    static const char *const logs[] = {LOGS "/a.json"};
    char *log, *quote;
    size_t length;
    (void)state;

    write_list("012");
    write_log(LOGS "/a.json", "012", "abCD");
    assert_int_equal(file_read(LOGS "/a.json", 100000, &log, &length), 0);
    quote = strstr(strstr(log, devices[1].smsn), "\"sidewalkData");
    *quote = ' ';
    write_file(LOGS "/a.json", log);
    free(log);
    assert_int_equal(run(logs, 1, NULL, "bad_log logs/a.json 0 1\n").matched, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(an_interruption_ends_it),
        cmocka_unit_test(files_of_a_folder_are_read_by_name),
        cmocka_unit_test(nothing_to_import_must_not_start),
        cmocka_unit_test(devices_of_one_side_are_told_in_the_order_of_the_files),
        cmocka_unit_test(doubles_are_told_and_contradictions),
        cmocka_unit_test(the_usual_apid_is_right_wherever_the_others_are),
        cmocka_unit_test(a_lost_entry_is_told_once),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
