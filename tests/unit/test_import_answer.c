/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/import_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sidewalk/device_profile.h"
#include "sidewalk/failure_reasons.h"
#include "tests/unit/test.h"

static void refuses(const char *json)
{
    struct import_task task = {.id = "untouched"};
    TEXT struct text why = TEXT_EMPTY;

    if (import_answer_task(json, strlen(json), &task, &why))
        fail_msg("%s is taken", json);
    assert_string_equal(task.id, "untouched");
    assert_true(why.length > 0);
}

static void refuses_what_is_no_task(void **state)
{
    (void)state;
    refuses("");
    refuses("[]");
    refuses("{}");
    refuses("{\"Id\":\"1\"}");
    refuses("{\"Status\":\"PENDING\"}");
    refuses("{\"Id\":\"\",\"Status\":\"PENDING\"}");
    refuses("{\"Id\":1,\"Status\":\"PENDING\"}");
    refuses("{\"Id\":\"1\",\"Status\":null}");
    refuses("{\"Id\":\"1\",\"Status\":\"PENDING\"");
    refuses("{\"Id\":\"1\\u0000\",\"Status\":\"PENDING\"}");
}

static struct import_task parse(const char *json)
{
    struct import_task task;
    TEXT struct text why = TEXT_EMPTY;

    if (!import_answer_task(json, strlen(json), &task, &why))
        fail_msg("%s: %s", json, text_get(&why));
    return task;
}

static void takes_a_whole_task(void **state)
{
    struct import_task task = parse(
        "{\"Id\":\"1\",\"Arn\":\"arn\",\"DestinationName\":\"d\",\"Sidewalk\":{\"DeviceCreationFileList\":"
        "[\"s3://a/b\",\"s3://c/d\"],\"Role\":\"r\"},\"CreationTime\":\"2026-11-21T09:30:00.123Z\","
        "\"Status\":\"PENDING\",\"StatusReason\":\"why\",\"InitializedImportedDeviceCount\":1,"
        "\"PendingImportedDeviceCount\":2,\"OnboardedImportedDeviceCount\":3,\"FailedImportedDeviceCount\":"
        "4}");
    (void)state;

    assert_string_equal(task.arn, "arn");
    assert_string_equal(task.destination, "d");
    assert_string_equal(task.role, "r");
    assert_string_equal(task.reason, "why");
    assert_string_equal(task.created, "2026-11-21T09:30:00.123Z");
    assert_int_equal(task.file_count, 2);
    assert_string_equal(task.files[1], "s3://c/d");
    assert_int_equal(task.state, IMPORT_PENDING);
    assert_int_equal(task.initialized * 1000 + task.pending * 100 + task.onboarded * 10 + task.failed, 1234);
    assert_false(import_task_has_ended(&task));
    import_task_fini(&task);
}

static void what_is_missing_or_senseless_is_nothing(void **state)
{
    struct import_task task = parse(
        "{\"Id\":\"1\",\"Status\":\"TELEPORTING\",\"Sidewalk\":{\"DeviceCreationFileList\":[1,null,\"x\"]},"
        "\"CreationTime\":1e300,\"PendingImportedDeviceCount\":-5,\"OnboardedImportedDeviceCount\":1e300,"
        "\"FailedImportedDeviceCount\":\"7\"}");
    (void)state;

    assert_null(task.arn);
    assert_null(task.role);
    assert_null(task.created);
    assert_int_equal(task.file_count, 1);
    assert_int_equal(task.state, IMPORT_UNKNOWN);
    assert_string_equal(task.state_text, "TELEPORTING");
    assert_int_equal(task.pending + task.onboarded + task.failed, 0);
    assert_false(import_task_has_ended(&task));
    import_task_fini(&task);

    task = parse("{\"Id\":\"1\",\"Status\":\"COMPLETE\",\"CreationTime\":1795253400.5}");
    assert_string_equal(task.created, "2026-11-21T09:30:00.500Z");
    assert_true(import_task_has_ended(&task));
    import_task_fini(&task);
}

static void every_state_has_its_name(void **state)
{
    (void)state;
    for (int i = IMPORT_INITIALIZING; i < IMPORT_UNKNOWN; i++)
        assert_int_equal(import_state_parse(import_state_name((enum import_state)i)), i);
    assert_int_equal(import_state_parse("complete"), IMPORT_UNKNOWN);
    assert_int_equal(import_state_parse("UNKNOWN"), IMPORT_UNKNOWN);
    assert_int_equal(import_state_parse(""), IMPORT_UNKNOWN);
}

static void a_start_has_an_id(void **state)
{
    static const char good[] = "{\"Id\":\"task\"}", bad[] = "{\"Arn\":\"arn\"}";
    char *id = "untouched", *arn = "untouched";
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    assert_false(import_answer_started(bad, strlen(bad), &id, &arn, &why));
    assert_string_equal(id, "untouched");
    assert_true(import_answer_started(good, strlen(good), &id, &arn, &why));
    assert_string_equal(id, "task");
    assert_null(arn);
    free(id);
}

static bool note_task(void *context, const struct import_task *task)
{
    text_printf(context, "%s ", task->id);
    return strcmp(task->id, "enough") != 0;
}

static bool note_device(void *context, const struct imported_device *device)
{
    text_printf(context, "%s=%s(%s) ", device->smsn, device->status,
                device->reason != NULL ? device->reason : "-");
    return true;
}

static void expect_tasks(const char *json, const char *wanted, const char *wanted_next, bool wanted_enough)
{
    TEXT struct text seen = TEXT_EMPTY, why = TEXT_EMPTY;
    char *next = "untouched";
    bool enough = !wanted_enough;

    assert_true(import_answer_tasks(json, strlen(json), note_task, &seen, &next, &enough, &why));
    assert_string_equal(text_get(&seen), wanted);
    assert_int_equal(enough, wanted_enough);
    if (wanted_next == NULL)
        assert_null(next);
    else
        assert_string_equal(next, wanted_next);
    free(next);
}

static void pages_of_tasks(void **state)
{
    (void)state;
    expect_tasks("{}", "", NULL, false);
    expect_tasks("{\"WirelessDeviceImportTaskList\":null,\"NextToken\":null}", "", NULL, false);
    expect_tasks("{\"WirelessDeviceImportTaskList\":[],\"NextToken\":\"\"}", "", NULL, false);
    expect_tasks("{\"WirelessDeviceImportTaskList\":[{\"Id\":\"a\",\"Status\":\"FAILED\"},"
                 "{\"Id\":\"b\",\"Status\":\"?\"}],\"NextToken\":\"more\"}",
                 "a b ", "more", false);
    expect_tasks("{\"WirelessDeviceImportTaskList\":[{\"Id\":\"enough\",\"Status\":\"FAILED\"},"
                 "{\"Id\":\"b\",\"Status\":\"?\"}],\"NextToken\":\"more\"}",
                 "enough ", "more", true);
}

static void pages_of_devices(void **state)
{
    static const char good[] =
        "{\"ImportedWirelessDeviceList\":[{\"Sidewalk\":{\"SidewalkManufacturingSn\":\"1\","
        "\"OnboardingStatus\":\"FAILED\",\"OnboardingStatusReason\":\"why\"}},{\"Sidewalk\":"
        "{\"SidewalkManufacturingSn\":\"2\",\"OnboardingStatus\":\"NEW\"}}]}";
    static const char bad[] =
        "{\"ImportedWirelessDeviceList\":[{\"Sidewalk\":{\"OnboardingStatus\":\"NEW\"}}]}";
    TEXT struct text seen = TEXT_EMPTY, why = TEXT_EMPTY;
    char *next = "untouched";
    bool enough = true;
    (void)state;

    assert_false(import_answer_devices(bad, strlen(bad), note_device, &seen, &next, &enough, &why));
    assert_true(enough);
    assert_string_equal(next, "untouched");
    assert_true(import_answer_devices(good, strlen(good), note_device, &seen, &next, &enough, &why));
    assert_string_equal(text_get(&seen), "1=FAILED(why) 2=NEW(-) ");
    assert_null(next);
    assert_false(enough);
}

static struct device_profile profile(const char *json)
{
    struct device_profile found;
    TEXT struct text why = TEXT_EMPTY;

    if (!device_profile_parse(json, strlen(json), &found, &why))
        fail_msg("%s: %s", json, text_get(&why));
    return found;
}

static void a_batch_needs_factory_support(void **state)
{
    static const char lorawan[] = "{\"Id\":\"1\",\"LoRaWAN\":{}}";
    struct device_profile found = {.name = "untouched"};
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    assert_false(device_profile_parse(lorawan, strlen(lorawan), &found, &why));
    assert_string_equal(found.name, "untouched");
    found = profile("{\"Sidewalk\":{}}");
    assert_null(device_profile_factory(&found, NULL));
    device_profile_fini(&found);
    found = profile(
        "{\"Id\":\"p\",\"Sidewalk\":{\"QualificationStatus\":true,\"DakCertificateMetadata\":["
        "{\"CertificateId\":\"1\",\"MaxAllowedSignature\":1000,\"FactorySupport\":false,\"ApId\":\"a\"},"
        "{\"CertificateId\":\"2\",\"MaxAllowedSignature\":5,\"FactorySupport\":true},null,"
        "{\"CertificateId\":\"3\",\"MaxAllowedSignature\":-1,\"FactorySupport\":true,\"ApId\":\"Bc\"},"
        "{\"CertificateId\":\"4\",\"FactorySupport\":true,\"ApId\":\"d\"}]}}");
    assert_true(found.qualified);
    assert_int_equal(found.certificate_count, 4);
    assert_string_equal(device_profile_factory(&found, NULL)->certificate_id, "3");
    assert_int_equal(device_profile_factory(&found, NULL)->signatures_max, -1);
    assert_string_equal(device_profile_factory(&found, "bC")->certificate_id, "3");
    assert_int_equal(device_profile_factory(&found, "d")->signatures_max, 0);
    assert_null(device_profile_factory(&found, "a"));
    device_profile_fini(&found);
}

static void reasons_are_counted(void **state)
{
    struct failure_reasons reasons = {0};
    (void)state;

    failure_reasons_add(&reasons, "seldom");
    failure_reasons_add(&reasons, NULL);
    for (int i = 0; i < 3; i++)
        failure_reasons_add(&reasons, "often");
    for (int i = 0; i < 2 * FAILURE_REASONS_MAX; i++) {
        char words[16];
        snprintf(words, sizeof words, "x%d", i);
        failure_reasons_add(&reasons, words);
    }
    failure_reasons_sort(&reasons);
    assert_int_equal(reasons.devices, 5 + 2 * FAILURE_REASONS_MAX);
    assert_int_equal(reasons.count, FAILURE_REASONS_MAX);
    assert_int_equal(reasons.others, FAILURE_REASONS_MAX + 3);
    assert_string_equal(reasons.reasons[0].words, "often");
    assert_int_equal(reasons.reasons[0].count, 3);
    assert_string_equal(reasons.reasons[1].words, "");
    failure_reasons_fini(&reasons);
    assert_int_equal(reasons.count, 0);
}

static void requests_are_json(void **state)
{
    static const struct aws_pair tags[] = {{"a", "1\"2"}, {"b", ""}, {NULL, NULL}};
    TEXT struct text body = TEXT_EMPTY;
    (void)state;

    import_request_json(&(const struct import_request){"d", "s3://b/k", "r", NULL, NULL, NULL, NULL}, &body);
    assert_string_equal(text_get(&body), "{\"DestinationName\":\"d\",\"Sidewalk\":"
                                         "{\"DeviceCreationFile\":\"s3://b/k\",\"Role\":\"r\"}}");
    text_clear(&body);
    import_request_json(&(const struct import_request){"d", "s3://b/k", "r", "t", tags, NULL, NULL}, &body);
    assert_string_equal(text_get(&body),
                        "{\"DestinationName\":\"d\",\"ClientRequestToken\":\"t\",\"Tags\":[{\"Key\":\"a\","
                        "\"Value\":\"1\\\"2\"},{\"Key\":\"b\",\"Value\":\"\"}],\"Sidewalk\":"
                        "{\"DeviceCreationFile\":\"s3://b/k\",\"Role\":\"r\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_task),
        cmocka_unit_test(takes_a_whole_task),
        cmocka_unit_test(what_is_missing_or_senseless_is_nothing),
        cmocka_unit_test(every_state_has_its_name),
        cmocka_unit_test(a_start_has_an_id),
        cmocka_unit_test(pages_of_tasks),
        cmocka_unit_test(pages_of_devices),
        cmocka_unit_test(a_batch_needs_factory_support),
        cmocka_unit_test(reasons_are_counted),
        cmocka_unit_test(requests_are_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
