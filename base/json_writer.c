/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Aborts on incorrect use. Tests find it: they reach every call, and the order of calls does not depend on
 * data. */
static void must(bool right)
{
    if (!right)
        abort();
}

static bool in_object(const struct json_writer *json)
{
    return json->depth > 0 && (json->objects >> (json->depth - 1) & 1) != 0;
}

static void break_line(struct json_writer *json)
{
    if (json->break_wanted)
        text_puts(json->out, "\n");
    json->break_wanted = false;
}

static void add_quoted(struct text *out, const char *string)
{
    text_puts(out, "\"");
    text_json(out, string);
    text_puts(out, "\"");
}

/* Writes the comma and the name before a value. */
static void begin_item(struct json_writer *json, const char *name)
{
    must(in_object(json) == (name != NULL));
    if (json->filled) {
        must(json->depth > 0);
        text_puts(json->out, ",");
    }
    break_line(json);
    json->filled = true;
    if (name) {
        add_quoted(json->out, name);
        text_puts(json->out, ":");
    }
}

static void begin_level(struct json_writer *json, const char *name, bool object)
{
    must(json->depth < JSON_DEPTH_MAX);
    begin_item(json, name);
    text_puts(json->out, object ? "{" : "[");
    uint32_t bit = UINT32_C(1) << json->depth++;
    json->objects = object ? json->objects | bit : json->objects & ~bit;
    json->filled = false;
}

static void end_level(struct json_writer *json, bool object)
{
    must(json->depth > 0 && in_object(json) == object);
    break_line(json);
    text_puts(json->out, object ? "}" : "]");
    json->depth--;
    json->filled = true; /* the outer level now has an item */
}

struct json_writer json_writer_into(struct text *out)
{
    return (struct json_writer){.out = out};
}

void json_writer_finish(struct json_writer *json)
{
    must(json->depth == 0 && json->filled && !json->break_wanted);
    json->filled = false;
}

void json_writer_print(struct json_writer *json, FILE *file)
{
    json_writer_finish(json);
    text_puts(json->out, "\n");
    fwrite(text_get(json->out), 1, json->out->length, file);
    text_clear(json->out);
}

void json_begin_object(struct json_writer *json, const char *name)
{
    begin_level(json, name, true);
}

void json_end_object(struct json_writer *json)
{
    end_level(json, true);
}

void json_begin_array(struct json_writer *json, const char *name)
{
    begin_level(json, name, false);
}

void json_end_array(struct json_writer *json)
{
    end_level(json, false);
}

void json_write_text(struct json_writer *json, const char *name, const char *string)
{
    must(string != NULL);
    begin_item(json, name);
    add_quoted(json->out, string);
}

void json_write_text_or_null(struct json_writer *json, const char *name, const char *string)
{
    if (string)
        json_write_text(json, name, string);
    else
        json_write_null(json, name);
}

/* Characters above U+FFFF are written as a surrogate pair (RFC 8259, 7). */
static void add_escape(struct text *out, uint32_t character)
{
    if (character > 0xffff) {
        text_printf(out, "\\u%04x", (unsigned)(0xd800 + ((character - 0x10000) >> 10)));
        character = 0xdc00 + ((character - 0x10000) & 0x3ff);
    }
    text_printf(out, "\\u%04x", (unsigned)character);
}

void json_write_visible(struct json_writer *json, const char *name, const char *bytes, size_t length)
{
    uint32_t character;

    begin_item(json, name);
    text_puts(json->out, "\"");
    for (size_t at = 0, size; at < length; at += size) {
        size = utf8_decode(bytes + at, length - at, &character);
        if (size > 0 && utf8_is_hidden(character)) {
            add_escape(json->out, character);
            continue;
        }
        char piece[5] = "";
        size = size ? size : 1;
        memcpy(piece, bytes + at, size);
        text_json(json->out, piece);
    }
    text_puts(json->out, "\"");
}

void json_write_integer(struct json_writer *json, const char *name, long long value)
{
    begin_item(json, name);
    text_printf(json->out, "%lld", value);
}

void json_write_unsigned(struct json_writer *json, const char *name, unsigned long long value)
{
    begin_item(json, name);
    text_printf(json->out, "%llu", value);
}

void json_write_decimal(struct json_writer *json, const char *name, double value, int digits)
{
    if (!isfinite(value)) {
        json_write_null(json, name);
        return;
    }
    begin_item(json, name);
    text_printf(json->out, "%.*f", digits, value);
}

void json_write_boolean(struct json_writer *json, const char *name, bool value)
{
    begin_item(json, name);
    text_puts(json->out, value ? "true" : "false");
}

void json_write_null(struct json_writer *json, const char *name)
{
    begin_item(json, name);
    text_puts(json->out, "null");
}

void json_write_raw(struct json_writer *json, const char *name, const char *value, size_t length)
{
    must(length > 0);
    begin_item(json, name);
    text_add(json->out, value, length);
}

void json_write_break(struct json_writer *json)
{
    must(json->depth > 0);
    json->break_wanted = true;
}
