/* SPDX-License-Identifier: Apache-2.0 */
#include "label/stock.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define A4                                                                                                   \
    {                                                                                                        \
        210, 297                                                                                             \
    }
#define LETTER                                                                                               \
    {                                                                                                        \
        215.9, 279.4                                                                                         \
    }

/* names, paper, label, left, top, gaps, columns, rows; from the makers */
static const struct stock stocks[] = {
    {"L7160 L7160B J8160 4677 4103 10301", A4, {63.5, 38.1}, 7.2, 15.15, 2.54, 0, 3, 7},
    {"L7159 J8159 L4773", A4, {63.5, 33.9}, 7.2, 12.9, 2.54, 0, 3, 8},
    {"L7161 J8161", A4, {63.5, 46.6}, 7.2, 8.7, 2.54, 0, 3, 6},
    {"L7162 J8162", A4, {99.1, 33.9}, 4.65, 12.9, 2.5, 0, 2, 8},
    {"L7163 J8163", A4, {99.1, 38.1}, 4.65, 15.15, 2.5, 0, 2, 7},
    {"L7164 J8164", A4, {63.5, 72}, 7.2, 4.5, 2.54, 0, 3, 4},
    {"L7165 J8165", A4, {99.1, 67.7}, 4.65, 13.1, 2.5, 0, 2, 4},
    {"L7651 L7551 J8651 8651", A4, {38.1, 21.2}, 4.75, 10.7, 2.5, 0, 5, 13},
    {"L7654 L4770 L6140 L6145", A4, {45.7, 25.4}, 9.7, 21.5, 2.6, 0, 4, 10},
    {"L4778 L6009 4221 4346 10004", A4, {45.7, 21.2}, 9.7, 21.3, 2.6, 0, 4, 12},
    {"L4731 L7658 J8658 10001", A4, {25.4, 10}, 8.6, 13.5, 2.5, 0, 7, 27},
    {"L4732", A4, {35.6, 16.9}, 11, 13.3, 2.5, 0, 5, 16},
    {"5160 8160 5260 5960 8460", LETTER, {66.675, 25.4}, 4.7625, 12.7, 3.175, 0, 3, 10},
    {"5161 8161 5261", LETTER, {101.6, 25.4}, 3.96875, 12.7, 4.7625, 0, 2, 10},
    {"5163 8163 5263", LETTER, {101.6, 50.8}, 3.96875, 12.7, 4.7625, 0, 2, 5},
    {"5167 8167 5267", LETTER, {44.45, 12.7}, 7.14375, 12.7, 7.9375, 0, 4, 20},
};

static bool is_among(const char *names, const char *name)
{
    size_t length = strlen(name);

    for (size_t size; *names != '\0'; names += size + strspn(names + size, " ")) {
        size = strcspn(names, " ");
        if (size == length && strncasecmp(names, name, size) == 0)
            return true;
    }
    return false;
}

const struct stock *stock_find(const char *name)
{
    static const char *const makers[] = {"avery", "zweckform", "herma"};

    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (strncasecmp(name, makers[i], strlen(makers[i])) == 0) {
            name += strlen(makers[i]);
            name += strspn(name, " -");
        }
    for (size_t i = 0; i < sizeof stocks / sizeof *stocks; i++)
        if (is_among(stocks[i].names, name))
            return &stocks[i];
    return NULL;
}

const struct stock *stock_at(size_t index)
{
    return index < sizeof stocks / sizeof *stocks ? &stocks[index] : NULL;
}

/* Parses digits and a dot in any locale; at most 2000. */
static bool parse_number(const char **at, double *out)
{
    double number = 0, place = 1;
    const char *start = *at;

    for (; isdigit((unsigned char)**at) && number <= 2000; (*at)++)
        number = number * 10 + (**at - '0');
    if (**at == '.')
        for ((*at)++; isdigit((unsigned char)**at); (*at)++)
            number += (**at - '0') * (place /= 10);
    if (*at == start || number > 2000)
        return false;
    *out = number;
    return true;
}

bool stock_size(const char *text, struct layout_size *out)
{
    struct layout_size size;

    if (!parse_number(&text, &size.width) || (*text != 'x' && *text != 'X') ||
        (text++, !parse_number(&text, &size.height)))
        return false;
    double unit = strcasecmp(text, "in") == 0 ? 25.4 : 1;
    if (*text != '\0' && strcasecmp(text, "mm") != 0 && strcasecmp(text, "in") != 0)
        return false;
    size.width *= unit;
    size.height *= unit;
    if (size.width < 1 || size.height < 1)
        return false;
    *out = size;
    return true;
}

bool stock_paper(const char *text, struct layout_size *out)
{
    static const struct {
        const char *name;
        struct layout_size size;
    } papers[] = {
        {"a4", A4}, {"letter", LETTER}, {"a5", {148, 210}}, {"a3", {297, 420}}, {"legal", {215.9, 355.6}}};

    for (size_t i = 0; i < sizeof papers / sizeof *papers; i++)
        if (strcasecmp(text, papers[i].name) == 0) {
            *out = papers[i].size;
            return true;
        }
    return stock_size(text, out);
}

/* How many labels fit between two equal margins. */
static int as_many(double room, double margin, double size, double gap)
{
    return (int)((room - 2 * (margin < 0 ? 0 : margin) + gap + STOCK_TOLERANCE) / (size + gap));
}

static double extent(int count, double size, double gap)
{
    return count * size + (count - 1) * gap;
}

void stock_complete(struct stock *stock)
{
    if (stock->columns == 0)
        stock->columns = as_many(stock->paper.width, stock->left, stock->label.width, stock->gap_x);
    if (stock->rows == 0)
        stock->rows = as_many(stock->paper.height, stock->top, stock->label.height, stock->gap_y);
    if (stock->left < 0)
        stock->left = (stock->paper.width - extent(stock->columns, stock->label.width, stock->gap_x)) / 2;
    if (stock->top < 0)
        stock->top = (stock->paper.height - extent(stock->rows, stock->label.height, stock->gap_y)) / 2;
}

bool stock_fits(const struct stock *stock, struct text *why)
{
    double right = stock->left + extent(stock->columns, stock->label.width, stock->gap_x);
    double bottom = stock->top + extent(stock->rows, stock->label.height, stock->gap_y);

    if (stock->columns >= 1 && stock->rows >= 1 && stock->left >= -STOCK_TOLERANCE &&
        stock->top >= -STOCK_TOLERANCE && right <= stock->paper.width + STOCK_TOLERANCE &&
        bottom <= stock->paper.height + STOCK_TOLERANCE)
        return true;
    if (stock->columns < 1 || stock->rows < 1)
        text_printf(why, "not one label of %g x %g mm fits a paper of %g x %g mm", stock->label.width,
                    stock->label.height, stock->paper.width, stock->paper.height);
    else
        text_printf(why,
                    "%d x %d labels of %g x %g mm with their margins and gaps do not fit a paper of %g x %g "
                    "mm: they would reach to %.1f x %.1f mm",
                    stock->columns, stock->rows, stock->label.width, stock->label.height, stock->paper.width,
                    stock->paper.height, right, bottom);
    return false;
}

void stock_place(const struct stock *stock, int index, double *x, double *y)
{
    int column = index % stock->columns;
    int row = index / stock->columns;

    *x = stock->left + column * (stock->label.width + stock->gap_x);
    *y = stock->top + row * (stock->label.height + stock->gap_y);
}
