/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/persons.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/store_fixture.h"

#define ISSUER "https://id.example.com"
#define SESSION_ID "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER_ID "2222222222222222222222222222222222222222222222222222222222222222"

struct call {
    const char *id, *contents;
    long long now;
    struct session_start start;
    struct session session;
    struct text text;
    struct person_page *page;
    struct persons_step step;
};

static enum store_error run_begin(struct store_tx *tx, void *argument)
{
    return sessions_begin(tx, &((struct call *)argument)->start);
}

static enum store_error run_find(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return sessions_find(tx, call->id, call->now, &call->session);
}

static enum store_error run_end(struct store_tx *tx, void *argument)
{
    return sessions_end(tx, ((const struct call *)argument)->id);
}

static enum store_error run_put(struct store_tx *tx, void *argument)
{
    const struct call *call = argument;

    return once_put(tx, call->id, call->contents, call->now);
}

static enum store_error run_take(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return once_take(tx, call->id, call->now, &call->text);
}

static enum store_error run_list(struct store_tx *tx, void *argument)
{
    return persons_registrations(tx, ((struct call *)argument)->page);
}

static enum store_error run_retention(struct store_tx *tx, void *argument)
{
    return persons_retention(tx, &((struct call *)argument)->step);
}

static enum store_error begin(const char *id, const char *subject, const char *back, long long now)
{
    struct call call = {.start = {.id = id, .issuer = ISSUER, .subject = subject, .back = back, .now = now}};

    return store_call(fixture.store, run_begin, &call, true);
}

static enum store_error find(const char *id, long long now, struct session *out)
{
    struct call call = {.id = id, .now = now};
    enum store_error error = store_call(fixture.store, run_find, &call, false);

    if (!error)
        *out = call.session;
    return error;
}

static enum store_error put(const char *id, const char *contents, long long ends_at)
{
    struct call call = {.id = id, .contents = contents, .now = ends_at};

    return store_call(fixture.store, run_put, &call, true);
}

static enum store_error take_once(const char *id, long long now, const char *wanted)
{
    struct call call = {.id = id, .now = now, .text = TEXT_EMPTY};
    enum store_error error = store_call(fixture.store, run_take, &call, true);

    if (!error)
        assert_string_equal(text_get(&call.text), wanted);
    text_fini(&call.text);
    return error;
}

static struct persons_step retention(long long now, long long after)
{
    struct call call = {.step = {.now = now, .limit = 2, .after = after}};

    ASSERT_OK(store_call(fixture.store, run_retention, &call, true));
    return call.step;
}

static struct person_page *list(long long person_id, unsigned number)
{
    static struct person_page page;
    struct call call = {.page = &page};

    page = (struct person_page){.person_id = person_id, .number = number};
    ASSERT_OK(store_call(fixture.store, run_list, &call, false));
    return &page;
}

static void a_session_until_its_end(void **state)
{
    struct session session = {0};
    (void)state;

    ASSERT_ERROR(find(SESSION_ID, NOON, &session), STORE_NOT_FOUND);
    ASSERT_OK(begin(SESSION_ID, "p", "https://acme.example/app", NOON));
    ASSERT_ERROR(find(OTHER_ID, NOON, &session), STORE_NOT_FOUND);
    ASSERT_ERROR(find(SESSION_ID, NOON + SESSION_LIFE_MS, &session), STORE_NOT_FOUND);
    ASSERT_OK(find(SESSION_ID, NOON + SESSION_LIFE_MS - 1, &session));
    assert_string_equal(session.back, "https://acme.example/app");
    assert_true(session.person_id > 0);
    struct call call = {.id = SESSION_ID};
    ASSERT_OK(store_call(fixture.store, run_end, &call, true));
    ASSERT_ERROR(find(SESSION_ID, NOON, &session), STORE_NOT_FOUND);
    ASSERT_OK(store_call(fixture.store, run_end, &call, true));
}

static void the_same_person_again(void **state)
{
    struct session one, two, other;
    (void)state;

    ASSERT_OK(begin(SESSION_ID, "p", NULL, NOON));
    ASSERT_OK(begin(OTHER_ID, "p", NULL, NOON + 1));
    ASSERT_OK(begin("third", "P", NULL, NOON + 2));
    ASSERT_OK(find(SESSION_ID, NOON, &one));
    ASSERT_OK(find(OTHER_ID, NOON, &two));
    ASSERT_OK(find("third", NOON, &other));
    assert_int_equal(one.person_id, two.person_id);
    assert_int_not_equal(one.person_id, other.person_id);
    assert_string_equal(one.back, "");
}

static void only_once(void **state)
{
    (void)state;
    ASSERT_ERROR(take_once(SESSION_ID, NOON, ""), STORE_NOT_FOUND);
    ASSERT_OK(put(SESSION_ID, "nonce\nverifier", NOON + SECOND));
    ASSERT_ERROR(put(SESSION_ID, "other", NOON + SECOND), STORE_NOT_FOUND);
    ASSERT_OK(take_once(SESSION_ID, NOON, "nonce\nverifier"));
    ASSERT_ERROR(take_once(SESSION_ID, NOON, ""), STORE_NOT_FOUND);
    ASSERT_OK(put(OTHER_ID, NULL, NOON + SECOND));
    ASSERT_ERROR(take_once(OTHER_ID, NOON + SECOND, ""), STORE_NOT_FOUND);
    ASSERT_ERROR(put(OTHER_ID, NULL, NOON + 2 * SECOND), STORE_NOT_FOUND); /* until it is cleaned up */
}

#define RACERS 8

static void *race(void *result)
{
    *(enum store_error *)result = take_once(SESSION_ID, NOON, "x");
    return NULL;
}

static void of_many_who_come_at_a_time_one_gets_it(void **state)
{
    (void)state;
    for (unsigned round = 0; round < FEWER(40); round++) {
        pthread_t threads[RACERS];
        enum store_error results[RACERS];
        size_t won = 0;
        ASSERT_OK(put(SESSION_ID, "x", NOON + SECOND));
        for (size_t i = 0; i < RACERS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, race, &results[i]), 0);
        for (size_t i = 0; i < RACERS; i++) {
            pthread_join(threads[i], NULL);
            won += results[i] == STORE_OK;
        }
        assert_int_equal(won, 1);
    }
}

static struct registration owned(const char *thing, long long person_id, long long now)
{
    struct registration_request request = request_for(thing, "home", now);

    request.person_id = person_id;
    return added(&request);
}

static void the_products_of_a_person(void **state)
{
    struct session session, other;
    (void)state;

    ASSERT_OK(begin(SESSION_ID, "p", NULL, NOON));
    ASSERT_OK(begin(OTHER_ID, "q", NULL, NOON));
    ASSERT_OK(find(SESSION_ID, NOON, &session));
    ASSERT_OK(find(OTHER_ID, NOON, &other));
    assert_int_equal(list(session.person_id, 0)->count, 0);
    owned(THING, 0, NOON);
    struct registration older = owned(THING, session.person_id, NOON + 1);
    struct registration newer = owned(OTHER_THING, session.person_id, NOON + 2);
    owned(OTHER_THING, other.person_id, NOON + 3);
    const struct person_page *page = list(session.person_id, 0);
    assert_int_equal(page->count, 2);
    assert_false(page->more);
    assert_string_equal(page->list[0].token, newer.token);
    assert_string_equal(page->list[1].token, older.token);
    assert_string_equal(page->list[1].thing_name, THING);
    assert_int_equal(list(0, 0)->count, 0); /* nobody has those without a person */
}

static void page_by_page(void **state)
{
    struct session session;
    size_t seen = 0;
    (void)state;

    ASSERT_OK(begin(SESSION_ID, "p", NULL, NOON));
    ASSERT_OK(find(SESSION_ID, NOON, &session));
    for (int i = 0; i < 2 * PERSONS_PAGE + 1; i++) { /* at one time: nothing but the token orders them */
        char thing[IDENTIFIER_SIZE];
        snprintf(thing, sizeof thing, "%032x", (unsigned)i);
        owned(thing, session.person_id, NOON);
    }
    for (unsigned number = 0; number < 3; number++) {
        const struct person_page *page = list(session.person_id, number);
        assert_int_equal(page->count, number < 2 ? PERSONS_PAGE : 1);
        assert_int_equal(page->more, number < 2);
        seen += page->count;
    }
    assert_int_equal(seen, 2 * PERSONS_PAGE + 1);
    assert_int_equal(list(session.person_id, 3)->count, 0);
}

static void what_is_over_is_removed(void **state)
{
    struct session session;
    struct persons_step step;
    (void)state;

    ASSERT_OK(begin("z", "p", NULL, NOON));
    ASSERT_OK(begin("b", "q", NULL, NOON + SECOND));
    ASSERT_OK(begin("c", "r", NULL, NOON - 1));
    ASSERT_OK(begin("e", "s", NULL, NOON - 1));
    ASSERT_OK(find("c", NOON, &session));
    owned(THING, session.person_id, NOON);
    for (int i = 0; i < 3; i++)
        ASSERT_OK(put((const char *[]){"x", "y", "z"}[i], NULL, NOON + i));

    step = retention(NOON - 1, 0);
    assert_true(!step.once && !step.sessions && !step.persons && !step.more);
    step = retention(NOON + 2, 0); /* two a step */
    assert_true(step.once == 2 && step.more);
    assert_int_equal(retention(NOON + 2, 0).once, 1);
    ASSERT_OK(put("z", NULL, NOON + SESSION_LIFE_MS + SECOND)); /* usable again once it was removed */

    const long long later = NOON + SESSION_LIFE_MS + 1; /* all but b have ended */
    step = retention(later, 0);
    assert_true(step.sessions == 2 && !step.once && !step.persons && step.more); /* p's is still there */
    step = retention(later, step.after);
    assert_true(step.sessions == 1 && step.persons == 1 && step.after); /* r has a registration, s has not */
    step = retention(later, step.after);
    assert_true(!step.after);
    step = retention(later, step.after);
    assert_true(step.persons == 1 && !step.more); /* p */
    ASSERT_OK(find("b", later, &session));
    ASSERT_OK(begin("d", "p", NULL, later)); /* known again */
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_session_until_its_end),
        TEST(the_same_person_again),
        TEST(only_once),
        TEST(of_many_who_come_at_a_time_one_gets_it),
        TEST(the_products_of_a_person),
        TEST(page_by_page),
        TEST(what_is_over_is_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
