/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/chain_judgement.h"

#include <string.h>

#include "base/hash.h"

struct chain_judgement chain_judge(struct chain_verifier *verifier, const struct text *chain,
                                   enum chain_curve curve, bool verify_signatures, const struct smsn *smsn)
{
    struct chain_judgement judgement = {.finding = FINDING_CHAIN_MISSING};
    struct chain_reading reading;

    if (chain->length == 0)
        return judgement;
    judgement.problem = chain_read(verifier, curve, chain->data, chain->length, verify_signatures, &reading);
    judgement.finding = judgement.problem == CHAIN_SOUND        ? FINDING_COUNT
                        : judgement.problem == CHAIN_OTHER_ROOT ? FINDING_OTHER_ROOT
                                                                : FINDING_CHAIN_BROKEN;
    if (judgement.problem == CHAIN_NOT_BASE64 || judgement.problem == CHAIN_BAD_LENGTH) {
        judgement.fingerprint = hash_bytes(HASH_START, chain->data, chain->length);
        return judgement;
    }
    judgement.fingerprint = reading.fingerprint;
    judgement.device = reading.device;
    if (memcmp(&reading.device, smsn, sizeof *smsn) != 0)
        judgement.finding = FINDING_CHAIN_FOREIGN;
    return judgement;
}
