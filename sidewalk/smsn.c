/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/smsn.h"

#include <stdbool.h>

#include "base/base64.h"
#include "base/hex.h"

#define HEX_LENGTH ((size_t)SMSN_BYTES * 2)
#define BASE64_LENGTH ((SMSN_BYTES + 2) / 3 * 4)

enum smsn_form smsn_parse(const char *text, size_t length, struct smsn *out)
{
    unsigned char bytes[BASE64_ROOM(BASE64_LENGTH)];
    size_t size = 0;
    enum smsn_form form = SMSN_NEITHER;

    if (length == HEX_LENGTH && hex_decode(text, SMSN_BYTES, bytes))
        form = SMSN_HEX;
    else if (length == BASE64_LENGTH && base64_decode(text, length, bytes, &size) && size == SMSN_BYTES)
        form = SMSN_BASE64;
    if (form != SMSN_NEITHER)
        for (size_t i = 0; i < SMSN_BYTES; i++)
            out->bytes[i] = bytes[i];
    return form;
}

void smsn_hex(const struct smsn *smsn, char out[SMSN_HEX_SIZE])
{
    hex_encode(smsn->bytes, SMSN_BYTES, out);
}
