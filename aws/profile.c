/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/ini_pairs.h"
#include "base/memory.h"

#define SPACES " \t\r\v\f"

enum kind { KIND_OTHER, KIND_PROFILE, KIND_SERVICES };

struct entry { /* key is NULL for a section without keys */
    enum kind kind;
    char *section; /* owned, as the others */
    char *parent;  /* "s3" in [services x], NULL: not nested */
    char *key, *value;
};

struct aws_profile_file {
    char *path;
    enum aws_profile_style style;
    struct entry *entries;
    size_t count;
};

struct reading {
    struct aws_profile_file *file;
    size_t bad_line;
    char *bad; /* owned */
    enum kind kind;
    char *section; /* NULL: before the first one */
    char *parent;  /* the key without a value, parent of the indented lines below it */
};

static void refuse(void *context, const struct ini_line *line, const char *what)
{
    struct reading *reading = context;

    if (!reading->bad) {
        reading->bad = memory_string(what);
        reading->bad_line = line->number;
    }
}

static void add_entry(struct reading *reading, const char *parent, const char *key, const char *value)
{
    struct aws_profile_file *file = reading->file;

    file->entries = memory_grow(file->entries, file->count + 1, sizeof *file->entries);
    file->entries[file->count++] = (struct entry){
        .kind = reading->kind,
        .section = memory_string(reading->section),
        .parent = memory_string(parent),
        .key = memory_string(key),
        .value = memory_string(value),
    };
}

static bool is_space(char c)
{
    return c != '\0' && strchr(SPACES, c) != NULL;
}

/* Strips white space, then quotes. */
static const char *trim(const char *text, size_t *length)
{
    while (*length && is_space(*text)) {
        text++;
        (*length)--;
    }
    while (*length && is_space(text[*length - 1]))
        (*length)--;
    if (*length >= 2 && (*text == '"' || *text == '\'') && text[*length - 1] == *text) {
        text++;
        *length -= 2;
    }
    return text;
}

/* "profile x" names the profile x. */
static bool take_prefix(const char **name, size_t *length, const char *prefix)
{
    size_t size = strlen(prefix);

    if (*length <= size || memcmp(*name, prefix, size) != 0 || !is_space((*name)[size]))
        return false;
    *name += size;
    *length -= size;
    *name = trim(*name, length);
    return true;
}

static enum kind section_kind(enum aws_profile_style style, const char **name, size_t *length)
{
    if (style == AWS_PROFILE_CREDENTIALS)
        return KIND_PROFILE;
    if (take_prefix(name, length, "profile"))
        return KIND_PROFILE;
    if (take_prefix(name, length, "services"))
        return KIND_SERVICES;
    return *length == 7 && memcmp(*name, "default", 7) == 0 ? KIND_PROFILE : KIND_OTHER;
}

static void enter_section(void *context, const struct ini_line *line)
{
    struct reading *reading = context;
    const char *close = memchr(line->text, ']', line->length);

    if (line->indented) { /* below a key it would continue a value */
        refuse(reading, line,
               reading->section ? "a [section] is indented" : "a key before the first [section]");
        return;
    }
    free(reading->parent);
    reading->parent = NULL;
    size_t size = close ? (size_t)(close - line->text) - 1 : 0;
    const char *name = trim(line->text + 1, &size);
    reading->kind = section_kind(reading->file->style, &name, &size);
    free(reading->section);
    reading->section = memory_part(name, size);
    if (size == 0)
        refuse(reading, line, close ? "the section has no name" : "the section has no ]");
    add_entry(reading, NULL, NULL, NULL);
}

/* Removes a comment after the value; inih removes those with a semicolon. */
static char *without_comment(const char *value)
{
    size_t length = strlen(value);

    for (size_t i = 0; i < length; i++)
        if (value[i] == '#' && i > 0 && is_space(value[i - 1]))
            length = i;
    while (length && is_space(value[length - 1]))
        length--;
    return memory_part(value, length);
}

static void take_pair(void *context, const struct ini_line *line, const char *name, const char *value)
{
    struct reading *reading = context;
    OWNED char *kept = without_comment(value);

    if (!reading->section) {
        refuse(reading, line, "a key before the first [section]");
        return;
    }
    if (!name[0])
        refuse(reading, line, "the name before the = is missing");
    if (line->indented && reading->parent) {
        add_entry(reading, reading->parent, name, kept);
        return;
    }
    free(reading->parent);
    reading->parent = kept[0] ? NULL : memory_string(name);
    add_entry(reading, NULL, name, kept);
}

struct aws_profile_file *aws_profile_parse(const char *path, enum aws_profile_style style, const char *bytes,
                                           size_t length, struct text *why)
{
    struct aws_profile_file *file = memory_new(1, sizeof *file);
    struct reading reading = {.file = file};
    const struct ini_events events = {&reading, enter_section, take_pair, refuse};

    file->path = memory_string(path);
    file->style = style;
    ini_pairs_read(bytes, length, AWS_PROFILE_LINE_MAX, &events);
    free(reading.section);
    free(reading.parent);
    if (!reading.bad)
        return file;
    text_printf(why, "%s:%zu: %s", path, reading.bad_line, reading.bad);
    free(reading.bad);
    aws_profile_free(file);
    return NULL;
}

struct aws_profile_file *aws_profile_load(const char *path, enum aws_profile_style style, struct text *why)
{
    OWNED char *bytes = NULL;
    size_t length = 0;
    int error = file_read(path, AWS_PROFILE_FILE_MAX, &bytes, &length);

    if (error && error != ENOENT && error != ENOTDIR) {
        text_printf(why, "%s: cannot be read: %s", path, strerror(error));
        return NULL;
    }
    return aws_profile_parse(path, style, bytes ? bytes : "", length, why);
}

void aws_profile_free(struct aws_profile_file *file)
{
    if (!file)
        return;
    for (size_t i = 0; i < file->count; i++) {
        free(file->entries[i].section);
        free(file->entries[i].parent);
        free(file->entries[i].key);
        free(file->entries[i].value);
    }
    free(file->entries);
    free(file->path);
    free(file);
}

const char *aws_profile_path(const struct aws_profile_file *file)
{
    return file->path;
}

static bool is_in(const struct entry *entry, enum kind kind, const char *section)
{
    return entry->kind == kind && strcmp(entry->section, section) == 0;
}

bool aws_profile_has(const struct aws_profile_file *file, const char *profile)
{
    for (size_t i = 0; i < file->count; i++)
        if (is_in(&file->entries[i], KIND_PROFILE, profile))
            return true;
    return false;
}

static const char *find(const struct aws_profile_file *file, enum kind kind, const char *section,
                        const char *parent, const char *key)
{
    for (size_t i = file->count; i-- > 0;) {
        const struct entry *entry = &file->entries[i];
        if (!is_in(entry, kind, section) || !entry->key || !parent != !entry->parent)
            continue;
        if ((!parent || strcasecmp(entry->parent, parent) == 0) && strcasecmp(entry->key, key) == 0)
            return entry->value[0] ? entry->value : NULL;
    }
    return NULL;
}

const char *aws_profile_get(const struct aws_profile_file *file, const char *profile, const char *key)
{
    return find(file, KIND_PROFILE, profile, NULL, key);
}

const char *aws_profile_get_service(const struct aws_profile_file *file, const char *services,
                                    const char *service, const char *key)
{
    return find(file, KIND_SERVICES, services, service, key);
}
