/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of a million rows, over a real server: what is in memory meanwhile, and how they end. */
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "server/http/http.h"
#include "tests/unit/http_client.h"
#include "tests/unit/test.h"

#define ROWS 1000000
#define ROW_SIZE 64
#define ROWS_A_PIECE 100
#define ROWS_A_TASK 1000
#define CLOSE "Host: x\r\nConnection: close\r\n\r\n"
/* Of 64 MB, the kernel may hold so much on both sides of a loopback connection. */
#define KERNEL_ROOM ((long)12 << 20)
#define MEMORY_ROOM ((size_t)256 << 10)
#define TASK_FAILED 7
#define REPLY_TIMEOUT_MS patient_ms(1500)

struct export
{
    long row, fetched, last;
    long break_at; /* 0: never */
};

struct http_task {
    void (*run)(struct export *export);
};

static struct world {
    struct http_server *server;
    pthread_t worker;
    pthread_mutex_t lock;
    pthread_cond_t there;
    struct http_work *waiting[8];
    size_t count;
    bool stopping, refuses;
    atomic_long produced, whole, parts, ended_early,
        forgotten; /* bytes, streams, pieces, streams, arguments */
} world;

/* ---- the app ---- */

static void fetch(struct export *export)
{
    long most = export->fetched + ROWS_A_TASK;

    export->fetched = most < export->last ? most : export->last;
}

static unsigned take(void *context, struct http_work *work)
{
    struct world *own = context;

    pthread_mutex_lock(&own->lock);
    bool refused = own->refuses || own->count == COUNT(own->waiting);
    if (!refused)
        own->waiting[own->count++] = work;
    pthread_cond_signal(&own->there);
    pthread_mutex_unlock(&own->lock);
    return refused ? TASK_FAILED : 0;
}

static void *work_on(void *context)
{
    struct world *own = context;

    pthread_mutex_lock(&own->lock);
    while (!own->stopping) {
        if (own->count == 0) {
            pthread_cond_wait(&own->there, &own->lock);
            continue;
        }
        struct http_work *work = own->waiting[0];
        memmove(&own->waiting[0], &own->waiting[1], --own->count * sizeof own->waiting[0]);
        pthread_mutex_unlock(&own->lock);
        work->task->run(work->arguments);
        http_work_done(work, 0);
        pthread_mutex_lock(&own->lock);
    }
    pthread_mutex_unlock(&own->lock);
    return NULL;
}

/* ---- the handler ---- */

static bool read_export(struct http_exchange *exchange, void *arguments)
{
    struct export *export = arguments;
    const char *break_at = http_request_query(exchange, "break", NULL);

    export->last = atol(http_request_parameter(exchange, "count", NULL));
    export->break_at = break_at ? atol(break_at) : 0;
    return true;
}

static void add_row(struct text *out, long row)
{
    char line[ROW_SIZE + 1];

    snprintf(line, sizeof line, "%07ld", row);
    memset(line + 7, '.', ROW_SIZE - 8);
    line[ROW_SIZE - 1] = '\n';
    text_add(out, line, ROW_SIZE);
}

static enum http_piece produce_rows(struct http_exchange *exchange, void *arguments, unsigned result,
                                    struct text *out)
{
    struct export *export = arguments;

    (void)exchange;
    if (result)
        return HTTP_PIECE_BROKEN;
    for (int i = 0; i < ROWS_A_PIECE && export->row < export->fetched; i++)
        add_row(out, export->row++);
    atomic_fetch_add(&world.produced, (long)out->length);
    atomic_fetch_add(&world.parts, 1);
    if (export->break_at && export->row >= export->break_at)
        return HTTP_PIECE_BROKEN;
    if (export->row == export->last)
        return HTTP_PIECE_LAST;
    return export->row == export->fetched ? HTTP_PIECE_WORK : HTTP_PIECE_MORE;
}

static void rows_ended(void *arguments, bool whole)
{
    (void)arguments;
    atomic_fetch_add(whole ? &world.whole : &world.ended_early, 1);
}

static const struct http_stream rows = {"text/csv", produce_rows, rows_ended};

static void reply_export(struct http_exchange *exchange, void *arguments, unsigned result)
{
    (void)arguments;
    assert_int_equal(result, 0);
    http_answer_stream(exchange, 200, &rows);
}

static void forget_export(void *arguments)
{
    (void)arguments;
    /* ended() comes first. */
    if (atomic_load(&world.whole) + atomic_load(&world.ended_early) > atomic_load(&world.forgotten))
        atomic_fetch_add(&world.forgotten, 1);
}

/* Says more with nothing: it would be asked for ever. */
static enum http_piece produce_nothing(struct http_exchange *exchange, void *arguments, unsigned result,
                                       struct text *out)
{
    (void)exchange;
    (void)arguments;
    (void)result;
    (void)out;
    return HTTP_PIECE_MORE;
}

static const struct http_stream nothing = {.content_type = "text/csv", .produce = produce_nothing};

static void reply_nothing(struct http_exchange *exchange, void *arguments, unsigned result)
{
    (void)arguments;
    (void)result;
    http_answer_stream(exchange, 200, &nothing);
}

static const struct http_task fetch_rows = {fetch};
static const struct http_handler export_rows = {.arguments_size = sizeof(struct export),
                                                .read = read_export,
                                                .task = &fetch_rows,
                                                .reply = reply_export,
                                                .fini = forget_export};
static const struct http_handler export_nothing = {.reply = reply_nothing};
static const struct http_route routes[] = {
    {HTTP_PUBLIC, HTTP_GET, "/rows/{count}", 0, NULL, &export_rows},
    {HTTP_PUBLIC, HTTP_GET, "/nothing", 0, NULL, &export_nothing},
};

static void answer_error(struct http_exchange *exchange, unsigned status)
{
    http_answer(exchange, status, NULL, NULL);
}

static int start(void **state)
{
    struct http_options options = {
        .listen = "127.0.0.1:0",
        .routes = routes,
        .route_count = COUNT(routes),
        .threads = 2,
        .max_connections = 20,
        .request_timeout_ms = patient_ms(10000),
        .idle_timeout_ms = HANG_MS,
        .reply_timeout_ms = REPLY_TIMEOUT_MS,
        .trusted_proxies = "",
        .error_answer = answer_error,
        .take = take,
        .take_context = &world,
    };
    TEXT struct text why = TEXT_EMPTY;

    (void)state;
    world = (struct world){.lock = PTHREAD_MUTEX_INITIALIZER, .there = PTHREAD_COND_INITIALIZER};
    world.server = http_server_start(&options, &why);
    return world.server && pthread_create(&world.worker, NULL, work_on, &world) == 0 ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    bool drained = http_server_drain(world.server, 20000);
    http_server_stop(world.server);
    pthread_mutex_lock(&world.lock);
    world.stopping = true;
    pthread_cond_signal(&world.there);
    pthread_mutex_unlock(&world.lock);
    pthread_join(world.worker, NULL);
    return drained ? 0 : -1;
}

/* ---- the client ---- */

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static void wait_for(atomic_long *count, long wanted)
{
    for (int i = 0; i < 3000 && atomic_load(count) < wanted; i++)
        pause_ms(10);
    assert_int_equal(atomic_load(count), wanted);
}

/* Until nothing more is produced for a client that does not read. */
static long settled(void)
{
    long before = -1, now = atomic_load(&world.produced);

    while (now != before || now == 0) {
        before = now;
        pause_ms(200);
        now = atomic_load(&world.produced);
    }
    return now;
}

static int ask_rows(long count, const char *version, int receive_room)
{
    int connection = client_connect(http_server_address(world.server), receive_room);
    TEXT struct text request = TEXT_EMPTY;

    text_printf(&request, "GET /rows/%ld HTTP/%s\r\n%s", count, version, CLOSE);
    client_send(connection, text_get(&request));
    return connection;
}

static void assert_rows(const char *bytes, size_t length, long count)
{
    TEXT struct text expected = TEXT_EMPTY;

    assert_int_equal(length, count * ROW_SIZE);
    for (long row = 0; row < count; row++) {
        text_clear(&expected);
        add_row(&expected, row);
        if (memcmp(bytes + row * ROW_SIZE, expected.data, ROW_SIZE) != 0)
            fail_msg("row %ld: %.64s", row, bytes + row * ROW_SIZE);
    }
}

static void assert_whole(const struct text *answer, long count)
{
    TEXT struct text body = TEXT_EMPTY;
    bool whole;

    assert_memory_equal(text_get(answer), "HTTP/1.1 200 ", 13);
    assert_non_null(strstr(text_get(answer), "Content-Type: text/csv\r\n"));
    assert_true(client_unchunk(answer, &body, &whole));
    assert_true(whole);
    assert_rows(text_get(&body), body.length, count);
}

static size_t allocated(void)
{
    return mallinfo2().uordblks;
}

/* ---- tests ---- */

static void what_is_broken_off_is_seen_to_be(void **state)
{
    TEXT struct text answer = TEXT_EMPTY;
    TEXT struct text body = TEXT_EMPTY;
    bool whole;

    (void)state;
    client_ask(http_server_address(world.server), "GET /rows/5000?break=2500 HTTP/1.1\r\n" CLOSE, &answer);
    assert_true(client_unchunk(&answer, &body, &whole));
    assert_false(whole);
    assert_rows(text_get(&body), body.length, 2400); /* the piece that broke is not sent */
    wait_for(&world.ended_early, 1);
    assert_int_equal(atomic_load(&world.whole), 0);
}

static void a_producer_that_has_nothing_is_broken_off(void **state)
{
    TEXT struct text answer = TEXT_EMPTY;

    (void)state;
    client_ask(http_server_address(world.server), "GET /nothing HTTP/1.1\r\n" CLOSE, &answer);
    assert_non_null(strstr(text_get(&answer), " 200 "));
    assert_null(strstr(text_get(&answer), "\r\n0\r\n"));
}

static void a_task_that_is_not_taken_is_told_to_the_producer(void **state)
{
    TEXT struct text answer = TEXT_EMPTY;
    TEXT struct text body = TEXT_EMPTY;
    int connection = ask_rows(ROWS, "1.1", 4096);
    bool whole;

    (void)state;
    settled();
    pthread_mutex_lock(&world.lock);
    world.refuses = true;
    pthread_mutex_unlock(&world.lock);
    client_read_all(connection, &answer);
    close(connection);
    assert_true(client_unchunk(&answer, &body, &whole));
    assert_false(whole);
    assert_int_equal(body.length % (ROWS_A_TASK * ROW_SIZE), 0);
    wait_for(&world.ended_early, 1);
}

static void a_reader_that_goes_away_ends_the_producer(void **state)
{
    TEXT struct text answer = TEXT_EMPTY;
    int connection = ask_rows(ROWS, "1.1", 4096);

    (void)state;
    while (answer.length < 100000)
        assert_true(client_read(connection, SIZE_MAX, &answer));
    close(connection);
    wait_for(&world.ended_early, 1);
    wait_for(&world.forgotten, 1);
    long produced = atomic_load(&world.produced);
    assert_in_range(produced, 100000 - ROW_SIZE, 100000 + KERNEL_ROOM);
    pause_ms(100);
    assert_int_equal(atomic_load(&world.produced), produced);
}

static void a_reader_that_stops_is_ended_by_the_watchdog(void **state)
{
    TEXT struct text answer = TEXT_EMPTY;
    int connection = ask_rows(ROWS, "1.1", 4096);

    (void)state;
    wait_for(&world.ended_early, 1);
    wait_for(&world.forgotten, 1);
    assert_in_range(atomic_load(&world.produced), 1, KERNEL_ROOM);
    client_read_all(connection, &answer);
    assert_in_range(answer.length, 1, KERNEL_ROOM);
    close(connection);
}

static void a_reader_that_stops_does_not_hold_up_the_end(void **state)
{
    int connection = ask_rows(ROWS, "1.1", 4096);

    (void)state;
    settled();
    assert_true(http_server_drain(world.server, 1000));
    assert_int_equal(atomic_load(&world.ended_early), 1);
    close(connection);
}

static void a_million_rows_need_no_memory(void **state)
{
    TEXT struct text answer = TEXT_EMPTY;
    size_t before = allocated();
    int connection = ask_rows(ROWS, "1.1", 4096);
    long produced = settled();

    (void)state;
    assert_in_range(produced, 1, KERNEL_ROOM);
    if (before) /* the sanitizers' allocators do not say */
        assert_in_range(allocated(), 0, before + MEMORY_ROOM);
    client_read_all(connection, &answer);
    close(connection);
    assert_whole(&answer, ROWS);
    wait_for(&world.whole, 1);
    assert_int_equal(atomic_load(&world.produced), (long)ROWS * ROW_SIZE);
    assert_int_equal(atomic_load(&world.ended_early), 0);
}

static void two_readers_have_each_its_own(void **state)
{
    struct text answers[2] = {TEXT_EMPTY, TEXT_EMPTY};
    const long counts[2] = {60000, 90001};
    int connections[2] = {ask_rows(counts[0], "1.1", 4096), ask_rows(counts[1], "1.1", 4096)};

    (void)state;
    for (bool more = true; more;) {
        bool first = client_read(connections[0], 1000, &answers[0]);
        more = client_read(connections[1], 4000, &answers[1]) || first;
    }
    for (int i = 0; i < 2; i++) {
        assert_whole(&answers[i], counts[i]);
        text_fini(&answers[i]);
        close(connections[i]);
    }
    wait_for(&world.whole, 2);
}

static void http_1_0_is_told_the_end_by_the_end(void **state)
{
    TEXT struct text answer = TEXT_EMPTY;
    int connection = ask_rows(30000, "1.0", 0);

    (void)state;
    client_read_all(connection, &answer);
    close(connection);
    const char *head_end = strstr(text_get(&answer), "\r\n\r\n");
    assert_non_null(head_end);
    assert_null(strstr(text_get(&answer), "Transfer-Encoding"));
    assert_rows(head_end + 4, answer.length - (size_t)(head_end + 4 - answer.data), 30000);
    wait_for(&world.whole, 1);
}

static void head_is_answered_with_the_headers_alone(void **state)
{
    TEXT struct text answer = TEXT_EMPTY;

    (void)state;
    client_ask(http_server_address(world.server), "HEAD /rows/1000 HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_memory_equal(text_get(&answer), "HTTP/1.1 200 ", 13);
    assert_non_null(strstr(text_get(&answer), "Content-Type: text/csv\r\n"));
    assert_null(strstr(text_get(&answer), "Content-Length"));
    assert_string_equal(strstr(text_get(&answer), "\r\n\r\n"), "\r\n\r\n");
    wait_for(&world.whole, 1);
    assert_int_equal(atomic_load(&world.parts), 0);
}

static void the_connection_serves_the_next_request(void **state)
{
    TEXT struct text answer = TEXT_EMPTY;

    (void)state;
    client_ask(http_server_address(world.server),
               "GET /rows/2500 HTTP/1.1\r\nHost: x\r\n\r\nGET /rows/0 HTTP/1.1\r\n" CLOSE, &answer);
    const char *second = strstr(text_get(&answer), "\r\n0\r\n\r\nHTTP/1.1 200 ");
    assert_non_null(second);
    assert_string_equal(strstr(second + 7, "\r\n\r\n"), "\r\n\r\n0\r\n\r\n");
    wait_for(&world.whole, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_broken_off_is_seen_to_be, start, stop),
        cmocka_unit_test_setup_teardown(a_producer_that_has_nothing_is_broken_off, start, stop),
        cmocka_unit_test_setup_teardown(a_task_that_is_not_taken_is_told_to_the_producer, start, stop),
        cmocka_unit_test_setup_teardown(a_reader_that_goes_away_ends_the_producer, start, stop),
        cmocka_unit_test_setup_teardown(a_reader_that_stops_is_ended_by_the_watchdog, start, stop),
        cmocka_unit_test_setup_teardown(a_reader_that_stops_does_not_hold_up_the_end, start, stop),
        cmocka_unit_test_setup_teardown(a_million_rows_need_no_memory, start, stop),
        cmocka_unit_test_setup_teardown(two_readers_have_each_its_own, start, stop),
        cmocka_unit_test_setup_teardown(http_1_0_is_told_the_end_by_the_end, start, stop),
        cmocka_unit_test_setup_teardown(head_is_answered_with_the_headers_alone, start, stop),
        cmocka_unit_test_setup_teardown(the_connection_serves_the_next_request, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
