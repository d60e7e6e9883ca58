/* SPDX-License-Identifier: Apache-2.0 */
/* A growing piece of text. Grows or aborts: a portal that cannot allocate a page has nothing better to do
 * than to be restarted, and every accepted claim is on disk. Not shared between threads. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>

struct text {
    char *data; /* owned; always terminated; NULL while nothing was added */
    size_t length;
    size_t room;
};

#define TEXT_EMPTY                                                                                           \
    {                                                                                                        \
        NULL, 0, 0                                                                                           \
    }

void text_fini(struct text *text);
void text_clear(struct text *text);
void text_add(struct text *text, const char *bytes, size_t length);
void text_puts(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds string as the inside of a JSON string literal, quotes not included: for messages that show a text.
 * JSON itself is written with base/json_writer.h. */
void text_json(struct text *text, const char *string);
/* The bytes so far, "" when none; borrowed until the next call. */
const char *text_get(const struct text *text);
/* Hands the bytes over (never NULL; free() them) and empties text. */
char *text_take(struct text *text);

/* for cleanup attributes: `TEXT struct text body = TEXT_EMPTY;` */
#define TEXT __attribute__((cleanup(text_fini)))

#endif
