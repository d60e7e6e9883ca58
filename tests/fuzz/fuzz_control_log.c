/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte says in pieces of which size the rest is read: the same entries must come, with the same
 * mistakes in them, as long as the JSON is not broken; and what is broken is told, inside of the log. */
#include "base/hash.h"
#include "sidewalk/control_log.h"
#include "tests/fuzz/fuzz.h"

struct said {
    uint64_t hash;
    unsigned long long size;
    size_t broken, entries;
};

static void note(struct said *said, const struct text *text)
{
    said->hash = hash_bytes(said->hash, text_get(text), text->length);
    said->hash = hash_bytes(said->hash, &text->length, sizeof text->length);
}

static void entry(void *context, const struct control_log_entry *entry)
{
    struct said *said = context;

    MUST(entry->offset < said->size);
    said->entries++;
    said->hash = hash_bytes(said->hash, &entry->offset, sizeof entry->offset);
    note(said, &entry->serial);
    note(said, &entry->version);
    note(said, &entry->apid);
    note(said, &entry->label);
    note(said, &entry->mistake);
    note(said, &entry->chains[CHAIN_ED25519]);
    note(said, &entry->chains[CHAIN_P256]);
}

static void broken(void *context, unsigned long long offset, const char *what, const char *serial)
{
    struct said *said = context;

    MUST(offset <= said->size && what[0] != '\0' && strlen(serial) <= 256);
    said->broken++;
}

static void device_file(void *context, unsigned long long offset)
{
    broken(context, offset, "device", "");
}

static struct said read_in_parts(const uint8_t *data, size_t size, size_t part)
{
    struct said said = {.hash = HASH_START, .size = size};
    const struct control_log_events events = {&said, entry, broken, device_file};
    struct control_log *log = control_log_new(&events);

    for (size_t at = 0; at < size; at += part)
        control_log_feed(log, (const char *)data + at, size - at < part ? size - at : part);
    control_log_end(log);
    control_log_free(log);
    return said;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct said whole = read_in_parts(data + 1, size - 1, size);
    struct said parts = read_in_parts(data + 1, size - 1, (size_t)data[0] + 1);
    MUST((whole.broken == 0) == (parts.broken == 0));
    MUST(whole.broken > 0 || (whole.hash == parts.hash && whole.entries == parts.entries));
    return 0;
}
