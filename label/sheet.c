/* SPDX-License-Identifier: Apache-2.0 */
#include "label/sheet.h"

#include "label/svg.h"

#define MARK_LENGTH 4.0   /* mm, as are all of these */
#define MARK_DISTANCE 1.0 /* from the labels */
#define RULER_MARGIN 8.0  /* needed by a ruler */
#define RULER_TICK 1.5
#define HAIR 0.1

static double bottom_of(const struct stock *stock)
{
    double x, y;

    stock_place(stock, stock->columns * stock->rows - 1, &x, &y);
    return y + stock->label.height;
}

static double right_of(const struct stock *stock)
{
    double x, y;

    stock_place(stock, stock->columns - 1, &x, &y);
    return x + stock->label.width;
}

bool sheet_options_fit(const struct sheet_options *options, struct text *why)
{
    const struct stock *stock = options->stock;

    if (!options->ruler)
        return true;
    if (stock->paper.width < SHEET_RULER + 20) {
        text_printf(why, "a ruler of %g mm needs a wider paper", SHEET_RULER);
        return false;
    }
    if (stock->top >= RULER_MARGIN || stock->paper.height - bottom_of(stock) >= RULER_MARGIN)
        return true;
    text_printf(why, "there is no room for a ruler: it needs %g mm above or below the labels", RULER_MARGIN);
    return false;
}

static void add_values(const char *format, const double *values, struct text *out)
{
    for (; *format != '\0'; format++)
        if (*format == '#')
            svg_number(*values++, out);
        else
            text_add(out, format, 1);
}

/* Each # in the format is replaced by the next number. */
#define ADD(out, format, ...) add_values((format), (const double[]){__VA_ARGS__}, (out))

static void add_mark(double x1, double y1, double x2, double y2, struct text *out)
{
    ADD(out, "M# #L# #", x1, y1, x2, y2);
}

static double mark_length(double margin)
{
    double room = margin - MARK_DISTANCE;

    return room < 0 ? 0 : room < MARK_LENGTH ? room : MARK_LENGTH;
}

static void add_vertical_marks(const struct stock *stock, double x, struct text *out)
{
    double above = stock->top - MARK_DISTANCE, below = bottom_of(stock) + MARK_DISTANCE;

    if (mark_length(stock->top) > 0)
        add_mark(x, above, x, above - mark_length(stock->top), out);
    if (mark_length(stock->paper.height - bottom_of(stock)) > 0)
        add_mark(x, below, x, below + mark_length(stock->paper.height - bottom_of(stock)), out);
}

static void add_horizontal_marks(const struct stock *stock, double y, struct text *out)
{
    double before = stock->left - MARK_DISTANCE, after = right_of(stock) + MARK_DISTANCE;

    if (mark_length(stock->left) > 0)
        add_mark(before, y, before - mark_length(stock->left), y, out);
    if (mark_length(stock->paper.width - right_of(stock)) > 0)
        add_mark(after, y, after + mark_length(stock->paper.width - right_of(stock)), y, out);
}

static void add_marks(const struct stock *stock, struct text *out)
{
    double x, y;

    text_puts(out, "<path class=\"h\" d=\"");
    for (int i = 0; i < stock->columns; i++) {
        stock_place(stock, i, &x, &y);
        add_vertical_marks(stock, x, out);
        add_vertical_marks(stock, x + stock->label.width, out);
    }
    for (int i = 0; i < stock->rows; i++) {
        stock_place(stock, i * stock->columns, &x, &y);
        add_horizontal_marks(stock, y, out);
        add_horizontal_marks(stock, y + stock->label.height, out);
    }
    text_puts(out, "\"/>\n");
}

static void add_borders(const struct stock *stock, struct text *out)
{
    double x, y;

    for (int i = 0; i < stock->columns * stock->rows; i++) {
        stock_place(stock, i, &x, &y);
        ADD(out, "<rect class=\"h\" x=\"#\" y=\"#\" width=\"#\" height=\"#\"/>\n", x, y, stock->label.width,
            stock->label.height);
    }
}

/* The ruler measures between the centres of the two long ticks. */
static void add_ruler(const struct stock *stock, struct text *out)
{
    double below = stock->paper.height - bottom_of(stock);
    double y = stock->top > below ? stock->top / 2 : stock->paper.height - below / 2;
    double x = (stock->paper.width - SHEET_RULER) / 2;

    text_puts(out, "<path class=\"r\" d=\"");
    add_mark(x, y, x + SHEET_RULER, y, out);
    for (int i = 0; i <= 10; i++) {
        double tick = i % 10 == 0 ? 2 * RULER_TICK : i % 5 == 0 ? RULER_TICK : RULER_TICK / 2;
        add_mark(x + 10 * i, y - tick, x + 10 * i, y + tick, out);
    }
    ADD(out, "\"/>\n<text x=\"#\" y=\"#\" font-size=\"2.5\">100 mm</text>\n", x + SHEET_RULER + 2, y + 0.9);
}

void sheet_begin(struct sheet *sheet, const struct sheet_options *options, int skip, struct text *out)
{
    struct layout_size paper = options->stock->paper;

    *sheet = (struct sheet){.options = *options, .place = skip};
    text_puts(out,
              "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Labels</title>\n"
              "<style>\n");
    ADD(out,
        "@page{size:#mm #mm;margin:0}\nhtml,body{margin:0;padding:0}\n.p{display:block;width:#mm;height:#mm;"
        "overflow:hidden;background:white}\n",
        paper.width, paper.height, paper.width, paper.height);
    text_puts(out, ".p+.p{break-before:page}\n");
    ADD(out, ".h{fill:none;stroke:black;stroke-width:#}.r{fill:none;stroke:black;stroke-width:#}\n", HAIR,
        2 * HAIR);
    text_puts(out, svg_style);
    text_puts(out,
              "\n.note{font:16px/1.5 system-ui,sans-serif;max-width:44em;margin:1.5em auto;padding:0 1em}\n"
              "@media screen{body{background:#dde4ee}.p{margin:0 auto 8mm;box-shadow:0 1px 6px #0004}}\n"
              "@media print{.note{display:none}}\n</style>\n</head>\n<body>\n<p class=\"note\">");
    ADD(out,
        "Print this at 100&nbsp;% (\xE2\x80\x9C"
        "actual size\xE2\x80\x9D, not \xE2\x80\x9C"
        "fit to page\xE2\x80\x9D) without "
        "margins, headers and footers, on paper of #&nbsp;\xC3\x97&nbsp;#&nbsp;mm.",
        paper.width, paper.height);
    text_puts(out, options->ruler ? " The ruler must then be 100&nbsp;mm long.</p>\n" : "</p>\n");
}

static void open_page(struct sheet *sheet, struct text *out)
{
    struct layout_size paper = sheet->options.stock->paper;

    ADD(out, "<svg class=\"p\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 # #\">\n", paper.width,
        paper.height);
    if (sheet->options.cut_marks)
        add_marks(sheet->options.stock, out);
    if (sheet->options.border)
        add_borders(sheet->options.stock, out);
    if (sheet->options.ruler)
        add_ruler(sheet->options.stock, out);
    sheet->opened = true;
}

static void close_page(struct sheet *sheet, struct text *out)
{
    text_puts(out, "</svg>\n");
    sheet->opened = false;
    sheet->place = 0;
}

bool sheet_add(struct sheet *sheet, const struct layout *layout, const struct qr_code *code, struct text *out)
{
    const struct stock *stock = sheet->options.stock;
    double x, y;

    if (!sheet->opened)
        open_page(sheet, out);
    stock_place(stock, sheet->place++, &x, &y);
    svg_fragment(layout, code, x, y, out);
    if (sheet->place < stock->columns * stock->rows)
        return false;
    close_page(sheet, out);
    return true;
}

void sheet_end(struct sheet *sheet, struct text *out)
{
    if (sheet->opened)
        close_page(sheet, out);
    text_puts(out, "</body>\n</html>\n");
}
