/* SPDX-License-Identifier: Apache-2.0 */
#include "account/setup/facts.h"

#include <stdio.h>
#include <string.h>

#include "account/setup/private.h"
#include "aws/encoding.h"

struct looking {
    const struct oem_account *account;
    const char *name;
    void (*tell)(void *context, const struct setup_fact *fact);
    void *context;
    struct text *why;
};

static void tell(const struct looking *self, const char *kind, const char *name, bool good,
                 const struct text *state)
{
    const struct setup_fact fact = {kind, name, true, good, text_get(state)};

    self->tell(self->context, &fact);
}

static void tell_missing(const struct looking *self, const char *kind, const char *name)
{
    const struct setup_fact fact = {kind, name, false, false, ""};

    self->tell(self->context, &fact);
}

/* *answer stays NULL when the resource is missing, which is reported. */
static enum aws_error get(const struct looking *self, const char *action, const char *const *path,
                          const char *kind, const char *name, cJSON **answer)
{
    TEXT struct text said = TEXT_EMPTY;

    enum aws_error error = setup_call(self->account, action, "GET", path, NULL, NULL, answer, &said);
    if (error == AWS_NOT_FOUND) {
        if (kind)
            tell_missing(self, kind, name);
        return AWS_OK;
    }
    if (error)
        text_puts(self->why, text_get(&said));
    return error;
}

static enum aws_error role(const struct looking *self)
{
    TEXT struct text name = TEXT_EMPTY, said = TEXT_EMPTY, state = TEXT_EMPTY;
    struct aws_xml *answer = NULL;

    text_printf(&name, "%s-provisioning", self->name);
    const struct aws_pair parameters[] = {{"RoleName", text_get(&name)}, {NULL, NULL}};
    enum aws_error error = oem_account_iam(self->account, "GetRole", parameters, &answer, &said);
    if (error == AWS_NOT_FOUND) {
        tell_missing(self, "role", text_get(&name));
        return AWS_OK;
    }
    if (error) {
        text_puts(self->why, text_get(&said));
        return error;
    }
    const char *arn = aws_xml_text(answer, "GetRoleResult/Role/Arn", 0);
    text_puts(&state, arn ? arn : "");
    tell(self, "role", text_get(&name), true, &state);
    aws_xml_free(answer);
    return AWS_OK;
}

static bool count_one(void *context, const cJSON *item)
{
    size_t *count = context;

    (void)item;
    (*count)++;
    return true;
}

static enum aws_error count_targets(const struct looking *self, const char *policy, size_t *count)
{
    TEXT struct text path = TEXT_EMPTY;

    aws_path_add(&path, "policy-targets");
    aws_path_add(&path, policy);
    const struct iot_call call = {
        .action = "iot:ListTargetsForPolicy", .method = "POST", .path = text_get(&path)};
    return oem_account_list(self->account, &call, "targets", count_one, count, self->why);
}

/* The modules' policy must exist, and the observers' be attached to one. Claims are optional: a missing
 * policy is not reported. */
enum policy_of { OF_MODULES, OF_OBSERVERS, OF_CLAIMS };

static enum aws_error policy(const struct looking *self, const char *suffix, enum policy_of of)
{
    TEXT struct text name = TEXT_EMPTY, state = TEXT_EMPTY;
    JSON cJSON *answer = NULL;
    size_t count = 0;

    text_printf(&name, "%s-%s", self->name, suffix);
    const char *const path[] = {"policies", text_get(&name), NULL};
    enum aws_error error =
        get(self, "iot:GetPolicy", path, of == OF_CLAIMS ? NULL : "policy", text_get(&name), &answer);
    if (error || !answer)
        return error;
    error = count_targets(self, text_get(&name), &count);
    if (error)
        return error;
    text_printf(&state, "version %s, %zu certificate%s", setup_text(answer, "defaultVersionId"), count,
                count == 1 ? "" : "s");
    tell(self, "policy", text_get(&name), of != OF_OBSERVERS || count > 0, &state);
    return AWS_OK;
}

static enum aws_error get_template(const struct looking *self, const char *name, cJSON **answer)
{
    const char *const path[] = {"provisioning-templates", name, NULL};

    return get(self, "iot:DescribeProvisioningTemplate", path, NULL, name, answer);
}

static void tell_template(const struct looking *self, const char *name, const cJSON *answer)
{
    TEXT struct text state = TEXT_EMPTY;
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(answer, "defaultVersionId");
    bool enabled = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "enabled"));

    text_printf(&state, "%s, %s, version %.0f, role %s", setup_text(answer, "type"),
                enabled ? "enabled" : "disabled", cJSON_IsNumber(version) ? version->valuedouble : 0,
                setup_text(answer, "provisioningRoleArn"));
    tell(self, "template", name, enabled, &state);
}

/* *fleet_alone: there is only a fleet's, which has neither CAs nor observer nor events. */
static enum aws_error templates(const struct looking *self, bool *fleet_alone)
{
    TEXT struct text name = TEXT_EMPTY;
    JSON cJSON *by_authority = NULL;
    JSON cJSON *by_claim = NULL;

    text_printf(&name, "%s-fleet", self->name);
    enum aws_error error = get_template(self, self->name, &by_authority);
    if (!error)
        error = get_template(self, text_get(&name), &by_claim);
    if (error)
        return error;
    *fleet_alone = by_claim && !by_authority;
    if (by_authority)
        tell_template(self, self->name, by_authority);
    else if (!by_claim)
        tell_missing(self, "template", self->name);
    if (by_claim)
        tell_template(self, text_get(&name), by_claim);
    return AWS_OK;
}

static void tell_authority(void *context, const struct setup_registered *registered)
{
    bool active = strcmp(setup_text(registered->description, "status"), "ACTIVE") == 0;
    bool automatic = strcmp(setup_text(registered->description, "autoRegistrationStatus"), "ENABLE") == 0;
    TEXT struct text state = TEXT_EMPTY;

    text_printf(&state, "%s, automatic registration %s, %s, id %s", active ? "active" : "inactive",
                automatic ? "on" : "off", setup_text(registered->description, "certificateMode"),
                registered->id);
    tell(context, "CA", registered->name, active && automatic, &state);
}

static enum aws_error events(const struct looking *self)
{
    static const char *const path[] = {"event-configurations", NULL};
    TEXT struct text state = TEXT_EMPTY;
    JSON cJSON *answer = NULL;
    const cJSON *each;

    enum aws_error error = get(self, "iot:DescribeEventConfigurations", path, "events", "THING", &answer);
    if (error || !answer)
        return error;
    const cJSON *configurations = cJSON_GetObjectItemCaseSensitive(answer, "eventConfigurations");
    const cJSON *thing = cJSON_GetObjectItemCaseSensitive(configurations, "THING");
    bool on = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(thing, "Enabled"));
    text_puts(&state, on ? "on" : "off");
    cJSON_ArrayForEach(each, configurations)
    {
        if (each != thing && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(each, "Enabled")))
            text_printf(&state, ", %s on", each->string);
    }
    tell(self, "events", "THING", on, &state);
    return AWS_OK;
}

static enum aws_error endpoint(const struct looking *self)
{
    static const struct aws_pair type[] = {{"endpointType", "iot:Data-ATS"}, {NULL, NULL}};
    static const char *const path[] = {"endpoint", NULL};
    TEXT struct text state = TEXT_EMPTY;
    JSON cJSON *answer = NULL;

    enum aws_error error =
        setup_call(self->account, "iot:DescribeEndpoint", "GET", path, type, NULL, &answer, self->why);
    if (error)
        return error;
    text_puts(&state, setup_text(answer, "endpointAddress"));
    tell(self, "endpoint", "iot:Data-ATS", state.length > 0, &state);
    return AWS_OK;
}

enum aws_error setup_facts(const struct oem_account *account, const char *name,
                           void (*tell_fact)(void *context, const struct setup_fact *fact), void *context,
                           struct text *why)
{
    struct looking self = {
        .account = account, .name = name, .tell = tell_fact, .context = context, .why = why};
    bool fleet_alone = false;

    enum aws_error error = role(&self);
    if (!error)
        error = policy(&self, "module", OF_MODULES);
    if (!error)
        error = templates(&self, &fleet_alone);
    if (!error)
        error = policy(&self, "claim", OF_CLAIMS);
    if (!error)
        error = setup_list_registered(account, name, tell_authority, &self, why);
    if (!error)
        error = policy(&self, "observer", fleet_alone ? OF_CLAIMS : OF_OBSERVERS);
    if (!error && !fleet_alone)
        error = events(&self);
    return error ? error : endpoint(&self);
}
