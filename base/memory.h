/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that aborts on failure, after a line on standard error (text.h says why), and a cleanup
 * attribute for heap pointers. The caller frees all results. Any thread. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

void *memory_new(size_t count, size_t size) __attribute__((malloc, returns_nonnull)); /* zeroed */
void *memory_grow(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *memory_string(const char *string); /* a copy; NULL stays NULL */
/* A copy of at most length bytes of string, terminated; string itself need not be. */
char *memory_part(const char *string, size_t length) __attribute__((returns_nonnull));

void memory_free_at(void *pointer_to_pointer);
/* `OWNED char *name = ...;` is freed when it goes out of scope. */
#define OWNED __attribute__((cleanup(memory_free_at)))

#endif
