/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol between a parent and expresslink-decode --serve over a socket: one "ready" message, then pairs
 * of question and answer. Numbers are 32 bits, little-endian. Neither side trusts the other: every length is
 * bounded and checked. Pure functions, any thread.
 *
 *   question       magic "ELdq", length of the picture; the picture
 *   ready, answer  magic "ELdr" or "ELda", enum decode_error, number of texts, length of the rest;
 *                  each text with its length before it */
#ifndef DECODE_FRAME_H
#define DECODE_FRAME_H

#include <stdbool.h>

#include "base/text.h"
#include "decode/decode.h"

#define FRAME_QUESTION_SIZE 8
#define FRAME_ANSWER_SIZE 16
/* The maximum length after an answer's header. */
#define FRAME_REST_MAX (DECODE_CODES_MAX * (4 + DECODE_TEXT_MAX))

enum frame_kind {
    FRAME_READY, /* DECODE_OK, or DECODE_UNAVAILABLE and one text: why the process cannot work */
    FRAME_ANSWER /* DECODE_OK and the texts, or an error up to DECODE_FORM: what the process itself finds */
};

struct frame_answer {
    enum frame_kind kind;
    enum decode_error error;
    size_t count;
    size_t rest; /* bytes after the header */
};

void frame_write_question(size_t length, unsigned char out[FRAME_QUESTION_SIZE]);
/* Returns false if it is not a question. The length is not checked. */
bool frame_read_question(const unsigned char in[FRAME_QUESTION_SIZE], size_t *length)
    __attribute__((warn_unused_result));

/* Appends the whole answer. codes may be NULL if count is 0; texts have at most DECODE_TEXT_MAX bytes. */
void frame_add_answer(struct text *out, enum frame_kind kind, enum decode_error error,
                      const struct decode_code *codes, size_t count);

/* Returns false and leaves *out untouched if the header is invalid for this kind. */
bool frame_read_answer(const unsigned char in[FRAME_ANSWER_SIZE], enum frame_kind kind,
                       struct frame_answer *out) __attribute__((warn_unused_result));
/* rest: the number of bytes given in the header. Returns false and leaves *out untouched if they are not
 * valid texts. */
bool frame_read_texts(const struct frame_answer *answer, const unsigned char *rest, struct decode_result *out)
    __attribute__((warn_unused_result));

#endif
