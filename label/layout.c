/* SPDX-License-Identifier: Apache-2.0 */
#include "label/layout.h"

#include <stdio.h>
#include <string.h>

#include "base/lines.h"
#include "base/qr_code.h"
#include "base/utf8.h"

#define MODULE_USEFUL 0.6 /* mm; larger ones read no better at hand-held distance */
#define MODULE_GOOD 0.4   /* mm; any phone reads it */
#define MODULE_STEP 0.005 /* mm */
#define TYPE_USEFUL (9 * LAYOUT_POINT)
#define TYPE_BETTER (6.5 * LAYOUT_POINT)
#define TYPE_GOOD (5.5 * LAYOUT_POINT)
#define TYPE_LEAST (4 * LAYOUT_POINT)
#define TEXT_GAP 0.35     /* between the identifier and the texts around it, in type sizes */
#define WIDE_ADVANCE 1.05 /* of characters that monospaced Latin fonts lack */

/* What is said of the portal. */
enum says { SAYS_NOTHING, SAYS_INVITATION, SAYS_ADDRESS_TOO };

/* The texts before they are placed: product, groups in lines, GTIN, serial, invitation, address. */
struct words {
    const struct label *label;
    bool with_texts;
    enum says says;
    size_t per_line;  /* groups */
    bool check_apart; /* on a separate line */
    size_t lines;     /* lines of groups */
    size_t columns;   /* characters of the longest line */
};

/* A candidate layout. */
struct plan {
    bool under;
    double module, type;
    struct layout_size texts; /* area for the texts */
    struct words words;
};

static void end_line(struct words *words, size_t columns)
{
    words->columns = columns > words->columns ? columns : words->columns;
    words->lines++;
}

/* Writes the groups in lines that end with '\n', and the check characters after or below the last one. */
static void write_groups(struct words *words, char out[LAYOUT_IDENTIFIER_SIZE])
{
    const char *name = words->label->name;
    size_t at = 0, start = 0, count = 0;

    words->lines = words->columns = 0;
    for (size_t length; (length = identifier_group(name)) > 0; name += length, count++) {
        bool full = count > 0 && count % words->per_line == 0;
        if (full) {
            end_line(words, at - start);
            start = at + 1;
        }
        if (count > 0)
            out[at++] = full ? '\n' : ' ';
        memcpy(out + at, name, length);
        at += length;
    }
    if (words->check_apart) {
        end_line(words, at - start);
        start = at + 1;
    }
    out[at++] = words->check_apart ? '\n' : ' ';
    int length = snprintf(out + at, LAYOUT_IDENTIFIER_SIZE - at, "%c %s", CHECK_MARK, words->label->check);
    end_line(words, at + (size_t)length - start);
}

/* The width in type sizes; *known is false if a fallback font is needed. */
static double text_advance(const char *text, bool *known)
{
    double advance = 0;
    uint32_t c;

    *known = true;
    for (size_t left = strlen(text), size; left > 0; left -= size, text += size) {
        size = utf8_decode(text, left, &c);
        bool narrow = c < 0x0530; /* Latin, Greek, Cyrillic */
        advance += narrow ? LAYOUT_ADVANCE : WIDE_ADVANCE;
        *known = *known && narrow;
        if (size == 0)
            break;
    }
    return advance;
}

static const char *product_of(const struct words *words)
{
    return words->with_texts ? words->label->product : "";
}

/* Of a Digital Link it is always shown: any font has its characters. */
static const char *serial_of(const struct words *words)
{
    return words->with_texts || words->label->serial_line[0] != '\0' ? label_serial_text(words->label) : "";
}

static bool is_there(const char *text)
{
    return text[0] != '\0';
}

/* Texts below the groups. */
static size_t count_below(const struct words *words)
{
    return (size_t)is_there(words->label->gtin_line) + (size_t)is_there(serial_of(words)) + words->says;
}

static size_t count_texts(const struct words *words)
{
    return (size_t)is_there(product_of(words)) + count_below(words);
}

/* The height of all lines in type sizes. The last line counts with its own height, not the line spacing. */
static double height_of_lines(const struct words *words)
{
    int gaps = (int)is_there(product_of(words)) + (count_below(words) > 0);

    return (double)(words->lines + count_texts(words) - 1) * LAYOUT_LINE_HEIGHT + 1 + gaps * TEXT_GAP;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* The type size of product or serial for that width; may be smaller than the identifier's. */
static double type_of_text(const char *text, double type, double width)
{
    bool known;

    return text[0] != '\0' ? smaller(type, width / text_advance(text, &known)) : type;
}

/* The smallest type of all texts, if that of the identifier is type. */
static double smallest_type(const struct words *words, double type, double width)
{
    const struct label *label = words->label;
    const char *const texts[] = {product_of(words), label->gtin_line, serial_of(words),
                                 words->says >= SAYS_INVITATION ? LABEL_INVITATION : "",
                                 words->says >= SAYS_ADDRESS_TOO ? label->address : ""};
    double smallest = type;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        smallest = smaller(smallest, type_of_text(texts[i], type, width));
    return smallest;
}

/* The largest useful type size; less than least if there is no room. */
static double largest_type(const struct plan *plan, double least)
{
    const struct words *words = &plan->words;
    double type = smaller(plan->texts.width / ((double)words->columns * LAYOUT_ADVANCE), TYPE_USEFUL);

    type = smaller(type, plan->texts.height / height_of_lines(words));
    return smallest_type(words, type, plan->texts.width) < least ? 0 : type;
}

/* The margin around the code: its quiet zone or the padding, whichever is larger. */
static double code_margin(double module, const struct layout_limits *limits)
{
    return QR_CODE_QUIET * module > limits->padding ? QR_CODE_QUIET * module : limits->padding;
}

/* Computes the area left for texts with that module size. */
static bool measure(struct plan *plan, int side, struct layout_size size, const struct layout_limits *limits)
{
    double margin = code_margin(plan->module, limits);
    double quiet = QR_CODE_QUIET * plan->module;
    double code = side * plan->module;
    struct layout_size whole = {size.width - 2 * limits->padding, size.height - 2 * limits->padding};

    if (code + 2 * margin > size.width || code + 2 * margin > size.height)
        return false;
    if (plan->under)
        plan->texts =
            (struct layout_size){whole.width, size.height - margin - code - quiet - limits->padding};
    else
        plan->texts =
            (struct layout_size){size.width - margin - code - quiet - limits->padding, whole.height};
    return plan->texts.width > 0 && plan->texts.height > 0;
}

static double grown_to(double size, double wanted)
{
    return smaller(size / wanted, 1);
}

/* Ranks a plan. Module and type size count fully until they are good, less until they are useful, hardly
 * beyond. */
static double merit(const struct plan *plan)
{
    return 2 * grown_to(plan->module, MODULE_GOOD) + grown_to(plan->module, MODULE_USEFUL) +
           2 * grown_to(plan->type, TYPE_BETTER) + 0.5 * grown_to(plan->type, TYPE_USEFUL) +
           0.05 * plan->module - 0.01 * (double)plan->words.lines;
}

/* Tries module sizes for a plan, smallest first. Returns whether *out improved (valid only if
 * there_is_one). */
static bool search_modules(struct plan *plan, int side, struct layout_size size,
                           const struct layout_limits *limits, double least, bool there_is_one,
                           struct plan *out)
{
    bool better = false;

    for (int step = 0;; step++) {
        plan->module = limits->module_min + step * MODULE_STEP;
        if (!measure(plan, side, size, limits))
            return better;
        plan->type = largest_type(plan, least);
        if (plan->type < least)
            return better;
        if ((there_is_one || better) && merit(plan) <= merit(out))
            continue;
        *out = *plan;
        better = true;
    }
}

/* Finds the best plan with a type size of at least least. */
static bool search(const struct words *words, int side, struct layout_size size,
                   const struct layout_limits *limits, double least, struct plan *out)
{
    static const size_t per_line[] = {IDENTIFIER_MAX, 8, 4, 2, 1};
    char scratch[LAYOUT_IDENTIFIER_SIZE];
    bool found = false;

    for (size_t i = 0; i < 2 * sizeof per_line / sizeof *per_line; i++) {
        struct plan plan = {.words = *words};
        plan.words.per_line = per_line[i / 2];
        plan.words.check_apart = i % 2 == 1;
        write_groups(&plan.words, scratch);
        if (plan.words.lines + count_texts(&plan.words) > LAYOUT_LINES_MAX)
            continue;
        for (int under = 0; under < 2; under++) {
            plan.under = under;
            found = search_modules(&plan, side, size, limits, least, found, out) || found;
        }
    }
    return found;
}

static void add_line(struct layout *layout, const char *text, size_t length, double type, double width)
{
    struct layout_line *line = &layout->lines[layout->count++];

    *line = (struct layout_line){.text = text, .length = length, .size = type, .width = width};
}

static void add_text(struct layout *layout, const struct plan *plan, const char *text)
{
    bool known;
    double advance = text_advance(text, &known);
    double type = type_of_text(text, plan->type, plan->texts.width);

    add_line(layout, text, strlen(text), type, known ? advance * type : 0);
}

static void add_lines(struct layout *layout, const struct plan *plan)
{
    struct lines lines = lines_of(layout->identifier, strlen(layout->identifier));
    const char *line;
    size_t length;

    const struct words *words = &plan->words;
    if (is_there(product_of(words)))
        add_text(layout, plan, product_of(words));
    while (lines_next(&lines, &line, &length))
        add_line(layout, line, length, plan->type, (double)length * LAYOUT_ADVANCE * plan->type);
    if (is_there(words->label->gtin_line))
        add_text(layout, plan, words->label->gtin_line);
    if (is_there(serial_of(words)))
        add_text(layout, plan, serial_of(words));
    if (words->says >= SAYS_INVITATION)
        add_text(layout, plan, LABEL_INVITATION);
    if (words->says >= SAYS_ADDRESS_TOO)
        add_text(layout, plan, words->label->address);
}

/* A capital is about 0.75 type sizes high. */
static void place_lines(struct layout *layout, const struct plan *plan, double x, double top)
{
    double baseline = top + 0.75 * plan->type;
    const size_t first = is_there(product_of(&plan->words)); /* of the groups */
    const size_t after = first + plan->words.lines;

    for (size_t i = 0; i < layout->count; i++) {
        if ((i == first && first > 0) || i == after)
            baseline += TEXT_GAP * plan->type;
        layout->lines[i].x = x;
        layout->lines[i].baseline = baseline;
        baseline += LAYOUT_LINE_HEIGHT * plan->type;
    }
}

static void place(struct layout *layout, struct plan *plan, int side, const struct layout_limits *limits)
{
    double code = side * plan->module;
    double margin = code_margin(plan->module, limits);
    double quiet = QR_CODE_QUIET * plan->module;

    write_groups(&plan->words, layout->identifier);
    add_lines(layout, plan);
    layout->module = plan->module;
    layout->centred = plan->under;
    double spare = plan->texts.height - height_of_lines(&plan->words) * plan->type;
    if (plan->under) {
        layout->code_x = (layout->label.width - code) / 2;
        layout->code_y = margin + spare / 2;
        place_lines(layout, plan, layout->label.width / 2, layout->code_y + code + quiet);
    } else {
        layout->code_x = margin;
        layout->code_y = (layout->label.height - code) / 2;
        place_lines(layout, plan, margin + code + quiet, limits->padding + spare / 2);
    }
}

static void explain(const struct label *label, int side, struct layout_size size,
                    const struct layout_limits *limits, struct text *why)
{
    double least = side * limits->module_min + 2 * code_margin(limits->module_min, limits);

    if (least > smaller(size.width, size.height))
        text_printf(why,
                    "the code is too large for the label: %d x %d modules of %g mm and the white around them "
                    "take %.1f x %.1f mm, the label has %g x %g mm; a shorter address, --level L or a larger "
                    "label help",
                    side, side, limits->module_min, least, least, size.width, size.height);
    else
        text_printf(
            why,
            "code and text do not fit the label of %g x %g mm: no room is left for %s in letters that "
            "can be read",
            size.width, size.height,
            label->gtin_line[0] != '\0' ||
                    (limits->with_texts && (label->product[0] != '\0' || label->serial[0] != '\0'))
                ? "identifier, product and serial"
                : "the identifier");
}

/* Finds the best plan that says as much of the portal as goes with a code and letters of a good size. */
static bool search_saying(struct words *words, int side, struct layout_size size,
                          const struct layout_limits *limits, struct plan *out)
{
    if (words->label->address[0] == '\0')
        return false;
    for (words->says = SAYS_ADDRESS_TOO; words->says > SAYS_NOTHING; words->says--)
        if (search(words, side, size, limits, TYPE_GOOD, out) && out->module >= MODULE_GOOD)
            return true;
    return false;
}

bool layout_make(const struct label *label, int side, struct layout_size size,
                 const struct layout_limits *limits, struct layout *out, struct text *why)
{
    struct words words = {.label = label, .with_texts = limits->with_texts};
    struct plan plan;

    if (!search_saying(&words, side, size, limits, &plan) &&
        !search(&words, side, size, limits, TYPE_GOOD, &plan) &&
        !search(&words, side, size, limits, TYPE_LEAST, &plan)) {
        explain(label, side, size, limits, why);
        return false;
    }
    out->label = size;
    out->count = 0;
    place(out, &plan, side, limits);
    return true;
}
