/* SPDX-License-Identifier: Apache-2.0 */
/* What the status page says of whose device it is: proofs to give, requests to answer, hand over and release.
 * Private to server/page/. */
#ifndef SERVER_PAGE_OWNERSHIP_PART_H
#define SERVER_PAGE_OWNERSHIP_PART_H

#include "base/text.h"
#include "server/page/page_set.h"
#include "server/page/pages.h"

#define OWNERSHIP_PART_NAMES                                                                                 \
    "rivals rival rival_asked is_owner prove_code prove_power power_runs power_until power_left "            \
    "power_ended power_wait more_power ask_first more_ask more_taken more clock "
#define OWNERSHIP_PART_VALUES 16
#define RIVAL_VALUES 4

/* The storage of one page. */
struct ownership_part {
    struct text left, wait;
    char until[24];
    struct text asked[OWNERSHIP_PARTIES_MAX];
    struct template_value rivals[OWNERSHIP_PARTIES_MAX][RIVAL_VALUES];
    const struct template_value *rows[OWNERSHIP_PARTIES_MAX + 1];
};

/* Whose device it is decides about headline and advice: sets *headline and *advice to message keys and
 * returns true. False: the claim does. */
bool ownership_part_leads(const struct registration *registration, const char **headline,
                          const char **advice);

/* Adds its values to the end of the list; returns the new length. part must outlive the values; free with
 * ownership_part_fini(). */
size_t ownership_part_fill(struct ownership_part *part, const struct page_language *language,
                           const struct page_status *status, struct template_value *values, size_t count);
void ownership_part_fini(struct ownership_part *part);

#endif
