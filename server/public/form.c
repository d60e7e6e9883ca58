/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/form.h"

#include <string.h>

#include "ownership/proof.h"
#include "server/portal/answers.h"
#include "server/portal/browser_cookie.h"
#include "server/portal/intake.h"
#include "server/portal/problem.h"
#include "server/portal/session.h"
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
    const bool is_decided = intake_endpoint_is_decided(settings, portal->products);
    form->digits = digits_of(settings);
    form->endpoints = choices;
    form->endpoint_count = is_decided ? 0 : count;
    form->endpoint_given = is_decided && form->endpoint;
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

/* The key of the endpoint that the request names; NULL if it names none that there is. */
static const char *named_endpoint(const struct portal *portal, const char *key, size_t length)
{
    const struct oem_endpoint *endpoint =
        key && *key ? intake_endpoint(portal->settings, key, length, NULL, NULL) : NULL;

    return endpoint ? endpoint->key : NULL;
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

/* The product whose questions the form had, or else the one that the identifier tells. */
static const struct product *asked_product(struct http_exchange *exchange,
                                           const struct registration_request *request)
{
    const struct products *products = portal_of(exchange)->products;
    const char *key = http_request_field(exchange, "product", NULL);
    const struct product *asked = key ? products_by_key(products, key) : NULL;

    return asked ? asked : intake_product(products, request);
}

/* Shows the form as it was, in the language that was chosen. */
static void reply_language(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct registration_request request = {0};
    struct identifier_problem problem = {0};
    struct answers answers = {0};
    const struct portal *portal = portal_of(exchange);
    size_t length = 0, key_length = 0;
    const char *key = http_request_field(exchange, "endpoint", &key_length);
    const char *typed = http_request_field(exchange, "identifier", &length);
    struct page_form form = {.typed = typed ? typed : "",
                             .endpoint = named_endpoint(portal, key, key_length)};

    (void)arguments;
    (void)result;
    TEXT struct text shown = TEXT_EMPTY;
    if (typed && http_request_field(exchange, "filled", NULL) &&
        intake_read(portal->settings, &portal->labels, typed, length, &request, &problem))
        fill(&form, &request, &shown);
    const struct product *product = form.filled_by_link ? asked_product(exchange, &request) : NULL;
    if (product) {
        answers_keep_form(exchange, product, &answers);
        form.questions = &answers.questions;
    }
    portal_remember_language(exchange);
    answer_form(exchange, 200, &form);
    answers_fini(&answers);
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
    /* An unknown endpoint in a link is not an error: the page lets people choose. */
    struct page_form form = {
        .typed = typed,
        .problem = problem,
        .endpoint = named_endpoint(portal_of(exchange), key, length),
    };
    struct page_questions questions = {0};
    TEXT struct text shown = TEXT_EMPTY;

    if (!problem) {
        fill(&form, request, &shown);
        questions.product = intake_product(portal_of(exchange)->products, request);
        form.questions = questions.product ? &questions : NULL;
    }
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
    const struct portal *portal;
    struct registration_request request;
    struct registration registration;
    const char *typed;
    const char *endpoint;          /* key; NULL or "": none was named */
    const struct product *product; /* whose questions are asked; NULL: none */
    struct answers answers;
    char session[DIGEST_SIZE];   /* "": nobody is signed in */
    const struct product *other; /* the inventory says so, and its questions were not asked yet; NULL: none */
};

/* The form with what was typed. One about a product has its device ID filled in. */
static void answer_again(struct http_exchange *exchange, unsigned status, struct register_arguments *own,
                         const char *problem_key, const struct identifier_problem *problem)
{
    const struct portal *portal = portal_of(exchange);
    size_t length = 0;
    const char *key = http_request_field(exchange, "endpoint", &length);
    struct page_form form = {
        .typed = own->typed,
        .problem = problem,
        .problem_key = problem_key,
        .endpoint = named_endpoint(portal, key, length),
    };
    TEXT struct text shown = TEXT_EMPTY;

    if (own->product && !problem) {
        fill(&form, &own->request, &shown);
        form.questions = &own->answers.questions;
    }
    answer_form(exchange, status, &form);
}

/* Reads the answers to the product's questions, and shows them if the person has not seen them yet: an ID
 * that was typed, or a configuration that has changed meanwhile. */
static bool read_answers(struct http_exchange *exchange, struct register_arguments *own)
{
    const char *shown = http_request_field(exchange, "product", NULL);

    if (!own->product)
        return true;
    if (product_asks(own->product, false) && (!shown || strcmp(shown, own->product->key) != 0)) {
        answers_keep_form(exchange, own->product, &own->answers);
        own->answers.questions.agreed = false;
        answer_again(exchange, 200, own, NULL, NULL);
        return false;
    }
    answers_read_form(exchange, own->product, false, &own->answers);
    if (!page_questions_have_problem(&own->answers.questions))
        return true;
    answer_again(exchange, 422, own, NULL, NULL);
    return false;
}

/* An unknown endpoint is told before anything else. */
static bool names_an_endpoint(struct http_exchange *exchange, struct register_arguments *own)
{
    size_t length = 0;

    own->endpoint = http_request_field(exchange, "endpoint", &length);
    if (intake_endpoint(portal_of(exchange)->settings, own->endpoint, length, NULL, NULL))
        return true;
    if (own->product)
        answers_keep_form(exchange, own->product, &own->answers);
    answer_again(exchange, 422, own, "endpoint", NULL);
    return false;
}

static void choose_endpoint(struct register_arguments *own, const struct product *product)
{
    const char *key = own->endpoint ? own->endpoint : "";

    intake_choose(&own->request,
                  intake_endpoint(own->portal->settings, key, strlen(key), product, own->answers.country));
}

static void take_details(struct http_exchange *exchange, struct register_arguments *own)
{
    struct registration_details *details = &own->request.details;

    if (!own->product)
        return;
    answers_details(&own->answers, portal_language(exchange), own->request.now, details);
    own->request.contact_name = details->contact_name;
    own->request.contact_email = details->contact_email;
    details->contact_name = details->contact_email = NULL; /* the request has them */
}

static bool read_register(struct http_exchange *exchange, void *arguments)
{
    struct register_arguments *own = arguments;
    const struct portal *portal = portal_of(exchange);
    struct identifier_problem problem = {0};
    size_t length = 0;

    own->portal = portal;
    session_read(exchange, own->session);
    bool too_often = problem_over_limit(exchange) || problem_network_full(exchange);
    own->typed = http_request_field(exchange, "identifier", &length);
    own->typed = own->typed ? own->typed : "";
    bool is_read =
        intake_read(portal->settings, &portal->labels, own->typed, length, &own->request, &problem);
    own->product = is_read ? asked_product(exchange, &own->request) : NULL;
    if (too_often) {
        if (own->product)
            answers_keep_form(exchange, own->product, &own->answers);
        answer_again(exchange, 429, own, "limit", NULL);
        return false;
    }
    intake_begin(portal->settings, exchange, &own->request);
    if (!names_an_endpoint(exchange, own))
        return false;
    if (!is_read) {
        answer_again(exchange, 422, own, NULL, &problem);
        return false;
    }
    if (!read_answers(exchange, own))
        return false;
    take_details(exchange, own);
    own->request.browser = browser_cookie(exchange);
    return true;
}

/* Whoever only has an identifier must not learn that the inventory has the device, unless knowing it is the
 * product's proof. */
static bool may_be_shown(const struct register_arguments *own, const struct product *product)
{
    return product->proofs == PROOF(PROOF_LABEL) ||
           product == intake_product(own->portal->products, &own->request);
}

static enum store_error run_register(struct store_tx *tx, void *arguments)
{
    struct register_arguments *own = arguments;
    const struct product *found = NULL;
    struct session session = {0};

    own->other = NULL; /* a transaction may run again */
    enum store_error error = session_find(tx, own->session, &session);
    own->request.person_id = session.person_id;
    if (!error)
        error = intake_resolve(tx, own->portal->settings, &own->request);
    if (!error)
        error = intake_find_product(tx, own->portal->products, &own->request, &found);
    if (error)
        return error;
    if (found != own->product && found && product_asks(found, false) && may_be_shown(own, found)) {
        own->other = found;
        return STORE_CONFLICT;
    }
    choose_endpoint(own, found);
    return registrations_add(tx, &own->request, &own->registration);
}

static const struct http_task add_registration = {.run = run_register, .writes = true, .is_paced = true};

/* Nothing was stored. What was answered to questions that both products have is kept. */
static void ask_other(struct http_exchange *exchange, struct register_arguments *own)
{
    answers_fini(&own->answers);
    own->answers = (struct answers){0};
    own->product = own->other;
    answers_keep_form(exchange, own->product, &own->answers);
    own->answers.questions.agreed = false;
    answer_again(exchange, 200, own, NULL, NULL);
}

static void reply_register(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct register_arguments *own = arguments;
    TEXT struct text location = TEXT_EMPTY;

    if (result == STORE_CONFLICT && own->other) {
        ask_other(exchange, own);
        return;
    }
    if (problem_status(result) == 503) {
        /* Nothing was stored. Show the form with what was typed, so that it can be sent again. */
        http_answer_header(exchange, "Retry-After", "5");
        answer_again(exchange, 503, own, "busy", NULL);
        return;
    }
    if (result == STORE_UNLISTED) {
        struct identifier_problem problem = {.error = IDENTIFIER_UNLISTED};
        answer_again(exchange, 422, own, NULL, &problem);
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

static void free_arguments(void *arguments)
{
    answers_fini(&((struct register_arguments *)arguments)->answers);
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
    .fini = free_arguments,
};
