/* SPDX-License-Identifier: Apache-2.0 */
/* Any file as a picture. What is found is text of a sane size, and nothing is touched where nothing is. */
#include "decode/search.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct decode_result result = {.count = 77};
    const char *attempt = NULL;
    /* A little time: what comes after the first looks works on sizes that are bounded. */
    enum decode_error error = search_codes(data, size, 100, &result, &attempt);

    if (error != DECODE_OK) {
        MUST(error > DECODE_OK && error <= DECODE_FORM);
        MUST(result.count == 77 && attempt == NULL);
        return 0;
    }
    MUST(attempt != NULL);
    MUST(result.count >= 1 && result.count <= DECODE_CODES_MAX);
    for (size_t i = 0; i < result.count; i++) {
        MUST(result.codes[i].length >= 1 && result.codes[i].length <= DECODE_TEXT_MAX);
        MUST(result.codes[i].text[result.codes[i].length] == '\0');
    }
    decode_result_fini(&result);
    return 0;
}
