/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/root_keys.h"

#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/hex.h"
#include "base/lines.h"
#include "base/memory.h"

#define FILE_MAX ((size_t)64 * 1024)
#define SPACES " \t"

static const struct {
    const char *name;
    size_t bytes;
} kinds[] = {[CHAIN_ED25519] = {"ed25519", 32}, [CHAIN_P256] = {"p256r1", 64}};

static bool fail(const char *name, size_t line, const char *what, struct text *why)
{
    text_printf(why, "%s:%zu: %s", name, line, what);
    return false;
}

/* Reads all bytes of the rest of a line. Returns their number; more than room, or another character: 0. */
static size_t read_bytes(const char *text, unsigned char *out, size_t room)
{
    size_t count = 0;

    while (*(text += strspn(text, SPACES ",:")) != '\0') {
        text += text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 2 : 0;
        if (count == room || text[0] == '\0' || !hex_decode(text, 1, &out[count]))
            return 0;
        count++;
        text += 2;
    }
    return count;
}

static bool take_line(const char *name, size_t number, const char *line, struct root_keys *keys,
                      struct text *why)
{
    size_t length = strcspn(line, SPACES);

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct chain_root *key = &keys->keys[i];
        if (length != strlen(kinds[i].name) || strncasecmp(line, kinds[i].name, length) != 0)
            continue;
        if (key->known)
            return fail(name, number, "this key was given before", why);
        key->known = read_bytes(line + length, key->bytes, kinds[i].bytes) == kinds[i].bytes;
        return key->known || fail(name, number,
                                  i == CHAIN_ED25519 ? "an Ed25519 key has 32 bytes, two hex digits each"
                                                     : "a P-256 key has 64 bytes, two hex digits each",
                                  why);
    }
    return fail(name, number, "a line begins with ed25519, p256r1 or #", why);
}

bool root_keys_parse(const char *name, const char *text, size_t length, struct root_keys *out,
                     struct text *why)
{
    struct lines lines = lines_of(text, length);
    struct root_keys keys = {0};
    const char *start;
    size_t size;

    while (lines_next(&lines, &start, &size)) {
        OWNED char *line = memory_part(start, size);
        const char *begin = line + strspn(line, SPACES);
        if (*begin != '\0' && *begin != '#' && !take_line(name, lines.number, begin, &keys, why))
            return false;
    }
    if (!keys.keys[CHAIN_ED25519].known && !keys.keys[CHAIN_P256].known) {
        text_printf(why, "%s: it has no key; a line is ed25519 or p256r1, then the bytes in hex", name);
        return false;
    }
    *out = keys;
    return true;
}

bool root_keys_read(const char *path, struct root_keys *out, struct text *why)
{
    OWNED char *content = NULL;
    size_t length = 0;
    int error = file_read(path, FILE_MAX, &content, &length);

    if (error != 0) {
        text_printf(why, "%s: cannot be read: %s", path, strerror(error));
        return false;
    }
    return root_keys_parse(path, content, length, out, why);
}
