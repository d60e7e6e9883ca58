/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/pages.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "tests/unit/test.h"

#define MINUTE 60000LL
#define START 1700000000000LL

static struct pages *pages;

static void expect_in(const struct text *page, const char *part)
{
    if (strstr(text_get(page), part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text_get(page));
}

static void expect_not_in(const struct text *page, const char *part)
{
    if (strstr(text_get(page), part) != NULL)
        fail_msg("\"%s\" is in:\n%s", part, text_get(page));
}

static void expect_utf8(const struct text *page)
{
    uint32_t character;
    size_t size = 0;
    for (size_t at = 0; at < page->length; at += size) {
        size = utf8_decode(page->data + at, page->length - at, &character);
        if (size == 0)
            fail_msg("broken UTF-8 at byte %zu", at);
    }
}

static void render_typed(const char *typed, const struct identifier_problem *problem, struct text *out)
{
    const struct page_form form = {.typed = typed, .problem = problem};
    pages_form(pages, "en", &form, out);
    expect_utf8(out);
}

static void typed_text_is_only_text(void **state)
{
    static const char *const attacks[] = {
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' autofocus onfocus='alert(1)",
        "</title></head><script>",
        "{{{t.form_title}}}{{#problem}}{{> head}}",
        "{{=<% %>=}}<%typed%>",
        "&lt;script&gt;",
    };
    const struct identifier_problem problem = {
        .error = IDENTIFIER_BAD_CHARACTER, .character = "<", .position = 1};
    (void)state;
    for (size_t i = 0; i < COUNT(attacks); i++) {
        TEXT struct text page = TEXT_EMPTY;
        render_typed(attacks[i], &problem, &page);
        expect_in(&page, "</textarea>");
        if (strpbrk(attacks[i], "<>\"'&") != NULL)
            expect_not_in(&page, attacks[i]);
        expect_in(&page, "Character 1 (“&lt;”)");
        expect_not_in(&page, "<script>");
        expect_not_in(&page, "<img src=x");
    }
    TEXT struct text page = TEXT_EMPTY;
    render_typed("&<>\"'{{x}}", NULL, &page);
    expect_in(&page, ">&amp;&lt;&gt;&quot;&apos;{{x}}</textarea>");
}

static void every_other_value_is_escaped_too(void **state)
{
    const struct pages_choice endpoints[] = {{"eu\"><b>", "<i>Europe</i>"}, {"us", "America & more"}};
    const struct page_form form = {.typed = "", .endpoints = endpoints, .endpoint_count = 2};
    TEXT struct text page = TEXT_EMPTY;
    TEXT struct text problem = TEXT_EMPTY;
    (void)state;
    pages_form(pages, "en", &form, &page);
    expect_in(&page, "eu&quot;&gt;&lt;b&gt;");
    expect_in(&page, "&lt;i&gt;Europe&lt;/i&gt;");
    expect_in(&page, "America &amp; more");
    pages_problem(pages, "en", 500, "<script>\x01\xFF", &problem);
    expect_utf8(&problem);
    expect_in(&problem, "&lt;script&gt;\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void broken_and_hidden_characters_become_visible(void **state)
{
    static const struct {
        const char *typed, *shown;
    } rows[] = {
        {"a\x01z", "a\xEF\xBF\xBDz"},
        {"a\xFFz", "a\xEF\xBF\xBDz"},
        {"a\xC3", "a\xEF\xBF\xBD"},
        {"a\xC0\x80z", "a\xEF\xBF\xBD\xEF\xBF\xBDz"},
        {"a\xED\xA0\x80z", "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"},
        {"a\xE2\x80\xAEz", "a\xEF\xBF\xBDz"},
        {"a\xE2\x81\xA6z", "a\xEF\xBF\xBDz"},
        {"a\xE2\x80\x8Bz", "a\xEF\xBF\xBDz"},
        {"a\tb\r\nc", "a b  c"},
        {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        TEXT struct text page = TEXT_EMPTY;
        TEXT struct text wanted = TEXT_EMPTY;
        text_printf(&wanted, ">%s</textarea>", rows[i].shown);
        render_typed(rows[i].typed, NULL, &page);
        expect_in(&page, text_get(&wanted));
    }
}

static void very_long_text_is_cut_between_characters(void **state)
{
    enum { SIZE = 1 << 20 };
    OWNED char *typed = memory_new(SIZE + 1, 1);
    TEXT struct text page = TEXT_EMPTY;
    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        typed[i] = "\xE2\x82\xAC"[i % 3];
    render_typed(typed, NULL, &page);
    assert_true(page.length < 16 * 1024);
}

static void a_problem_is_told_beside_the_field(void **state)
{
    const struct identifier_problem problem = {.error = IDENTIFIER_TOO_SHORT, .length = 12, .wanted = 32};
    TEXT struct text page = TEXT_EMPTY;
    (void)state;
    render_typed("a3f1 c09e 77b2", &problem, &page);
    expect_in(&page, ">a3f1 c09e 77b2</textarea>");
    expect_in(&page, "aria-invalid=\"true\"");
    expect_in(&page, "aria-describedby=\"identifier-error identifier-count identifier-hint\"");
    expect_in(&page, "id=\"identifier-error\" role=\"alert\"");
    expect_in(&page, "A device ID has 32 characters. You entered 12.");
    expect_in(&page, "<button form=\"registration\" formaction=\"/language\" name=\"to\" value=\"de\"");
}

static void every_identifier_problem_has_its_sentence(void **state)
{
    static const struct {
        struct identifier_problem problem;
        const char *sentence;
    } rows[] = {
        {{.error = IDENTIFIER_EMPTY, .wanted = 32}, "Enter the device ID."},
        {{.error = IDENTIFIER_TOO_SHORT, .length = 31, .wanted = 32},
         "A device ID has 32 characters. You entered 31."},
        {{.error = IDENTIFIER_TOO_SHORT, .length = 5}, "This is too short"},
        {{.error = IDENTIFIER_TOO_LONG, .length = 33, .wanted = 32},
         "A device ID has 32 characters, or 34 with the 2 after the slash. You entered 33."},
        {{.error = IDENTIFIER_TOO_LONG, .wanted = 32}, "This is too long"},
        {{.error = IDENTIFIER_BAD_CHARACTER, .character = "g", .position = 7, .wanted = 32},
         "Character 7 (“g”) is not allowed in a device ID. Check it against the label."},
        {{.error = IDENTIFIER_BAD_CHARACTER, .character = "g", .wanted = 32},
         "The character “g” is not allowed"},
        {{.error = IDENTIFIER_BAD_CHARACTER, .character = "g", .position = 7, .wanted = 32, .hex = true},
         "Character 7 (“g”) is not allowed in a device ID. It has only 0–9 and A–F."},
        {{.error = IDENTIFIER_BAD_CHARACTER, .position = 7, .wanted = 32},
         "There is an invisible character at position 7. Delete it"},
        {{.error = IDENTIFIER_BAD_CHARACTER, .wanted = 32}, "There is an invisible character in the ID"},
        {{.error = IDENTIFIER_BAD_URL}, "This link has no device ID in it."},
        {{.error = IDENTIFIER_WRONG_CHECK, .length = 32, .wanted = 32},
         "Check the ID against the label, 4 characters at a time."},
        {{.error = IDENTIFIER_WRONG_CHECK, .length = 32, .wanted = 32, .group = 3, .group_text = "8b12"},
         "Check group 3 (“8b12”). A character looks wrong."},
        {{.error = IDENTIFIER_WRONG_CHECK, .length = 9, .group = 2, .group_text = "8b12"},
         "Check group 2 (“8b12”). A character looks wrong."},
        {{.error = IDENTIFIER_WRONG_CHECK, .length = 31, .wanted = 32, .group = 3, .group_text = "8b1"},
         "Check group 3 (“8b1”). A character seems to be missing."},
        {{.error = IDENTIFIER_WRONG_CHECK, .length = 33, .wanted = 32, .group = 3, .group_text = "8b123"},
         "Check group 3 (“8b123”). There seems to be one too many."},
        {{.error = IDENTIFIER_WRONG_CHECK,
          .length = 32,
          .wanted = 32,
          .group = 9,
          .group_is_check = true,
          .group_text = "K8"},
         "Check the 2 characters after the slash. You entered “K8”."},
        {{.error = IDENTIFIER_NO_MATCH}, "We do not recognise this device ID."},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        TEXT struct text english = TEXT_EMPTY;
        TEXT struct text german = TEXT_EMPTY;
        pages_identifier_problem(pages, "en", &rows[i].problem, &english);
        pages_identifier_problem(pages, "de", &rows[i].problem, &german);
        expect_in(&english, rows[i].sentence);
        expect_not_in(&english, "{");
        expect_not_in(&german, "{");
        assert_string_not_equal(text_get(&english), text_get(&german));
    }
}

static void another_problem_goes_by_its_key(void **state)
{
    struct page_form form = {.typed = "abc", .problem_key = "busy"};
    TEXT struct text busy = TEXT_EMPTY;
    TEXT struct text unknown = TEXT_EMPTY;
    (void)state;
    pages_form(pages, "en", &form, &busy);
    expect_in(&busy, "We’re very busy. Try again in a minute");
    form.problem_key = "no_such_thing";
    pages_form(pages, "en", &form, &unknown);
    expect_in(&unknown, "Something went wrong. Try again.");
}

static void a_scanned_label_only_needs_the_button(void **state)
{
    struct page_form form = {.typed = "a3f1c09e77b24d58", .filled_by_link = true};
    TEXT struct text page = TEXT_EMPTY;
    TEXT struct text odd = TEXT_EMPTY;
    (void)state;
    pages_form(pages, "en", &form, &page);
    expect_in(&page, "type=\"hidden\" id=\"identifier\" name=\"identifier\" value=\"a3f1c09e77b24d58\"");
    expect_in(&page, "<span>a3f1</span><wbr><span>c09e</span>");
    expect_in(&page, "</code> <span class=\"check\" dir=\"ltr\" translate=\"no\">/ HS</span>");
    expect_in(&page, "<button form=\"registration\" formaction=\"/language\" name=\"to\" value=\"de\"");
    expect_in(&page, "name=\"filled\" value=\"1\"");
    form.typed = "not an identifier";
    pages_form(pages, "en", &form, &odd);
    expect_in(&odd, ">not an identifier</textarea>");
}

static void endpoints_are_a_choice_when_there_are_several(void **state)
{
    const struct pages_choice endpoints[] = {{"eu", "Europe"}, {"us", "America"}};
    struct page_form form = {.typed = "", .endpoints = endpoints, .endpoint_count = 1};
    TEXT struct text one = TEXT_EMPTY;
    TEXT struct text two = TEXT_EMPTY;
    TEXT struct text chosen = TEXT_EMPTY;
    (void)state;
    pages_form(pages, "en", &form, &one);
    expect_not_in(&one, "<select");
    form.endpoint_count = 2;
    pages_form(pages, "en", &form, &two);
    expect_in(&two, "<option value=\"eu\" selected>Europe");
    form.endpoint = "us";
    pages_form(pages, "en", &form, &chosen);
    expect_in(&chosen, "<option value=\"eu\">Europe");
    expect_in(&chosen, "<option value=\"us\" selected>America");
}

static struct registration some_registration(enum claim_state claim)
{
    return (struct registration){
        .token = "0123456789abcdef0123456789abcdef",
        .thing_name = "a3f1c09e77b24d5890e6f1a2b3c4d5e6",
        .state = claim,
        .accepted_at = START,
        .published_at = claim == CLAIM_QUEUED || claim == CLAIM_FAILED ? 0 : START + 1000,
        .expires_at = START + 15 * MINUTE,
    };
}

static void every_state_renders_in_both_languages(void **state)
{
    static const struct {
        enum claim_state claim;
        const char *english, *german;
        bool open;
    } rows[CLAIM_STATE_COUNT] = {
        {CLAIM_QUEUED, "Setting things up</h1>", "Wir bereiten alles vor</h1>", true},
        {CLAIM_PUBLISHED, "Switch on your product</h1>", "Schalten Sie das Produkt ein</h1>", true},
        {CLAIM_ONBOARDED, "Your product is registered</h1>", "Ihr Produkt ist registriert</h1>", false},
        {CLAIM_EXPIRED, "We could not find your product</h1>", "Ihr Produkt wurde nicht gefunden</h1>",
         false},
        {CLAIM_FAILED, "We could not register your product</h1>", "Die Registrierung ist fehlgeschlagen</h1>",
         false},
        {CLAIM_CANCELLED, "Registration stopped</h1>", "Registrierung abgebrochen</h1>", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct registration registration = some_registration(rows[i].claim);
        TEXT struct text english = TEXT_EMPTY;
        TEXT struct text german = TEXT_EMPTY;
        pages_status(pages, "en",
                     &(struct page_status){.registration = &registration, .now_ms = START + 2 * MINUTE},
                     &english);
        pages_status(pages, "de",
                     &(struct page_status){.registration = &registration, .now_ms = START + 2 * MINUTE},
                     &german);
        expect_utf8(&german);
        expect_in(&english, "<html lang=\"en\"");
        expect_in(&german, "<html lang=\"de\"");
        expect_in(&english, rows[i].english);
        expect_in(&german, rows[i].german);
        expect_in(&english, "/static/style.css?v=7\"");
        expect_not_in(&english, "{{");
        expect_in(&english, "href=\"?lang=de\"");
        expect_in(&english,
                  "Reference number for support: <code dir=\"ltr\" translate=\"no\">01234567</code>");
        (rows[i].open ? expect_in : expect_not_in)(&english, "scan the label again, or keep this page");
        (rows[i].open ? expect_in : expect_not_in)(&english, "http-equiv=\"refresh\"");
        (rows[i].open ? expect_in : expect_not_in)(&english, "/cancel\"");
        (rows[i].open ? expect_not_in : expect_in)(&english, "data-settled");
        const bool ended = !rows[i].open && rows[i].claim != CLAIM_ONBOARDED;
        (ended ? expect_in
               : expect_not_in)(&german, "action=\"/registrations/0123456789abcdef0123456789abcdef/retry\"");
    }
}

static void people_read_no_jargon(void **state)
{
    static const char *const jargon[] = {"MQTT",   "mqtt",      "taging", "rovision",
                                         "ublish", "endpoint<", "laim",   "nboard"};
    (void)state;
    for (enum claim_state claim = CLAIM_QUEUED; claim < CLAIM_STATE_COUNT; claim++) {
        const struct registration registration = some_registration(claim);
        for (size_t language = 0; language < pages_language_count(pages); language++) {
            TEXT struct text page = TEXT_EMPTY;
            pages_status(pages, pages_language_at(pages, language),
                         &(struct page_status){.registration = &registration, .now_ms = START}, &page);
            for (size_t i = 0; i < COUNT(jargon); i++)
                expect_not_in(&page, jargon[i]);
        }
    }
}

static void found_comes_between_waiting_and_arrived(void **state)
{
    struct registration registration = some_registration(CLAIM_PUBLISHED);
    TEXT struct text page = TEXT_EMPTY;
    (void)state;
    registration.provisioned_at = START + MINUTE;
    pages_status(pages, "en", &(struct page_status){.registration = &registration, .now_ms = START + MINUTE},
                 &page);
    expect_in(&page, "We’ve found your product</h1>");
    expect_in(&page, "step-active\" aria-current=\"step\"");
}

static void every_standing_has_a_way_on(void **state)
{
    static const struct {
        enum standing standing;
        const char *headline, *way;
    } rows[] = {
        {STANDING_WAITING, "Show that you have this product", "/code\""},
        {STANDING_ASKING, "We’ve sent your request", "/cancel\""},
        {STANDING_DISPUTED, "Our support team will decide", "/cancel\""},
        {STANDING_LAPSED, "We need to start again", "/retry\""},
        {STANDING_WITHDRAWN, "Registration stopped", "/retry\""},
        {STANDING_REFUSED, "We could not register this product to you", "id=\"another\""},
        {STANDING_FORMER, "This product is no longer registered to you", "id=\"another\""},
        {STANDING_OWNER, "Your product is registered", "/hand-over?lang=en\""},
    };

    (void)state;
    _Static_assert(sizeof rows / sizeof *rows == STANDING_COUNT, "every standing");
    for (size_t i = 0; i < STANDING_COUNT; i++) {
        struct registration registration = some_registration(CLAIM_ONBOARDED);
        TEXT struct text page = TEXT_EMPTY;
        registration.ownership = (struct registration_ownership){
            .is_known = true, .standing = rows[i].standing, .required = PROOF(PROOF_CODE)};
        pages_status(pages, "en", &(struct page_status){.registration = &registration, .now_ms = START},
                     &page);
        expect_in(&page, rows[i].headline);
        expect_in(&page, rows[i].way);
    }
}

static void an_earlier_registration_is_said_plainly(void **state)
{
    struct registration registration = some_registration(CLAIM_PUBLISHED);
    TEXT struct text first = TEXT_EMPTY;
    TEXT struct text again = TEXT_EMPTY;
    (void)state;
    pages_status(pages, "en", &(struct page_status){.registration = &registration, .now_ms = START}, &first);
    expect_not_in(&first, "been registered before");
    registration.onboarded_before = true;
    pages_status(pages, "en", &(struct page_status){.registration = &registration, .now_ms = START}, &again);
    expect_in(&again, "This product has been registered before.");
    TEXT struct text arrived = TEXT_EMPTY;
    registration.state = CLAIM_ONBOARDED;
    pages_status(pages, "en", &(struct page_status){.registration = &registration, .now_ms = START},
                 &arrived);
    expect_not_in(&arrived, "been registered before");
}

static void seconds_are_not_said_to_be_minutes(void **state)
{
    const struct registration registration = some_registration(CLAIM_QUEUED);
    TEXT struct text first = TEXT_EMPTY;
    TEXT struct text later = TEXT_EMPTY;
    (void)state;
    pages_status(pages, "en", &(struct page_status){.registration = &registration, .now_ms = START}, &first);
    expect_in(&first, "This takes a few seconds.");
    expect_not_in(&first, "minutes");
    pages_status(pages, "en",
                 &(struct page_status){.registration = &registration, .now_ms = START + 2 * MINUTE}, &later);
    expect_in(&later, "Waiting: 2 of up to 15 minutes");
}

/* A product that belongs to somebody else now is told apart by its reference alone. */
static void the_products_of_a_person(void **state)
{
    struct registration list[4] = {some_registration(CLAIM_PUBLISHED), some_registration(CLAIM_ONBOARDED),
                                   some_registration(CLAIM_ONBOARDED), some_registration(CLAIM_EXPIRED)};
    struct page_products products = {.is_signed_in = true,
                                     .list = list,
                                     .count = 2,
                                     .number = 2,
                                     .more = true,
                                     .back = "https://shop.example/?a=1&b=\"2\""};
    TEXT struct text page = TEXT_EMPTY, over = TEXT_EMPTY, german = TEXT_EMPTY;
    (void)state;

    pages_products(pages, "en", &products, &page);
    expect_in(&page, "<span>a3f1</span>");
    expect_in(&page, "In progress");
    expect_in(&page, "Registered");
    expect_in(&page, "/products?page=1&amp;");
    expect_in(&page, "/products?page=3&amp;");
    expect_in(&page, "href=\"https://shop.example/?a=1&amp;b=&quot;2&quot;\"");
    products.list = &list[2];
    products.more = false;
    list[2].ownership = (struct registration_ownership){.is_known = true, .standing = STANDING_FORMER};
    pages_products(pages, "en", &products, &over);
    expect_in(&over, "No longer yours");
    expect_in(&over, ">01234567</code>");
    expect_in(&over, "Not completed");
    expect_not_in(&over, "page=3");
    list[3] = list[2];
    pages_products(pages, "de", &products, &german);
    expect_not_in(&german, "a3f1");
    expect_utf8(&german);
}

static void who_is_not_signed_in(void **state)
{
    static const char *const problems[] = {"stale", "denied", "unavailable"};
    TEXT struct text page = TEXT_EMPTY, app = TEXT_EMPTY;
    (void)state;

    pages_products(pages, "en", &(struct page_products){.can_begin = true, .number = 1}, &page);
    expect_in(&page, "Sign in with Product registration</a>");
    expect_not_in(&page, "/sign-out");
    pages_products(pages, "en", &(struct page_products){.number = 1}, &app);
    expect_in(&app, "Open this page from your app");
    expect_not_in(&app, "href=\"/sign-in\"");
    for (size_t i = 0; i < COUNT(problems); i++) {
        TEXT struct text problem = TEXT_EMPTY;
        pages_products(pages, "en",
                       &(struct page_products){.problem = problems[i], .number = 1, .request_id = "r1"},
                       &problem);
        expect_in(&problem, "role=\"alert\"");
        expect_in(&problem, ">r1</code>");
    }
}

static void the_network_has_the_brands_word(void **state)
{
    static const struct {
        const char *network, *english, *german;
    } rows[] = {
        {"wifi", "within range of your Wi-Fi", "in Reichweite Ihres WLANs"},
        {"cellular", "where it has mobile reception", "Mobilfunkempfang"},
        {"none", "Leave it on. It connects by itself.", "Lassen Sie es eingeschaltet. Es verbindet"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct page_brand brand = {.network = rows[i].network,
                                         .name = "",
                                         .logo = "",
                                         .colour = "",
                                         .colour_dark = "",
                                         .support = "",
                                         .privacy = "",
                                         .imprint = ""};
        const struct registration registration = some_registration(CLAIM_PUBLISHED);
        TEXT struct text english = TEXT_EMPTY;
        TEXT struct text german = TEXT_EMPTY;
        OWNED char *error = NULL;
        struct pages *branded = pages_load(TEMPLATES_FOLDER, "en", "7", &brand, &error);
        if (branded == NULL)
            fail_msg("%s", error);
        pages_status(branded, "en", &(struct page_status){.registration = &registration, .now_ms = START},
                     &english);
        pages_status(branded, "de", &(struct page_status){.registration = &registration, .now_ms = START},
                     &german);
        pages_free(branded);
        expect_in(&english, rows[i].english);
        expect_in(&german, rows[i].german);
        (i == 0 ? expect_in : expect_not_in)(&english, "Wi-Fi");
    }
}

static char *status_at(long long now_ms)
{
    const struct registration registration = some_registration(CLAIM_PUBLISHED);
    struct text page = TEXT_EMPTY;
    pages_status(pages, "en", &(struct page_status){.registration = &registration, .now_ms = now_ms}, &page);
    return text_take(&page);
}

static void the_bytes_change_only_by_the_minute(void **state)
{
    OWNED char *first = status_at(START + 2 * MINUTE);
    OWNED char *last = status_at(START + 3 * MINUTE - 1);
    OWNED char *next = status_at(START + 3 * MINUTE);
    OWNED char *before = status_at(START - MINUTE);
    OWNED char *started = status_at(START);
    OWNED char *late = status_at(START + 900 * MINUTE);
    (void)state;
    assert_non_null(strstr(first, "Waiting: 2 of up to 15 minutes"));
    assert_string_equal(first, last);
    assert_non_null(strstr(next, "Waiting: 3 of up to 15 minutes"));
    assert_string_equal(before, started);
    assert_non_null(strstr(late, "Waiting: 15 of up to 15 minutes"));
}

static void names_are_grouped_and_copied_exactly(void **state)
{
    struct registration registration = some_registration(CLAIM_QUEUED);
    TEXT struct text page = TEXT_EMPTY;
    TEXT struct text longest = TEXT_EMPTY;
    (void)state;
    strcpy(registration.thing_name, "1b4e28ba-2fa1-11d2-883f-0016d3cca427");
    pages_status(pages, "en", &(struct page_status){.registration = &registration, .now_ms = START}, &page);
    expect_in(&page, "<span>1b4e</span><wbr><span>28ba-</span><wbr><span>2fa1-</span>");
    memset(registration.thing_name, '-', IDENTIFIER_MAX);
    pages_status(pages, "en", &(struct page_status){.registration = &registration, .now_ms = START},
                 &longest);
    expect_in(&longest, "<span>-</span><wbr></code>");
}

static void problems_are_told_with_the_reference(void **state)
{
    static const unsigned statuses[] = {400, 403, 404, 405, 413, 415, 422, 429, 500, 502, 503, 0};
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        TEXT struct text page = TEXT_EMPTY;
        pages_problem(pages, "de", statuses[i], "req-1", &page);
        expect_in(&page, "req-1");
        expect_in(&page, "Produkt registrieren");
    }
    TEXT struct text nameless = TEXT_EMPTY;
    pages_problem(pages, "en", 404, NULL, &nameless);
    expect_in(&nameless, "Page not found</h1>");
    expect_not_in(&nameless, "Reference number");
}

static void languages_are_chosen(void **state)
{
    (void)state;
    assert_int_equal(pages_language_count(pages), 2);
    assert_string_equal(pages_language_at(pages, 0), "en");
    assert_string_equal(pages_language(pages, NULL, NULL), "en");
    assert_string_equal(pages_language(pages, "de", "en"), "de");
    assert_string_equal(pages_language(pages, "DE", NULL), "de");
    assert_string_equal(pages_language(pages, "xx", "de-AT,en;q=0.5"), "de");
    assert_string_equal(pages_language(pages, "../../etc/passwd", NULL), "en");
    TEXT struct text page = TEXT_EMPTY;
    pages_form(pages, "xx", &(struct page_form){.typed = ""}, &page);
    expect_in(&page, "<html lang=\"en\"");
}

static void *render_many(void *wanted)
{
    const struct registration registration = some_registration(CLAIM_PUBLISHED);
    for (int i = 0; i < 300; i++) {
        TEXT struct text page = TEXT_EMPTY;
        pages_status(pages, "en", &(struct page_status){.registration = &registration, .now_ms = START},
                     &page);
        if (strcmp(text_get(&page), wanted) != 0)
            return "a page differs";
    }
    return NULL;
}

static void threads_render_the_same_templates(void **state)
{
    OWNED char *wanted = status_at(START);
    pthread_t threads[4];
    (void)state;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, render_many, wanted), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *complaint = NULL;
        pthread_join(threads[i], &complaint);
        assert_null(complaint);
    }
}

static int load(void **state)
{
    char *error = NULL;
    (void)state;
    pages = pages_load(TEMPLATES_FOLDER, "en", "7", NULL, &error);
    if (pages == NULL)
        print_error("%s\n", error);
    free(error);
    return pages == NULL;
}

static int unload(void **state)
{
    (void)state;
    pages_free(pages);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typed_text_is_only_text),
        cmocka_unit_test(every_other_value_is_escaped_too),
        cmocka_unit_test(broken_and_hidden_characters_become_visible),
        cmocka_unit_test(very_long_text_is_cut_between_characters),
        cmocka_unit_test(a_problem_is_told_beside_the_field),
        cmocka_unit_test(every_identifier_problem_has_its_sentence),
        cmocka_unit_test(another_problem_goes_by_its_key),
        cmocka_unit_test(a_scanned_label_only_needs_the_button),
        cmocka_unit_test(endpoints_are_a_choice_when_there_are_several),
        cmocka_unit_test(every_state_renders_in_both_languages),
        cmocka_unit_test(people_read_no_jargon),
        cmocka_unit_test(found_comes_between_waiting_and_arrived),
        cmocka_unit_test(every_standing_has_a_way_on),
        cmocka_unit_test(an_earlier_registration_is_said_plainly),
        cmocka_unit_test(seconds_are_not_said_to_be_minutes),
        cmocka_unit_test(the_products_of_a_person),
        cmocka_unit_test(who_is_not_signed_in),
        cmocka_unit_test(the_network_has_the_brands_word),
        cmocka_unit_test(the_bytes_change_only_by_the_minute),
        cmocka_unit_test(names_are_grouped_and_copied_exactly),
        cmocka_unit_test(problems_are_told_with_the_reference),
        cmocka_unit_test(languages_are_chosen),
        cmocka_unit_test(threads_render_the_same_templates),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
