/* SPDX-License-Identifier: Apache-2.0 */
/* What a process that pictures have taken over may answer. The first byte: where it is awaited, as an answer
 * or as ready. */
#include "decode/frame.h"
#include "tests/fuzz/fuzz.h"

static void check_texts(const struct frame_answer *answer, const struct decode_result *result)
{
    TEXT struct text frame = TEXT_EMPTY;
    struct frame_answer again;
    struct decode_result texts;

    for (size_t i = 0; i < result->count; i++) {
        MUST(result->codes[i].length <= DECODE_TEXT_MAX);
        MUST(result->codes[i].text[result->codes[i].length] == '\0');
    }
    frame_add_answer(&frame, answer->kind, answer->error, result->codes, result->count);
    MUST(frame.length == FRAME_ANSWER_SIZE + answer->rest);
    MUST(frame_read_answer((unsigned char *)frame.data, answer->kind, &again));
    MUST(frame_read_texts(&again, (unsigned char *)frame.data + FRAME_ANSWER_SIZE, &texts));
    MUST(texts.count == result->count);
    for (size_t i = 0; i < result->count; i++)
        MUST(texts.codes[i].length == result->codes[i].length &&
             memcmp(texts.codes[i].text, result->codes[i].text, texts.codes[i].length) == 0);
    decode_result_fini(&texts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame_answer answer;
    struct decode_result result = {.count = 77};

    if (size < 1 + FRAME_ANSWER_SIZE)
        return 0;
    enum frame_kind kind = data[0] % 2 ? FRAME_ANSWER : FRAME_READY;
    if (!frame_read_answer(data + 1, kind, &answer))
        return 0;
    MUST(answer.count <= DECODE_CODES_MAX && answer.rest <= FRAME_REST_MAX);
    MUST(answer.error < DECODE_TOO_SLOW || kind == FRAME_READY);
    if (size - 1 - FRAME_ANSWER_SIZE < answer.rest)
        return 0;
    unsigned char *exact = malloc(answer.rest ? answer.rest : 1); /* a byte too far is seen */
    MUST(exact);
    memcpy(exact, data + 1 + FRAME_ANSWER_SIZE, answer.rest);
    if (frame_read_texts(&answer, exact, &result)) {
        MUST(result.count == answer.count);
        check_texts(&answer, &result);
        decode_result_fini(&result);
    } else {
        MUST(result.count == 77);
    }
    free(exact);
    return 0;
}
