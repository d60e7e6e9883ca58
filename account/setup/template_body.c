/* SPDX-License-Identifier: Apache-2.0 */
#include "account/setup/template_body.h"

#include <string.h>

#include "base/memory.h"

#define PREFIX "body"
#define PARAMETERS PREFIX "/Parameters/"
#define DEPTH_MAX 12

/* A name in a way: ~ and / would be taken for its own. */
static void add_step(const char *name, struct text *way)
{
    text_puts(way, "/");
    for (; *name; name++) {
        const char *escaped = *name == '~' ? "~0" : *name == '/' ? "~1" : NULL;
        text_add(way, escaped ? escaped : name, escaped ? 2 : 1);
    }
}

static void add_part(struct setup_parts *parts, const char *way, const char *value, bool is_wanted)
{
    (is_wanted ? setup_parts_wanted : setup_parts_there)(parts, way, value, NULL);
}

/* {"Ref": ...} and {"Fn::Join": ...} are values. */
static bool is_function(const cJSON *object)
{
    const cJSON *first = object->child;

    return first && first->string &&
           (strcmp(first->string, "Ref") == 0 || strncmp(first->string, "Fn::", 4) == 0);
}

static bool is_list_of_texts(const cJSON *list)
{
    const cJSON *each;

    cJSON_ArrayForEach(each, list)
    {
        if (!cJSON_IsString(each))
            return false;
    }
    return cJSON_IsArray(list);
}

static void add_value(struct setup_parts *parts, const char *way, const cJSON *value, bool is_wanted)
{
    TEXT struct text text = TEXT_EMPTY;

    json_canonical(value, &text);
    add_part(parts, way, text_get(&text), is_wanted);
}

static void add_all(struct setup_parts *parts, const char *way, const cJSON *value, bool is_wanted, int depth)
{
    const cJSON *each;

    if (depth == DEPTH_MAX || (cJSON_IsObject(value) && is_function(value)) ||
        !(cJSON_IsObject(value) || is_list_of_texts(value))) {
        add_value(parts, way, value, is_wanted);
        return;
    }
    cJSON_ArrayForEach(each, value)
    {
        TEXT struct text inner = TEXT_EMPTY;
        text_puts(&inner, way);
        if (!each->string)
            text_puts(&inner, "/+"); /* a member of a list: "~" and "/" of names do not matter there */
        add_step(each->string ? each->string : each->valuestring, &inner);
        if (each->string)
            add_all(parts, text_get(&inner), each, is_wanted, depth + 1);
        else
            add_part(parts, text_get(&inner), "", is_wanted);
    }
}

void template_body_parts(struct setup_parts *parts, const cJSON *body, bool is_wanted)
{
    if (body)
        add_all(parts, PREFIX, body, is_wanted, 0);
}

bool template_body_has(const struct setup_part *part)
{
    return strncmp(part->name, PREFIX "/", strlen(PREFIX "/")) == 0;
}

/* Takes the next name of a way; NULL at its end. Owned. */
static char *next_step(const char **way)
{
    struct text name = TEXT_EMPTY;
    const char *at = *way;

    if (*at != '/')
        return NULL;
    for (at++; *at && *at != '/'; at++) {
        bool is_escaped = *at == '~' && (at[1] == '0' || at[1] == '1');
        text_add(&name, !is_escaped ? at : at[1] == '0' ? "~" : "/", 1);
        at += is_escaped;
    }
    *way = at;
    return text_take(&name);
}

static void change_list(cJSON *list, const char *text, bool is_wanted)
{
    for (int i = cJSON_GetArraySize(list); i > 0; i--)
        if (strcmp(cJSON_GetArrayItem(list, i - 1)->valuestring, text) == 0)
            cJSON_DeleteItemFromArray(list, i - 1);
    if (is_wanted)
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
}

static cJSON *member_or_new(cJSON *object, const char *name, bool is_list)
{
    cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    if (is_list ? is_list_of_texts(member) : cJSON_IsObject(member))
        return member;
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    member = is_list ? cJSON_CreateArray() : cJSON_CreateObject();
    cJSON_AddItemToObject(object, name, member);
    return member;
}

/* Makes the part in the body as it is wanted. */
static void change(cJSON *body, const char *way, const char *wanted)
{
    cJSON *at = body;
    OWNED char *name = next_step(&way);

    for (char *next; name && (next = next_step(&way));) {
        bool is_list = strcmp(next, "+") == 0;
        at = member_or_new(at, name, is_list);
        memory_free_at(&name);
        name = next;
        if (!is_list)
            continue;
        OWNED char *text = next_step(&way);
        change_list(at, text ? text : "", wanted != NULL);
        return;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(at, name);
    if (wanted)
        cJSON_AddItemToObject(at, name, cJSON_Parse(wanted));
}

/* Removes members that have become empty. */
static void drop_empty(cJSON *properties)
{
    cJSON *next;

    for (cJSON *each = properties ? properties->child : NULL; each; each = next) {
        next = each->next;
        if ((cJSON_IsObject(each) || cJSON_IsArray(each)) && !each->child)
            cJSON_Delete(cJSON_DetachItemViaPointer(properties, each));
    }
}

static cJSON *merge(const struct setup_parts *parts, const cJSON *there)
{
    cJSON *body = cJSON_Duplicate(there, true);
    const cJSON *resource;

    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i].take && template_body_has(&parts->items[i]))
            change(body, parts->items[i].name + strlen(PREFIX), parts->items[i].wanted);
    cJSON_ArrayForEach(resource, cJSON_GetObjectItemCaseSensitive(body, "Resources"))
        drop_empty(cJSON_GetObjectItemCaseSensitive(resource, "Properties"));
    drop_empty(cJSON_GetObjectItemCaseSensitive(body, "Parameters"));
    return body;
}

/* Whether a resource of the body uses the parameter. */
static bool uses(const cJSON *body, const char *parameter)
{
    TEXT struct text resources = TEXT_EMPTY, reference = TEXT_EMPTY;
    JSON cJSON *use = cJSON_CreateObject();

    json_canonical(cJSON_GetObjectItemCaseSensitive(body, "Resources"), &resources);
    cJSON_AddStringToObject(use, "Ref", parameter);
    json_canonical(use, &reference);
    return strstr(text_get(&resources), text_get(&reference)) != NULL;
}

/* The parts of a parameter that nobody wants and nothing uses become as wanted. True: there was one. */
static bool give_up_parameters(struct setup_parts *parts, const cJSON *body)
{
    bool found = false;

    for (size_t i = 0; i < parts->count; i++) {
        struct setup_part *part = &parts->items[i];
        const char *way = part->name + strlen(PARAMETERS) - 1;
        if (part->wanted || part->take || strncmp(part->name, PARAMETERS, strlen(PARAMETERS)) != 0)
            continue;
        OWNED char *parameter = next_step(&way);
        part->take = !uses(body, parameter);
        found = found || part->take;
    }
    return found;
}

cJSON *template_body_merged(struct setup_parts *parts, const cJSON *there)
{
    cJSON *body = merge(parts, there);

    if (!give_up_parameters(parts, body))
        return body;
    cJSON_Delete(body);
    return merge(parts, there);
}
