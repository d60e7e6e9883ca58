/* SPDX-License-Identifier: Apache-2.0 */
/* The topic up to the first line end, then the payload, which is also taken for the message of a rule. */
#include "claim/presence.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    struct presence out = {.kind = PRESENCE_CREATED, .thing_name = "untouched", .at_ms = -7};
    struct presence before = out;

    if (end == NULL)
        return 0;
    char *topic = strndup((const char *)data, (size_t)(end - data));
    MUST(topic != NULL);
    bool good = presence_parse(topic, (const char *)end + 1, size - (size_t)(end + 1 - data), &out);
    if (good) {
        MUST(identifier_is_thing_name(out.thing_name, strlen(out.thing_name)));
        MUST(strstr(topic, out.thing_name) != NULL);
        MUST(out.at_ms >= 0);
        MUST(out.kind == PRESENCE_CREATED || out.kind == PRESENCE_CONNECTED ||
             out.kind == PRESENCE_DISCONNECTED);
    } else {
        MUST(memcmp(&out, &before, sizeof out) == 0);
    }
    free(topic);
    out = before;
    enum presence_note note =
        presence_parse_note((const char *)end + 1, size - (size_t)(end + 1 - data), &out);
    if (note == PRESENCE_NOTE_THING)
        MUST(identifier_is_thing_name(out.thing_name, strlen(out.thing_name)));
    else
        MUST(memcmp(&out, &before, sizeof out) == 0);
    return 0;
}
