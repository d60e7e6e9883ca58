/* SPDX-License-Identifier: Apache-2.0 */
/* Writes JSON into a struct text. All JSON of this project is written here; the writer adds commas, quotes
 * and escapes:
 *
 *     struct json_writer json = json_writer_into(&body);
 *     json_begin_object(&json, NULL);
 *     json_write_text(&json, "token", token);
 *     json_begin_array(&json, "steps");
 *     json_write_integer(&json, NULL, 1);
 *     json_end_array(&json);
 *     json_end_object(&json);
 *     json_writer_finish(&json);
 *
 * adds {"token":"...","steps":[1]} to body. The output is compact; json_write_break() adds the only white
 * space.
 *
 * name is the member's name inside an object, and NULL in an array and at the top. The writer never reads
 * back its output: a caller may send and clear the text between two calls, so a long answer needs little
 * memory. Incorrect use (a missing or extra name, a second value at the top, an end without a beginning, more
 * levels than JSON_DEPTH_MAX) aborts. Allocates only through the text. Not thread-safe. */
#ifndef BASE_JSON_WRITER_H
#define BASE_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

#define JSON_DEPTH_MAX 32

struct json_writer {
    struct text *out;  /* borrowed; add other text only between two documents */
    unsigned depth;    /* number of open objects and arrays */
    uint32_t objects;  /* one bit per level: set for an object */
    bool filled;       /* the innermost level already has an item */
    bool break_wanted; /* write a line break before the next output */
};

/* Starts a document at the end of out. */
struct json_writer json_writer_into(struct text *out);
/* Ends the document; aborts if it is incomplete. The writer can then write another one. */
void json_writer_finish(struct json_writer *json);
/* Ends the document, writes the text and a line end to file, and clears the text. */
void json_writer_print(struct json_writer *json, FILE *file);

void json_begin_object(struct json_writer *json, const char *name);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json, const char *name);
void json_end_array(struct json_writer *json);

/* Escapes quotation marks, backslashes and control characters. Invalid UTF-8 bytes become U+FFFD. */
void json_write_text(struct json_writer *json, const char *name, const char *string);
/* Writes null if string is NULL. */
void json_write_text_or_null(struct json_writer *json, const char *name, const char *string);
/* For untrusted text that people read in a terminal: also escapes NUL bytes and characters that are
 * utf8_is_hidden(). A JSON parser gets the same text. */
void json_write_visible(struct json_writer *json, const char *name, const char *bytes, size_t length);
void json_write_integer(struct json_writer *json, const char *name, long long value);
void json_write_unsigned(struct json_writer *json, const char *name, unsigned long long value);
/* Writes value with this many digits after the point. Writes null for NaN and infinity, which JSON does not
 * have. */
void json_write_decimal(struct json_writer *json, const char *name, double value, int digits);
void json_write_boolean(struct json_writer *json, const char *name, bool value);
void json_write_null(struct json_writer *json, const char *name);
/* Writes JSON made by this writer or cJSON unchanged. Not checked: never use it for untrusted input. */
void json_write_raw(struct json_writer *json, const char *name, const char *value, size_t length);

/* Starts a new line before the next item or end. For lists that people read line by line. */
void json_write_break(struct json_writer *json);

#endif
