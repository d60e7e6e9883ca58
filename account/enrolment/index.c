/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/index.h"

#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct noted {
    char *key, *value; /* owned */
};

struct enrolment_index {
    void *tree; /* the C library's, of struct noted */
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct noted *)a)->key, ((const struct noted *)b)->key);
}

static void free_noted(void *pointer)
{
    struct noted *noted = pointer;

    free(noted->key);
    free(noted->value);
    free(noted);
}

struct enrolment_index *enrolment_index_new(void)
{
    return memory_new(1, sizeof(struct enrolment_index));
}

void enrolment_index_free(struct enrolment_index *index)
{
    if (index == NULL)
        return;
    tdestroy(index->tree, free_noted);
    free(index);
}

static struct noted *find(const struct enrolment_index *index, const char *key)
{
    const struct noted wanted = {.key = (char *)(uintptr_t)key}; /* only read */
    struct noted *const *found = tfind(&wanted, &index->tree, compare);

    return found != NULL ? *found : NULL;
}

const char *enrolment_index_find(const struct enrolment_index *index, const char *key)
{
    const struct noted *noted = find(index, key);

    return noted != NULL ? noted->value : NULL;
}

void enrolment_index_set(struct enrolment_index *index, const char *key, const char *value)
{
    struct noted *noted = find(index, key);

    if (noted == NULL) {
        noted = memory_new(1, sizeof *noted);
        noted->key = memory_string(key);
        if (tsearch(noted, &index->tree, compare) == NULL)
            abort();
    }
    free(noted->value);
    noted->value = memory_string(value);
}
