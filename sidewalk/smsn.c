/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/smsn.h"

#include <stdbool.h>

#include "sidewalk/base64.h"

#define HEX_LENGTH ((size_t)SMSN_BYTES * 2)
#define BASE64_LENGTH ((SMSN_BYTES + 2) / 3 * 4)
#define BAD 0x80

static unsigned digit(char character)
{
    unsigned char c = (unsigned char)character;

    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10U : BAD;
}

static bool parse_hex(const char *text, unsigned char *out)
{
    unsigned bad = 0;

    for (size_t i = 0; i < SMSN_BYTES; i++) {
        unsigned high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        bad |= high | low;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return (bad & BAD) == 0;
}

enum smsn_form smsn_parse(const char *text, size_t length, struct smsn *out)
{
    unsigned char bytes[BASE64_ROOM(BASE64_LENGTH)];
    size_t size = 0;
    enum smsn_form form = SMSN_NEITHER;

    if (length == HEX_LENGTH && parse_hex(text, bytes))
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
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < SMSN_BYTES; i++) {
        out[2 * i] = digits[smsn->bytes[i] >> 4];
        out[2 * i + 1] = digits[smsn->bytes[i] & 0xF];
    }
    out[HEX_LENGTH] = '\0';
}
