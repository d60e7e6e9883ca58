/* SPDX-License-Identifier: Apache-2.0 */
#include "label/svg.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* Fonts in which 0 and O, 1, l and I differ; fallback fonts are asked for a slashed zero. */
const char svg_style[] =
    "text{font-family:\"DejaVu Sans Mono\",\"Cascadia Mono\",Consolas,Menlo,\"Noto Sans Mono\",\"Liberation "
    "Mono\",ui-monospace,monospace;font-feature-settings:\"zero\";fill:#000;white-space:pre}"
    ".c{fill:#000;fill-rule:evenodd;shape-rendering:crispEdges}.m{text-anchor:middle}";

void svg_number(double number, struct text *out)
{
    long thousandths = (long)(number * 1000 + (number < 0 ? -0.5 : 0.5));
    unsigned long size = thousandths < 0 ? 0UL - (unsigned long)thousandths : (unsigned long)thousandths;
    char digits[24];
    int length =
        snprintf(digits, sizeof digits, "%s%lu.%03lu", thousandths < 0 ? "-" : "", size / 1000, size % 1000);

    while (digits[length - 1] == '0')
        length--;
    text_add(out, digits, (size_t)(digits[length - 1] == '.' ? length - 1 : length));
}

static const char *entity(uint32_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void svg_escape(const char *string, size_t length, struct text *out)
{
    uint32_t c = 0;

    for (size_t size; length > 0; length -= size, string += size) {
        size = utf8_decode(string, length, &c);
        bool bad = size == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0) || (c & 0xfffe) == 0xfffe;
        size = size == 0 ? 1 : size;
        if (bad)
            text_puts(out, "\xEF\xBF\xBD");
        else if (entity(c) != NULL)
            text_puts(out, entity(c));
        else
            text_add(out, string, size);
    }
}

static void add_attribute(const char *name, double value, struct text *out)
{
    text_printf(out, " %s=\"", name);
    svg_number(value, out);
    text_puts(out, "\"");
}

static void add_line(const struct layout *layout, const struct layout_line *line, double x, double y,
                     struct text *out)
{
    text_puts(out, layout->centred ? "<text class=\"m\"" : "<text");
    add_attribute("x", x + line->x, out);
    add_attribute("y", y + line->baseline, out);
    add_attribute("font-size", line->size, out);
    if (line->width > 0) {
        add_attribute("textLength", line->width, out);
        text_puts(out, " lengthAdjust=\"spacingAndGlyphs\"");
    }
    text_puts(out, ">");
    svg_escape(line->text, line->length, out);
    text_puts(out, "</text>\n");
}

void svg_fragment(const struct layout *layout, const struct qr_code *code, double x, double y,
                  struct text *out)
{
    text_puts(out, "<path class=\"c\" transform=\"translate(");
    svg_number(x + layout->code_x, out);
    text_puts(out, " ");
    svg_number(y + layout->code_y, out);
    text_puts(out, ")scale(");
    svg_number(layout->module, out);
    text_puts(out, ")\" d=\"");
    qr_code_path(code, out);
    text_puts(out, "\"/>\n");
    for (size_t i = 0; i < layout->count; i++)
        add_line(layout, &layout->lines[i], x, y, out);
}

void svg_document(const struct layout *layout, const struct qr_code *code, const char *title,
                  struct text *out)
{
    TEXT struct text width = TEXT_EMPTY;
    TEXT struct text height = TEXT_EMPTY;

    svg_number(layout->label.width, &width);
    svg_number(layout->label.height, &height);
    text_printf(out,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
                "width=\"%smm\" height=\"%smm\" viewBox=\"0 0 %s %s\">\n<title>",
                width.data, height.data, width.data, height.data);
    svg_escape(title, strlen(title), out);
    text_printf(out, "</title>\n<style>%s</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
                svg_style);
    svg_fragment(layout, code, 0, 0, out);
    text_puts(out, "</svg>\n");
}
