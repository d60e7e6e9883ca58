/* SPDX-License-Identifier: Apache-2.0 */
/* Values for a template that are made for one page: texts and rows, freed together. Not thread-safe. */
#ifndef SERVER_PAGE_PAGE_VALUES_H
#define SERVER_PAGE_PAGE_VALUES_H

#include <stddef.h>

#include "server/page/template.h"

struct page_values {
    void **owned;
    size_t count;
};

void page_values_fini(struct page_values *values);
#define PAGE_TEXTS __attribute__((cleanup(page_values_fini)))

/* A copy of length bytes, terminated. Lives as long as values. */
const char *page_values_text(struct page_values *values, const char *bytes, size_t length);

/* Rows that grow. The list ends with NULL and lives as long as its page_values. */
struct page_rows {
    const struct template_value **list; /* NULL while there are none, which a template takes as absent */
    size_t count;
};
/* Copies the row, which ends with an entry whose name is NULL. */
void page_rows_add(struct page_values *values, struct page_rows *rows, const struct template_value *row);

#endif
