/* SPDX-License-Identifier: Apache-2.0 */
/* The observer's certificate: made for its signing request, active, with the observer's policy. */
#include <string.h>

#include "account/setup/private.h"
#include "account/setup/requested_certificate.h"
#include "base/memory.h"

#define CERTIFICATE "certificate"
#define ACTIVE "active"
#define ATTACHED "policy"

/* Its policy has the record: certificates have no tags. */
static void record_arn(const struct setup *setup, struct text *out)
{
    TEXT struct text policy = TEXT_EMPTY;

    text_printf(&policy, "%s-observer", setup->options->name);
    setup_arn(setup, "policy", text_get(&policy), out);
}

static void add_parts(struct setup_item *item, bool active, bool attached)
{
    setup_parts_add(&item->parts, CERTIFICATE, item->seen, item->seen, NULL);
    setup_parts_add(&item->parts, ACTIVE, active ? "yes" : "no", "yes", "its certificate is not active");
    setup_parts_add(&item->parts, ATTACHED, attached ? "yes" : "no", "yes", "its certificate has no policy");
}

/* A record of another certificate says nothing about this one. */
static enum aws_error judge(const struct setup *setup, struct setup_item *item, struct text *why)
{
    TEXT struct text arn = TEXT_EMPTY;

    if (!setup_parts_differ(&item->parts))
        return AWS_OK;
    record_arn(setup, &arn);
    enum aws_error error =
        setup_record_read(setup->account, text_get(&arn), SETUP_RECORD_OBSERVER, &item->last, why);
    if (error)
        return error;
    if (!setup_record_has(&item->last, CERTIFICATE, item->seen))
        item->last.there = false;
    setup_decide(setup, item);
    setup_explain(item);
    return AWS_OK;
}

static void policy_name(const struct setup *setup, struct text *out)
{
    text_printf(out, "%s-observer", setup->options->name);
}

/* Whether the policy, which was looked at before, is there. */
static bool has_policy(const struct setup *setup, const char *name)
{
    for (size_t i = 0; i < setup->count; i++)
        if (strcmp(setup->items[i].kind, "policy") == 0 && strcmp(setup->items[i].name, name) == 0)
            return setup->items[i].action != SETUP_CREATE;
    return false;
}

/* Hands what was found over: the ARN to the item, the certificate to the setup. */
static void keep(struct setup *setup, struct setup_item *item, struct requested_certificate *found)
{
    item->seen = found->arn;
    setup->observer_pem = found->pem;
    *found = (struct requested_certificate){NULL, NULL, false, false};
}

static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    TEXT struct text policy = TEXT_EMPTY;
    struct requested_certificate found = {NULL, NULL, false, false};

    policy_name(setup, &policy);
    item->action = SETUP_CREATE;
    /* without its policy it may still be another setup's observer: one certificate is enough for both */
    enum aws_error error = requested_certificate_find(
        setup->account, setup->options->observer_request,
        has_policy(setup, text_get(&policy)) ? text_get(&policy) : NULL, &found, why);
    if (error || !found.arn)
        return error;
    item->action = SETUP_KEEP;
    bool active = found.active, attached = found.attached;
    keep(setup, item, &found);
    add_parts(item, active, attached);
    return judge(setup, item, why);
}

static enum aws_error create(struct setup *setup, struct setup_item *item, struct text *why)
{
    struct requested_certificate made = {NULL, NULL, false, false};

    enum aws_error error =
        requested_certificate_create(setup->account, setup->options->observer_request, true, &made, why);
    if (error)
        return error;
    keep(setup, item, &made);
    add_parts(item, true, false);
    return AWS_OK;
}

static enum aws_error activate(struct setup *setup, const struct setup_item *item, struct text *why)
{
    static const struct aws_pair query[] = {{"newStatus", "ACTIVE"}, {NULL, NULL}};
    const char *slash = strrchr(item->seen, '/');
    const char *const path[] = {"certificates", slash ? slash + 1 : item->seen, NULL};

    return setup_call(setup->account, "iot:UpdateCertificate", "PUT", path, query, NULL, NULL, why);
}

static enum aws_error attach(struct setup *setup, const struct setup_item *item, struct text *why)
{
    TEXT struct text policy = TEXT_EMPTY;
    cJSON *body = cJSON_CreateObject();

    policy_name(setup, &policy);
    const char *const path[] = {"target-policies", text_get(&policy), NULL};
    cJSON_AddStringToObject(body, "target", item->seen);
    return setup_call(setup->account, "iot:AttachPolicy", "PUT", path, NULL, body, NULL, why);
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    TEXT struct text arn = TEXT_EMPTY;
    enum aws_error error = AWS_OK;

    if (item->action == SETUP_CREATE)
        error = create(setup, item, why);
    if (!error && setup_parts_take(&item->parts, ACTIVE))
        error = activate(setup, item, why);
    if (!error && (item->action == SETUP_CREATE || setup_parts_take(&item->parts, ATTACHED)))
        error = attach(setup, item, why);
    record_arn(setup, &arn);
    return error ? error : setup_remember(setup, item, text_get(&arn), SETUP_RECORD_OBSERVER, why);
}

void setup_add_observer(struct setup *setup)
{
    struct setup_item *item = setup_add(setup, "observer", setup->options->observer_client_id);

    item->look = look;
    item->make = make;
}
