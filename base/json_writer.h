/* SPDX-License-Identifier: Apache-2.0 */
/* How JSON is written: everything of ours that is JSON comes from here. Commas, quotes and escapes are its
 * business:
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
 * adds {"token":"...","steps":[1]} to body. Compact: white space only where json_write_break() wants it.
 *
 * name is the member's in an object, and NULL in an array and at the top. The writer never looks back at what
 * it added: the text may be sent and cleared between two calls, so that a long answer needs little memory. A
 * mistake of the program (a name missing or too many, a second value at the top, an end without a beginning,
 * more levels than JSON_DEPTH_MAX) aborts. Allocates nothing of its own. Not shared between threads. */
#ifndef BASE_JSON_WRITER_H
#define BASE_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define JSON_DEPTH_MAX 32

struct json_writer {
    struct text *out;  /* borrowed; anything else may be added to it only between two documents */
    unsigned depth;    /* how many objects and arrays are open */
    uint32_t objects;  /* one bit a level: it is an object */
    bool filled;       /* the innermost level has an item already */
    bool break_wanted; /* a line break comes before what is written next */
};

/* Begins a document at the end of out. */
struct json_writer json_writer_into(struct text *out);
/* The document is whole, or this aborts. The writer may then write another one. */
void json_writer_finish(struct json_writer *json);

void json_begin_object(struct json_writer *json, const char *name);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json, const char *name);
void json_end_array(struct json_writer *json);

/* Quotation marks, backslashes and control characters are escaped; a byte that is not UTF-8 becomes U+FFFD.
 */
void json_write_text(struct json_writer *json, const char *name, const char *string);
/* null where string is NULL. */
void json_write_text_or_null(struct json_writer *json, const char *name, const char *string);
/* For text of strangers that people will read in a terminal: what utf8_is_hidden() is written as an escape
 * too, and so is a NUL among the bytes. The reader's program gets the same text. */
void json_write_visible(struct json_writer *json, const char *name, const char *bytes, size_t length);
void json_write_integer(struct json_writer *json, const char *name, long long value);
void json_write_unsigned(struct json_writer *json, const char *name, unsigned long long value);
/* With so many digits after the point; null where value is no number or infinite, which JSON cannot say. */
void json_write_decimal(struct json_writer *json, const char *name, double value, int digits);
void json_write_boolean(struct json_writer *json, const char *name, bool value);
void json_write_null(struct json_writer *json, const char *name);
/* A value that this writer or cJSON wrote before, as it is. Not checked: never for what comes from outside.
 */
void json_write_raw(struct json_writer *json, const char *name, const char *value, size_t length);

/* What comes next, be it an item or an end, begins a line. For lists that people read line by line. */
void json_write_break(struct json_writer *json);

#endif
