/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decode.h"

#include <stdlib.h>

static const struct {
    const char *name, *sentence;
} errors[] = {
    [DECODE_OK] = {"ok", "There is a code in the picture."},
    [DECODE_NO_CODE] = {"no code", "There is no code in the picture that can be read."},
    [DECODE_UNKNOWN_FORMAT] = {"unknown format",
                               "This is not a picture that can be read: JPEG, PNG and WebP can."},
    [DECODE_TOO_LARGE] = {"too large", "The picture is too large."},
    [DECODE_BROKEN] = {"broken", "The picture is cut off or damaged."},
    [DECODE_TOO_SLOW] = {"too slow", "Reading the picture took too long."},
    [DECODE_CRASHED] = {"crashed", "The picture could not be read: the decoder died of it."},
    [DECODE_UNAVAILABLE] = {"unavailable", "Pictures cannot be read just now."},
};

const char *decode_error_name(enum decode_error error)
{
    return (size_t)error < sizeof errors / sizeof *errors ? errors[error].name : "unknown";
}

const char *decode_error_sentence(enum decode_error error)
{
    return (size_t)error < sizeof errors / sizeof *errors ? errors[error].sentence : "Something went wrong.";
}

void decode_result_fini(struct decode_result *result)
{
    for (size_t i = 0; i < result->count; i++)
        free(result->codes[i].text);
    *result = (struct decode_result){0};
}
