/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/tail.h"

#include <string.h>
#include <strings.h>

/* At least five bytes long: shorter ones occur by chance in a video of a few megabytes. */
static const char *const anywhere[] = {"%PDF-",
                                       "<html",
                                       "<!doctype",
                                       "<script",
                                       "<?php",
                                       "<iframe",
                                       "<body",
                                       "<svg ",
                                       "javascript:",
                                       "<?xml-stylesheet",
                                       "\177ELF\1\1\1",
                                       "\177ELF\2\1\1",
                                       "7z\274\257\047\034",
                                       "Rar!\032\007"};
static const char *const at_start[] = {
    "MZ",           "#!",  "\312\376\272\276", "\376\355\372", "\316\372\355\376", "\317\372\355\376",
    "\037\213\010", "BZh", "\3757zXZ",         "!<arch>"};

enum { ZIP_END_MAX = 22 + 65535 }; /* an archive's directory ends this close to the end of the file */

static bool starts_with(const unsigned char *bytes, size_t length, const char *word)
{
    size_t size = strlen(word);

    return length >= size && strncasecmp((const char *)bytes, word, size) == 0;
}

static bool is_word_of(const unsigned char *bytes, size_t length, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (starts_with(bytes, length, words[i]))
            return true;
    return false;
}

static bool ends_as_archive(const unsigned char *tail, size_t length)
{
    size_t near = length < ZIP_END_MAX ? length : ZIP_END_MAX;

    return memmem(tail + (length - near), near, "PK\5\6", 4) != NULL || starts_with(tail, length, "PK\3\4");
}

/* Whether a word of `anywhere` starts with this byte. */
static bool may_start(unsigned char byte)
{
    return byte == '<' || byte == '%' || byte == 0177 || byte == '7' || byte == 'R' || byte == 'r' ||
           byte == 'j' || byte == 'J';
}

bool tail_is_suspect(const unsigned char *tail, size_t length)
{
    if (is_word_of(tail, length, at_start, sizeof at_start / sizeof *at_start) ||
        ends_as_archive(tail, length))
        return true;
    for (size_t at = 0; at < length; at++)
        if (may_start(tail[at]) &&
            is_word_of(tail + at, length - at, anywhere, sizeof anywhere / sizeof *anywhere))
            return true;
    return false;
}
