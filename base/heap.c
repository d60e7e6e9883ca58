/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

static bool is_before(const struct heap_item *a, const struct heap_item *b)
{
    return a->key != b->key ? a->key < b->key : a->order < b->order;
}

static void put(struct heap *heap, size_t place, struct heap_item item)
{
    heap->list[place] = item;
    heap->placed(heap->context, item.item, (uint32_t)place);
}

static void move_up(struct heap *heap, size_t place, struct heap_item item)
{
    for (size_t parent; place > 0 && is_before(&item, &heap->list[parent = (place - 1) / 2]); place = parent)
        put(heap, place, heap->list[parent]);
    put(heap, place, item);
}

static void move_down(struct heap *heap, size_t place, struct heap_item item)
{
    for (size_t child; (child = 2 * place + 1) < heap->count; place = child) {
        if (child + 1 < heap->count && is_before(&heap->list[child + 1], &heap->list[child]))
            child++;
        if (!is_before(&heap->list[child], &item))
            break;
        put(heap, place, heap->list[child]);
    }
    put(heap, place, item);
}

void heap_fini(struct heap *heap)
{
    free(heap->list);
    heap->list = NULL;
    heap->room = heap->count = 0;
}

void heap_push(struct heap *heap, double key, uint64_t order, uint32_t item)
{
    if (heap->count == heap->room) {
        heap->room = heap->room ? heap->room * 2 : 64;
        heap->list = memory_grow(heap->list, heap->room, sizeof *heap->list);
    }
    move_up(heap, heap->count++, (struct heap_item){key, order, item});
}

void heap_remove(struct heap *heap, uint32_t place)
{
    struct heap_item last = heap->list[--heap->count];

    if (place == heap->count)
        return;
    if (place > 0 && is_before(&last, &heap->list[(place - 1) / 2]))
        move_up(heap, place, last);
    else
        move_down(heap, place, last);
}
