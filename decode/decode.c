/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decode.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/utf8.h"

static const struct {
    const char *name, *sentence;
} errors[] = {
    [DECODE_OK] = {"ok", "There is a code in the picture."},
    [DECODE_NO_CODE] = {"no code", "There is no code in the picture that can be read."},
    [DECODE_BARCODE] = {"barcode", "There is a barcode in the picture. Only QR codes are read: look for the "
                                   "square one."},
    [DECODE_DATA_MATRIX] =
        {"data matrix", "There is a Data Matrix code in the picture. Only QR codes are read: look for the "
                        "one with a large square in three of its corners."},
    [DECODE_HEIC] = {"heic", "This is a HEIC picture: save it as JPEG."},
    [DECODE_AVIF] = {"avif", "This is an AVIF picture: save it as JPEG."},
    [DECODE_GIF] = {"gif", "This is a GIF picture: JPEG, PNG and WebP can be read."},
    [DECODE_TIFF] = {"tiff", "This is a TIFF picture: save it as JPEG."},
    [DECODE_PDF] = {"pdf", "This is a PDF document: take a picture of it."},
    [DECODE_ANIMATED] = {"animated", "This WebP picture is animated: save one of its pictures alone."},
    [DECODE_FORM] = {"form", "This is a form with a file in it (multipart/form-data): send the picture's "
                             "bytes alone."},
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

bool decode_is_without_code(enum decode_error error)
{
    return error == DECODE_NO_CODE || error == DECODE_BARCODE || error == DECODE_DATA_MATRIX;
}

void decode_result_fini(struct decode_result *result)
{
    for (size_t i = 0; i < result->count; i++)
        free(result->codes[i].text);
    *result = (struct decode_result){0};
}

void decode_code_show(const struct decode_code *code, struct text *out)
{
    uint32_t character;

    for (size_t at = 0, size; at < code->length; at += size) {
        size = utf8_decode(code->text + at, code->length - at, &character);
        bool shown = size > 0 && character != '\\' && !utf8_is_hidden(character);
        size = size ? size : 1;
        if (shown)
            text_add(out, code->text + at, size);
        for (size_t i = 0; i < size && !shown; i++)
            text_printf(out, "\\x%02x", (unsigned)(unsigned char)code->text[at + i]);
    }
}
