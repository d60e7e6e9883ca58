/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/inventory_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv_rows.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "claim/digital_link.h"

enum title { THING_NAME, SERIAL, GTIN, BATCH, CODE, CODE_HASH, PRODUCT, TITLES };

static const struct {
    const char *name;
    unsigned bit;
} known[TITLES] = {
    [THING_NAME] = {"thing_name", 0},           [SERIAL] = {"serial", INVENTORY_SERIAL},
    [GTIN] = {"gtin", INVENTORY_GTIN},          [BATCH] = {"batch", INVENTORY_BATCH},
    [CODE] = {"code", INVENTORY_CODE},          [CODE_HASH] = {"code_hash", INVENTORY_CODE},
    [PRODUCT] = {"product", INVENTORY_PRODUCT},
};

struct inventory_list {
    struct inventory_list_options options;
    struct inventory_list_events events;
    struct csv_rows *rows;
    bool titled;        /* the first row was read */
    bool over;          /* the rest is ignored */
    int places[TITLES]; /* index of the field; -1: there is no such column */
    size_t width;       /* fields of the first row */
    unsigned columns;
};

/* ---- the first row ---- */

static int title_of(const char *field)
{
    static const char *const titles[TITLES][6] = {
        [THING_NAME] = {"thingname", "thing", "identifier", "deviceid", "uid", NULL},
        [SERIAL] = {"serial", "serialnumber", "serialno", "sn", NULL},
        [GTIN] = {"gtin", "ean", "upc", NULL},
        [BATCH] = {"batch", "lot", NULL},
        [CODE] = {"code", "claimcode", NULL},
        [CODE_HASH] = {"codehash", NULL},
        [PRODUCT] = {"product", NULL},
    };

    for (int title = 0; title < TITLES; title++)
        if (csv_rows_is_title(field, titles[title]))
            return title;
    return TITLES;
}

static void stop(struct inventory_list *list, unsigned long long line, const char *column, const char *why)
{
    list->over = true;
    list->events.bad(list->events.context, line, column, why);
}

static void take_title(struct inventory_list *list, const char *field, size_t place, unsigned long long line)
{
    int title = title_of(field);

    if (title == TITLES || (list->options.only_names && title != THING_NAME)) {
        if (*field && title == TITLES && list->events.ignored)
            list->events.ignored(list->events.context, field);
        return;
    }
    if (list->places[title] >= 0 || (list->columns & known[title].bit) != 0)
        stop(list, line, known[title].name, "two columns are about this");
    list->places[title] = (int)place;
    list->columns |= known[title].bit;
}

static void read_titles(struct inventory_list *list, const char *const *fields, size_t count,
                        unsigned long long line)
{
    list->titled = true;
    list->width = count;
    for (size_t i = 0; i < TITLES; i++)
        list->places[i] = -1;
    for (size_t i = 0; i < count && title_of(fields[i]) != THING_NAME; i++)
        if (i + 1 == count) {
            stop(list, line, NULL,
                 "the first row must name the columns: thing_name and any of serial, gtin, batch, code and "
                 "product");
            return;
        }
    for (size_t i = 0; i < count && !list->over; i++)
        take_title(list, fields[i], i, line);
}

/* ---- the other rows ---- */

struct reading {
    struct inventory_list *list;
    const char *const *fields;
    size_t count;
    unsigned long long line;
    struct inventory_row row;
};

/* Returns false, so that a reader can end with it. */
static bool refuse(const struct reading *reading, enum title title, const char *why)
{
    reading->list->events.bad(reading->list->events.context, reading->line, known[title].name, why);
    return false;
}

/* Sets the text of a column without the spaces around it; "" if there is none. */
static size_t field_of(const struct reading *reading, enum title title, const char **out)
{
    int place = reading->list->places[title];

    *out = place < 0 || (size_t)place >= reading->count ? "" : reading->fields[place];
    *out += strspn(*out, " \t");
    size_t length = strlen(*out);
    while (length > 0 && ((*out)[length - 1] == ' ' || (*out)[length - 1] == '\t'))
        length--;
    return length;
}

/* Only a code may have characters that nobody sees: they separate its groups, whatever they are. */
static bool has_no_hidden(const struct reading *reading)
{
    TEXT struct text why = TEXT_EMPTY;

    for (enum title title = 0; title < TITLES; title++) {
        int place = reading->list->places[title];
        if (title != CODE && place >= 0 && (size_t)place < reading->count &&
            csv_rows_explain_hidden(reading->list->rows, reading->fields[place], &why))
            return refuse(reading, title, text_get(&why));
    }
    return true;
}

static bool read_name(struct reading *reading)
{
    const struct claim_settings *claim = reading->list->options.claim;
    char *out = reading->row.thing_name;
    const char *text;
    size_t length = field_of(reading, THING_NAME, &text);

    if (!length)
        return refuse(reading, THING_NAME, "the thing name is missing");
    if (!claim || !claim->staging_count) {
        if (!identifier_is_thing_name(text, length))
            return refuse(reading, THING_NAME,
                          "a thing name has 8 to 64 letters, digits, dashes and underscores");
        memcpy(out, text, length);
        return true;
    }
    for (size_t i = 0; i < claim->staging_count; i++)
        if (identifier_parse(&claim->staging[i].form, text, length, out, NULL) == IDENTIFIER_OK)
            return true;
    return refuse(reading, THING_NAME, "no [staging.*] identifier_form fits this name");
}

/* Spreadsheets write long numbers so, and lose their digits: 9.50600E+12. */
static bool is_shortened(const char *text, size_t length)
{
    const char *e = memchr(text, 'E', length);
    const char *end = text + length;

    if (!e || e == text || e + 2 >= end || e[1] != '+' || memchr(text, '.', (size_t)(e - text)) == NULL)
        return false;
    return strspn(text, "0123456789.") == (size_t)(e - text) &&
           strspn(e + 2, "0123456789") >= (size_t)(end - e - 2);
}

/* A text that people read: serial, batch or product. */
static bool read_text(struct reading *reading, enum title title, char out[INVENTORY_TEXT_SIZE])
{
    const char *text;
    size_t length = field_of(reading, title, &text);

    if (length >= INVENTORY_TEXT_SIZE)
        return refuse(reading, title, "it has more than 64 bytes");
    if (!utf8_is_valid(text, length))
        return refuse(reading, title, "it is not UTF-8; save the list as UTF-8");
    if (is_shortened(text, length))
        return refuse(reading, title,
                      "a spreadsheet has shortened this number; format the column as text there");
    memcpy(out, text, length);
    out[length] = '\0';
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return refuse(reading, title, "it has a line break or another control character in it");
    return true;
}

static bool read_product(struct reading *reading)
{
    const struct products *products = reading->list->options.products;
    const char *key = reading->row.product;

    if (!read_text(reading, PRODUCT, reading->row.product))
        return false;
    if (!*key || !products || products->count == 0 || products_by_key(products, key))
        return true;
    return refuse(reading, PRODUCT, "the configuration has no section [product.NAME] with this name");
}

static bool read_gtin(struct reading *reading)
{
    const char *text;
    size_t length = field_of(reading, GTIN, &text);

    if (!length)
        return true;
    if (is_shortened(text, length))
        return refuse(reading, GTIN,
                      "a spreadsheet has shortened this number; format the column as text there");
    switch (gtin_parse(text, length, reading->row.gtin)) {
    case GTIN_OK:
        return true;
    case GTIN_WRONG_CHECK:
        return refuse(reading, GTIN, "its last digit, the check digit, does not fit the others");
    default:
        return refuse(reading, GTIN, "a GTIN has 8, 12, 13 or 14 digits");
    }
}

/* What is wrong with a code is said without it. */
static bool read_code(struct reading *reading)
{
    const struct code_key *key = reading->list->options.key;
    char normalised[CODE_SIZE];
    const char *text;
    size_t length = field_of(reading, CODE, &text);

    if (!length)
        return true;
    if (!key || !key->length)
        return refuse(reading, CODE,
                      "codes are stored with a key only: set [inventory] code_key_file (expresslink-portal "
                      "inventory new-key makes one)");
    enum code_error error = code_normalise(text, length, normalised);
    if (error)
        return refuse(reading, CODE, code_error_sentence(error));
    code_hash(key, reading->row.thing_name, normalised, reading->row.code);
    return true;
}

/* Of an export, for a portal with the same key. */
static bool read_code_hash(struct reading *reading)
{
    const char *text;
    size_t length = field_of(reading, CODE_HASH, &text);

    if (!length)
        return true;
    if (length != INVENTORY_CODE_SIZE - 1 || strspn(text, "0123456789abcdef") < length)
        return refuse(reading, CODE_HASH, "it is no hash of an export: 64 hex digits");
    memcpy(reading->row.code, text, length);
    return true;
}

static bool has_more_fields(const struct reading *reading)
{
    for (size_t i = reading->list->width; i < reading->count; i++)
        if (reading->fields[i][0])
            return true;
    return false;
}

static void take_row(void *context, const char *const *fields, size_t count, unsigned long long line)
{
    struct inventory_list *list = context;
    struct reading reading = {.list = list, .fields = fields, .count = count, .line = line};

    if (list->over)
        return;
    if (!list->titled) {
        read_titles(list, fields, count, line);
        return;
    }
    if (has_more_fields(&reading)) {
        list->events.bad(list->events.context, line, NULL, "it has more fields than the first row");
        return;
    }
    if (has_no_hidden(&reading) && read_name(&reading) && read_text(&reading, SERIAL, reading.row.serial) &&
        read_gtin(&reading) && read_text(&reading, BATCH, reading.row.batch) && read_product(&reading) &&
        read_code(&reading) && read_code_hash(&reading))
        list->events.row(list->events.context, &reading.row, line);
}

static void take_bad(void *context, unsigned long long line, const char *why)
{
    struct inventory_list *list = context;

    if (list->over)
        return;
    if (!list->titled)
        stop(list, line, NULL, why);
    else
        list->events.bad(list->events.context, line, NULL, why);
}

struct inventory_list *inventory_list_new(const struct inventory_list_options *options,
                                          const struct inventory_list_events *events)
{
    struct inventory_list *list = memory_new(1, sizeof *list);
    const struct csv_rows_events rows = {list, take_row, take_bad};

    list->options = *options;
    list->events = *events;
    list->rows = csv_rows_new(&rows, INVENTORY_LIST_ROW_MAX);
    return list;
}

void inventory_list_free(struct inventory_list *list)
{
    if (!list)
        return;
    csv_rows_free(list->rows);
    free(list);
}

void inventory_list_feed(struct inventory_list *list, const char *bytes, size_t length)
{
    csv_rows_feed(list->rows, bytes, length);
}

void inventory_list_end(struct inventory_list *list)
{
    csv_rows_end(list->rows);
    if (!list->titled && !list->over)
        stop(list, 1, NULL, "the list is empty");
}

unsigned inventory_list_columns(const struct inventory_list *list)
{
    return list->columns;
}

bool inventory_list_is_over(const struct inventory_list *list)
{
    return list->over;
}
