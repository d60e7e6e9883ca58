/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "claim/check_characters.h"
#include "server/page/page_set.h"
#include "server/page/page_text.h"
#include "server/page/pages.h"

static const char *check_key(const struct identifier_problem *problem)
{
    if (problem->group == 0)
        return "identifier_mistyped";
    if (problem->group_is_check)
        return "identifier_mistyped_check";
    if (problem->wanted == 0 || problem->length == problem->wanted)
        return "identifier_mistyped_group";
    return problem->length < problem->wanted ? "identifier_missing_in_group" : "identifier_too_many_in_group";
}

static const char *length_key(const struct identifier_problem *problem)
{
    const bool is_short = problem->error == IDENTIFIER_TOO_SHORT;
    if (problem->wanted == 0 || problem->length == 0)
        return is_short ? "identifier_short" : "identifier_long";
    return is_short ? "identifier_missing" : "identifier_too_many";
}

static const char *character_key(const struct identifier_problem *problem)
{
    const bool shown = problem->character[0] != '\0';
    if (!shown)
        return problem->position == 0 ? "identifier_hidden_character" : "identifier_hidden_character_at";
    if (problem->hex)
        return problem->position == 0 ? "identifier_character_hex" : "identifier_character_at_hex";
    return problem->position == 0 ? "identifier_character" : "identifier_character_at";
}

static const char *message_key(const struct identifier_problem *problem)
{
    switch (problem->error) {
    case IDENTIFIER_EMPTY:
        return "identifier_empty";
    case IDENTIFIER_TOO_SHORT:
    case IDENTIFIER_TOO_LONG:
        return length_key(problem);
    case IDENTIFIER_BAD_CHARACTER:
        return character_key(problem);
    case IDENTIFIER_BAD_URL:
        return "identifier_address";
    case IDENTIFIER_WRONG_CHECK:
        return check_key(problem);
    case IDENTIFIER_SEVERAL:
        return "identifier_several";
    case IDENTIFIER_SHOP_BARCODE:
        return "label_problem_shop_barcode";
    case IDENTIFIER_FOREIGN:
        return "label_problem_foreign";
    case IDENTIFIER_BAD_GTIN:
        return "identifier_bad_gtin";
    case IDENTIFIER_WRONG_GTIN:
        return "identifier_wrong_gtin";
    case IDENTIFIER_NO_SERIAL:
        return "identifier_no_serial";
    case IDENTIFIER_BAD_SERIAL:
        return "identifier_bad_serial";
    case IDENTIFIER_BAD_LINK:
        return "identifier_bad_link";
    case IDENTIFIER_OK:
    case IDENTIFIER_NO_MATCH:
    case IDENTIFIER_UNLISTED:
    case IDENTIFIER_BAD_FORM:
        break;
    }
    return "identifier_unknown";
}

void pages_identifier_problem(const struct pages *pages, const char *language,
                              const struct identifier_problem *problem, struct text *out)
{
    char position[24], length[24], wanted[24], with_check[24], group[24];
    TEXT struct text character = TEXT_EMPTY;
    snprintf(position, sizeof position, "%zu", problem->position);
    snprintf(length, sizeof length, "%zu", problem->length);
    snprintf(wanted, sizeof wanted, "%zu", problem->wanted);
    snprintf(with_check, sizeof with_check, "%zu", problem->wanted + CHECK_LENGTH);
    snprintf(group, sizeof group, "%zu", problem->group);
    page_text_visible(&character, problem->character, sizeof problem->character);
    const struct catalogue_value values[] = {
        {"character", text_get(&character)},
        {"position", position},
        {"length", length},
        {"wanted", wanted},
        {"with_check", with_check},
        {"group", group},
        {"group_text", problem->group_text},
        {NULL, NULL},
    };
    catalogue_format(page_language(pages, language)->catalogue, message_key(problem), values, out);
}
