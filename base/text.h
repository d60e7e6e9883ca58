/* SPDX-License-Identifier: Apache-2.0 */
/* A growable string. Initialize with TEXT_EMPTY, free with text_fini(). Aborts if memory runs out: a portal
 * that cannot allocate a page is best restarted, and every accepted claim is on disk. Not thread-safe. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>

struct text {
    char *data; /* owned; always terminated; NULL until something is added */
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
/* Adds string escaped for the inside of a JSON string literal, without the quotes. For messages that show a
 * text; write JSON with base/json_writer.h. */
void text_json(struct text *text, const char *string);
/* The content, "" if empty; borrowed until the next call. */
const char *text_get(const struct text *text);
/* Transfers the content to the caller, who frees it (never NULL), and empties text. */
char *text_take(struct text *text);

/* Frees the text at the end of the scope: `TEXT struct text body = TEXT_EMPTY;` */
#define TEXT __attribute__((cleanup(text_fini)))

#endif
