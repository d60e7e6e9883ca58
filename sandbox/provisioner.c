/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/provisioner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/access.h"
#include "sandbox/peer_certificate.h"

/* Checks that everything the template refers to exists. */
static bool all_there(const struct iot_account *account, const cJSON *line, char *problem)
{
    static const struct {
        const char *list, *kind;
    } wanted[] = {{"policies", "policies"},
                  {"thingTypes", "thingTypes"},
                  {"thingGroups", "thingGroups"},
                  {"billingGroups", "billingGroups"}};
    const cJSON *each;

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(line, wanted[i].list))
        {
            if (iot_account_has(account, wanted[i].kind, cJSON_GetStringValue(each)))
                continue;
            snprintf(problem, TEMPLATE_PROBLEM_SIZE, "%s: not in this account: %s", wanted[i].kind,
                     cJSON_GetStringValue(each));
            return false;
        }
    return true;
}

/* Returns the template's body; NULL, with a problem, if it is missing, has another type or is not enabled. */
static const char *template_body(const struct iot_account *account, const char *name, const char *type,
                                 char *problem)
{
    const cJSON *template = iot_account_template(account, name);
    const char *said = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(template, "type"));
    const char *why = NULL;

    if (!template)
        why = "does not exist";
    else if (!said || strcmp(said, type) != 0)
        why = "has another type";
    else if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(template, "enabled")))
        why = "is not enabled";
    if (!why)
        return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(template, "body"));
    snprintf(problem, TEMPLATE_PROBLEM_SIZE, "template %s %s", name, why);
    return NULL;
}

static bool register_line(const struct provisioner *provisioner, const cJSON *line, const char *thing_name,
                          char *problem)
{
    const struct access access = {provisioner->account, provisioner->registry};
    bool is_new = !access_has_thing(&access, thing_name);

    if (!registry_add(provisioner->registry, line)) {
        snprintf(problem, TEMPLATE_PROBLEM_SIZE, "the registry cannot be written");
        return false;
    }
    if (is_new)
        account_events_created(provisioner->events, thing_name,
                               iot_account_sends(provisioner->account, "THING"));
    return true;
}

bool provisioner_run(const struct provisioner *provisioner, const char *template_name, const char *type,
                     const struct template_source *source, char thing_name[THING_NAME_SIZE],
                     char problem[TEMPLATE_PROBLEM_SIZE])
{
    const char *body = template_body(provisioner->account, template_name, type, problem);
    char id[CERTIFICATE_ID_SIZE];
    cJSON *line = NULL;

    if (!body || !template_evaluate(body, source, &line, problem))
        return false;
    certificate_id(source->certificate, id);
    cJSON_AddStringToObject(line, "certificateId", id);
    const cJSON *things = cJSON_GetObjectItemCaseSensitive(line, "things");
    const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(things, 0));
    bool done =
        all_there(provisioner->account, line, problem) && register_line(provisioner, line, name, problem);
    if (done)
        snprintf(thing_name, THING_NAME_SIZE, "%s", name);
    cJSON_Delete(line);
    return done;
}
