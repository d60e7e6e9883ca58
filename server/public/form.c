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

static void reply_empty(struct http_exchange *exchange, void *arguments, unsigned result)
{
    (void)arguments;
    (void)result;
    http_answer_page(exchange, 200, assets_form(portal_of(exchange)->assets, portal_language(exchange)));
}

/* Shows the form again. The typed text ends at its first NUL, because a page cannot contain one. */
static void answer_form(struct http_exchange *exchange, unsigned status, struct page_form *form)
{
    TEXT struct text page = TEXT_EMPTY;

    render(portal_of(exchange), portal_language(exchange), form, &page);
    /* The browser may keep the form, so that its back button shows it again. */
    http_answer_header(exchange, "Cache-Control", "private, no-cache");
    http_answer(exchange, status, HTML, &page);
}

static void reply_filled(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct registration_request request = {0};
    struct identifier_problem problem = {0};
    const struct claim_settings *settings = portal_of(exchange)->settings;
    const char *key = http_request_query(exchange, "endpoint", NULL);
    const struct oem_endpoint *endpoint = claim_settings_endpoint(settings, key && *key ? key : NULL);
    size_t length;
    const char *typed = http_request_parameter(exchange, "identifier", &length);
    /* An unknown endpoint in a link is not an error: the page lets people choose. */
    struct page_form form = {.typed = typed, .endpoint = endpoint ? endpoint->key : NULL};

    (void)arguments;
    (void)result;
    if (intake_targets(settings, typed, length, &request, &problem)) {
        form.typed = request.targets[0].thing_name;
        form.filled_by_link = true;
    } else {
        form.problem = &problem;
    }
    answer_form(exchange, form.problem ? 422 : 200, &form);
}

struct register_arguments {
    struct registration_request request;
    struct registration registration;
    const char *typed;
};

static bool read_register(struct http_exchange *exchange, void *arguments)
{
    struct register_arguments *own = arguments;
    const struct claim_settings *settings = portal_of(exchange)->settings;
    struct identifier_problem problem = {0};
    size_t length = 0;

    bool too_often = problem_over_limit(exchange) || problem_network_full(exchange);
    own->typed = http_request_field(exchange, "identifier", &length);
    own->typed = own->typed ? own->typed : "";
    const char *key = http_request_field(exchange, "endpoint", NULL);
    const struct oem_endpoint *endpoint = claim_settings_endpoint(settings, key && *key ? key : NULL);
    struct page_form refused = {.typed = own->typed, .endpoint = endpoint ? endpoint->key : NULL};
    if (too_often || !endpoint) {
        refused.problem_key = too_often ? "limit" : "endpoint";
        answer_form(exchange, too_often ? 429 : 422, &refused);
        return false;
    }
    intake_begin(settings, exchange, &own->request);
    intake_choose(&own->request, endpoint);
    if (intake_targets(settings, own->typed, length, &own->request, &problem))
        return true;
    refused.problem = &problem;
    answer_form(exchange, 422, &refused);
    return false;
}

static enum store_error run_register(struct store_tx *tx, void *arguments)
{
    struct register_arguments *own = arguments;

    return registrations_add(tx, &own->request, &own->registration);
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
    if (result) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    dispatcher_wake(portal_of(exchange)->dispatcher);
    text_printf(&location, "/registrations/%s?lang=%s", own->registration.token, portal_language(exchange));
    http_answer_see_other(exchange, text_get(&location));
}

const struct http_handler form_empty = {.reply = reply_empty};
const struct http_handler form_filled = {.reply = reply_filled};
const struct http_handler form_register = {
    .arguments_size = sizeof(struct register_arguments),
    .read = read_register,
    .task = &add_registration,
    .reply = reply_register,
};
