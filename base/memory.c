/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void *memory_new(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);

    if (!memory)
        abort();
    return memory;
}

void *memory_grow(void *old, size_t count, size_t size)
{
    void *memory = reallocarray(old, count ? count : 1, size ? size : 1);

    if (!memory)
        abort();
    return memory;
}

char *memory_string(const char *string)
{
    if (!string)
        return NULL;
    char *copy = strdup(string);
    if (!copy)
        abort();
    return copy;
}

char *memory_part(const char *string, size_t length)
{
    size_t used = strnlen(string, length);
    char *copy = memory_new(used + 1, 1);

    memcpy(copy, string, used);
    return copy;
}

void memory_free_at(void *pointer_to_pointer)
{
    void **at = pointer_to_pointer;

    free(*at);
    *at = NULL;
}
