/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <stdint.h>

#define BAD 0x80

#define B BAD
static const uint8_t values[256] = {
    B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,
    B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  62, B,  B,  B,  63, 52, 53, 54, 55,
    56, 57, 58, 59, 60, 61, B,  B,  B,  B,  B,  B,  B,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
    13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, B,  B,  B,  B,  B,  B,  26, 27, 28, 29, 30, 31, 32,
    33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, B,  B,  B,  B,  B,  B,  B,
    B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,
    B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,
    B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,
    B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,
    B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,
};
#undef B

/* Up to three bytes; what is missing is zero. */
static uint32_t word_of(const unsigned char *bytes, size_t length)
{
    uint32_t word = (uint32_t)bytes[0] << 16;

    if (length > 1)
        word |= (uint32_t)bytes[1] << 8;
    return length > 2 ? word | bytes[2] : word;
}

void base64_encode(const unsigned char *bytes, size_t length, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t at = 0; at < length; at += 3) {
        size_t left = length - at;
        uint32_t word = word_of(bytes + at, left);
        *out++ = digits[word >> 18];
        *out++ = digits[word >> 12 & 63];
        *out++ = left > 1 ? digits[word >> 6 & 63] : '=';
        *out++ = left > 2 ? digits[word & 63] : '=';
    }
    *out = '\0';
}

bool base64_decode_groups(const char *text, size_t length, unsigned char *out)
{
    const unsigned char *at = (const unsigned char *)text;
    unsigned bad = 0;

    for (const unsigned char *end = at + length; at < end; at += 4, out += 3) {
        unsigned a = values[at[0]], b = values[at[1]], c = values[at[2]], d = values[at[3]];
        bad |= a | b | c | d;
        out[0] = (unsigned char)(a << 2 | b >> 4);
        out[1] = (unsigned char)(b << 4 | c >> 2);
        out[2] = (unsigned char)(c << 6 | d);
    }
    return (bad & BAD) == 0;
}

bool base64_decode(const char *text, size_t length, unsigned char *out, size_t *size)
{
    if (length % 4 != 0)
        return false;
    size_t padding = length == 0 || text[length - 1] != '=' ? 0 : text[length - 2] != '=' ? 1 : 2;
    size_t whole = padding == 0 ? length : length - 4;
    if (!base64_decode_groups(text, whole, out))
        return false;
    if (padding > 0) {
        char last[4] = {text[whole], text[whole + 1], padding == 2 ? 'A' : text[whole + 2], 'A'};
        unsigned char bytes[3];
        if (!base64_decode_groups(last, sizeof last, bytes) || bytes[3 - padding] != 0)
            return false;
        for (size_t i = 0; i < 3 - padding; i++)
            out[BASE64_ROOM(whole) + i] = bytes[i];
    }
    *size = BASE64_ROOM(length) - padding;
    return true;
}

void base64url_encode(const unsigned char *bytes, size_t length, char *out)
{
    base64_encode(bytes, length, out);
    for (; *out && *out != '='; out++)
        *out = *out == '+' ? '-' : *out == '/' ? '_' : *out;
    *out = '\0';
}

/* A character as the other alphabet has it; one that decodes to nothing for those that only that one has. */
static char plain_of(char character)
{
    switch (character) {
    case '-':
        return '+';
    case '_':
        return '/';
    case '+':
    case '/':
    case '=':
        return '\0';
    default:
        return character;
    }
}

bool base64url_decode(const char *text, size_t length, unsigned char *out, size_t *size)
{
    size_t all = 0, one = 0;

    if (length % 4 == 1)
        return false;
    for (size_t at = 0; at < length; at += 4, all += one) {
        char group[4] = {'=', '=', '=', '='};
        unsigned char bytes[3];
        for (size_t i = 0; i < 4 && at + i < length; i++)
            group[i] = plain_of(text[at + i]);
        if (!base64_decode(group, sizeof group, bytes, &one))
            return false;
        for (size_t i = 0; i < one; i++)
            out[all + i] = bytes[i];
    }
    *size = all;
    return true;
}
