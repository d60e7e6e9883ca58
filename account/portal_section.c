/* SPDX-License-Identifier: Apache-2.0 */
#include "account/portal_section.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/config.h"
#include "base/excerpt.h"
#include "base/file.h"
#include "base/ini_pairs.h"
#include "base/memory.h"

#define KEY_MAX 32

struct field {
    const char *name, *value;
};
#define FIELDS 7

static void list_fields(const struct portal_section *section, struct field out[FIELDS])
{
    out[0] = (struct field){"address", section->address};
    out[1] = (struct field){"ca_file", section->ca_file};
    out[2] = (struct field){"cert_file", section->cert_file};
    out[3] = (struct field){"key_file", section->key_file};
    out[4] = (struct field){"client_id", section->client_id};
    out[5] = (struct field){"events", section->queue_url ? "sqs" : NULL};
    out[6] = (struct field){"queue_url", section->queue_url};
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

struct search {
    const struct portal_section *section;
    bool inside;
    struct found *out;
};

static void enter_section(void *context, const struct ini_line *line)
{
    struct search *search = context;
    TEXT struct text header = TEXT_EMPTY;

    text_printf(&header, "[endpoint.%s]", search->section->key);
    search->inside =
        line->length >= header.length && memcmp(line->text, text_get(&header), header.length) == 0;
    search->out->section = search->out->section || search->inside;
}

static void take_pair(void *context, const struct ini_line *line, const char *name, const char *value)
{
    const struct search *search = context;
    struct field fields[FIELDS];

    (void)line;
    list_fields(search->section, fields);
    for (size_t i = 0; search->inside && i < FIELDS; i++)
        if (strcmp(name, fields[i].name) == 0 && !search->out->values[i])
            search->out->values[i] = memory_string(value);
}

/* The portal reports it when it reads the file. */
static void pass_bad_line(void *context, const struct ini_line *line, const char *why)
{
    (void)context;
    (void)line;
    (void)why;
}

static void search_section(const char *content, size_t length, const struct portal_section *section,
                           struct found *out)
{
    struct search search = {.section = section, .out = out};
    const struct ini_events events = {&search, enter_section, take_pair, pass_bad_line};

    ini_pairs_read(content, length, CONFIG_LINE_MAX, &events);
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
        text_printf(why, "%s has a section [endpoint.%s] with another %s: ", path, section->key,
                    fields[i].name);
        excerpt_add(there, strlen(there), why);
        text_printf(why, " instead of \"%s\"", fields[i].value);
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
    int error = file_read(path, CONFIG_FILE_MAX, &content, &length);
    if (error && error != ENOENT)
        return failed(path, "read", error, why);
    if (error)
        content = memory_string("");
    if (strlen(content) != length)
        return failed(path, "read as text", EINVAL, why);
    search_section(content, length, section, &found);
    if (!found.section)
        return write_it(path, content, section, why);
    return differs(path, section, &found, why) ? PORTAL_SECTION_DIFFERS : PORTAL_SECTION_THERE;
}
