/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "server/page/page_set.h"
#include "server/page/page_text.h"
#include "server/page/pages.h"

const char problem_page_names[] = PAGE_COMMON_NAMES "title advice request_id gone ";

static const struct {
    unsigned status;
    const char *title;
    const char *advice;
} problems[] = {
    {401, "problem_401_title", "problem_401_advice"},
    {403, "problem_403_title", "problem_403_advice"},
    {404, "problem_404_title", "problem_404_advice"},
    {405, "problem_405_title", "problem_405_advice"},
    {409, "problem_409_title", "problem_409_advice"},
    {413, "problem_413_title", "problem_413_advice"},
    {429, "problem_429_title", "problem_429_advice"},
    {431, "problem_431_title", "problem_431_advice"},
    {503, "problem_503_title", "problem_503_advice"},
    {400, "problem_4xx_title", "problem_4xx_advice"}, /* and all other 4xx */
    {500, "problem_5xx_title", "problem_5xx_advice"},
};

static size_t problem_for(unsigned http_status)
{
    const size_t count = sizeof problems / sizeof *problems;
    for (size_t i = 0; i < count; i++)
        if (problems[i].status == http_status)
            return i;
    return http_status >= 400 && http_status < 500 ? count - 2 : count - 1;
}

void pages_problem(const struct pages *pages, const char *language, unsigned http_status,
                   const char *request_id, struct text *out)
{
    const struct page_language *chosen = page_language(pages, language);
    const size_t problem = problem_for(http_status);
    TEXT struct text shown_id = TEXT_EMPTY;
    if (request_id != NULL)
        page_text_visible(&shown_id, request_id, REQUEST_ID_MAX);
    struct template_value values[4 + PAGE_COMMON_VALUES] = {
        {"title", catalogue_get(chosen->catalogue, problems[problem].title), NULL},
        {"gone", http_status == 404 ? "" : NULL, NULL},
        {"advice", catalogue_get(chosen->catalogue, problems[problem].advice), NULL},
        {"request_id", shown_id.length > 0 ? text_get(&shown_id) : NULL, NULL},
    };
    page_render(pages, chosen, PAGE_PROBLEM, "/", values, out);
}
