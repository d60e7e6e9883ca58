/* SPDX-License-Identifier: Apache-2.0 */
/* The results of reading codes in a photograph of a label, shared by the library (search.h), the process that
 * runs it (process.h) and the pool of processes (pool.h). Pictures are untrusted: only expresslink-decode, a
 * process that cannot open anything, links the code that reads their bytes. */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#define DECODE_BYTES_MAX ((size_t)10 << 20) /* of a file; phone photos have 2 to 8 MiB */
#define DECODE_CODES_MAX 8                  /* different texts per picture; the search stops at this number */
#define DECODE_TEXT_MAX 8192                /* bytes per text; the largest QR code holds 7089 digits */

enum decode_error {
    DECODE_OK,             /* at least one code */
    DECODE_NO_CODE,        /* a valid picture without a readable code */
    DECODE_UNKNOWN_FORMAT, /* not JPEG, PNG or WebP, and none of the formats below */
    DECODE_TOO_LARGE,      /* too many bytes or pixels; decided from the header alone */
    DECODE_BROKEN,         /* truncated, damaged, or with other data appended */
    DECODE_BARCODE,        /* no QR code, but a barcode of lines: EAN-13, UPC-A or Code 128 */
    DECODE_DATA_MATRIX,    /* no QR code, but a Data Matrix code */
    DECODE_HEIC,
    DECODE_AVIF,
    DECODE_GIF,
    DECODE_TIFF,
    DECODE_PDF,
    DECODE_ANIMATED,    /* a WebP with several pictures */
    DECODE_FORM,        /* a form upload around the picture (multipart/form-data) */
    DECODE_TOO_SLOW,    /* deadline exceeded; the process was killed */
    DECODE_CRASHED,     /* the process died */
    DECODE_UNAVAILABLE, /* no process is available, or the queue is full */
};

/* "no code", "unknown format"... for logs, metrics and tests. */
const char *decode_error_name(enum decode_error error);
/* A sentence for a user at a terminal. */
const char *decode_error_sentence(enum decode_error error);

/* Whether it was a valid picture in which no QR code is read. */
bool decode_is_without_code(enum decode_error error);

struct decode_code {
    char *text; /* owned; UTF-8 if the code declares it correctly; terminated, may contain NULs */
    size_t length;
};

struct decode_result {
    struct decode_code codes[DECODE_CODES_MAX]; /* different texts, the largest code first */
    size_t count;
};

void decode_result_fini(struct decode_result *result);

struct text;
/* Appends the text as one line that is safe to print on a terminal: control and hidden characters, invalid
 * UTF-8 and backslashes are written as \xNN per byte. Adds no line end. */
void decode_code_show(const struct decode_code *code, struct text *out);

#endif
