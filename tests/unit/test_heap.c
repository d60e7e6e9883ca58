/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <stdbool.h>

#include "tests/unit/test.h"

#define ITEMS 200
#define OUT UINT32_MAX

/* What the heap should have: each item's key and order, and where the heap says that it is. */
struct model {
    struct heap heap;
    struct heap_item items[ITEMS];
    uint32_t places[ITEMS]; /* OUT: not in the heap */
    size_t count;
    uint32_t seed;
};

static uint32_t random_below(struct model *model, uint32_t bound)
{
    model->seed = model->seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)model->seed * bound >> 32);
}

static void placed(void *context, uint32_t item, uint32_t place)
{
    ((struct model *)context)->places[item] = place;
}

static void begin(struct model *model, uint32_t seed)
{
    *model = (struct model){.heap = {.placed = placed, .context = model}, .seed = seed};
    for (size_t i = 0; i < ITEMS; i++)
        model->places[i] = OUT;
}

static void push(struct model *model, uint32_t item, double key, uint64_t order)
{
    model->items[item] = (struct heap_item){key, order, item};
    heap_push(&model->heap, key, order, item);
    model->count++;
}

static void drop(struct model *model, uint32_t item)
{
    uint32_t place = model->places[item];

    model->places[item] = OUT;
    heap_remove(&model->heap, place);
    model->count--;
}

static bool is_before(const struct heap_item *a, const struct heap_item *b)
{
    return a->key != b->key ? a->key < b->key : a->order < b->order;
}

/* The first one is the least, and each item is where the heap says. */
static void check(const struct model *model)
{
    const struct heap_item *first = heap_first(&model->heap);

    assert_int_equal(model->heap.count, model->count);
    assert_int_equal(first == NULL, model->count == 0);
    for (size_t i = 0; i < ITEMS && first; i++) {
        if (model->places[i] == OUT)
            continue;
        assert_true(model->places[i] < model->heap.count);
        assert_int_equal(model->heap.list[model->places[i]].item, i);
        assert_false(is_before(&model->items[i], first));
    }
}

static void an_empty_heap_has_no_first(void **state)
{
    struct heap heap = {0};
    (void)state;

    assert_null(heap_first(&heap));
    heap_fini(&heap);
    heap_fini(&heap);
}

static void equal_keys_come_in_their_order(void **state)
{
    struct model model;
    (void)state;

    begin(&model, 1);
    for (uint32_t i = 0; i < 100; i++)
        push(&model, i, 7, (i * 37) % 100);
    for (uint64_t order = 0; order < 100; order++) {
        const struct heap_item *first = heap_first(&model.heap);
        assert_int_equal(first->order, order);
        drop(&model, first->item);
    }
    heap_fini(&model.heap);
}

static void empty(struct model *model)
{
    const struct heap_item *first;

    for (; (first = heap_first(&model->heap)); drop(model, first->item))
        check(model);
    check(model);
}

/* It fills and empties by turns; what is removed is anywhere. */
static void does_what_an_array_would(void **state)
{
    struct model model;
    (void)state;

    begin(&model, 2);
    for (uint64_t i = 0; i < 20000; i++) {
        uint32_t item = random_below(&model, ITEMS), often = i / 250 % 2 ? 4 : 8;
        if (model.places[item] == OUT && random_below(&model, 10) < often)
            push(&model, item, random_below(&model, 100) - 50.0, random_below(&model, 4) << 8 | item);
        else if (model.places[item] != OUT && random_below(&model, 10) >= often)
            drop(&model, item);
        check(&model);
        if (i % 500 == 499)
            empty(&model);
    }
    heap_fini(&model.heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_heap_has_no_first),
        cmocka_unit_test(equal_keys_come_in_their_order),
        cmocka_unit_test(does_what_an_array_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
