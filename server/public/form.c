/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/form.h"

#include <string.h>

#include "server/portal/intake.h"
#include "server/portal/problem.h"
#include "server/portal/task.h"
#include "server/public/assets.h"
#include "server/store/registrations.h"

#define ENDPOINTS_MAX 64
#define HTML "text/html; charset=utf-8"

/* The letters and digits of every account's identifiers; 0 if they differ or are not fixed. */
static size_t digits_of(const struct claim_settings *settings)
{
    size_t digits = settings->staging_count ? identifier_form_length(&settings->staging[0].form) : 0;

    for (size_t i = 1; i < settings->staging_count; i++)
        if (identifier_form_length(&settings->staging[i].form) != digits)
            return 0;
    return digits;
}

static void render(const struct portal *portal, const char *language, struct page_form *form,
                   struct text *out)
{
    const struct claim_settings *settings = portal->settings;
    struct pages_choice choices[ENDPOINTS_MAX];
    size_t count = settings->endpoint_count < ENDPOINTS_MAX ? settings->endpoint_count : ENDPOINTS_MAX;

    for (size_t i = 0; i < count; i++) {
        const struct oem_endpoint *endpoint = &settings->endpoints[i];
        choices[i] = (struct pages_choice){endpoint->key, *endpoint->label ? endpoint->label : endpoint->key};
    }
    form->digits = digits_of(settings);
    form->endpoints = choices;
    form->endpoint_count = count;
    if (!form->endpoint)
        form->endpoint = claim_settings_endpoint(settings, NULL)->key;
    pages_form(portal->pages, language, form, out);
    form->endpoints = NULL; /* choices ends here */
    form->endpoint_count = 0;
}

void form_prepare(struct portal *portal)
{
    for (size_t i = 0; i < pages_language_count(portal->pages); i++) {
        const char *language = pages_language_at(portal->pages, i);
        TEXT struct text page = TEXT_EMPTY;
        struct page_form form = {.typed = ""};
        render(portal, language, &form, &page);
        assets_add_form(portal->assets, language, text_get(&page), page.length);
    }
}

/* Shows the form again. The typed text ends at its first NUL, because a page cannot contain one. */
static void answer_form(struct http_exchange *exchange, unsigned status, struct page_form *form)
{
    TEXT struct text page = TEXT_EMPTY;

    if (http_request_method(exchange) == HTTP_GET)
        portal_remember_language(exchange);
    form->request_id = http_request_id(exchange);
    render(portal_of(exchange), portal_language(exchange), form, &page);
    /* The browser may keep what answers a POST, so that its back button shows the form again. */
    if (http_request_method(exchange) == HTTP_POST)
        http_answer_header(exchange, "Cache-Control", "private, no-cache");
    http_answer(exchange, status, HTML, &page);
}

/* key: NULL or empty for the usual one. A key that is cut short by a NUL is another text. */
static const struct oem_endpoint *endpoint_of(const struct claim_settings *settings, const char *key,
                                              size_t length)
{
    if (key && strlen(key) != length)
        return NULL;
    return claim_settings_endpoint(settings, key && *key ? key : NULL);
}

static void reply_empty(struct http_exchange *exchange, void *arguments, unsigned result)
{
    (void)arguments;
    (void)result;
    if (http_request_query(exchange, "lang", NULL)) {
        answer_form(exchange, 200, &(struct page_form){.typed = ""});
        return;
    }
    http_answer_page(exchange, 200, assets_form(portal_of(exchange)->assets, portal_language(exchange)));
}

/* shown: for the text, as long as the form is used. */
static void fill(struct page_form *form, const struct registration_request *request, struct text *shown)
{
    intake_shown(request, shown);
    form->typed = text_get(shown);
    form->filled_by_link = true;
    form->link = request->link.gtin[0] != '\0' ? &request->link : NULL;
}

/* Shows the form as it was, in the language that was chosen. */
static void reply_language(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct registration_request request = {0};
    struct identifier_problem problem = {0};
    const struct claim_settings *settings = portal_of(exchange)->settings;
    size_t length = 0, key_length = 0;
    const char *key = http_request_field(exchange, "endpoint", &key_length);
    const struct oem_endpoint *endpoint = endpoint_of(settings, key, key_length);
    const char *typed = http_request_field(exchange, "identifier", &length);
    struct page_form form = {.typed = typed ? typed : "", .endpoint = endpoint ? endpoint->key : NULL};

    (void)arguments;
    (void)result;
    TEXT struct text shown = TEXT_EMPTY;
    if (typed && http_request_field(exchange, "filled", NULL) &&
        intake_read(settings, &portal_of(exchange)->labels, typed, length, &request, &problem))
        fill(&form, &request, &shown);
    portal_remember_language(exchange);
    answer_form(exchange, 200, &form);
}

/* A reload of the page that the switch gave, without what was sent. */
static void reply_home(struct http_exchange *exchange, void *arguments, unsigned result)
{
    (void)arguments;
    (void)result;
    http_answer_see_other(exchange, "/");
}

/* problem: NULL, or why the form is not filled in. */
static void answer_filled(struct http_exchange *exchange, const char *typed,
                          const struct registration_request *request,
                          const struct identifier_problem *problem)
{
    size_t length = 0;
    const char *key = http_request_query(exchange, "endpoint", &length);
    const struct oem_endpoint *endpoint = endpoint_of(portal_of(exchange)->settings, key, length);
    /* An unknown endpoint in a link is not an error: the page lets people choose. */
    struct page_form form = {.typed = typed, .problem = problem, .endpoint = endpoint ? endpoint->key : NULL};
    TEXT struct text shown = TEXT_EMPTY;

    if (!problem)
        fill(&form, request, &shown);
    answer_form(exchange, problem ? 422 : 200, &form);
}

static void reply_filled(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct registration_request request = {0};
    struct identifier_problem problem = {0};
    const struct portal *portal = portal_of(exchange);
    size_t length = 0;
    const char *typed = http_request_parameter(exchange, "identifier", &length);

    (void)arguments;
    (void)result;
    bool fine = intake_read(portal->settings, &portal->labels, typed, length, &request, &problem);
    answer_filled(exchange, typed, &request, fine ? NULL : &problem);
}

/* The store is not asked: whether a serial number is known shows only when it is registered, which is
 * limited. */
static void reply_linked(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct registration_request request = {0};
    const char *path = http_request_path(exchange);
    struct identifier_problem problem = {.error = digital_link_parse(path, strlen(path), &request.link)};

    (void)arguments;
    (void)result;
    if (problem.error == IDENTIFIER_NO_MATCH) {
        problem_answer(exchange, 404);
        return;
    }
    if (problem.error == IDENTIFIER_OK && request.link.serial[0] == '\0')
        problem.error = IDENTIFIER_NO_SERIAL;
    answer_filled(exchange, path, &request, problem.error ? &problem : NULL);
}

struct register_arguments {
    const struct claim_settings *settings;
    struct registration_request request;
    struct registration registration;
    const char *typed;
};

static bool read_register(struct http_exchange *exchange, void *arguments)
{
    struct register_arguments *own = arguments;
    const struct claim_settings *settings = portal_of(exchange)->settings;
    struct identifier_problem problem = {0};
    size_t length = 0, key_length = 0;

    own->settings = settings;
    bool too_often = problem_over_limit(exchange) || problem_network_full(exchange);
    own->typed = http_request_field(exchange, "identifier", &length);
    own->typed = own->typed ? own->typed : "";
    const char *key = http_request_field(exchange, "endpoint", &key_length);
    const struct oem_endpoint *endpoint = endpoint_of(settings, key, key_length);
    struct page_form refused = {.typed = own->typed, .endpoint = endpoint ? endpoint->key : NULL};
    if (too_often || !endpoint) {
        refused.problem_key = too_often ? "limit" : "endpoint";
        answer_form(exchange, too_often ? 429 : 422, &refused);
        return false;
    }
    intake_begin(settings, exchange, &own->request);
    intake_choose(&own->request, endpoint);
    if (intake_read(settings, &portal_of(exchange)->labels, own->typed, length, &own->request, &problem))
        return true;
    refused.problem = &problem;
    answer_form(exchange, 422, &refused);
    return false;
}

static enum store_error run_register(struct store_tx *tx, void *arguments)
{
    struct register_arguments *own = arguments;
    enum store_error error = intake_resolve(tx, own->settings, &own->request);

    return error ? error : registrations_add(tx, &own->request, &own->registration);
}

static const struct http_task add_registration = {.run = run_register, .writes = true};

static void reply_register(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct register_arguments *own = arguments;
    TEXT struct text location = TEXT_EMPTY;

    if (problem_status(result) == 503) {
        /* Nothing was stored. Show the form with the typed text, so that it can be sent again. */
        struct page_form form = {
            .typed = own->typed, .problem_key = "busy", .endpoint = own->request.endpoint};
        http_answer_header(exchange, "Retry-After", "5");
        answer_form(exchange, 503, &form);
        return;
    }
    if (result == STORE_UNLISTED) {
        struct identifier_problem problem = {.error = IDENTIFIER_UNLISTED};
        answer_form(
            exchange, 422,
            &(struct page_form){.typed = own->typed, .problem = &problem, .endpoint = own->request.endpoint});
        return;
    }
    if (result) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    dispatcher_wake(portal_of(exchange)->dispatcher);
    text_printf(&location, "/registrations/%s?lang=%s", own->registration.token, portal_language(exchange));
    http_answer_see_other(exchange, text_get(&location));
}

const struct http_handler form_empty = {.reply = reply_empty};
const struct http_handler form_language = {.reply = reply_language};
const struct http_handler form_home = {.reply = reply_home};
const struct http_handler form_filled = {.reply = reply_filled};
const struct http_handler form_linked = {.reply = reply_linked};
const struct http_handler form_register = {
    .arguments_size = sizeof(struct register_arguments),
    .read = read_register,
    .task = &add_registration,
    .reply = reply_register,
};
