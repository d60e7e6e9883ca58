/* SPDX-License-Identifier: Apache-2.0 */
#include "base/picture_head.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static unsigned byte_at(const char *bytes, size_t at)
{
    return (unsigned char)bytes[at];
}

static unsigned big_endian(const char *bytes, size_t at, size_t count)
{
    unsigned value = 0;

    for (size_t i = 0; i < count; i++)
        value = value << 8 | byte_at(bytes, at + i);
    return value;
}

static bool begins_with(const char *bytes, size_t length, const char *start, size_t start_length)
{
    return length >= start_length && memcmp(bytes, start, start_length) == 0;
}

/* PNG (ISO/IEC 15948), 11.2.2: the header comes first. */
static bool read_png(const char *bytes, size_t length, struct picture_head *out)
{
    static const char start[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const size_t at = sizeof start - 1;

    if (!begins_with(bytes, length, start, at) || length < at + 8)
        return false;
    *out = (struct picture_head){PICTURE_PNG, big_endian(bytes, at, 4), big_endian(bytes, at + 4, 4)};
    return true;
}

/* A frame header: SOF0 to SOF15 without DHT, JPG and DAC, which have codes between (ITU T.81, table B.1). */
static bool is_frame(unsigned marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* JPEG (ITU T.81), B.1.1 and B.2.2: segments with their lengths, up to the frame header. */
static bool read_jpeg(const char *bytes, size_t length, struct picture_head *out)
{
    size_t at = 2;

    if (!begins_with(bytes, length, "\xff\xd8\xff", 3))
        return false;
    *out = (struct picture_head){PICTURE_JPEG, 0, 0};
    while (at + 9 <= length && byte_at(bytes, at) == 0xff) {
        unsigned marker = byte_at(bytes, at + 1);
        if (is_frame(marker)) {
            out->height = big_endian(bytes, at + 5, 2);
            out->width = big_endian(bytes, at + 7, 2);
            break;
        }
        at += marker == 0xff ? 1 : 2 + big_endian(bytes, at + 2, 2); /* 0xff may be filling */
    }
    return true;
}

/* WebP (RFC 9649), sections 2.5 to 2.7: little-endian, by the kind of the first chunk. */
static bool read_webp(const char *bytes, size_t length, struct picture_head *out)
{
    if (length < 30 || memcmp(bytes, "RIFF", 4) != 0 || memcmp(bytes + 8, "WEBPVP8", 7) != 0)
        return false;
    *out = (struct picture_head){PICTURE_WEBP, 0, 0};
    if (bytes[15] == ' ') {
        out->width = (byte_at(bytes, 26) | byte_at(bytes, 27) << 8) & 0x3fff;
        out->height = (byte_at(bytes, 28) | byte_at(bytes, 29) << 8) & 0x3fff;
    } else if (bytes[15] == 'L') {
        out->width = 1 + (byte_at(bytes, 21) | (byte_at(bytes, 22) & 0x3f) << 8);
        out->height =
            1 + (byte_at(bytes, 22) >> 6 | byte_at(bytes, 23) << 2 | (byte_at(bytes, 24) & 0xf) << 10);
    } else if (bytes[15] == 'X') {
        out->width = 1 + (byte_at(bytes, 24) | byte_at(bytes, 25) << 8 | byte_at(bytes, 26) << 16);
        out->height = 1 + (byte_at(bytes, 27) | byte_at(bytes, 28) << 8 | byte_at(bytes, 29) << 16);
    }
    return true;
}

/* The value of an attribute in the tag, "" if it has none. Borrowed, ends with a quote. */
static const char *attribute(const char *tag, const char *name)
{
    const size_t length = strlen(name);
    const char *end = tag + strcspn(tag, ">");

    for (const char *at = tag; (at = strstr(at, name)) != NULL && at < end; at += length)
        if (strchr(" \t\r\n", at[-1]) && at[length] == '=' &&
            (at[length + 1] == '"' || at[length + 1] == '\''))
            return at + length + 2;
    return "";
}

/* Reads count numbers with spaces or commas between them; what follows is ignored. */
static bool read_numbers(const char *text, size_t count, double *out)
{
    for (size_t i = 0; i < count; i++) {
        char *end = NULL;
        text += strspn(text, " ,\t\r\n");
        out[i] = strtod(text, &end);
        if (end == text)
            return false;
        text = end;
    }
    return true;
}

static bool read_proportions(const char *tag, struct picture_head *out)
{
    double box[4] = {0};
    bool known = read_numbers(attribute(tag, "viewBox"), 4, box) ||
                 (read_numbers(attribute(tag, "width"), 1, &box[2]) &&
                  read_numbers(attribute(tag, "height"), 1, &box[3]));
    const double width = box[2];
    const double height = box[3];

    if (!known || !(width > 0 && width < PICTURE_SIDE_MAX && height > 0 && height < PICTURE_SIDE_MAX))
        return false;
    *out = (struct picture_head){PICTURE_SVG, (unsigned)ceil(width), (unsigned)ceil(height)};
    return true;
}

/* Browsers run nothing in a picture, and answers with it are sandboxed. What has no place in a picture is
 * refused all the same: it may be shown elsewhere. */
static const char *svg_problem(const char *bytes)
{
    static const char *const wrong[] = {"<script",     ":script", "<foreignObject", "<!ENTITY",
                                        "javascript:", "<iframe", "http-equiv",     "<?xml-stylesheet"};
    static const char *const handlers[] = {" on", "\ton", "\non", "\ron", "/on", "\"on", "'on"};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (strcasestr(bytes, wrong[i]))
            return wrong[i];
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        for (const char *at = bytes; (at = strcasestr(at, handlers[i])) != NULL; at++) {
            const char *name = at + strlen(handlers[i]);
            name += strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
            if (name[strspn(name, " \t\r\n")] == '=')
                return "an event handler (on...=)";
        }
    return NULL;
}

static enum picture_error read_svg(const char *bytes, size_t length, struct picture_head *out,
                                   const char **what)
{
    const char *tag = strstr(bytes, "<svg");

    if (!tag || strlen(bytes) != length)
        return PICTURE_UNKNOWN;
    const char *problem = svg_problem(bytes);
    if (problem && what)
        *what = problem;
    if (problem)
        return PICTURE_UNSAFE;
    return read_proportions(tag, out) ? PICTURE_OK : PICTURE_NO_SIZE;
}

static bool has_size(const struct picture_head *head)
{
    return head->width > 0 && head->height > 0 && head->width <= PICTURE_SIDE_MAX &&
           head->height <= PICTURE_SIDE_MAX;
}

enum picture_error picture_head_read(const char *bytes, size_t length, struct picture_head *out,
                                     const char **what)
{
    struct picture_head head = {0};

    if (!read_png(bytes, length, &head) && !read_jpeg(bytes, length, &head) &&
        !read_webp(bytes, length, &head)) {
        enum picture_error error = read_svg(bytes, length, &head, what);
        if (error)
            return error;
    }
    if (!has_size(&head))
        return PICTURE_NO_SIZE;
    *out = head;
    return PICTURE_OK;
}

const char *picture_kind_name(enum picture_kind kind)
{
    static const char *const names[] = {"png", "jpg", "webp", "svg"};

    return names[kind];
}
