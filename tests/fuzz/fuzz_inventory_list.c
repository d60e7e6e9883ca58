/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte says in pieces of which size the rest is read: that must make no difference. What becomes a
 * row is written as CSV and read again as the same row. */
#include "base/hash.h"
#include "base/utf8.h"
#include "claim/digital_link.h"
#include "server/store/inventory_list.h"
#include "server/store/inventory_text.h"
#include "tests/fuzz/fuzz.h"

struct said {
    uint64_t hash;
    unsigned long long line; /* of the last row or mistake: never goes back */
    size_t count;
    struct inventory_row last;
    bool again; /* rows are not written and read once more */
};

static struct code_key key;

static struct said read_in_parts(const uint8_t *data, size_t size, size_t part, bool again);

static void note(struct said *said, unsigned long long line, const char *text)
{
    MUST(line >= 1 && line >= said->line);
    said->line = line;
    said->count++;
    said->hash = hash_bytes(said->hash, &line, sizeof line);
    said->hash = hash_bytes(said->hash, text, strlen(text) + 1);
}

static void check_text(const char *text)
{
    MUST(strlen(text) < INVENTORY_TEXT_SIZE && utf8_is_valid(text, strlen(text)));
    MUST(strpbrk(text, "\n\r\t\x1b") == NULL);
}

/* A text that looks like a spreadsheet's ="..." has no form of its own. */
static bool can_be_written(const struct inventory_row *row)
{
    return row->serial[0] != '=' && row->batch[0] != '=' && row->product[0] != '=';
}

static void read_again(const struct inventory_row *row)
{
    TEXT struct text csv = TEXT_EMPTY;

    inventory_text_add_titles(INVENTORY_COLUMNS, &csv);
    inventory_text_add_row(row, INVENTORY_COLUMNS, &csv);
    struct said said = read_in_parts((const uint8_t *)text_get(&csv), csv.length, csv.length, true);
    MUST(strcmp(said.last.thing_name, row->thing_name) == 0 && strcmp(said.last.serial, row->serial) == 0);
    MUST(strcmp(said.last.gtin, row->gtin) == 0 && strcmp(said.last.batch, row->batch) == 0);
    MUST(strcmp(said.last.code, row->code) == 0 && strcmp(said.last.product, row->product) == 0);
}

static void take_row(void *context, const struct inventory_row *row, unsigned long long line)
{
    struct said *said = context;

    MUST(identifier_is_thing_name(row->thing_name, strlen(row->thing_name)));
    MUST(!row->gtin[0] || strspn(row->gtin, "0123456789") == GTIN_LENGTH);
    MUST(!row->code[0] || strspn(row->code, "0123456789abcdef") == INVENTORY_CODE_SIZE - 1);
    check_text(row->serial);
    check_text(row->batch);
    check_text(row->product);
    note(said, line, row->thing_name);
    note(said, line, row->serial);
    note(said, line, row->code);
    said->last = *row;
    if (!said->again && can_be_written(row))
        read_again(row);
}

static void take_bad(void *context, unsigned long long line, const char *column, const char *why)
{
    MUST(why[0] != '\0' && utf8_is_valid(why, strlen(why)));
    note(context, line, column ? column : "");
    note(context, line, why);
}

static void take_ignored(void *context, const char *title)
{
    note(context, ((struct said *)context)->line ? ((struct said *)context)->line : 1, title);
}

static struct said read_in_parts(const uint8_t *data, size_t size, size_t part, bool again)
{
    struct said said = {.hash = HASH_START, .again = again};
    const struct inventory_list_options options = {.key = &key};
    const struct inventory_list_events events = {&said, take_row, take_bad, take_ignored};
    struct inventory_list *list = inventory_list_new(&options, &events);

    for (size_t at = 0; at < size; at += part)
        inventory_list_feed(list, (const char *)data + at, size - at < part ? size - at : part);
    inventory_list_end(list);
    inventory_list_free(list);
    return said;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    MUST(code_key_read("0123456789abcdef0123456789abcdef", 32, &key));
    struct said whole = read_in_parts(data + 1, size - 1, size, false);
    struct said parts = read_in_parts(data + 1, size - 1, (size_t)data[0] + 1, true);
    MUST(whole.hash == parts.hash && whole.count == parts.count);
    return 0;
}
