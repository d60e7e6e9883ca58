/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte says in pieces of which size the rest is read: that must make no difference. What is a good
 * row has the digits that were read from it. */
#include "base/hash.h"
#include "sidewalk/serial_list.h"
#include "tests/fuzz/fuzz.h"

struct said {
    uint64_t hash;
    unsigned long long line; /* of the last row or mistake: never goes back */
};

static void note(struct said *said, unsigned long long line, const void *bytes, size_t length)
{
    MUST(line >= said->line);
    said->line = line;
    said->hash = hash_bytes(said->hash, &line, sizeof line);
    said->hash = hash_bytes(said->hash, bytes, length);
}

static void row(void *context, unsigned long long line, enum smsn_form form, const struct smsn *smsn,
                const char *text)
{
    struct smsn again;

    MUST(form != SMSN_NEITHER);
    MUST(smsn_parse(text, form == SMSN_HEX ? 64 : 44, &again) == form &&
         memcmp(&again, smsn, sizeof again) == 0);
    note(context, line, smsn, sizeof *smsn);
}

static void bad(void *context, unsigned long long line, const struct smsn *smsn, bool clear, const char *why)
{
    MUST(!clear || smsn != NULL);
    MUST(why[0] != '\0');
    note(context, line, why, strlen(why));
    if (smsn != NULL)
        note(context, line, smsn, sizeof *smsn);
}

static void bad_header(void *context, unsigned long long line, const char *why)
{
    bad(context, line, NULL, false, why);
}

static void device_file(void *context, unsigned long long line)
{
    note(context, line, "device", 6);
}

static struct said read_in_parts(const uint8_t *data, size_t size, size_t part)
{
    struct said said = {.hash = HASH_START};
    const struct serial_list_events events = {&said, row, bad, bad_header, device_file};
    struct serial_list *list = serial_list_new(&events);

    for (size_t at = 0; at < size; at += part)
        serial_list_feed(list, (const char *)data + at, size - at < part ? size - at : part);
    serial_list_end(list);
    serial_list_free(list);
    return said;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct said whole = read_in_parts(data + 1, size - 1, size);
    struct said parts = read_in_parts(data + 1, size - 1, (size_t)data[0] + 1);
    MUST(whole.hash == parts.hash);
    return 0;
}
