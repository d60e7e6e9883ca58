/* SPDX-License-Identifier: Apache-2.0 */
/* What a parent and expresslink-decode --serve say to each other over a socket: once "ready", then a question
 * and an answer at a time. Numbers are 32 bits, little-endian. Neither side trusts the other: every length is
 * bounded and checked. Pure functions, any thread.
 *
 *   question      magic "ELdq", length of the picture; the picture
 *   ready, answer magic "ELdr" or "ELda", enum decode_error, count of texts, length of the rest;
 *                 each text with its length before it */
#ifndef DECODE_FRAME_H
#define DECODE_FRAME_H

#include <stdbool.h>

#include "base/text.h"
#include "decode/decode.h"

#define FRAME_QUESTION_SIZE 8
#define FRAME_ANSWER_SIZE 16
/* Of what follows an answer's header. */
#define FRAME_REST_MAX (DECODE_CODES_MAX * (4 + DECODE_TEXT_MAX))

enum frame_kind {
    FRAME_READY, /* DECODE_OK, or DECODE_UNAVAILABLE and one text: why the process cannot work here */
    FRAME_ANSWER /* DECODE_OK and the texts, or what is wrong with the picture: up to DECODE_BROKEN */
};

struct frame_answer {
    enum frame_kind kind;
    enum decode_error error;
    size_t count;
    size_t rest; /* bytes after the header */
};

void frame_write_question(size_t length, unsigned char out[FRAME_QUESTION_SIZE]);
/* False when it is no question. The length may be anything. */
bool frame_read_question(const unsigned char in[FRAME_QUESTION_SIZE], size_t *length)
    __attribute__((warn_unused_result));

/* Adds all of the answer. codes may be NULL with count 0; their texts are at most DECODE_TEXT_MAX long. */
void frame_add_answer(struct text *out, enum frame_kind kind, enum decode_error error,
                      const struct decode_code *codes, size_t count);

/* False, *out untouched, for a header that no sound process sends in that place. */
bool frame_read_answer(const unsigned char in[FRAME_ANSWER_SIZE], enum frame_kind kind,
                       struct frame_answer *out) __attribute__((warn_unused_result));
/* rest: as many bytes as the header says. False, *out untouched, when they are not its texts. */
bool frame_read_texts(const struct frame_answer *answer, const unsigned char *rest, struct decode_result *out)
    __attribute__((warn_unused_result));

#endif
