/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the certificate chain of a control log's entry is that of the entry's device. */
#ifndef SIDEWALK_CHAIN_JUDGEMENT_H
#define SIDEWALK_CHAIN_JUDGEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "sidewalk/certificate_chain.h"
#include "sidewalk/finding.h"
#include "sidewalk/smsn.h"

struct chain_judgement {
    enum finding finding; /* FINDING_COUNT: the chain is valid */
    uint64_t fingerprint; /* of the chain, to compare it with another */
    enum chain_problem problem;
    struct smsn device; /* whose chain it is, where that can be read */
};

/* chain: as the entry has it; empty: it has none. verify_signatures: also that of the device's own
 * certificate. */
struct chain_judgement chain_judge(struct chain_verifier *verifier, const struct text *chain,
                                   enum chain_curve curve, bool verify_signatures, const struct smsn *smsn);

#endif
