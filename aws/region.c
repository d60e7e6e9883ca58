/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/region.h"

#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

/* Two letters, one or more words, a number: "us-gov-west-1". */
static bool is_region(const char *label, size_t length)
{
    size_t words = 0, at = 0;

    if (length >= AWS_REGION_SIZE)
        return false;
    while (at < length) {
        size_t size = strspn(label + at, LOWER);
        if (size == 0 || (words == 0 && size != 2) || at + size >= length || label[at + size] != '-')
            break;
        at += size + 1;
        words++;
    }
    size_t digits = strspn(label + at, DIGITS);
    return words >= 2 && digits > 0 && at + digits == length;
}

static bool ends_with(const char *text, size_t length, const char *suffix)
{
    size_t size = strlen(suffix);

    return length > size && strncmp(text + length - size, suffix, size) == 0;
}

bool aws_region_of(const char *host, char out[AWS_REGION_SIZE])
{
    const char *scheme = strstr(host, "://");

    host = scheme ? scheme + 3 : host;
    size_t length = strcspn(host, "/:?#");
    if (!ends_with(host, length, ".amazonaws.com") && !ends_with(host, length, ".amazonaws.com.cn"))
        return false;
    for (size_t at = 0; at < length;) {
        size_t size = strcspn(host + at, "./:?#");
        if (is_region(host + at, size)) {
            memcpy(out, host + at, size);
            out[size] = '\0';
            return true;
        }
        at += size + 1;
    }
    return false;
}
