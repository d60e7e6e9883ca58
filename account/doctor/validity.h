/* SPDX-License-Identifier: Apache-2.0 */
/* Judges the validity period of a certificate at now_ms (wall clock). Any thread. */
#ifndef ACCOUNT_DOCTOR_VALIDITY_H
#define ACCOUNT_DOCTOR_VALIDITY_H

#include "account/keys/certificate.h"
#include "base/text.h"

#define VALIDITY_DAY_MS (24LL * 3600 * 1000)
#define VALIDITY_SOON_DAYS 30

enum validity { VALIDITY_GOOD, VALIDITY_ENDS_SOON, VALIDITY_ENDED, VALIDITY_NOT_YET };

/* Adds "until 2036-11-19", "only until 2026-12-01, 9 days", "expired on 2026-11-01", "valid only from
 * 2027-01-01 on". */
enum validity validity_judge(const struct certificate *certificate, long long now_ms, struct text *words);

#endif
