/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A word to whoever reads the log; poll(2) because that may be no one. */
static _Noreturn void exhausted(size_t count, size_t size)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    char line[160];
    int length = snprintf(
        line, sizeof line,
        "Out of memory: %zu times %zu bytes are not to be had, and this process ends. Raise its limit "
        "of memory.\n",
        count, size);

    if (length > 0 && poll(&out, 1, 0) == 1 && write(STDERR_FILENO, line, (size_t)length) < 0)
        abort();
    abort();
}

void *memory_new(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);

    if (!memory)
        exhausted(count, size);
    return memory;
}

void *memory_grow(void *old, size_t count, size_t size)
{
    void *memory = reallocarray(old, count ? count : 1, size ? size : 1);

    if (!memory)
        exhausted(count, size);
    return memory;
}

char *memory_string(const char *string)
{
    if (!string)
        return NULL;
    char *copy = strdup(string);
    if (!copy)
        exhausted(1, strlen(string));
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
