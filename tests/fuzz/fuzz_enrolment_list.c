/* SPDX-License-Identifier: Apache-2.0 */
/* CSV and PEM of a batch. The first byte says in pieces of which size the rest is read: that must make no
 * difference. */
#include "account/enrolment/pem.h"
#include "base/csv_rows.h"
#include "base/hash.h"
#include "tests/fuzz/fuzz.h"

struct said {
    uint64_t hash;
    unsigned long long line; /* of the last row, block or mistake: never goes back */
};

static void note(struct said *said, unsigned long long line, const char *text)
{
    MUST(line >= 1 && line >= said->line);
    said->line = line;
    said->hash = hash_bytes(said->hash, &line, sizeof line);
    said->hash = hash_bytes(said->hash, text, strlen(text) + 1);
}

static void row(void *context, const char *const *fields, size_t count, unsigned long long line)
{
    MUST(count >= 1 && count <= CSV_ROWS_FIELDS_MAX);
    for (size_t i = 0; i < count; i++)
        note(context, line, fields[i]);
}

static void bad(void *context, unsigned long long line, const char *why)
{
    MUST(why[0] != '\0');
    note(context, line, why);
}

static void block(void *context, const char *kind, const char *pem, size_t length, unsigned long long line)
{
    MUST(strlen(pem) == length && strstr(pem, kind) != NULL);
    note(context, line, pem);
}

static uint64_t read_in_parts(const uint8_t *data, size_t size, size_t part)
{
    struct said rows = {.hash = HASH_START}, blocks = {.hash = HASH_START};
    const struct csv_rows_events row_events = {&rows, row, bad};
    const struct enrolment_pem_events block_events = {&blocks, block, bad};
    struct csv_rows *csv = csv_rows_new(&row_events, 32768);
    struct enrolment_pem *pem = enrolment_pem_new(&block_events);

    for (size_t at = 0; at < size; at += part) {
        size_t length = size - at < part ? size - at : part;
        csv_rows_feed(csv, (const char *)data + at, length);
        enrolment_pem_feed(pem, (const char *)data + at, length);
    }
    csv_rows_end(csv);
    enrolment_pem_end(pem);
    csv_rows_free(csv);
    enrolment_pem_free(pem);
    return rows.hash ^ (blocks.hash * 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    MUST(read_in_parts(data + 1, size - 1, size) == read_in_parts(data + 1, size - 1, (size_t)data[0] + 1));
    return 0;
}
