/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/frame.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"

#define MAGIC_SIZE 4
#define NUMBER_SIZE 4

static const unsigned char question_magic[MAGIC_SIZE] = {'E', 'L', 'd', 'q'};
static const char *const answer_magics[] = {[FRAME_READY] = "ELdr", [FRAME_ANSWER] = "ELda"};

static void write_number(size_t number, unsigned char *out)
{
    for (int i = 0; i < NUMBER_SIZE; i++)
        out[i] = (unsigned char)(number >> (8 * i));
}

static size_t read_number(const unsigned char *in)
{
    return (size_t)in[0] | (size_t)in[1] << 8 | (size_t)in[2] << 16 | (size_t)in[3] << 24;
}

void frame_write_question(size_t length, unsigned char out[FRAME_QUESTION_SIZE])
{
    memcpy(out, question_magic, MAGIC_SIZE);
    write_number(length, out + MAGIC_SIZE);
}

bool frame_read_question(const unsigned char in[FRAME_QUESTION_SIZE], size_t *length)
{
    if (memcmp(in, question_magic, MAGIC_SIZE) != 0)
        return false;
    *length = read_number(in + MAGIC_SIZE);
    return true;
}

static void add_number(struct text *out, size_t number)
{
    unsigned char bytes[NUMBER_SIZE];

    write_number(number, bytes);
    text_add(out, (const char *)bytes, sizeof bytes);
}

void frame_add_answer(struct text *out, enum frame_kind kind, enum decode_error error,
                      const struct decode_code *codes, size_t count)
{
    size_t rest = 0;

    for (size_t i = 0; i < count; i++)
        rest += NUMBER_SIZE + codes[i].length;
    text_puts(out, answer_magics[kind]);
    add_number(out, (size_t)error);
    add_number(out, count);
    add_number(out, rest);
    for (size_t i = 0; i < count; i++) {
        add_number(out, codes[i].length);
        text_add(out, codes[i].text, codes[i].length);
    }
}

/* An answer with DECODE_OK has texts, and a ready message of a process that cannot work has one; all others
 * have none. */
static bool makes_sense(const struct frame_answer *answer)
{
    if (answer->kind == FRAME_READY)
        return answer->error == DECODE_OK ? answer->count == 0
                                          : answer->error == DECODE_UNAVAILABLE && answer->count == 1;
    if (answer->error > DECODE_FORM)
        return false;
    return answer->error == DECODE_OK ? answer->count >= 1 && answer->count <= DECODE_CODES_MAX
                                      : answer->count == 0;
}

bool frame_read_answer(const unsigned char in[FRAME_ANSWER_SIZE], enum frame_kind kind,
                       struct frame_answer *out)
{
    size_t error = read_number(in + MAGIC_SIZE);

    if (memcmp(in, answer_magics[kind], MAGIC_SIZE) != 0 || error > DECODE_UNAVAILABLE)
        return false;
    struct frame_answer answer = {
        .kind = kind,
        .error = (enum decode_error)error,
        .count = read_number(in + MAGIC_SIZE + NUMBER_SIZE),
        .rest = read_number(in + MAGIC_SIZE + 2 * NUMBER_SIZE),
    };
    if (!makes_sense(&answer) || answer.rest < answer.count * NUMBER_SIZE ||
        answer.rest > answer.count * (NUMBER_SIZE + DECODE_TEXT_MAX))
        return false;
    *out = answer;
    return true;
}

static bool read_text(const unsigned char **at, size_t *left, struct decode_code *out)
{
    if (*left < NUMBER_SIZE)
        return false;
    size_t length = read_number(*at);
    if (length > DECODE_TEXT_MAX || length > *left - NUMBER_SIZE)
        return false;
    out->text = memory_new(length + 1, 1);
    out->length = length;
    memcpy(out->text, *at + NUMBER_SIZE, length);
    *at += NUMBER_SIZE + length;
    *left -= NUMBER_SIZE + length;
    return true;
}

bool frame_read_texts(const struct frame_answer *answer, const unsigned char *rest, struct decode_result *out)
{
    struct decode_result result = {0};
    size_t left = answer->rest;

    while (result.count < answer->count && read_text(&rest, &left, &result.codes[result.count]))
        result.count++;
    if (result.count != answer->count || left > 0) {
        decode_result_fini(&result);
        return false;
    }
    *out = result;
    return true;
}
