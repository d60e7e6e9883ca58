/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the file with inih; no other file uses inih. inih truncates long lines and sections silently, joins
 * indented lines to the line before, gives handlers no line numbers and reports only the first bad line. So
 * next_line() feeds it one line at a time, counts lines, removes indentation and rejects what inih would
 * truncate. */
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/config_private.h"
#include "base/file.h"
#include "base/memory.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define SPACES " \t\r\v\f"

struct reading {
    struct config *config;
    const char *at, *end;
    size_t line;
    bool pair_expected; /* inih got a line that must lead to a call of take_pair() */
    bool in_section;
    bool section_ignored; /* unknown or rejected: do not report its keys as well */
};

static void error_here(struct reading *reading, const char *message)
{
    TEXT struct text place = TEXT_EMPTY;

    text_printf(&place, "%s:%zu", reading->config->path, reading->line);
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

/* Returns whether to pass the line to inih. */
static bool enter_section(struct reading *reading, const char *line, size_t length)
{
    char name[CONFIG_SECTION_MAX + 1];
    TEXT struct text place = TEXT_EMPTY;

    reading->in_section = true;
    reading->section_ignored = true;
    if (!parse_section(line, length, name)) {
        error_here(reading, "not a good [section] line");
        return false;
    }
    text_printf(&place, "%s:%zu", reading->config->path, reading->line);
    if (config_section_is_known(reading->config, name)) {
        config_mention_section(reading->config, name, place.data);
        reading->section_ignored = false;
    } else if (reading->config->strict) {
        config_error_at(reading->config, place.data, NULL, NULL, "unknown section [%s]", name);
    }
    return true;
}

/* Checks one line without its end. Returns whether to pass it to inih. */
static bool admit_line(struct reading *reading, const char *line, size_t length)
{
    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (length == 0 || line[0] == ';' || line[0] == '#')
        return false;
    if (length > CONFIG_LINE_MAX || memchr(line, '\0', length) != NULL) {
        error_here(reading, length > CONFIG_LINE_MAX ? "the line is too long" : "the line has a NUL in it");
        reading->section_ignored = reading->section_ignored || line[0] == '[';
        return false;
    }
    if (line[0] == '[')
        return enter_section(reading, line, length);
    reading->pair_expected = true;
    return true;
}

static void miss_pair(struct reading *reading)
{
    if (reading->pair_expected)
        error_here(reading, "neither a [section] nor a name = value");
    reading->pair_expected = false;
}

/* An fgets() for inih. Lines that inih does not need become empty lines. */
static char *next_line(char *out, int room, void *stream)
{
    struct reading *reading = stream;

    miss_pair(reading);
    if (reading->at == reading->end)
        return NULL;
    reading->line++;
    const char *line = reading->at;
    const char *end = memchr(line, '\n', (size_t)(reading->end - line));
    reading->at = end != NULL ? end + 1 : reading->end;
    if (end == NULL)
        end = reading->end;
    while (line < end && *line != '\0' && strchr(SPACES, *line) != NULL)
        line++;
    size_t length = (size_t)(end - line);
    if (!admit_line(reading, line, length) || length + 2 > (size_t)room)
        length = 0;
    memcpy(out, line, length);
    memcpy(out + length, "\n", 2);
    return out;
}

static int take_pair(void *user, const char *section, const char *name, const char *value)
{
    struct reading *reading = user;
    TEXT struct text place = TEXT_EMPTY;

    reading->pair_expected = false;
    if (!reading->in_section)
        error_here(reading, "stands before the first [section]");
    if (!reading->in_section || reading->section_ignored)
        return 1;
    text_printf(&place, "%s:%zu", reading->config->path, reading->line);
    config_give(reading->config, section, name, value, place.data, CONFIG_FROM_FILE);
    return 1;
}

void config_read_file(struct config *config)
{
    OWNED char *content = NULL;
    size_t length = 0;

    int error = file_read(config->path, CONFIG_FILE_MAX, &content, &length);
    if (error != 0) {
        config_error_at(config, config->path, NULL, NULL, "cannot be read: %s", strerror(error));
        return;
    }
    struct reading reading = {.config = config, .at = content, .end = content + length};
    if (length >= 3 && memcmp(content, BYTE_ORDER_MARK, 3) == 0)
        reading.at += 3;
    ini_max_line = CONFIG_LINE_MAX + 3;
    ini_allow_multiline = false;
    ini_allow_no_value = false;
    int line = ini_parse_stream(next_line, &reading, take_pair, &reading);
    if (line != 0 && config->error_count == 0)
        config_error_at(config, config->path, NULL, NULL, "cannot be parsed, line %d", line);
}
