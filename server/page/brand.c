/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/brand.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/memory.h"

#define CONTRAST_MIN 4.5
#define SHOWN_WIDTH_MAX 160
#define SIDE_MAX 100000.0

struct colour {
    double red, green, blue; /* 0 to 255 */
};

/* What the colour stands on, and what stands on it: --page, --card and --on-accent of style.css. */
static const struct {
    const char *place;
    struct colour colour;
} light_places[] = {{"the page (#f6f7f9)", {0xf6, 0xf7, 0xf9}},
                    {"the white text of buttons (#ffffff)", {0xff, 0xff, 0xff}}},
  dark_places[] = {{"the dark page (#191f26)", {0x19, 0x1f, 0x26}},
                   {"the dark text of buttons (#0a1a36)", {0x0a, 0x1a, 0x36}}};
#define PLACES (sizeof light_places / sizeof *light_places)

static bool parse_colour(const char *text, struct colour *out)
{
    unsigned char parts[3];

    if (strlen(text) != 7 || text[0] != '#' || !hex_decode(text + 1, sizeof parts, parts))
        return false;
    *out = (struct colour){parts[0], parts[1], parts[2]};
    return true;
}

/* WCAG 2.2, relative luminance. */
static double linear(double part)
{
    part /= 255;
    return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour colour)
{
    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

static double contrast(struct colour a, struct colour b)
{
    double of_a = luminance(a) + 0.05;
    double of_b = luminance(b) + 0.05;

    return of_a > of_b ? of_a / of_b : of_b / of_a;
}

bool brand_colour_check(const char *colour, bool dark, struct text *why)
{
    struct colour parsed;

    if (!*colour)
        return true;
    if (!parse_colour(colour, &parsed)) {
        excerpt_add_bare(colour, strlen(colour), why);
        text_puts(why, " is not a colour such as #1f5fd6");
        return false;
    }
    for (size_t i = 0; i < PLACES; i++) {
        double found = contrast(parsed, dark ? dark_places[i].colour : light_places[i].colour);
        if (found >= CONTRAST_MIN)
            continue;
        text_printf(why, "%s has a contrast of %.2f : 1 with %s; people need 4.5 : 1. Choose a %s one",
                    colour, floor(found * 100) / 100, dark ? dark_places[i].place : light_places[i].place,
                    dark ? "lighter" : "darker");
        return false;
    }
    return true;
}

bool brand_link_check(const char *address, struct text *why)
{
    bool is_https = strncmp(address, "https://", 8) == 0 && address[8] != '\0' && address[8] != '/';
    bool is_mail = strncmp(address, "mailto:", 7) == 0 && strchr(address + 7, '@') != NULL;

    if (!*address)
        return true;
    for (const char *at = address; *at; at++)
        if (strchr(" \"<>\\^`{|}", *at) || (unsigned char)*at <= ' ' || (unsigned char)*at > '~')
            is_https = is_mail = false;
    if (is_https || is_mail)
        return true;
    text_puts(why, "must be an address that starts with https:// or mailto:");
    return false;
}

/* Darker for light screens, lighter for dark ones: of a button that is touched. */
static struct colour strong(struct colour colour, bool dark)
{
    double other = dark ? 255 : 0;

    return (struct colour){colour.red * 0.8 + other * 0.2, colour.green * 0.8 + other * 0.2,
                           colour.blue * 0.8 + other * 0.2};
}

static void add_scheme(const char *text, bool dark, struct text *out)
{
    struct colour colour;

    if (!parse_colour(text, &colour))
        return;
    struct colour touched = strong(colour, dark);
    const unsigned char parts[] = {(unsigned char)touched.red, (unsigned char)touched.green,
                                   (unsigned char)touched.blue};
    char digits[2 * sizeof parts + 1];
    hex_encode(parts, sizeof parts, digits);
    text_printf(out,
                "@media (prefers-color-scheme: %s) {\n  :root {\n    --accent: %s;\n"
                "    --accent-strong: #%s;\n  }\n}\n",
                dark ? "dark" : "light", text, digits);
}

void brand_style(const struct page_brand *brand, struct text *out)
{
    add_scheme(brand->colour, false, out);
    add_scheme(brand->colour_dark, true, out);
}

static unsigned big_endian(const char *bytes)
{
    const unsigned char *each = (const unsigned char *)bytes;

    return (unsigned)each[0] << 24 | (unsigned)each[1] << 16 | (unsigned)each[2] << 8 | each[3];
}

/* PNG (ISO/IEC 15948), 11.2.2: the header comes first. */
static bool read_png(struct brand_logo *logo)
{
    static const char start[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const size_t length = sizeof start - 1;

    if (logo->length < length + 8 || memcmp(logo->bytes, start, length) != 0)
        return false;
    logo->name = BRAND_LOGO_NAME_PNG;
    logo->width = big_endian(logo->bytes + length);
    logo->height = big_endian(logo->bytes + length + 4);
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

static bool proportions(const char *tag, struct brand_logo *logo)
{
    double box[4] = {0};
    bool known = read_numbers(attribute(tag, "viewBox"), 4, box) ||
                 (read_numbers(attribute(tag, "width"), 1, &box[2]) &&
                  read_numbers(attribute(tag, "height"), 1, &box[3]));
    const double width = box[2];
    const double height = box[3];

    if (!known || !(width > 0 && width < SIDE_MAX && height > 0 && height < SIDE_MAX))
        return false;
    logo->width = (unsigned)ceil(width);
    logo->height = (unsigned)ceil(height);
    return true;
}

/* Browsers run nothing in a picture, and answers with it are sandboxed. What has no place in a logo is
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

static bool read_svg(const char *path, struct brand_logo *logo, struct text *why)
{
    const char *tag = strstr(logo->bytes, "<svg");

    if (!tag || strlen(logo->bytes) != logo->length) {
        text_printf(why, "%s is neither a PNG nor an SVG picture", path);
        return false;
    }
    const char *problem = svg_problem(logo->bytes);
    if (problem) {
        text_printf(why, "%s contains %s, which a logo must not have", path, problem);
        return false;
    }
    logo->name = BRAND_LOGO_NAME_SVG;
    if (proportions(tag, logo))
        return true;
    text_printf(why, "%s: the svg element needs a viewBox, or a width and height", path);
    return false;
}

static bool read_logo(const char *path, struct brand_logo *logo, struct text *why)
{
    if (!read_png(logo))
        return read_svg(path, logo, why);
    if (logo->width > 0 && logo->height > 0 && logo->width <= SIDE_MAX && logo->height <= SIDE_MAX)
        return true;
    text_printf(why, "%s is a PNG picture without a size", path);
    return false;
}

bool brand_logo_load(const char *path, struct brand_logo *out, struct text *why)
{
    struct brand_logo logo = {0};
    int failure = file_read(path, BRAND_LOGO_MAX, &logo.bytes, &logo.length);

    if (failure) {
        excerpt_add_path(path, failure, why);
        text_printf(why, ": %s", failure == EFBIG ? "a logo has at most 256 KiB" : strerror(failure));
        return false;
    }
    if (read_logo(path, &logo, why)) {
        double width = (double)BRAND_LOGO_HEIGHT * logo.width / logo.height;
        logo.shown_width = width < 1 ? 1 : width < SHOWN_WIDTH_MAX ? (unsigned)width : SHOWN_WIDTH_MAX;
        *out = logo;
        return true;
    }
    free(logo.bytes);
    return false;
}
