/* SPDX-License-Identifier: Apache-2.0 */
#include "base/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/config_private.h"
#include "base/excerpt.h"
#include "base/file.h"
#include "base/ini_pairs.h"
#include "base/memory.h"
#include "base/plain_text.h"

#define SPACES " \t\r\v\f"

struct reading {
    struct config *config;
    char section[CONFIG_SECTION_MAX + 1];
    bool in_section;
    bool section_ignored; /* unknown or rejected: do not report its keys as well */
};

static void write_place(const struct reading *reading, const struct ini_line *line, struct text *out)
{
    text_printf(out, "%s:%zu", reading->config->path, line->number);
}

static void error_at(const struct reading *reading, const struct ini_line *line, const char *message)
{
    TEXT struct text place = TEXT_EMPTY;

    write_place(reading, line, &place);
    config_error_at(reading->config, place.data, NULL, NULL, "%s", message);
}

static bool is_section_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/* Parses "[name]" followed by nothing or a comment. Copies the name. */
static bool parse_section(const char *line, size_t length, char out[CONFIG_SECTION_MAX + 1])
{
    size_t end = 1;

    while (end < length && is_section_character(line[end]))
        end++;
    if (end == 1 || end - 1 > CONFIG_SECTION_MAX || end == length || line[end] != ']')
        return false;
    memcpy(out, line + 1, end - 1);
    out[end - 1] = '\0';
    size_t rest = end + 1;
    while (rest < length && strchr(SPACES, line[rest]) != NULL)
        rest++;
    return rest == length || (line[rest] == ';' && rest > end + 1);
}

/* What may be a key in brackets is described. */
static void report_section(const struct reading *reading, const char *place)
{
    const char *name = reading->section;
    TEXT struct text shown = TEXT_EMPTY;

    if (excerpt_may_be_key(name, strlen(name)))
        excerpt_add(name, strlen(name), &shown);
    else
        text_printf(&shown, "[%s]", name);
    config_error_at(reading->config, place, NULL, NULL, "unknown section %s", shown.data);
}

static void enter_section(void *context, const struct ini_line *line)
{
    struct reading *reading = context;
    TEXT struct text place = TEXT_EMPTY;

    reading->in_section = true;
    reading->section_ignored = true;
    if (!parse_section(line->text, line->length, reading->section)) {
        error_at(reading, line, "not a good [section] line");
        return;
    }
    write_place(reading, line, &place);
    if (config_section_is_known(reading->config, reading->section)) {
        config_mention_section(reading->config, reading->section, place.data);
        reading->section_ignored = false;
    } else if (reading->config->strict) {
        report_section(reading, place.data);
    }
}

static void take_pair(void *context, const struct ini_line *line, const char *name, const char *value)
{
    struct reading *reading = context;
    TEXT struct text place = TEXT_EMPTY;

    if (!reading->in_section)
        error_at(reading, line, "stands before the first [section]");
    if (!reading->in_section || reading->section_ignored)
        return;
    write_place(reading, line, &place);
    config_give(reading->config, reading->section, name, value, place.data, CONFIG_FROM_FILE);
}

static void take_bad_line(void *context, const struct ini_line *line, const char *why)
{
    struct reading *reading = context;

    error_at(reading, line, why);
    reading->section_ignored = reading->section_ignored || line->text[0] == '[';
}

void config_read_file(struct config *config)
{
    struct reading reading = {.config = config};
    const struct ini_events events = {&reading, enter_section, take_pair, take_bad_line};
    OWNED char *content = NULL;
    size_t length = 0;

    int error = file_read(config->path, CONFIG_FILE_MAX, &content, &length);
    if (error != 0)
        config_error_at(config, config->path, NULL, NULL, "cannot be read: %s", strerror(error));
    else
        ini_pairs_read(content, length, CONFIG_LINE_MAX, &events);
    config->unread = error != 0 || plain_text_is_utf16(content, length);
}
