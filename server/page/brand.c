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
#include "base/picture_head.h"

#define CONTRAST_MIN 4.5
#define SHOWN_WIDTH_MAX 160

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

/* A logo is PNG or SVG. */
static bool read_logo(const char *path, struct brand_logo *logo, struct text *why)
{
    struct picture_head head = {0};
    const char *problem = "";
    enum picture_error error = picture_head_read(logo->bytes, logo->length, &head, &problem);
    const bool is_png = strncmp(logo->bytes, "\x89PNG", 4) == 0;
    const bool is_svg = error ? !is_png && strstr(logo->bytes, "<svg") : head.kind == PICTURE_SVG;

    logo->name = is_png ? BRAND_LOGO_NAME_PNG : BRAND_LOGO_NAME_SVG;
    logo->width = head.width;
    logo->height = head.height;
    if (!error && (is_png || is_svg))
        return true;
    if (error == PICTURE_UNSAFE)
        text_printf(why, "%s contains %s, which a logo must not have", path, problem);
    else if (error == PICTURE_NO_SIZE && is_png)
        text_printf(why, "%s is a PNG picture without a size", path);
    else if (error == PICTURE_NO_SIZE && is_svg)
        text_printf(why, "%s: the svg element needs a viewBox, or a width and height", path);
    else
        text_printf(why, "%s is neither a PNG nor an SVG picture", path);
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
