/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever AWS, or somebody in its place, answers. */
#include "sidewalk/device_profile.h"
#include "sidewalk/import_answer.h"
#include "tests/fuzz/fuzz.h"

static void check_task(const struct import_task *task)
{
    MUST(task->id != NULL && *task->id != '\0' && task->state_text != NULL);
    MUST(task->state <= IMPORT_UNKNOWN);
    MUST(task->state == IMPORT_UNKNOWN || strcmp(import_state_name(task->state), task->state_text) == 0);
    for (size_t i = 0; i < task->file_count; i++)
        MUST(task->files[i] != NULL);
    MUST(task->pending <= 1ULL << 53 && task->failed <= 1ULL << 53);
}

static bool take_task(void *context, const struct import_task *task)
{
    int *left = context;

    check_task(task);
    return --*left > 0;
}

static bool take_device(void *context, const struct imported_device *device)
{
    int *left = context;

    MUST(device->smsn != NULL && device->status != NULL);
    return --*left > 0;
}

static void as_a_page(const char *json, size_t size, bool tasks)
{
    static char untouched[] = "untouched";
    char *next = untouched;
    bool enough = false;
    int left = 3;
    TEXT struct text why = TEXT_EMPTY;
    bool taken = tasks ? import_answer_tasks(json, size, take_task, &left, &next, &enough, &why)
                       : import_answer_devices(json, size, take_device, &left, &next, &enough, &why);

    MUST(taken == (why.length == 0));
    MUST(taken || next == untouched);
    MUST(!enough || left <= 0);
    if (!taken)
        return;
    MUST(next == NULL || *next != '\0');
    free(next);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *json = (const char *)data;
    struct import_task task;
    struct device_profile profile;
    char *id, *arn;
    TEXT struct text why = TEXT_EMPTY;

    if (import_answer_task(json, size, &task, &why)) {
        check_task(&task);
        import_task_fini(&task);
    }
    if (import_answer_started(json, size, &id, &arn, &why)) {
        MUST(*id != '\0');
        free(id);
        free(arn);
    }
    as_a_page(json, size, true);
    as_a_page(json, size, false);
    if (device_profile_parse(json, size, &profile, &why)) {
        const struct dak_certificate *factory = device_profile_factory(&profile, NULL);
        MUST(factory == NULL || (factory->factory_support && factory->apid != NULL));
        for (size_t i = 0; i < profile.certificate_count; i++)
            MUST(profile.certificates[i].signatures_max >= -1);
        device_profile_fini(&profile);
    }
    return 0;
}
