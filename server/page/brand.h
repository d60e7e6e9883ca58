/* SPDX-License-Identifier: Apache-2.0 */
/* Whose portal it is, as every page says: from [brand] of the configuration. Pure functions but for
 * brand_logo_load(); any thread. */
#ifndef SERVER_PAGE_BRAND_H
#define SERVER_PAGE_BRAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define BRAND_LOGO_MAX ((size_t)256 << 10) /* bytes */
#define BRAND_LOGO_HEIGHT 32
#define BRAND_STYLE_NAME "brand.css"
#define BRAND_LOGO_NAME_SVG "brand-logo.svg"
#define BRAND_LOGO_NAME_PNG "brand-logo.png"

/* Texts are borrowed and never NULL; "" is none. */
struct page_brand {
    const char *network; /* what products connect by: "wifi", "cellular" or "none" (nothing is said of it) */
    const char *name;    /* "": the catalogue's portal_name */
    const char *logo;    /* name of the static file */
    unsigned logo_width; /* pixels on the page, where it is BRAND_LOGO_HEIGHT high */
    const char *colour;  /* "#1f5fd6", of buttons and links on a light screen */
    const char *colour_dark;                 /* the same on a dark screen */
    const char *support, *privacy, *imprint; /* addresses */
    bool signs_in;                           /* people can sign in: there is "Your products" */
    const char *account;                     /* whose account that is; "": the name */
};

/* What is wrong with a colour: adds a sentence and returns false. Text of it on the page, and the text of a
 * button on it, must have a contrast of 4.5 : 1 (WCAG 2.2, 1.4.3). "" is right. */
bool brand_colour_check(const char *colour, bool dark, struct text *why);
/* The same for a link: https://... or mailto:... */
bool brand_link_check(const char *address, struct text *why);

/* Adds the style sheet that sets the colours; nothing if there are none. */
void brand_style(const struct page_brand *brand, struct text *out);

struct brand_logo {
    char *bytes; /* owned; free with free() */
    size_t length;
    const char *name;       /* BRAND_LOGO_NAME_... */
    unsigned width, height; /* in its own units, for its proportions */
    unsigned shown_width;   /* pixels on the page, see BRAND_LOGO_HEIGHT */
};

/* Reads the logo: PNG, or SVG with a width and height or a viewBox, without scripts, references and entities.
 * Returns false with a sentence in *why. */
bool brand_logo_load(const char *path, struct brand_logo *out, struct text *why);

#endif
