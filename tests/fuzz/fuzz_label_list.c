/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte says in pieces of which size the rest is read: that must make no difference. What becomes a
 * label has texts that can be drawn. */
#include "base/hash.h"
#include "base/utf8.h"
#include "label/label.h"
#include "label/label_list.h"
#include "label/svg.h"
#include "tests/fuzz/fuzz.h"

struct said {
    uint64_t hash;
    unsigned long long line; /* of the last row or mistake: never goes back */
    size_t count;
};

static void note(struct said *said, unsigned long long line, const char *text)
{
    MUST(line >= 1 && line >= said->line);
    said->line = line;
    said->count++;
    said->hash = hash_bytes(said->hash, &line, sizeof line);
    said->hash = hash_bytes(said->hash, text, strlen(text) + 1);
}

static void draw(const struct label *label)
{
    TEXT struct text out = TEXT_EMPTY;

    MUST(identifier_is_thing_name(label->name, strlen(label->name)));
    svg_escape(label->product, strlen(label->product), &out);
    svg_escape(label->serial, strlen(label->serial), &out);
    MUST(utf8_is_valid(text_get(&out), out.length));
    MUST(strpbrk(text_get(&out), "<>\"'\n") == NULL);
}

static void row(void *context, const struct label_list_row *row)
{
    static const struct label_rules rules = {.public_url = "https://register.example.com"};
    struct label label;
    TEXT struct text why = TEXT_EMPTY;

    MUST(row->identifier[0] != '\0');
    note(context, row->line, row->identifier);
    note(context, row->line, row->product);
    note(context, row->line, row->serial);
    if (label_make(&rules, row->identifier, row->product, row->serial, &label, &why))
        draw(&label);
    else
        MUST(why.length > 0);
}

static void bad(void *context, unsigned long long line, const char *why)
{
    MUST(why[0] != '\0');
    note(context, line, why);
}

static struct said read_in_parts(const uint8_t *data, size_t size, size_t part)
{
    struct said said = {.hash = HASH_START};
    const struct label_list_events events = {&said, row, bad};
    struct label_list *list = label_list_new(&events);

    for (size_t at = 0; at < size; at += part)
        label_list_feed(list, (const char *)data + at, size - at < part ? size - at : part);
    label_list_end(list);
    label_list_free(list);
    return said;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct said whole = read_in_parts(data + 1, size - 1, size);
    struct said parts = read_in_parts(data + 1, size - 1, (size_t)data[0] + 1);
    MUST(whole.hash == parts.hash && whole.count == parts.count);
    return 0;
}
