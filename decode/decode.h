/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the codes in a photograph of a label. What is asked for and what comes back, the same for the
 * library that reads (search.h), for the process that it runs in (process.h) and for the pool of them
 * (pool.h). Pictures come from strangers: everything that looks at their bytes runs in expresslink-decode,
 * which can open nothing, and nobody else links it. */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include <stddef.h>

#define DECODE_BYTES_MAX ((size_t)10 << 20) /* of a file; what a phone takes has 2 to 8 MiB */
#define DECODE_CODES_MAX 8                  /* different texts in one picture; more are not looked for */
#define DECODE_TEXT_MAX 8192                /* bytes of a text; the largest QR code holds 7089 digits */

enum decode_error {
    DECODE_OK,             /* one code at least */
    DECODE_NO_CODE,        /* a sound picture, and nothing in it that can be read */
    DECODE_UNKNOWN_FORMAT, /* neither JPEG nor PNG nor WebP */
    DECODE_TOO_LARGE,      /* more bytes or pixels than are taken; told from the header alone */
    DECODE_BROKEN,         /* cut off, damaged, or with something else appended */
    DECODE_TOO_SLOW,       /* the deadline was over: the process that read it was ended */
    DECODE_CRASHED,        /* the process that read it has died */
    DECODE_UNAVAILABLE,    /* no process to read it, or too many pictures wait */
};

/* "no code", "unknown format"... for logs, metrics and tests. */
const char *decode_error_name(enum decode_error error);
/* A sentence for a person at a terminal. */
const char *decode_error_sentence(enum decode_error error);

struct decode_code {
    char *text; /* owned; UTF-8 as far as the code says so; terminated, may hold NULs */
    size_t length;
};

struct decode_result {
    struct decode_code codes[DECODE_CODES_MAX]; /* different texts, that of the largest code first */
    size_t count;
};

void decode_result_fini(struct decode_result *result);

struct text;
/* Adds the text as one line that a terminal can be trusted with: control and hidden characters, broken UTF-8
 * and the backslash are written as \xNN for each byte. No end of line is added. */
void decode_code_show(const struct decode_code *code, struct text *out);

#endif
