/* SPDX-License-Identifier: Apache-2.0 */
/* Statuses that no route of today has, and 431, as a program and as a person see them. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "tests/unit/http_client.h"
#include "tests/unit/test.h"

#define CLOSE "Host: x\r\nConnection: close\r\n"
#define HEADERS_TOO_LARGE 6500

static struct portal portal;
static struct http_server *server;

static unsigned refuse(struct http_exchange *exchange, void *arguments)
{
    (void)arguments;
    return (unsigned)atoi(http_request_parameter(exchange, "status", NULL));
}

static const struct http_handler refused = {.admit = refuse};
static const struct http_route routes[] = {
    {HTTP_PUBLIC, HTTP_GET, "/{status}", 0, NULL, &refused},
    {HTTP_PUBLIC, HTTP_GET, "/api/{status}", 0, NULL, &refused},
};

static int start(void **state)
{
    char *error = NULL;
    TEXT struct text why = TEXT_EMPTY;
    struct http_options options = {
        .listen = "127.0.0.1:0",
        .routes = routes,
        .route_count = COUNT(routes),
        .threads = 1,
        .max_connections = 10,
        .request_timeout_ms = 10000,
        .idle_timeout_ms = 10000,
        .trusted_proxies = "",
        .error_answer = problem_answer,
        .app = &portal,
    };

    (void)state;
    portal.pages = pages_load(TEMPLATES_FOLDER, "en", "0", NULL, &error);
    server = portal.pages ? http_server_start(&options, &why) : NULL;
    return server ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    bool drained = http_server_drain(server, 10000);
    http_server_stop(server);
    pages_free(portal.pages);
    return drained ? 0 : -1;
}

static void ask(const char *path, const char *headers, struct text *answer)
{
    TEXT struct text request = TEXT_EMPTY;

    text_printf(&request, "GET %s HTTP/1.1\r\n" CLOSE "%s\r\n", path, headers);
    client_ask(http_server_address(server), text_get(&request), answer);
}

static void assert_has(const struct text *answer, const char *words)
{
    if (!strstr(text_get(answer), words))
        fail_msg("no %s in %s", words, text_get(answer));
}

static void assert_json(const struct text *answer, unsigned status, const char *title)
{
    const char *body = strstr(text_get(answer), "\r\n\r\n");
    TEXT struct text first = TEXT_EMPTY;

    text_printf(&first, "HTTP/1.1 %u ", status);
    assert_has(answer, text_get(&first));
    assert_has(answer, "Content-Type: application/problem+json\r\n");
    JSON cJSON *problem = json_object_parse(body + 4, strlen(body + 4));
    assert_non_null(problem);
    assert_true(cJSON_GetNumberValue(cJSON_GetObjectItem(problem, "status")) == status);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(problem, "title")), title);
    assert_true(strlen(cJSON_GetStringValue(cJSON_GetObjectItem(problem, "detail"))) > 10);
}

static void a_program_is_told(void **state)
{
    static const struct {
        unsigned status;
        const char *path, *title;
    } cases[] = {{401, "/api/401", "Unauthorized"},
                 {403, "/api/403", "Forbidden"},
                 {409, "/api/409", "Conflict"},
                 {431, "/api/431", "Request header fields too large"},
                 {451, "/api/451", "Bad request"},
                 {507, "/api/507", "Internal error"},
                 {505, "/api/505", "HTTP version not supported"}};
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        TEXT struct text answer = TEXT_EMPTY;
        ask(cases[i].path, "", &answer);
        assert_json(&answer, cases[i].status, cases[i].title);
        bool challenged = strstr(text_get(&answer), "\r\nWWW-Authenticate: Bearer realm=\"") != NULL;
        assert_int_equal(challenged, cases[i].status == 401);
    }
}

static void a_person_is_told_in_their_language(void **state)
{
    static const struct {
        const char *path, *english, *german;
    } cases[] = {
        {"/401", "Sign in to see this page", "Melden Sie sich an"},
        {"/403", "Something was wrong with that request", "Diese Aktion ist hier nicht möglich"},
        {"/409", "This has changed", "etwas geändert"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        TEXT struct text english = TEXT_EMPTY;
        TEXT struct text german = TEXT_EMPTY;
        ask(cases[i].path, "Accept-Language: en\r\n", &english);
        ask(cases[i].path, "Accept-Language: de\r\n", &german);
        assert_has(&english, "Content-Type: text/html; charset=utf-8\r\n");
        assert_has(&english, cases[i].english);
        assert_has(&german, "<html lang=\"de\"");
        assert_has(&german, cases[i].german);
    }
}

static void headers_that_are_too_large_are_told(void **state)
{
    static char filler[HEADERS_TOO_LARGE + 1];
    TEXT struct text headers = TEXT_EMPTY;
    TEXT struct text program = TEXT_EMPTY;
    TEXT struct text person = TEXT_EMPTY;
    (void)state;

    memset(filler, 'x', HEADERS_TOO_LARGE);
    text_printf(&headers, "Accept-Language: de\r\nX: %s\r\n", filler);
    ask("/api/403", text_get(&headers), &program);
    assert_json(&program, 431, "Request header fields too large");
    assert_has(&program, "Connection: close\r\n");
    ask("/403", text_get(&headers), &person);
    assert_has(&person, "HTTP/1.1 431 ");
    assert_has(&person, "Ihr Browser hat zu viel gesendet");
    text_clear(&program);
    text_clear(&headers);
    text_printf(&headers, "X: %.*s\r\n", HEADERS_TOO_LARGE - 1000, filler);
    ask("/api/403", text_get(&headers), &program);
    assert_json(&program, 403, "Forbidden");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_is_told),
        cmocka_unit_test(a_person_is_told_in_their_language),
        cmocka_unit_test(headers_that_are_too_large_are_told),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
