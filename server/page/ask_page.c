/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/qr_code.h"
#include "server/page/page_date.h"
#include "server/page/page_set.h"
#include "server/page/pages.h"
#include "server/page/product_page.h"
#include "server/page/thing_groups.h"

const char ask_page_names[] =
    PAGE_COMMON_NAMES "title advice action back button danger is_ended asks_erase asked has_code "
                      "has_power_cycle link link_until code_path code_size date questions_problem "
                      "shows_thing product_title groups group check " PRODUCT_NAMES;

static const struct {
    const char *title, *advice, *button;
    bool danger; /* cannot be undone */
} questions[] = {
    [ASK_HAND_OVER] = {"hand_over_title", "hand_over_advice", "hand_over_button", false},
    [ASK_RELEASE] = {"release_title", "release_advice", "release_button", true},
    [ASK_ACCEPT] = {"accept_title", "accept_advice", "accept_button", true},
    [ASK_DENY] = {"deny_title", "deny_advice", "deny_button", false},
    [ASK_TAKE] = {"take_title", "take_advice", "take_button", false},
    [ASK_ENDED] = {"take_ended_title", "take_ended_advice", "home_link", false},
};

static const char *flag(bool set)
{
    return set ? "" : NULL;
}

/* The link as a QR code. An address that is too long for one is shown as text only. */
static void draw(const char *link, struct text *path, char size[12])
{
    OWNED struct qr_code *code = memory_new(1, sizeof *code);

    size[0] = '\0';
    if (!link || !qr_code_make(link, QR_CODE_LEVEL_M, code))
        return;
    qr_code_path(code, path);
    snprintf(size, 12, "%d", code->side + 2 * QR_CODE_QUIET);
}

void pages_ask(const struct pages *pages, const char *language, const struct page_ask *ask, struct text *out)
{
    const struct page_language *chosen = page_language(pages, language);
    const enum page_question question = ask->question;
    const bool answers = question == ASK_ACCEPT || question == ASK_DENY;
    TEXT struct text path = TEXT_EMPTY;
    TEXT struct text date = TEXT_EMPTY;
    char size[12];

    draw(ask->link, &path, size);
    page_date(chosen->catalogue, answers ? ask->asked_at : ask->link_until, &date);
    struct page_values texts = {0};
    struct thing_groups groups;
    const bool shows_thing = ask->thing_name && thing_groups_fill(ask->thing_name, &groups);
    struct template_value values[24 + QUESTION_VALUES + PAGE_COMMON_VALUES] = {
        {"title", catalogue_get(chosen->catalogue, questions[question].title), NULL},
        {"advice", catalogue_get(chosen->catalogue, questions[question].advice), NULL},
        {"button", catalogue_get(chosen->catalogue, questions[question].button), NULL},
        {"danger", flag(questions[question].danger), NULL},
        {"action", ask->action, NULL},
        {"back", ask->back, NULL},
        {"is_ended", flag(question == ASK_ENDED), NULL},
        {"asks_erase",
         flag((question == ASK_HAND_OVER && !ask->link) || question == ASK_RELEASE || question == ASK_ACCEPT),
         NULL},
        {"has_code", flag(answers && ask->proofs & PROOF(PROOF_CODE)), NULL},
        {"has_power_cycle", flag(answers && ask->proofs & PROOF(PROOF_POWER_CYCLE)), NULL},
        {"asked", flag(answers), NULL},
        {"link", ask->link, NULL},
        {"link_until", flag(ask->link_until != 0), NULL},
        {"date", text_get(&date), NULL},
        {"code_path", *size ? text_get(&path) : NULL, NULL},
        {"code_size", size, NULL},
        {"shows_thing", flag(shows_thing), NULL},
        {"groups", NULL, shows_thing ? groups.rows : NULL},
        {"product_title",
         ask->product ? product_page_word(chosen, ask->product, "name", ask->product->name, &texts) : NULL,
         NULL},
    };
    if (ask->questions)
        questions_page_add(chosen, ask->questions, &texts, values);
    page_render(pages, chosen, PAGE_ASK, "", values, out);
    page_values_fini(&texts);
}
