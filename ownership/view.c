/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/view.h"

enum ownership_view ownership_view(const struct ownership *ownership, size_t party)
{
    enum standing standing = ownership->parties[party].standing;

    if (standing == STANDING_OWNER)
        return VIEW_OWNER;
    return standing_is_live(standing) || standing == STANDING_LAPSED ? VIEW_REQUEST : VIEW_NOTHING;
}

bool ownership_may_tell(const struct ownership *ownership, size_t party)
{
    const struct party *own = &ownership->parties[party];

    return own->standing == STANDING_OWNER || proofs_include(own->proofs, ownership->required);
}

enum standing ownership_shown(const struct ownership *ownership, size_t party, long long now)
{
    const struct party *own = &ownership->parties[party];

    if (own->standing != STANDING_DISPUTED || ownership_may_tell(ownership, party))
        return own->standing;
    if (!own->asked_at)
        return STANDING_WAITING; /* for staff, whom the product requires */
    return now < own->asked_at + OWNERSHIP_ANSWER_MS ? STANDING_ASKING : STANDING_DISPUTED;
}
