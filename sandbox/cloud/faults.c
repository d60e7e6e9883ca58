/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/faults.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void free_limits(struct faults *faults)
{
    for (size_t i = 0; i < faults->limit_count; i++)
        free(faults->limits[i].action);
    free(faults->limits);
    faults->limits = NULL;
    faults->limit_count = 0;
}

static void add_limit(struct faults *faults, const struct fault_limit *limit)
{
    faults->limits = memory_grow(faults->limits, faults->limit_count + 1, sizeof *faults->limits);
    faults->limits[faults->limit_count] = *limit;
    faults->limits[faults->limit_count++].action = memory_string(limit->action);
}

void faults_fini(struct faults *faults)
{
    free_limits(faults);
    cJSON_Delete(faults->deny);
    cJSON_Delete(faults->destinations);
    *faults = (struct faults){0};
}

static bool take_count(long long *out, const cJSON *value)
{
    if (!cJSON_IsNumber(value) || value->valuedouble < 0 || value->valuedouble > 1e9)
        return false;
    *out = (long long)value->valuedouble;
    return true;
}

static bool take_close_after(struct faults *faults, const cJSON *value)
{
    faults->closes = !cJSON_IsNull(value);
    faults->close_after = 0;
    return cJSON_IsNull(value) || take_count(&faults->close_after, value);
}

static bool take_list(cJSON **out, const cJSON *value)
{
    const cJSON *each;

    if (!cJSON_IsArray(value) && !cJSON_IsNull(value))
        return false;
    cJSON_ArrayForEach(each, value) if (!cJSON_IsString(each)) return false;
    cJSON_Delete(*out);
    *out = cJSON_IsNull(value) ? NULL : cJSON_Duplicate(value, 1);
    return true;
}

static bool take_limits(struct faults *faults, const cJSON *value)
{
    const cJSON *each;

    free_limits(faults);
    faults->throttled = 0;
    cJSON_ArrayForEach(each, value)
    {
        const struct fault_limit limit = {each->string, each->valuedouble, each->valuedouble, 0};
        if (!each->string || !cJSON_IsNumber(each) || each->valuedouble <= 0)
            return false;
        add_limit(faults, &limit);
    }
    return cJSON_IsObject(value);
}

static bool take_role(bool *out, const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);

    if (!text || (strcmp(text, "wrong") != 0 && strcmp(text, "right") != 0))
        return false;
    *out = strcmp(text, "wrong") == 0;
    return true;
}

static bool take_support(bool *out, const cJSON *value)
{
    *out = cJSON_IsFalse(value);
    return cJSON_IsBool(value);
}

static bool take_region(char out[40], const cJSON *value)
{
    const char *text = cJSON_IsNull(value) ? "" : cJSON_GetStringValue(value);

    if (!text || strlen(text) >= 40)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool take(struct faults *faults, const cJSON *member)
{
    const char *name = member->string;

    if (strcmp(name, "throttle") == 0)
        return take_count(&faults->throttle, member);
    if (strcmp(name, "errors") == 0)
        return take_count(&faults->errors, member);
    if (strcmp(name, "close") == 0)
        return take_count(&faults->close, member);
    if (strcmp(name, "slow_ms") == 0)
        return take_count(&faults->slow_ms, member);
    if (strcmp(name, "close_after") == 0)
        return take_close_after(faults, member);
    if (strcmp(name, "role_delay") == 0)
        return take_count(&faults->role_delay, member);
    if (strcmp(name, "bucket_region") == 0)
        return take_region(faults->bucket_region, member);
    if (strcmp(name, "deny") == 0)
        return take_list(&faults->deny, member);
    if (strcmp(name, "destinations") == 0)
        return take_list(&faults->destinations, member);
    if (strcmp(name, "limits") == 0)
        return take_limits(faults, member);
    if (strcmp(name, "role") == 0)
        return take_role(&faults->role_wrong, member);
    if (strcmp(name, "factory_support") == 0)
        return take_support(&faults->no_factory_support, member);
    return strcmp(name, "expire_token") == 0 && cJSON_IsBool(member);
}

static struct faults copy(const struct faults *faults)
{
    struct faults out = *faults;

    out.limits = NULL;
    out.limit_count = 0;
    for (size_t i = 0; i < faults->limit_count; i++)
        add_limit(&out, &faults->limits[i]);
    out.deny = cJSON_Duplicate(faults->deny, 1);
    out.destinations = cJSON_Duplicate(faults->destinations, 1);
    return out;
}

bool faults_change(struct faults *faults, const cJSON *object, struct text *why)
{
    struct faults changed = copy(faults);
    const cJSON *member;

    cJSON_ArrayForEach(member, object)
    {
        if (take(&changed, member))
            continue;
        text_printf(why, "\"%s\" is not a fault, or its value is not valid", member->string);
        faults_fini(&changed);
        return false;
    }
    faults_fini(faults);
    *faults = changed;
    return true;
}

cJSON *faults_json(const struct faults *faults)
{
    cJSON *object = cJSON_CreateObject();

    cJSON_AddNumberToObject(object, "throttle", (double)faults->throttle);
    cJSON_AddNumberToObject(object, "errors", (double)faults->errors);
    cJSON_AddNumberToObject(object, "close", (double)faults->close);
    cJSON_AddNumberToObject(object, "slow_ms", (double)faults->slow_ms);
    cJSON_AddItemToObject(object, "close_after",
                          faults->closes ? cJSON_CreateNumber((double)faults->close_after)
                                         : cJSON_CreateNull());
    cJSON_AddNumberToObject(object, "role_delay", (double)faults->role_delay);
    cJSON_AddItemToObject(object, "bucket_region",
                          *faults->bucket_region ? cJSON_CreateString(faults->bucket_region)
                                                 : cJSON_CreateNull());
    cJSON_AddStringToObject(object, "role", faults->role_wrong ? "wrong" : "right");
    cJSON_AddBoolToObject(object, "factory_support", !faults->no_factory_support);
    cJSON_AddNumberToObject(object, "most_at_once", faults->most_at_once);
    cJSON_AddNumberToObject(object, "throttled", (double)faults->throttled);
    cJSON_AddItemToObject(object, "deny",
                          faults->deny ? cJSON_Duplicate(faults->deny, 1) : cJSON_CreateArray());
    cJSON_AddItemToObject(object, "destinations",
                          faults->destinations ? cJSON_Duplicate(faults->destinations, 1)
                                               : cJSON_CreateNull());
    return object;
}

static bool has(const cJSON *list, const char *text)
{
    const cJSON *each;

    cJSON_ArrayForEach(each, list) if (strcmp(each->valuestring, text) == 0) return true;
    return false;
}

bool faults_denies(const struct faults *faults, const char *action)
{
    return has(faults->deny, action);
}

bool faults_limits(struct faults *faults, const char *action, long long now_ms)
{
    for (size_t i = 0; i < faults->limit_count; i++) {
        struct fault_limit *limit = &faults->limits[i];
        if (strcmp(limit->action, action) != 0)
            continue;
        double left = limit->left + (double)(now_ms - limit->at_ms) * limit->rate / 1000;
        limit->left = left < limit->rate ? left : limit->rate;
        limit->at_ms = now_ms;
        bool over = limit->left < 1;
        limit->left -= over ? 0 : 1;
        faults->throttled += over ? 1 : 0;
        return over;
    }
    return false;
}

bool faults_knows_destination(const struct faults *faults, const char *name)
{
    return !faults->destinations || has(faults->destinations, name);
}
