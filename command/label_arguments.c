/* SPDX-License-Identifier: Apache-2.0 */
#include "command/label_arguments.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/number.h"
#include "base/standard_output.h"
#include "base/subcommand.h"
#include "command/command.h"
#include "label/label_png.h"

#define STOCK_DEFAULT "L7160"

/* The options as given, before they are checked together. */
struct given {
    const char *stock;
    struct layout_size label, paper; /* width 0: not given */
    double margin_x, margin_y;       /* less than 0: not given */
    double gap_x, gap_y;             /* less than 0: not given */
    int columns, rows;
};

static int usage_error(const char *what, const char *value)
{
    return subcommand_usage_error("expresslink-claim", "label", what, value);
}

/* Parses "X" or "X,Y". */
static bool parse_pair(const char *text, double most, double *x, double *y)
{
    char *end;
    double first = strtod(text, &end), second = first;

    if (end == text)
        return false;
    if (*end == ',') {
        const char *start = end + 1;
        second = strtod(start, &end);
        if (end == start)
            return false;
    }
    if (*end != '\0' || !(first >= 0 && first <= most) || !(second >= 0 && second <= most))
        return false;
    *x = first;
    *y = second;
    return true;
}

static bool parse_module(const char *text, double *out)
{
    double unused;

    return strchr(text, ',') == NULL && parse_pair(text, 5, out, &unused) && *out >= 0.05;
}

static enum label_format format_of(const char *name)
{
    static const char *const names[] = {
        [LABEL_TERMINAL] = "terminal", [LABEL_SVG] = "svg", [LABEL_PNG] = "png", [LABEL_SHEET] = "sheet"};

    if (strcasecmp(name, "html") == 0)
        return LABEL_SHEET;
    for (int format = LABEL_TERMINAL; format <= LABEL_SHEET; format++)
        if (strcasecmp(name, names[format]) == 0)
            return (enum label_format)format;
    return LABEL_FORMAT_UNKNOWN;
}

static int list_stocks(void)
{
    const struct stock *stock;

    printf("%-12s %-12s %-15s %-8s %s\n", "name", "paper", "label, mm", "columns", "also known as");
    for (size_t i = 0; (stock = stock_at(i)) != NULL; i++) {
        char label[32], grid[32];
        int length = (int)strcspn(stock->names, " ");
        snprintf(label, sizeof label, "%g x %g", stock->label.width, stock->label.height);
        snprintf(grid, sizeof grid, "%d x %d", stock->columns, stock->rows);
        printf("%-12.*s %-12s %-15s %-8s %s\n", length, stock->names,
               stock->paper.width < 212 ? "a4" : "letter", label, grid,
               stock->names + length + (stock->names[length] == ' '));
    }
    return standard_output_end("expresslink-claim label", COMMAND_DONE);
}

enum option_key {
    OPTION_URL = 256,
    OPTION_CONFIG,
    OPTION_CSV,
    OPTION_GTIN,
    OPTION_SERIAL,
    OPTION_SKIP_BAD,
    OPTION_FORMAT,
    OPTION_OUTPUT,
    OPTION_LEVEL,
    OPTION_MIN_MODULE,
    OPTION_DPI,
    OPTION_VERIFY,
    OPTION_COPIES,
    OPTION_STOCK,
    OPTION_LABEL,
    OPTION_PAPER,
    OPTION_MARGIN,
    OPTION_GAP,
    OPTION_COLUMNS,
    OPTION_ROWS,
    OPTION_SKIP,
    OPTION_SPLIT,
    OPTION_CUT_MARKS,
    OPTION_BORDER,
    OPTION_RULER,
};

static const struct command_option page_options[] = {
    {"url", OPTION_URL, "URL", "the portal's public address: the code contains URL/r/IDENTIFIER"},
    {"config", OPTION_CONFIG, "FILE",
     "the portal's configuration (default without --url: portal.ini if it exists): public_url of "
     "[http], and identifier_form and identifier_case of [staging.*], to check identifiers"},
    {"csv", OPTION_CSV, "FILE",
     "a list instead of IDENTIFIERs, - for standard input: thing name, and optionally product and "
     "serial; the first row may name the columns"},
    {"gtin", OPTION_GTIN, "GTIN",
     "the product's number, of 8, 12, 13 or 14 digits: the code is a GS1 Digital Link, "
     "URL/01/GTIN/21/SERIAL, which "
     "tills read as well. GTIN and serial number are printed too. Serial numbers are in the list, and in the "
     "portal's "
     "inventory; a thing name of at most 20 characters can be its own"},
    {"serial", OPTION_SERIAL, "SERIAL", "the serial number of the one IDENTIFIER"},
    {"skip-bad", OPTION_SKIP_BAD, NULL, "leave out bad rows instead of creating no labels at all"},
    {"format", OPTION_FORMAT, "terminal|svg|png|sheet",
     "sheet is one HTML file to print from any browser. Default: from the ending "
     "of --output; otherwise terminal or svg for one identifier, sheet for several"},
    {"output", OPTION_OUTPUT, "PATH",
     "a file; for several labels as svg or png, and with --split, a new folder. Default: standard "
     "output. It appears only when it is complete"},
    {"level", OPTION_LEVEL, "L|M|Q|H", "how much of the code may be damaged (default: M)"},
    {"min-module", OPTION_MIN_MODULE, "MM", "refuse codes with smaller modules than this (default: 0.25)"},
    {"dpi", OPTION_DPI, "NUMBER", "resolution of png (default: 300)"},
    {"verify", OPTION_VERIFY, NULL,
     "read back every code with expresslink-decode before anything is written"},
    {"copies", OPTION_COPIES, "N", "print every label N times on a sheet"},
    {NULL, 0, NULL, "Label and sheet, in millimetres (WxH, or WxHin for inches):"},
    {"stock", OPTION_STOCK, "NAME",
     "a commercial label sheet (default: L7160); --stock list shows all of them"},
    {"label", OPTION_LABEL, "WxH", "size of a label instead (svg and png: default 50x30)"},
    {"paper", OPTION_PAPER, "PAPER", "a4 (default), a5, a3, letter, legal or WxH"},
    {"margin", OPTION_MARGIN, "X[,Y]",
     "from the paper's left and upper edge to the first label; default: centred, or the stock's"},
    {"gap", OPTION_GAP, "X[,Y]", "between labels (default: 0)"},
    {"columns", OPTION_COLUMNS, "N", "labels in a row (default: as many as fit)"},
    {"rows", OPTION_ROWS, "N", "labels in a column (default: as many as fit)"},
    {"skip", OPTION_SKIP, "N", "leave out the first N labels of the first sheet, already used"},
    {"split", OPTION_SPLIT, "N", "one file for every N sheets: PATH/sheet-0001.html and so on"},
    {"cut-marks", OPTION_CUT_MARKS, NULL, "print cut marks in the margins"},
    {"border", OPTION_BORDER, NULL, "print a thin line around every label"},
    {"ruler", OPTION_RULER, NULL, "print a line of 100 mm, to check that the browser prints at 100 %"},
};

const struct command_page label_command_page = {
    .name = "expresslink-claim label",
    .synopsis = "[OPTION]... IDENTIFIER...\n"
                "[OPTION]... --csv FILE",
    .about = "Creates labels: a QR code that opens the portal with the identifier filled in, and "
             "below it the identifier in groups of four with two check characters, which reveal "
             "typing mistakes.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .examples = "expresslink-claim label --url https://register.example.com \\\n"
                "    a84e07f1c2b95d3e6f80914ab27dc35e\n"
                "expresslink-claim label --csv devices.csv --gtin 9506000134352 --output \\\n"
                "    labels.html\n"
                "expresslink-claim label --csv devices.csv --stock L7651 --verify --output \\\n"
                "    labels.html\n"
                "expresslink-claim label --csv devices.csv --format png --dpi 203 \\\n"
                "    --output labels",
    .exit_status = "0 created, 64 wrong arguments, 65 not an identifier, a bad row, or too long for "
                   "the label, 66 the list cannot be read, 69 the decoder cannot be started, 70 a "
                   "code did not read back correctly, 73 the output cannot be created, 74 it cannot "
                   "be written, 78 wrong configuration, 130 interrupted. Nothing is written unless "
                   "the status is 0",
};

static const char *take_gtin(const char *value, struct label_arguments *out)
{
    switch (gtin_parse(value, strlen(value), out->gtin)) {
    case GTIN_OK:
        return NULL;
    case GTIN_WRONG_CHECK:
        return "--gtin needs a number whose last digit, the check digit, goes with the others, not ";
    default:
        return "--gtin needs 8, 12, 13 or 14 digits, not ";
    }
}

/* Returns NULL, or what the option needs. */
static const char *take_text(int option, const char *value, struct label_arguments *out, struct given *given)
{
    switch (option) {
    case OPTION_URL:
        out->url = value;
        return NULL;
    case OPTION_CONFIG:
        out->config = value;
        return NULL;
    case OPTION_CSV:
        out->csv = value;
        return NULL;
    case OPTION_GTIN:
        return take_gtin(value, out);
    case OPTION_SERIAL:
        out->serial = value;
        return NULL;
    case OPTION_OUTPUT:
        out->output = value;
        return value[0] != '\0' ? NULL : "--output needs a file or folder, not ";
    case OPTION_STOCK:
        given->stock = value;
        return NULL;
    case OPTION_FORMAT:
        out->format = format_of(value);
        return out->format != LABEL_FORMAT_UNKNOWN ? NULL
                                                   : "--format needs terminal, svg, png or sheet, not ";
    default:
        return qr_code_level_parse(value, &out->level) ? NULL : "--level needs L, M, Q or H, not ";
    }
}

static const char *take_number(int option, const char *value, struct label_arguments *out,
                               struct given *given)
{
    switch (option) {
    case OPTION_MIN_MODULE:
        return parse_module(value, &out->limits.module_min) ? NULL : "--min-module needs 0.05 to 5 mm, not ";
    case OPTION_DPI:
        return number_parse_int(value, LABEL_PNG_DPI_MIN, LABEL_PNG_DPI_MAX, &out->dpi)
                   ? NULL
                   : "--dpi needs 72 to 2400, not ";
    case OPTION_COPIES:
        return number_parse_int(value, 1, 10000, &out->copies) ? NULL : "--copies needs 1 to 10000, not ";
    case OPTION_LABEL:
        return stock_size(value, &given->label) ? NULL : "--label needs a size like 63.5x38.1, not ";
    case OPTION_PAPER:
        return stock_paper(value, &given->paper) ? NULL
                                                 : "--paper needs a4, letter or a size like 210x297, not ";
    case OPTION_MARGIN:
        return parse_pair(value, 500, &given->margin_x, &given->margin_y)
                   ? NULL
                   : "--margin needs X or X,Y in mm, not ";
    case OPTION_GAP:
        return parse_pair(value, 500, &given->gap_x, &given->gap_y) ? NULL
                                                                    : "--gap needs X or X,Y in mm, not ";
    case OPTION_COLUMNS:
        return number_parse_int(value, 1, 1000, &given->columns) ? NULL : "--columns needs a number, not ";
    case OPTION_ROWS:
        return number_parse_int(value, 1, 1000, &given->rows) ? NULL : "--rows needs a number, not ";
    case OPTION_SKIP:
        return number_parse_int(value, 0, 1000000, &out->skip) ? NULL : "--skip needs a number, not ";
    default:
        return number_parse(value, 1, 1000000, &out->split) ? NULL : "--split needs a number of sheets, not ";
    }
}

/* Returns false if the option is not a switch. */
static bool take_switch(int option, struct label_arguments *out)
{
    bool *switches[] = {
        [OPTION_SKIP_BAD - OPTION_URL] = &out->skip_bad,
        [OPTION_VERIFY - OPTION_URL] = &out->verify,
        [OPTION_CUT_MARKS - OPTION_URL] = &out->sheet.cut_marks,
        [OPTION_BORDER - OPTION_URL] = &out->sheet.border,
        [OPTION_RULER - OPTION_URL] = &out->sheet.ruler,
    };
    size_t index = (size_t)(option - OPTION_URL);

    if (index >= sizeof switches / sizeof *switches || switches[index] == NULL)
        return false;
    *switches[index] = true;
    return true;
}

static int take_options(int count, char **values, struct label_arguments *out, struct given *given)
{
    struct command_options options;
    int option;

    command_options_init(&label_command_page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1) {
        const char *wanted = NULL;
        if (option == '?')
            return usage_error("unknown option, or an option without its value", "");
        if (option == 'h')
            return command_help(&label_command_page);
        if (take_switch(option, out))
            continue;
        wanted = option <= OPTION_LEVEL || option == OPTION_STOCK ? take_text(option, optarg, out, given)
                                                                  : take_number(option, optarg, out, given);
        if (wanted != NULL)
            return usage_error(wanted, optarg);
    }
    out->identifiers = values + optind;
    out->count = (size_t)(count - optind);
    return -1;
}

/* Composes a sheet from the user's own measures. */
static void compose_stock(const struct given *given, struct stock *out)
{
    static const struct layout_size a4 = {210, 297};

    *out = (struct stock){
        .names = "",
        .paper = given->paper.width > 0 ? given->paper : a4,
        .label = given->label,
        .left = given->margin_x,
        .top = given->margin_y,
        .gap_x = given->gap_x > 0 ? given->gap_x : 0,
        .gap_y = given->gap_y > 0 ? given->gap_y : 0,
        .columns = given->columns,
        .rows = given->rows,
    };
    stock_complete(out);
}

static bool has_geometry(const struct given *given)
{
    return given->label.width > 0 || given->paper.width > 0 || given->gap_x >= 0 || given->columns > 0 ||
           given->rows > 0;
}

static int choose_stock(const struct given *given, struct label_arguments *out)
{
    const struct stock *known = stock_find(given->stock != NULL ? given->stock : STOCK_DEFAULT);

    if (known == NULL)
        return usage_error("there is no stock with that name; --stock list shows all: ", given->stock);
    if (given->stock != NULL && has_geometry(given))
        return usage_error(
            "--stock sets label, paper, gaps, columns and rows; only --margin can be combined with it", "");
    if (given->label.width > 0)
        compose_stock(given, &out->stock);
    else if (has_geometry(given))
        return usage_error("--label WxH is missing: the size of the labels on that paper", "");
    else {
        out->stock = *known;
        out->stock.left = given->margin_x >= 0 ? given->margin_x : out->stock.left;
        out->stock.top = given->margin_y >= 0 ? given->margin_y : out->stock.top;
    }
    return -1;
}

static enum label_format choose_format(const struct label_arguments *arguments)
{
    const char *ending = arguments->output != NULL ? strrchr(arguments->output, '.') : NULL;
    bool single = arguments->csv == NULL && arguments->count == 1;

    if (arguments->format != LABEL_FORMAT_UNKNOWN)
        return arguments->format;
    if (ending != NULL && format_of(ending + 1) != LABEL_FORMAT_UNKNOWN)
        return format_of(ending + 1);
    if (!single || arguments->split > 0)
        return LABEL_SHEET;
    return arguments->output == NULL && isatty(STDOUT_FILENO) ? LABEL_TERMINAL : LABEL_SVG;
}

static int check_output(struct label_arguments *out)
{
    bool single = out->csv == NULL && out->count == 1;

    if (out->split > 0 && out->format != LABEL_SHEET)
        return usage_error("--split is only for --format sheet", "");
    out->folder = out->split > 0 || (!single && (out->format == LABEL_SVG || out->format == LABEL_PNG));
    if (out->folder && out->output == NULL)
        return usage_error("--output FOLDER is missing: there are several files", "");
    if (out->output == NULL && (out->format == LABEL_PNG || out->format == LABEL_SHEET) &&
        isatty(STDOUT_FILENO))
        return usage_error("--output FILE is missing: this format cannot go to a terminal", "");
    return -1;
}

static int check_sheet(struct label_arguments *out)
{
    TEXT struct text why = TEXT_EMPTY;
    int places = out->stock.columns * out->stock.rows;

    out->sheet.stock = &out->stock;
    if (out->format != LABEL_SHEET) {
        if (out->copies > 1 || out->skip > 0 || out->sheet.cut_marks || out->sheet.border || out->sheet.ruler)
            return usage_error(
                "--copies, --skip, --cut-marks, --border and --ruler are only for --format sheet", "");
        return -1;
    }
    if (!stock_fits(&out->stock, &why) || !sheet_options_fit(&out->sheet, &why))
        return usage_error(text_get(&why), "");
    if (out->skip >= places) {
        text_printf(&why, "--skip %d leaves no label: a sheet has %d", out->skip, places);
        return usage_error(text_get(&why), "");
    }
    return -1;
}

static int complete(const struct given *given, struct label_arguments *out)
{
    static const struct layout_size single = {50, 30};
    int status;

    if (given->stock != NULL && strcasecmp(given->stock, "list") == 0)
        return list_stocks();
    if (out->csv != NULL && out->count > 0)
        return usage_error("give either --csv or IDENTIFIERs, not both", "");
    if (out->csv == NULL && out->count == 0)
        return usage_error("an IDENTIFIER or --csv FILE is missing", "");
    if (out->serial != NULL && out->count != 1)
        return usage_error("--serial is for one IDENTIFIER; a list has a column serial", "");
    out->format = choose_format(out);
    status = choose_stock(given, out);
    if (status < 0)
        status = check_output(out);
    if (status < 0)
        status = check_sheet(out);
    if (out->format != LABEL_SHEET && given->stock == NULL && given->label.width <= 0)
        out->stock.label = single;
    out->limits.with_texts = true;
    return status;
}

int label_arguments_parse(int count, char **values, struct label_arguments *out)
{
    struct given given = {.margin_x = -1, .margin_y = -1, .gap_x = -1, .gap_y = -1};
    int status;

    *out = (struct label_arguments){
        .level = QR_CODE_LEVEL_M,
        .dpi = 300,
        .limits = {.module_min = LAYOUT_MODULE_MIN, .padding = 1.5},
        .copies = 1,
    };
    status = take_options(count, values, out, &given);
    return status < 0 ? complete(&given, out) : status;
}
