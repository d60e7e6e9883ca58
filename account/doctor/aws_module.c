/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the policy that the template gives to modules: it allows what a module needs, and no more. */
#include <string.h>

#include "account/doctor/aws_policies.h"
#include "account/doctor/aws_view.h"

#define SOME_THING "0123456789abcdef0123456789abcdef"
#define OTHER_THING "another-thing-0123456789abcdef"
#define NAMED_MAX 3 /* of what is missing or too much */

static const char *const checks[] = {"aws.policy.module", "aws.policy.module.least", NULL};
static const char *const checks_with_topics[] = {"aws.policy.module", "aws.policy.module.least",
                                                 "aws.policy.module.topic", NULL};

/* @ stands for the thing's name. Which topics a product uses is its maker's choice: those that begin with its
 * name are what account apply always allows; the others belong to AWS services (IoT, "Reserved topics"). */
struct right {
    const char *action, *resource;
    bool needed; /* nothing works without it; the others are for optional services */
};

static const char *const *checks_of(const struct aws_view *view)
{
    return view->doctor->options->topics ? checks_with_topics : checks;
}

static const struct right rights[] = {
    {"iot:Connect", "client/@", true},
    {"iot:Publish", "topic/@/state", true},
    {"iot:Subscribe", "topicfilter/@/state", true},
    {"iot:Receive", "topic/@/state", true},
    {"iot:Publish", "topic/$aws/things/@/shadow/update", false},
    {"iot:Subscribe", "topicfilter/$aws/things/@/shadow/update/delta", false},
    {"iot:Receive", "topic/$aws/things/@/shadow/update/delta", false},
    {"iot:Publish", "topic/$aws/things/@/jobs/$next/get", false},
    {"iot:Subscribe", "topicfilter/$aws/things/@/jobs/notify-next", false},
    {"iot:Receive", "topic/$aws/things/@/jobs/notify-next", false},
    {"iot:Publish", "topic/$aws/things/@/streams/ota/get/cbor", false},
    {"iot:Subscribe", "topicfilter/$aws/things/@/streams/ota/data/cbor", false},
    {"iot:Receive", "topic/$aws/things/@/streams/ota/data/cbor", false},
    {"iot:Publish", "topic/$aws/things/@/defender/metrics/cbor", false},
    {"iot:Subscribe", "topicfilter/$aws/things/@/defender/metrics/cbor/accepted", false},
    {"iot:Receive", "topic/$aws/things/@/defender/metrics/cbor/accepted", false},
    {NULL, NULL, false},
};

/* Rights on another module's resources, which no module needs; the last one is only allowed if everything
 * is. */
static const struct right excesses[] = {
    {"iot:Publish", "topic/@/state", false},
    {"iot:Receive", "topic/@/state", false},
    {"iot:Subscribe", "topicfilter/@/state", false},
    {"iot:Subscribe", "topicfilter/#", false},
    {"iot:Publish", "topic/$aws/things/@/shadow/update", false},
    {"iot:Subscribe", "topicfilter/$aws/things/@/shadow/update/delta", false},
    {"iot:UpdateThingShadow", "thing/@", false},
    {"iot:CreatePolicy", "policy/@", false},
    {NULL, NULL, false},
};

struct module {
    struct aws_view *view;
    struct aws_policies policies;
    const char *name;    /* its thing's name */
    struct text subject; /* "policy x-module" */
};

static void resource_of(const struct right *right, const char *name, struct text *out)
{
    for (const char *at = right->resource; *at; at++)
        text_add(out, *at == '@' ? name : at, *at == '@' ? strlen(name) : 1);
}

/* Appends "iot:Publish topic/x, ... and 3 more". */
static void name_some(const struct right *right, const char *name, size_t number, struct text *out)
{
    if (number >= NAMED_MAX)
        return;
    text_printf(out, "%s%s ", number ? ", " : "", right->action);
    resource_of(right, name, out);
}

static void name_rest(size_t number, struct text *out)
{
    if (number > NAMED_MAX)
        text_printf(out, ", and %zu more", number - NAMED_MAX);
}

static bool allows(const struct module *module, const struct policy_request *who, const struct right *right,
                   const char *name)
{
    TEXT struct text resource = TEXT_EMPTY;

    resource_of(right, name, &resource);
    return aws_policies_allow(module->view, &module->policies, who, right->action, text_get(&resource));
}

/* Whoever names the product's topics need not use any of the module's name. */
static bool is_needed(const struct module *module, const struct right *right)
{
    return right->needed &&
           (!module->view->doctor->options->topics || strcmp(right->action, "iot:Connect") == 0);
}

static void check_needs(const struct module *module, const struct policy_request *who)
{
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;
    size_t missing = 0;
    bool needed = false;

    text_puts(&seen, "not allowed: ");
    for (const struct right *right = rights; right->action; right++) {
        if (allows(module, who, right, module->name))
            continue;
        name_some(right, module->name, missing++, &seen);
        needed = needed || is_needed(module, right);
    }
    if (missing == 0) {
        doctor_tell(module->view->doctor, DOCTOR_OK, checks[0], text_get(&module->subject), NULL);
        return;
    }
    name_rest(missing, &seen);
    text_printf(&mend, "%s %s%s.",
                needed ? "Give modules the policy that they need:"
                       : "Fine if the modules do not use these; otherwise:",
                text_get(&module->view->apply), needed ? "" : " writes the whole policy");
    doctor_tell(module->view->doctor, needed ? DOCTOR_FAILED : DOCTOR_WARNING, checks[0], text_get(&seen),
                text_get(&mend));
}

/* An impostor has another client id and a certificate attached to another thing. */
static size_t name_impostor(const struct module *module, struct text *seen)
{
    static const struct right connect = {"iot:Connect", "client/@", false};
    const struct policy_request impostor = {.client_id = OTHER_THING, .thing_name = OTHER_THING};

    if (!allows(module, &impostor, &connect, OTHER_THING))
        return 0;
    name_some(&connect, "another", 0, seen);
    return 1;
}

static void check_least(const struct module *module, const struct policy_request *who)
{
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    text_puts(&seen, "allowed: ");
    size_t excess = name_impostor(module, &seen);
    for (const struct right *right = excesses; right->action; right++)
        if (allows(module, who, right, OTHER_THING))
            name_some(right, "another", excess++, &seen);
    if (excess == 0) {
        doctor_tell(module->view->doctor, DOCTOR_OK, checks[1], NULL, NULL);
        return;
    }
    name_rest(excess, &seen);
    text_printf(&mend,
                "Whoever extracts one module's key could act as all modules: restrict the policy to "
                "${iot:Connection.Thing.ThingName}, as %s does.",
                text_get(&module->view->apply));
    doctor_tell(module->view->doctor, DOCTOR_WARNING, checks[1], text_get(&seen), text_get(&mend));
}

/* A policy may also use fields of the certificate's subject. */
static void judge(const struct module *module)
{
    static const char *const fields[] = {"CommonName", "SerialNumber", "Country", "Organization",
                                         "OrganizationalUnit"};
    struct policy_variable variables[sizeof fields / sizeof *fields + 1] = {0};
    struct text texts[2 * sizeof fields / sizeof *fields] = {0};
    size_t count = 0;

    for (size_t i = 0; module->view->birth && i < sizeof fields / sizeof *fields; i++) {
        struct text *name = &texts[2 * count];
        struct text *value = &texts[2 * count + 1];
        if (!certificate_subject(module->view->birth, fields[i], value))
            continue;
        text_printf(name, "iot:Certificate.Subject.%s", fields[i]);
        variables[count++] = (struct policy_variable){text_get(name), text_get(value)};
    }
    const struct policy_request who = {
        .client_id = module->name, .thing_name = module->name, .attached = true, .variables = variables};
    check_needs(module, &who);
    check_least(module, &who);
    aws_check_topics(module->view, &module->policies, &who);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        text_fini(&texts[i]);
}

static void fail(const struct module *module, const char *seen)
{
    TEXT struct text mend = TEXT_EMPTY;

    text_printf(&mend, "Make it: %s.", text_get(&module->view->apply));
    doctor_tell(module->view->doctor, DOCTOR_FAILED, checks[0], seen, text_get(&mend));
    aws_view_skip(module->view, checks_of(module->view) + 1, "there is no policy", NULL);
}

/* A policy inside the template may be text or JSON. */
static void add_inline(struct module *module, const cJSON *document)
{
    if (cJSON_IsString(document)) {
        aws_policies_add(&module->policies, document->valuestring);
        return;
    }
    char *printed = cJSON_PrintUnformatted(document);
    aws_policies_add(&module->policies, printed ? printed : "");
    cJSON_free(printed);
}

/* False: missing or unreadable, which was reported. */
static bool add_resource(struct module *module, const cJSON *resource)
{
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(resource, "Properties");
    const cJSON *document = cJSON_GetObjectItemCaseSensitive(properties, "PolicyDocument");
    const char *name = aws_view_text(properties, "PolicyName");
    TEXT struct text seen = TEXT_EMPTY;

    if (document) {
        text_printf(&module->subject, "%sthe template's own", module->subject.length ? ", " : "");
        add_inline(module, document);
        return true;
    }
    if (!*name) { /* a function of templates makes it for each device */
        aws_view_skip(module->view, checks_of(module->view),
                      "the template makes its name from the certificate", NULL);
        return false;
    }
    text_printf(&module->subject, "%s%s", module->subject.length ? ", " : "", name);
    enum aws_error error = aws_policies_get(module->view, &module->policies, name, checks_of(module->view));
    if (error == AWS_NOT_FOUND) {
        text_printf(&seen, "there is no policy %s: no device is provisioned", name);
        fail(module, text_get(&seen));
    }
    return error == AWS_OK;
}

static bool is_policy(const cJSON *resource)
{
    return strcmp(aws_view_text(resource, "Type"), "AWS::IoT::Policy") == 0;
}

static void check(struct module *module)
{
    const cJSON *resource;

    cJSON_ArrayForEach(resource, cJSON_GetObjectItemCaseSensitive(module->view->template_body, "Resources"))
    {
        if (is_policy(resource) && !add_resource(module, resource))
            return;
    }
    if (module->policies.count == 0)
        fail(module, "the template gives modules none");
    else
        judge(module);
}

void aws_check_module(struct aws_view *view)
{
    const char *name = text_get(&view->thing_name);
    struct module module = {.view = view, .name = *name ? name : SOME_THING};

    if (view->template_body)
        check(&module);
    else
        aws_view_skip(view, checks_of(view), "the template, which names it, was not seen", NULL);
    aws_policies_fini(&module.policies);
    text_fini(&module.subject);
}
