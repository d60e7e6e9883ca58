/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <string.h>

struct range {
    uint32_t first, last;
};

static bool in_ranges(uint32_t character, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (character >= ranges[i].first && character <= ranges[i].last)
            return true;
    return false;
}

/* The length that a lead byte announces, 0 if it is not one, and its payload bits. */
static size_t lead(unsigned char byte, uint32_t *bits)
{
    if (byte < 0x80) {
        *bits = byte;
        return 1;
    }
    if (byte >= 0xC2 && byte <= 0xDF) {
        *bits = byte & 0x1FU;
        return 2;
    }
    if ((byte & 0xF0) == 0xE0) {
        *bits = byte & 0x0FU;
        return 3;
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        *bits = byte & 0x07U;
        return 4;
    }
    return 0;
}

size_t utf8_decode(const char *bytes, size_t length, uint32_t *out)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t character;

    if (length == 0)
        return 0;
    size_t size = lead((unsigned char)bytes[0], &character);
    if (size == 0 || size > length)
        return 0;
    for (size_t i = 1; i < size; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if ((byte & 0xC0) != 0x80)
            return 0;
        character = (character << 6) | (byte & 0x3FU);
    }
    if (character < smallest[size] || character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF))
        return 0;
    *out = character;
    return size;
}

void utf8_encode(uint32_t character, char out[5])
{
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t size = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;

    out[size] = '\0';
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (character & 0x3F));
        character >>= 6;
    }
    out[0] = (char)(marks[size] | character);
}

bool utf8_is_space(uint32_t character)
{
    static const struct range spaces[] = {
        {0x09, 0x0D},     {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
        {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000},
    };
    return in_ranges(character, spaces, sizeof spaces / sizeof *spaces);
}

bool utf8_is_hidden(uint32_t character)
{
    static const struct range hidden[] = {
        {0x00, 0x1F},       {0x7F, 0x9F},        {0xAD, 0xAD},     {0x300, 0x36F},   {0x483, 0x489},
        {0x591, 0x5BD},     {0x610, 0x61C},      {0x64B, 0x65F},   {0x115F, 0x1160}, {0x17B4, 0x17B5},
        {0x180B, 0x180F},   {0x1AB0, 0x1AFF},    {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2028, 0x202E},
        {0x2060, 0x206F},   {0x20D0, 0x20FF},    {0x3164, 0x3164}, {0xD800, 0xF8FF}, {0xFDD0, 0xFDEF},
        {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},    {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFF},
        {0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF},
    };
    return in_ranges(character, hidden, sizeof hidden / sizeof *hidden);
}

size_t utf8_mark_length(const char *bytes, size_t length)
{
    static const char mark[] = {'\xEF', '\xBB', '\xBF'};

    return length >= sizeof mark && memcmp(bytes, mark, sizeof mark) == 0 ? sizeof mark : 0;
}

size_t utf8_count(const char *bytes, size_t length)
{
    uint32_t character;
    size_t count = 0;

    for (size_t at = 0, size; at < length; at += size, count++) {
        size = utf8_decode(bytes + at, length - at, &character);
        size = size == 0 ? 1 : size;
    }
    return count;
}

bool utf8_is_valid(const char *bytes, size_t length)
{
    uint32_t character;

    while (length) {
        size_t taken = utf8_decode(bytes, length, &character);
        if (!taken)
            return false;
        bytes += taken;
        length -= taken;
    }
    return true;
}
