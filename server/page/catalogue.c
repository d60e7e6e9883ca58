/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/file.h"
#include "base/memory.h"
#include "server/page/page_text.h"

#define FILE_MAX (1024 * 1024)
#define PLACEHOLDER "abcdefghijklmnopqrstuvwxyz_"

struct message {
    char *key;
    char *text;
};

struct catalogue {
    char *language;
    char *path;
    char *network;
    struct message *messages; /* sorted by key */
    size_t count;
};

static char *complain(const char *path, const char *key, const char *what)
{
    struct text error = TEXT_EMPTY;
    text_puts(&error, path);
    if (key != NULL)
        text_printf(&error, ": \"%s\"", key);
    text_printf(&error, ": %s", what);
    return text_take(&error);
}

static int compare_messages(const void *a, const void *b)
{
    return strcmp(((const struct message *)a)->key, ((const struct message *)b)->key);
}

/* The length of the placeholder at the start of text, with its braces; 0 if there is none. */
static size_t placeholder_length(const char *text)
{
    if (text[0] != '{')
        return 0;
    const size_t name = strspn(text + 1, PLACEHOLDER);
    return name > 0 && text[1 + name] == '}' ? name + 2 : 0;
}

static bool braces_are_placeholders(const char *text)
{
    for (text += strcspn(text, "{}"); *text != '\0'; text += strcspn(text, "{}")) {
        const size_t length = placeholder_length(text);
        if (length == 0)
            return false;
        text += length;
    }
    return true;
}

static const char *entry_problem(const cJSON *entry)
{
    if (!cJSON_IsString(entry))
        return "the text must be a string";
    if (entry->valuestring[0] == '\0')
        return "the text is empty";
    if (!page_text_valid(entry->valuestring))
        return "the text is not valid UTF-8";
    if (!braces_are_placeholders(entry->valuestring))
        return "braces are only allowed around a {placeholder}";
    return NULL;
}

static bool fill(struct catalogue *catalogue, const cJSON *object, char **error)
{
    if (!cJSON_IsObject(object) || cJSON_GetArraySize(object) == 0) {
        *error = complain(catalogue->path, NULL, "must be a JSON object with at least one message");
        return false;
    }
    catalogue->messages = memory_new((size_t)cJSON_GetArraySize(object), sizeof *catalogue->messages);
    for (const cJSON *entry = object->child; entry != NULL; entry = entry->next) {
        const char *problem = entry_problem(entry);
        if (problem != NULL) {
            *error = complain(catalogue->path, entry->string, problem);
            return false;
        }
        catalogue->messages[catalogue->count++] =
            (struct message){memory_string(entry->string), memory_string(entry->valuestring)};
    }
    qsort(catalogue->messages, catalogue->count, sizeof *catalogue->messages, compare_messages);
    for (size_t i = 1; i < catalogue->count; i++) {
        if (compare_messages(&catalogue->messages[i - 1], &catalogue->messages[i]) != 0)
            continue;
        *error = complain(catalogue->path, catalogue->messages[i].key, "this key appears twice");
        return false;
    }
    return true;
}

static cJSON *read_json(const char *path, char **error)
{
    OWNED char *bytes = NULL;
    size_t length = 0;
    const int failure = file_read(path, FILE_MAX, &bytes, &length);
    if (failure != 0) {
        *error = complain(path, NULL, strerror(failure));
        return NULL;
    }
    const char *end = NULL;
    cJSON *json = strlen(bytes) == length ? cJSON_ParseWithLengthOpts(bytes, length + 1, &end, true) : NULL;
    if (json != NULL)
        return json;
    size_t line = 1;
    for (const char *at = bytes; end != NULL && at < end; at++)
        line += *at == '\n';
    struct text what = TEXT_EMPTY;
    text_printf(&what, "not valid JSON near line %zu", line);
    *error = complain(path, NULL, text_get(&what));
    text_fini(&what);
    return NULL;
}

struct catalogue *catalogue_load(const char *path, const char *language, const char *network, char **error)
{
    cJSON *json = read_json(path, error);
    if (json == NULL)
        return NULL;
    struct catalogue *catalogue = memory_new(1, sizeof *catalogue);
    catalogue->language = memory_string(language);
    catalogue->path = memory_string(path);
    catalogue->network = memory_string(network);
    const bool filled = fill(catalogue, json, error);
    cJSON_Delete(json);
    if (filled)
        return catalogue;
    catalogue_free(catalogue);
    return NULL;
}

void catalogue_free(struct catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    for (size_t i = 0; i < catalogue->count; i++) {
        free(catalogue->messages[i].key);
        free(catalogue->messages[i].text);
    }
    free(catalogue->messages);
    free(catalogue->language);
    free(catalogue->path);
    free(catalogue->network);
    free(catalogue);
}

const char *catalogue_language(const struct catalogue *catalogue)
{
    return catalogue->language;
}

static const char *find(const struct catalogue *catalogue, const char *key)
{
    const struct message wanted = {(char *)(size_t)key, NULL};
    const struct message *found =
        bsearch(&wanted, catalogue->messages, catalogue->count, sizeof wanted, compare_messages);
    return found != NULL ? found->text : NULL;
}

const char *catalogue_get(const struct catalogue *catalogue, const char *key)
{
    const char *text = find(catalogue, key);
    if (text != NULL)
        return text;
    TEXT struct text variant = TEXT_EMPTY;
    text_printf(&variant, "%s@%s", key, catalogue->network);
    return find(catalogue, text_get(&variant));
}

/* Checks that other has every key of one, and every placeholder of its text. */
static bool covered(const struct catalogue *one, const struct catalogue *other, char **error)
{
    for (size_t i = 0; i < one->count; i++) {
        const char *theirs = catalogue_get(other, one->messages[i].key);
        if (theirs == NULL) {
            TEXT struct text what = TEXT_EMPTY;
            text_printf(&what, "this key is missing, but %s has it", one->path);
            *error = complain(other->path, one->messages[i].key, text_get(&what));
            return false;
        }
        for (const char *at = strchr(one->messages[i].text, '{'); at != NULL; at = strchr(at + 1, '{')) {
            OWNED char *placeholder = memory_part(at, placeholder_length(at));
            if (strstr(theirs, placeholder) != NULL)
                continue;
            TEXT struct text what = TEXT_EMPTY;
            text_printf(&what, "the text must contain %s, like the text in %s", placeholder, one->path);
            *error = complain(other->path, one->messages[i].key, text_get(&what));
            return false;
        }
    }
    return true;
}

bool catalogue_agree(const struct catalogue *a, const struct catalogue *b, char **error)
{
    return covered(a, b, error) && covered(b, a, error);
}

static const char *value_of(const struct catalogue_value *values, const char *name, size_t length)
{
    for (; values != NULL && values->name != NULL; values++)
        if (strlen(values->name) == length && memcmp(values->name, name, length) == 0)
            return values->text;
    return NULL;
}

void catalogue_format(const struct catalogue *catalogue, const char *key,
                      const struct catalogue_value *values, struct text *out)
{
    const char *text = catalogue_get(catalogue, key);
    if (text == NULL)
        text = key;
    while (*text != '\0') {
        const size_t plain = strcspn(text, "{");
        text_add(out, text, plain);
        text += plain;
        const size_t length = placeholder_length(text);
        const char *value = length > 0 ? value_of(values, text + 1, length - 2) : NULL;
        if (value != NULL)
            text_puts(out, value);
        else
            text_add(out, text, length);
        text += length;
        if (length == 0 && *text != '\0')
            text_add(out, text++, 1);
    }
}
