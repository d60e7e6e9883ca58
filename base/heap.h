/* SPDX-License-Identifier: Apache-2.0 */
/* A binary heap of items, the least key first, of equal keys the least order. Tells where each item is, so
 * that it can be removed. One thread. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct heap_item {
    double key;
    uint64_t order;
    uint32_t item;
};

struct heap {
    struct heap_item *list;
    size_t room, count;
    void (*placed)(void *context, uint32_t item, uint32_t place); /* the item has moved */
    void *context;
};

void heap_fini(struct heap *heap);
void heap_push(struct heap *heap, double key, uint64_t order, uint32_t item);
void heap_remove(struct heap *heap, uint32_t place);
/* NULL: empty. Borrowed until the heap changes. */
static inline const struct heap_item *heap_first(const struct heap *heap)
{
    return heap->count ? heap->list : NULL;
}

#endif
