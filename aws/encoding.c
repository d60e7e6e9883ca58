/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/encoding.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/percent.h"

struct encoded {
    char *name, *value;
};

void aws_encode(struct text *out, const char *text, const char *kept)
{
    percent_encode(out, text, strlen(text), kept);
}

static char *encoded_copy(const char *text)
{
    TEXT struct text out = TEXT_EMPTY;

    aws_encode(&out, text, "");
    return text_take(&out);
}

static int compare(const void *a, const void *b)
{
    const struct encoded *one = a, *other = b;
    int names = strcmp(one->name, other->name);

    return names ? names : strcmp(one->value, other->value);
}

void aws_encode_query(struct text *out, const struct aws_pair *pairs)
{
    size_t count = 0;

    while (pairs && pairs[count].name)
        count++;
    if (count == 0)
        return;
    OWNED struct encoded *list = memory_new(count, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = (struct encoded){encoded_copy(pairs[i].name), encoded_copy(pairs[i].value)};
    qsort(list, count, sizeof *list, compare);
    for (size_t i = 0; i < count; i++) {
        text_printf(out, "%s%s=%s", i ? "&" : "", list[i].name, list[i].value);
        free(list[i].name);
        free(list[i].value);
    }
}

bool aws_path_has_dots(const char *path)
{
    for (const char *segment = path; segment; segment = strchr(segment, '/')) {
        segment += *segment == '/';
        size_t length = strcspn(segment, "/");
        if ((length == 1 && segment[0] == '.') || (length == 2 && memcmp(segment, "..", 2) == 0))
            return true;
    }
    return false;
}

void aws_path_add(struct text *path, const char *segment)
{
    text_puts(path, "/");
    aws_encode(path, segment, "");
}
