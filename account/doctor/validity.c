/* SPDX-License-Identifier: Apache-2.0 */
#include "account/doctor/validity.h"

#include "base/clock.h"

enum validity validity_judge(const struct certificate *certificate, long long now_ms, struct text *words)
{
    long long begins = certificate_not_before_ms(certificate), ends = certificate_not_after_ms(certificate);
    char begin[CLOCK_RFC3339_SIZE], end[CLOCK_RFC3339_SIZE];

    clock_rfc3339(begins, begin);
    clock_rfc3339(ends, end);
    if (now_ms > ends) {
        text_printf(words, "expired on %.10s", end);
        return VALIDITY_ENDED;
    }
    if (now_ms < begins) {
        text_printf(words, "valid only from %.10s on", begin);
        return VALIDITY_NOT_YET;
    }
    long long days = (ends - now_ms) / VALIDITY_DAY_MS;
    if (days < VALIDITY_SOON_DAYS) {
        text_printf(words, "only until %.10s, %lld day%s", end, days, days == 1 ? "" : "s");
        return VALIDITY_ENDS_SOON;
    }
    text_printf(words, "until %.10s", end);
    return VALIDITY_GOOD;
}
