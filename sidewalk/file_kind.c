/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/file_kind.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"

const char *file_kind(const char *bytes, size_t length)
{
    static const struct {
        const char *magic;
        size_t length;
        const char *words;
    } known[] = {
        {"\x1F\x8B", 2, "compressed (gzip)"},
        {"PK\x03\x04", 4, "compressed (zip)"}, /* also a workbook */
        {"BZh", 3, "compressed (bzip2)"},
        {"\xFD"
         "7zXZ",
         5, "compressed (xz)"},
        {"\x28\xB5\x2F\xFD", 4, "compressed (zstd)"},
        {"\x89PNG", 4, "a PNG picture"},
        {"\xFF\xD8\xFF", 3, "a JPEG picture"},
        {"GIF8", 4, "a GIF picture"},
        {"%PDF", 4, "a PDF document"},
        {"\xD0\xCF\x11\xE0", 4, "a workbook of an old Excel"},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (length >= known[i].length && memcmp(bytes, known[i].magic, known[i].length) == 0)
            return known[i].words;
    return NULL;
}

bool file_kind_is_list(const char *bytes, size_t length)
{
    static const char title[] = "smsn";
    size_t at = utf8_mark_length(bytes, length);

    if (at < length && bytes[at] == '"')
        at++;
    size_t after = at + sizeof title - 1;
    /* smsn: begins a device's own file. */
    return length >= after && strncasecmp(bytes + at, title, sizeof title - 1) == 0 &&
           (length == after || bytes[after] != ':');
}
