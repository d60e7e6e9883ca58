/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/key_source.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/condition.h"
#include "tests/unit/test.h"
#include "tests/unit/token_fixture.h"

#define NOW 1000000LL

static void when_to_get_them(void **state)
{
    struct key_times times = {0};
    (void)state;

    assert_int_equal(key_times_next(&times), 0);
    assert_false(key_times_usable(&times, NOW));
    key_times_got(&times, NOW, -1);
    assert_int_equal(key_times_next(&times), NOW + KEYS_AGE_USUAL_MS);
    key_times_got(&times, NOW, 0);
    assert_int_equal(key_times_next(&times), NOW + KEYS_AGE_MIN_MS);
    key_times_got(&times, NOW, 2147483647);
    assert_int_equal(key_times_next(&times), NOW + KEYS_AGE_MAX_MS);
    key_times_got(&times, NOW, 7200);
    assert_int_equal(key_times_next(&times), NOW + 7200000);
    times.is_wanted = true;
    assert_int_equal(key_times_next(&times), NOW + KEYS_WANTED_MS);
    key_times_got(&times, NOW + KEYS_WANTED_MS, 7200);
    assert_int_equal(key_times_next(&times), NOW + KEYS_WANTED_MS + 7200000);
}

static void while_the_server_is_down(void **state)
{
    struct key_times times = {0};
    long long now = NOW, waits[6];
    (void)state;

    key_times_got(&times, NOW, 300);
    for (size_t i = 0; i < COUNT(waits); i++) {
        key_times_failed(&times, now);
        times.is_wanted = true; /* no reason to try more often */
        waits[i] = key_times_next(&times) - now;
        now = key_times_next(&times);
    }
    assert_memory_equal(waits, ((long long[]){5000, 10000, 20000, 40000, 60000, 60000}), sizeof waits);
    assert_true(key_times_usable(&times, NOW + 300000 + KEYS_STALE_MS - 1));
    assert_false(key_times_usable(&times, NOW + 300000 + KEYS_STALE_MS));
    key_times_got(&times, now, 300);
    assert_int_equal(times.failures, 0);
}

/* ---- the thread ---- */

struct server {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct text answer; /* empty: it does not answer */
    bool hangs;
    unsigned asked;
};

static struct jwks *ask(void *context, const atomic_int *stopped, long *age_s, struct text *why)
{
    struct server *server = context;
    struct jwks *keys = NULL;

    (void)age_s;
    pthread_mutex_lock(&server->lock);
    server->asked++;
    pthread_cond_broadcast(&server->changed);
    while (server->hangs && !*stopped) {
        struct timespec until = condition_deadline(10);
        condition_wait(&server->changed, &server->lock, &until);
    }
    if (server->answer.length)
        keys = jwks_parse(server->answer.data, server->answer.length, why);
    else
        text_puts(why, "it is down");
    pthread_mutex_unlock(&server->lock);
    return keys;
}

static void server_begin(struct server *server)
{
    *server = (struct server){.hangs = false};
    pthread_mutex_init(&server->lock, NULL);
    condition_init(&server->changed);
}

static void server_answer(struct server *server, const char *kid)
{
    pthread_mutex_lock(&server->lock);
    text_clear(&server->answer);
    if (kid) {
        text_puts(&server->answer, "{\"keys\":[");
        token_jwk(&server->answer, token_ec("P-256"), kid, "");
        text_puts(&server->answer, "]}");
    }
    pthread_mutex_unlock(&server->lock);
}

static void server_hangs(struct server *server, bool hangs)
{
    pthread_mutex_lock(&server->lock);
    server->hangs = hangs;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

static void wait_until_asked(struct server *server)
{
    struct timespec until = condition_deadline(HANG_MS);

    pthread_mutex_lock(&server->lock);
    while (!server->asked)
        assert_true(condition_wait(&server->changed, &server->lock, &until));
    pthread_mutex_unlock(&server->lock);
}

static unsigned times_asked(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    unsigned asked = server->asked;
    pthread_mutex_unlock(&server->lock);
    return asked;
}

static struct key_source *start(struct server *server)
{
    struct key_source *source = key_source_start(&(struct key_source_options){"test", ask, server});

    assert_non_null(source);
    return source;
}

static void the_first_keys(void **state)
{
    struct server server;
    (void)state;

    server_begin(&server);
    server_answer(&server, "a");
    struct key_source *source = start(&server);
    struct jwks *keys = key_source_newer(source, NULL, HANG_MS);
    assert_non_null(keys);
    struct jwks *same = key_source_keys(source);
    assert_ptr_equal(keys, same);
    key_source_stop(source);
    assert_int_equal(jwks_count(keys), 1); /* its share is the caller's */
    jwks_free(keys);
    jwks_free(same);
    text_fini(&server.answer);
}

/* An unknown key is asked for at most once a minute, however many tokens name one. */
static void unknown_keys_do_not_ask_again_and_again(void **state)
{
    struct server server;
    (void)state;

    server_begin(&server);
    server_answer(&server, "a");
    struct key_source *source = start(&server);
    struct jwks *keys = key_source_newer(source, NULL, HANG_MS);
    assert_non_null(keys);
    for (int i = 0; i < 1000; i++)
        assert_null(key_source_newer(source, keys, HANG_MS));
    assert_int_equal(times_asked(&server), 1);
    jwks_free(keys);
    key_source_stop(source);
    text_fini(&server.answer);
}

static void a_server_that_hangs(void **state)
{
    struct server server;
    (void)state;

    server_begin(&server);
    server_hangs(&server, true);
    struct key_source *source = start(&server);
    wait_until_asked(&server);
    assert_null(key_source_keys(source)); /* at once */
    assert_null(key_source_newer(source, NULL, 20));
    server_answer(&server, "a");
    server_hangs(&server, false);
    struct jwks *keys = key_source_newer(source, NULL, HANG_MS);
    assert_non_null(keys);
    jwks_free(keys);
    key_source_stop(source);
    text_fini(&server.answer);

    server_begin(&server);
    server_hangs(&server, true);
    source = start(&server);
    wait_until_asked(&server);
    key_source_stop(source); /* does not wait for it */
    text_fini(&server.answer);
}

static void a_server_that_is_down(void **state)
{
    struct server server;
    (void)state;

    server_begin(&server);
    struct key_source *source = start(&server);
    wait_until_asked(&server);
    for (int i = 0; i < 100; i++)
        assert_null(key_source_newer(source, NULL, HANG_MS)); /* nobody waits for what is not tried */
    assert_int_equal(times_asked(&server), 1);
    key_source_stop(source);
    key_source_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_to_get_them),    cmocka_unit_test(while_the_server_is_down),
        cmocka_unit_test(the_first_keys),      cmocka_unit_test(unknown_keys_do_not_ask_again_and_again),
        cmocka_unit_test(a_server_that_hangs), cmocka_unit_test(a_server_that_is_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
