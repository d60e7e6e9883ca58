/* SPDX-License-Identifier: Apache-2.0 */
#include "account/setup/setup.h"

#include <stdlib.h>
#include <string.h>

#include "account/setup/private.h"
#include "aws/encoding.h"
#include "aws/retry.h"
#include "base/memory.h"

/* AWS takes seconds to propagate new resources. */
#define ATTEMPTS 9
#define WAIT_MS 500
#define WAIT_MOST_MS 10000

const char *setup_action_name(enum setup_action action)
{
    static const char *const names[] = {[SETUP_KEEP] = "keep",
                                        [SETUP_CREATE] = "create",
                                        [SETUP_CHANGE] = "change",
                                        [SETUP_DELETE] = "delete"};

    return names[action];
}

bool setup_name_fits(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(name);

    return length >= 1 && length <= SETUP_NAME_MAX && strspn(name, letters) == length;
}

struct setup_item *setup_add(struct setup *setup, const char *kind, const char *name)
{
    if (setup->count == setup->room) {
        setup->room = setup->room ? setup->room * 2 : 16;
        setup->items = memory_grow(setup->items, setup->room, sizeof *setup->items);
    }
    struct setup_item *item = &setup->items[setup->count++];
    *item = (struct setup_item){.kind = kind, .name = memory_string(name)};
    return item;
}

enum aws_error setup_call(const struct oem_account *account, const char *action, const char *method,
                          const char *const *path, const struct aws_pair *query, cJSON *body, cJSON **answer,
                          struct text *why)
{
    JSON cJSON *owned = body;
    TEXT struct text target = TEXT_EMPTY;

    for (; *path; path++)
        aws_path_add(&target, *path);
    const struct iot_call call = {
        .action = action, .method = method, .path = text_get(&target), .query = query, .body = owned};
    return oem_account_iot(account, &call, answer, NULL, why);
}

enum aws_error setup_look(struct setup *setup, struct setup_item *item, const char *action,
                          const char *const *path, cJSON **answer, struct text *why)
{
    TEXT struct text said = TEXT_EMPTY;

    enum aws_error error = setup_call(setup->account, action, "GET", path, NULL, NULL, answer, &said);
    if (error == AWS_NOT_FOUND) {
        item->action = SETUP_CREATE;
        return AWS_OK;
    }
    if (error)
        text_puts(why, text_get(&said));
    return error;
}

const char *setup_text(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsString(member) ? member->valuestring : "";
}

cJSON *setup_document(const cJSON *object, const char *name)
{
    const char *text = setup_text(object, name);

    return json_object_parse(text, strlen(text));
}

bool setup_wait(const struct oem_account *account, unsigned failed)
{
    long long wait = aws_retry_limit_ms(failed, WAIT_MS);

    return failed < ATTEMPTS && aws_retry_sleep(wait < WAIT_MOST_MS ? wait : WAIT_MOST_MS,
                                                aws_session_interrupted(account->session));
}

static char *named(const char *name, const char *suffix)
{
    struct text text = TEXT_EMPTY;

    text_printf(&text, "%s%s", name, suffix);
    return text_take(&text);
}

static void list_items(struct setup *setup)
{
    bool is_fleet = setup->options->fleet_prefix != NULL;

    setup_add_role(setup);
    setup_add_module_policy(setup);
    setup_add_thing_type(setup);
    setup_add_thing_groups(setup);
    setup_add_billing_group(setup);
    if (!is_fleet)
        setup_add_events(setup); /* before the template, whose record says that they were switched on */
    setup_add_template(setup);
    if (is_fleet) {
        setup_add_claim_policy(setup);
        return;
    }
    setup_add_authorities(setup);
    if (setup->options->observer_request) {
        setup_add_observer_policy(setup);
        setup_add_observer(setup);
    }
    if (setup->options->events_queue) {
        setup_add_queue(setup);
        setup_add_queue_role(setup);
        setup_add_rules(setup);
    }
}

static bool check_authorities(const struct setup_options *options, struct text *why)
{
    for (size_t i = 0; i < options->authority_count; i++) {
        TEXT struct text subject = TEXT_EMPTY;
        if (certificate_is_authority(options->authorities[i].certificate))
            continue;
        certificate_subject_words(options->authorities[i].certificate, &subject);
        text_printf(why, "%s %s", text_get(&subject),
                    certificate_no_authority(options->authorities[i].certificate));
        return false;
    }
    return true;
}

static bool check_options(const struct setup_options *options, struct text *why)
{
    if (!setup_name_fits(options->name)) {
        text_printf(why, "\"%s\" is not a setup's name: use up to 36 letters, digits, _ and -",
                    options->name);
        return false;
    }
    if (options->fleet_prefix && strlen(options->name) > SETUP_NAME_FLEET_MAX) {
        text_printf(why, "%s is too long a name for fleet provisioning: %d characters at most", options->name,
                    SETUP_NAME_FLEET_MAX);
        return false;
    }
    return check_authorities(options, why);
}

static enum aws_error ask_endpoint(struct setup *setup, struct text *why)
{
    static const struct aws_pair type[] = {{"endpointType", "iot:Data-ATS"}, {NULL, NULL}};
    static const char *const path[] = {"endpoint", NULL};
    JSON cJSON *answer = NULL;

    enum aws_error error =
        setup_call(setup->account, "iot:DescribeEndpoint", "GET", path, type, NULL, &answer, why);
    if (error)
        return error;
    if (!*setup_text(answer, "endpointAddress")) {
        text_puts(why, "iot:DescribeEndpoint: the answer has no address");
        return AWS_BAD_ANSWER;
    }
    setup->endpoint = memory_string(setup_text(answer, "endpointAddress"));
    return AWS_OK;
}

static void tell_item(const struct setup_item *item,
                      void (*tell)(void *context, const struct setup_step *step), void *context)
{
    const struct setup_step step = {.kind = item->kind,
                                    .name = item->name,
                                    .action = item->action,
                                    .detail = text_get(&item->detail),
                                    .kept = text_get(&item->kept)};

    tell(context, &step);
}

void setup_tell_all(const struct setup *setup, void (*tell)(void *context, const struct setup_step *step),
                    void *context)
{
    for (size_t i = 0; i < setup->count; i++)
        tell_item(&setup->items[i], tell, context);
}

static enum aws_error look(struct setup *setup, struct text *why)
{
    enum aws_error error = ask_endpoint(setup, why);

    for (size_t i = 0; !error && i < setup->count; i++)
        error = setup->items[i].look(setup, &setup->items[i], why);
    return error;
}

static struct setup *new_setup(const struct oem_account *account, const struct setup_options *options)
{
    struct setup *setup = memory_new(1, sizeof *setup);
    TEXT struct text prefix = TEXT_EMPTY, role = TEXT_EMPTY;

    setup->account = account;
    setup->options = options;
    oem_account_arn(account, "", &prefix);
    setup->arn_prefix = text_take(&prefix);
    text_printf(&role, "arn:%s:iam::%s:role/%s-provisioning", account->partition, account->id, options->name);
    setup->role_arn = text_take(&role);
    setup->module_policy = named(options->name, "-module");
    setup->template = named(options->name, options->fleet_prefix ? "-fleet" : "");
    list_items(setup);
    return setup;
}

enum aws_error setup_plan(const struct oem_account *account, const struct setup_options *options,
                          void (*tell)(void *context, const struct setup_step *step), void *context,
                          struct setup **out, struct text *why)
{
    if (!check_options(options, why))
        return AWS_REFUSED;
    struct setup *setup = new_setup(account, options);
    enum aws_error error = look(setup, why);
    if (!error && !options->fleet_prefix)
        error = setup_add_others(setup, why);
    if (error) {
        setup_free(setup);
        return error;
    }
    setup_tell_all(setup, tell, context);
    *out = setup;
    return AWS_OK;
}

size_t setup_kept(const struct setup *setup)
{
    size_t kept = 0;

    for (size_t i = 0; i < setup->count; i++)
        kept += setup->items[i].kept.length > 0;
    return kept;
}

size_t setup_changes(const struct setup *setup)
{
    size_t changes = 0;

    for (size_t i = 0; i < setup->count; i++)
        changes += setup->items[i].action != SETUP_KEEP;
    return changes;
}

enum aws_error setup_apply(struct setup *setup, void (*done)(void *context, const struct setup_step *step),
                           void *context, struct text *why)
{
    for (size_t i = 0; i < setup->count; i++) {
        struct setup_item *item = &setup->items[i];
        if (item->action == SETUP_KEEP)
            continue;
        enum aws_error error = item->make(setup, item, why);
        if (error)
            return error;
        tell_item(item, done, context);
    }
    return AWS_OK;
}

const char *setup_observer_certificate(const struct setup *setup)
{
    return setup->observer_pem ? setup->observer_pem : "";
}

const char *setup_endpoint(const struct setup *setup)
{
    return setup->endpoint ? setup->endpoint : "";
}

const cJSON *setup_module_policy(const struct setup *setup)
{
    return setup->module_document;
}

const char *setup_queue_url(const struct setup *setup)
{
    return setup->queue_url ? setup->queue_url : "";
}

size_t setup_devices(const struct setup *setup)
{
    return setup->devices;
}

void setup_free(struct setup *setup)
{
    if (!setup)
        return;
    for (size_t i = 0; i < setup->count; i++) {
        free(setup->items[i].name);
        free(setup->items[i].seen);
        text_fini(&setup->items[i].detail);
        text_fini(&setup->items[i].kept);
        setup_parts_fini(&setup->items[i].parts);
        setup_record_fini(&setup->items[i].last);
    }
    free(setup->items);
    free(setup->arn_prefix);
    free(setup->role_arn);
    free(setup->module_policy);
    free(setup->template);
    free(setup->endpoint);
    cJSON_Delete(setup->module_document);
    free(setup->observer_pem);
    free(setup->queue_url);
    free(setup);
}
