/* SPDX-License-Identifier: Apache-2.0 */
/* The observer's certificate: made for its signing request, active, with the observer's policy. */
#include <string.h>

#include "account/setup/private.h"
#include "account/setup/requested_certificate.h"
#include "base/memory.h"

enum { INACTIVE = 1, NOT_ATTACHED = 2 };

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
    if (!found.active)
        setup_differs(item, INACTIVE, "its certificate is not active");
    if (!found.attached)
        setup_differs(item, NOT_ATTACHED, "its certificate has no policy");
    keep(setup, item, &found);
    return AWS_OK;
}

static enum aws_error create(struct setup *setup, struct setup_item *item, struct text *why)
{
    struct requested_certificate made = {NULL, NULL, false, false};

    enum aws_error error =
        requested_certificate_create(setup->account, setup->options->observer_request, true, &made, why);
    if (!error)
        keep(setup, item, &made);
    return error;
}

static enum aws_error activate(struct setup *setup, const struct setup_item *item, struct text *why)
{
    static const struct aws_pair query[] = {{"newStatus", "ACTIVE"}, {NULL, NULL}};
    const char *slash = strrchr(item->seen, '/');
    const char *const path[] = {"certificates", slash ? slash + 1 : item->seen, NULL};

    return setup_call(setup->account, "iot:UpdateCertificate", "PUT", path, query, NULL, NULL, why);
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    TEXT struct text policy = TEXT_EMPTY;
    enum aws_error error = AWS_OK;

    policy_name(setup, &policy);
    if (item->action == SETUP_CREATE)
        error = create(setup, item, why);
    if (!error && item->different & INACTIVE)
        error = activate(setup, item, why);
    if (error || !(item->action == SETUP_CREATE || item->different & NOT_ATTACHED))
        return error;
    const char *const path[] = {"target-policies", text_get(&policy), NULL};
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "target", item->seen);
    return setup_call(setup->account, "iot:AttachPolicy", "PUT", path, NULL, body, NULL, why);
}

void setup_add_observer(struct setup *setup)
{
    struct setup_item *item = setup_add(setup, "observer", setup->options->observer_client_id);

    item->look = look;
    item->make = make;
}
