/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/other_format.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
    BRAND_SIZE = 4,
    BRANDS_AT = 8, /* of a file type box (ISO/IEC 14496-12 4.3): size, "ftyp", brand, version, brands */
    BRANDS_MAX = 32,
    FORM_HEAD_MAX = 512,
};

static bool starts_with(const unsigned char *bytes, size_t length, const char *magic, size_t size)
{
    return length >= size && memcmp(bytes, magic, size) == 0;
}

static bool is_brand(const unsigned char *brand, const char *const *brands)
{
    for (; *brands != NULL; brands++)
        if (memcmp(brand, *brands, BRAND_SIZE) == 0)
            return true;
    return false;
}

/* "mif1" and "msf1" hold pictures of any coding: a brand after them says of which. */
static enum decode_error of_brands(const unsigned char *bytes, size_t length)
{
    static const char *const avif[] = {"avif", "avis", NULL};
    static const char *const heic[] = {"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1", NULL};
    size_t box = (size_t)bytes[2] << 8 | bytes[3];
    size_t end = box < length ? box : length;

    if (is_brand(bytes + BRANDS_AT, avif))
        return DECODE_AVIF;
    if (!is_brand(bytes + BRANDS_AT, heic))
        return DECODE_UNKNOWN_FORMAT;
    size_t at = BRANDS_AT + (size_t)2 * BRAND_SIZE;
    for (int count = 0; count < BRANDS_MAX && at + BRAND_SIZE <= end; count++, at += BRAND_SIZE)
        if (is_brand(bytes + at, avif))
            return DECODE_AVIF;
    return DECODE_HEIC;
}

/* A body of multipart/form-data (RFC 7578): a boundary, then the headers of the first part. */
static bool is_form(const unsigned char *bytes, size_t length)
{
    static const char header[] = "\r\ncontent-disposition:";
    size_t size = strlen(header);
    size_t end = length < FORM_HEAD_MAX ? length : FORM_HEAD_MAX;

    if (!starts_with(bytes, length, "--", 2))
        return false;
    for (size_t at = 2; at + size <= end; at++)
        if (strncasecmp((const char *)bytes + at, header, size) == 0)
            return true;
    return false;
}

enum decode_error other_format(const unsigned char *bytes, size_t length)
{
    static const struct {
        const char *magic;
        size_t size;
        enum decode_error error;
    } magics[] = {{"GIF87a", 6, DECODE_GIF}, {"GIF89a", 6, DECODE_GIF}, {"II*\0", 4, DECODE_TIFF},
                  {"MM\0*", 4, DECODE_TIFF}, {"II+\0", 4, DECODE_TIFF}, {"MM\0+", 4, DECODE_TIFF},
                  {"%PDF-", 5, DECODE_PDF}};

    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (starts_with(bytes, length, magics[i].magic, magics[i].size))
            return magics[i].error;
    if (length >= BRANDS_AT + BRAND_SIZE && memcmp(bytes + 4, "ftyp", 4) == 0)
        return of_brands(bytes, length);
    return is_form(bytes, length) ? DECODE_FORM : DECODE_UNKNOWN_FORMAT;
}
