/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/page_set.h"
#include "server/page/pages.h"

void pages_label_problem(const struct pages *pages, const char *language, const char *reason,
                         struct text *out)
{
    const struct catalogue *catalogue = page_language(pages, language)->catalogue;
    TEXT struct text key = TEXT_EMPTY;

    text_printf(&key, "label_problem_%s", reason);
    const char *known = catalogue_get(catalogue, text_get(&key));
    text_puts(out, known ? known : catalogue_get(catalogue, "label_problem_other"));
}
