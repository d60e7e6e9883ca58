/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/brand.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/unit/test.h"

#define SVG_START "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 32\">"

static char folder[] = "/tmp/test_brand.XXXXXX";

static void colours_that_cannot_be_read_are_refused(void **state)
{
    static const struct {
        const char *colour;
        bool dark;
        const char *says;
    } rows[] = {
        {"blue", false, "is not a colour such as #1f5fd6"},
        {"#12345", false, "is not a colour"},
        {"#12345g", false, "is not a colour"},
        {"1234567", false, "is not a colour"},
        {"#8ab4ff", false, "#8ab4ff has a contrast of 1.9"},
        {"#777777", false, "4.17 : 1 with the page (#f6f7f9); people need 4.5 : 1. Choose a darker one"},
        {"#ffffff", false, "Choose a darker one"},
        {"#1f5fd6", true, "with the dark page (#191f26)"},
        {"#000000", true, "Choose a lighter one"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        TEXT struct text why = TEXT_EMPTY;
        assert_false(brand_colour_check(rows[i].colour, rows[i].dark, &why));
        if (strstr(text_get(&why), rows[i].says) == NULL)
            fail_msg("\"%s\" is not in: %s", rows[i].says, text_get(&why));
    }
}

static void colours_that_can_be_read_are_taken(void **state)
{
    TEXT struct text why = TEXT_EMPTY;
    (void)state;
    assert_true(brand_colour_check("", false, &why));
    assert_true(brand_colour_check("#1f5fd6", false, &why));
    assert_true(brand_colour_check("#A00000", false, &why));
    assert_true(brand_colour_check("#000000", false, &why));
    assert_true(brand_colour_check("#8ab4ff", true, &why));
    assert_true(brand_colour_check("#ffffff", true, &why));
    assert_int_equal(why.length, 0);
}

static void links_lead_to_the_web_or_a_mailbox(void **state)
{
    static const char *const wrong[] = {
        "javascript:alert(1)", "http://example.com/", "example.com",          "https://",
        "https:///x",          "https://a b/",        "https://x/\"onclick=", "mailto:",
        "mailto:nobody",       " https://example.com"};
    static const char *const right[] = {"", "https://example.com/help?x=1#a", "mailto:help@example.com"};
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        TEXT struct text why = TEXT_EMPTY;
        if (brand_link_check(wrong[i], &why))
            fail_msg("%s is taken", wrong[i]);
        assert_non_null(strstr(text_get(&why), "https:// or mailto:"));
    }
    for (size_t i = 0; i < COUNT(right); i++) {
        TEXT struct text why = TEXT_EMPTY;
        assert_true(brand_link_check(right[i], &why));
    }
}

static void the_style_sheet_sets_what_is_configured(void **state)
{
    const struct page_brand none = {.colour = "", .colour_dark = ""};
    const struct page_brand light = {.colour = "#a00000", .colour_dark = ""};
    const struct page_brand both = {.colour = "#a00000", .colour_dark = "#ff9090"};
    TEXT struct text of_none = TEXT_EMPTY;
    TEXT struct text of_light = TEXT_EMPTY;
    TEXT struct text of_both = TEXT_EMPTY;
    (void)state;
    brand_style(&none, &of_none);
    assert_int_equal(of_none.length, 0);
    brand_style(&light, &of_light);
    assert_string_equal(text_get(&of_light),
                        "@media (prefers-color-scheme: light) {\n  :root {\n"
                        "    --accent: #a00000;\n    --accent-strong: #800000;\n  }\n}\n");
    brand_style(&both, &of_both);
    assert_non_null(strstr(text_get(&of_both), "(prefers-color-scheme: dark)"));
    assert_non_null(strstr(text_get(&of_both), "--accent-strong: #ffa6a6"));
}

/* Loads a logo with these bytes; *why says what is wrong. */
static bool load(const char *bytes, size_t length, struct brand_logo *logo, struct text *why)
{
    TEXT struct text path = TEXT_EMPTY;
    text_printf(&path, "%s/logo", folder);
    assert_int_equal(file_replace(text_get(&path), bytes, length, 0600), 0);
    return brand_logo_load(text_get(&path), logo, why);
}

static void files_that_are_no_logo_are_refused(void **state)
{
    static const struct {
        const char *bytes, *says;
    } rows[] = {
        {"", "neither a PNG nor an SVG"},
        {"\xFF\xD8\xFF\xE0 JFIF", "neither a PNG nor an SVG"},
        {SVG_START "<script>alert(1)</script></svg>", "<script"},
        {SVG_START "<SCRIPT>alert(1)</SCRIPT></svg>", "<script"},
        {SVG_START "<s:script xmlns:s='http://www.w3.org/2000/svg'>x()</s:script></svg>", ":script"},
        {SVG_START "<g onload='x()'/></svg>", "an event handler"},
        {SVG_START "<g onload\n=\n'x()'/></svg>", "an event handler"},
        {SVG_START "<g\nOnClick=\"x()\"/></svg>", "an event handler"},
        {SVG_START "<g/onload=\"x()\"/></svg>", "an event handler"},
        {SVG_START "<a href='javascript:x()'/></svg>", "javascript:"},
        {SVG_START "<foreignObject/></svg>", "<foreignObject"},
        {"<!DOCTYPE svg [<!ENTITY a 'b'>]>" SVG_START "</svg>", "<!ENTITY"},
        {"<svg></svg>", "needs a viewBox"},
        {"<svg viewBox='0 0 0 0'></svg>", "needs a viewBox"},
        {"<svg width='nan' height='1'></svg>", "needs a viewBox"},
        {"<svg><g viewBox='0 0 1 1'/></svg>", "needs a viewBox"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct brand_logo logo;
        TEXT struct text why = TEXT_EMPTY;
        if (load(rows[i].bytes, strlen(rows[i].bytes), &logo, &why))
            fail_msg("%s is taken", rows[i].bytes);
        if (strstr(text_get(&why), rows[i].says) == NULL)
            fail_msg("\"%s\" is not in: %s", rows[i].says, text_get(&why));
    }
    static char large[BRAND_LOGO_MAX + 1];
    struct brand_logo logo;
    TEXT struct text why = TEXT_EMPTY;
    assert_false(load(large, sizeof large, &logo, &why));
    assert_non_null(strstr(text_get(&why), "at most 256 KiB"));
    text_clear(&why);
    assert_false(brand_logo_load("/nonexistent/logo", &logo, &why));
    assert_non_null(strstr(text_get(&why), "/nonexistent/logo"));
}

static void logos_keep_their_proportions(void **state)
{
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x80\0\0\0\x40\x08\x06";
    static const struct {
        const char *bytes, *name;
        size_t length;
        unsigned width;
    } rows[] = {
        {SVG_START "<title>on the way = home</title></svg>", BRAND_LOGO_NAME_SVG, 0, 64},
        {"<svg width=\"10\" height='20'></svg>", BRAND_LOGO_NAME_SVG, 0, 16},
        {"<?xml version='1.0'?><!DOCTYPE svg><svg viewBox='0,0,9000,10'/>", BRAND_LOGO_NAME_SVG, 0, 160},
        {png, BRAND_LOGO_NAME_PNG, sizeof png - 1, 64},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct brand_logo logo;
        TEXT struct text why = TEXT_EMPTY;
        const size_t length = rows[i].length ? rows[i].length : strlen(rows[i].bytes);
        if (!load(rows[i].bytes, length, &logo, &why))
            fail_msg("%s", text_get(&why));
        assert_string_equal(logo.name, rows[i].name);
        assert_int_equal(logo.length, length);
        assert_int_equal(logo.shown_width, rows[i].width);
        free(logo.bytes);
    }
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    TEXT struct text path = TEXT_EMPTY;
    (void)state;
    text_printf(&path, "%s/logo", folder);
    unlink(text_get(&path));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_that_cannot_be_read_are_refused),
        cmocka_unit_test(colours_that_can_be_read_are_taken),
        cmocka_unit_test(links_lead_to_the_web_or_a_mailbox),
        cmocka_unit_test(the_style_sheet_sets_what_is_configured),
        cmocka_unit_test(files_that_are_no_logo_are_refused),
        cmocka_unit_test(logos_keep_their_proportions),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
