/* SPDX-License-Identifier: Apache-2.0 */
#include "account/portal_section.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"

#define FILE_MAX ((size_t)1 << 20) /* the maximum of base/config.h */
#define KEY_MAX 32

struct field {
    const char *name, *value;
};
#define FIELDS 5

static void list_fields(const struct portal_section *section, struct field out[FIELDS])
{
    out[0] = (struct field){"address", section->address};
    out[1] = (struct field){"ca_file", section->ca_file};
    out[2] = (struct field){"cert_file", section->cert_file};
    out[3] = (struct field){"key_file", section->key_file};
    out[4] = (struct field){"client_id", section->client_id};
}

void portal_section_text(const struct portal_section *section, struct text *out)
{
    struct field fields[FIELDS];

    list_fields(section, fields);
    text_printf(out, "[endpoint.%s]\n", section->key);
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].value)
            text_printf(out, "%s = %s\n", fields[i].name, fields[i].value);
}

/* Whether base/config.h reads the value back unchanged. */
static bool is_plain(const char *value)
{
    size_t length = strlen(value);

    if (length == 0 || value[0] == ' ' || value[0] == ';' || value[0] == '#' || value[length - 1] == ' ')
        return false;
    for (const char *at = value; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f || (*at == ';' && at[-1] == ' '))
            return false;
    return true;
}

static bool check(const struct portal_section *section, struct text *why)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(section->key);
    struct field fields[FIELDS];

    if (length < 1 || length > KEY_MAX || strspn(section->key, letters) != length) {
        text_printf(why, "\"%s\" is not a valid key of an endpoint: use up to 32 letters, digits, _ and -",
                    section->key);
        return false;
    }
    list_fields(section, fields);
    for (size_t i = 0; i < FIELDS; i++) {
        if (!fields[i].value || is_plain(fields[i].value))
            continue;
        text_printf(why, "%s cannot be written into a configuration: \"%s\"", fields[i].name,
                    fields[i].value);
        return false;
    }
    return true;
}

/* Removes white space at both ends, in place. */
static char *trim(char *text)
{
    char *end = text + strlen(text);

    text += strspn(text, " \t\r");
    while (end > text && strchr(" \t\r", end[-1]))
        *--end = '\0';
    return text;
}

/* Returns the value after = or :, without a comment; NULL: the line has another key. */
static char *value_in(char *line, const char *name)
{
    size_t length = strcspn(line, "=:");

    if (line[length] == '\0')
        return NULL;
    line[length] = '\0';
    char *value = line + length + 1;
    if (strcmp(trim(line), name) != 0)
        return NULL;
    for (char *comment = value; (comment = strchr(comment, ';')); comment++) {
        if (comment > value && !strchr(" \t", comment[-1]))
            continue;
        *comment = '\0';
        break;
    }
    return trim(value);
}

struct found {
    bool section;
    char *values[FIELDS]; /* owned; NULL: missing */
};

static void found_fini(struct found *found)
{
    for (size_t i = 0; i < FIELDS; i++)
        free(found->values[i]);
}
#define FOUND __attribute__((cleanup(found_fini)))

static void take_line(char *line, const struct field fields[FIELDS], struct found *out)
{
    for (size_t i = 0; i < FIELDS; i++) {
        OWNED char *copy = memory_string(line);
        const char *value = value_in(copy, fields[i].name);
        if (value && !out->values[i])
            out->values[i] = memory_string(value);
    }
}

static void search(const char *content, const struct portal_section *section, struct found *out)
{
    OWNED char *copy = memory_string(content);
    TEXT struct text header = TEXT_EMPTY;
    struct field fields[FIELDS];
    bool inside = false;
    char *rest = copy, *line;

    list_fields(section, fields);
    text_printf(&header, "[endpoint.%s]", section->key);
    while ((line = strsep(&rest, "\n"))) {
        line = trim(line);
        if (*line == '[') {
            inside = strncmp(line, text_get(&header), header.length) == 0;
            out->section = out->section || inside;
        } else if (inside && *line != ';' && *line != '#') {
            take_line(line, fields, out);
        }
    }
}

static bool differs(const char *path, const struct portal_section *section, const struct found *found,
                    struct text *why)
{
    struct field fields[FIELDS];

    list_fields(section, fields);
    for (size_t i = 0; i < FIELDS; i++) {
        const char *there = found->values[i] ? found->values[i] : "";
        if (!fields[i].value || strcmp(fields[i].value, there) == 0)
            continue;
        text_printf(why, "%s has a section [endpoint.%s] with another %s: \"%s\" instead of \"%s\"", path,
                    section->key, fields[i].name, there, fields[i].value);
        return true;
    }
    return false;
}

static enum portal_section_result failed(const char *path, const char *what, int error, struct text *why)
{
    text_printf(why, "%s cannot be %s: %s", path, what, strerror(error));
    return PORTAL_SECTION_FAILED;
}

/* If path is a link, its target is replaced, not the link. */
static char *target_of(const char *path)
{
    char *target = realpath(path, NULL);

    return target ? target : memory_string(path);
}

static enum portal_section_result write_it(const char *path, const char *content,
                                           const struct portal_section *section, struct text *why)
{
    OWNED char *target = target_of(path);
    TEXT struct text all = TEXT_EMPTY;
    struct stat status;
    mode_t mode = stat(target, &status) == 0 ? status.st_mode & 07777 : 0600;

    text_puts(&all, content);
    if (all.length > 0 && all.data[all.length - 1] != '\n')
        text_puts(&all, "\n");
    if (all.length > 0)
        text_puts(&all, "\n");
    portal_section_text(section, &all);
    int error = file_replace(target, text_get(&all), all.length, mode);
    return error ? failed(path, "written", error, why) : PORTAL_SECTION_WRITTEN;
}

enum portal_section_result portal_section_add(const char *path, const struct portal_section *section,
                                              struct text *why)
{
    FOUND struct found found = {0};
    OWNED char *content = NULL;
    size_t length = 0;

    if (!check(section, why))
        return PORTAL_SECTION_FAILED;
    int error = file_read(path, FILE_MAX, &content, &length);
    if (error && error != ENOENT)
        return failed(path, "read", error, why);
    if (error)
        content = memory_string("");
    if (strlen(content) != length)
        return failed(path, "read as text", EINVAL, why);
    search(content, section, &found);
    if (!found.section)
        return write_it(path, content, section, why);
    return differs(path, section, &found, why) ? PORTAL_SECTION_DIFFERS : PORTAL_SECTION_THERE;
}
