/* SPDX-License-Identifier: Apache-2.0 */
/* Every code is read back through the portal's own decoder before anybody prints it. A few processes read
 * while labels are made; what waits is bounded. One thread calls. */
#ifndef LABEL_PROOF_H
#define LABEL_PROOF_H

#include <stdbool.h>

#include "base/text.h"
#include "label/code.h"
#include "label/label.h"

struct proof;

/* NULL with a sentence in *why when the decoder does not start. rules are borrowed until proof_free();
 * program: NULL for decode_program(). */
struct proof *proof_start(const struct label_rules *rules, const char *program, struct text *why);
/* Waits while too many codes are on their way. False as soon as one has been read wrongly. */
bool proof_add(struct proof *proof, const struct label *label, const struct code *code)
    __attribute__((warn_unused_result));
/* Waits for all. False with a sentence in *why when any was not read back as it should be. */
bool proof_wait(struct proof *proof, struct text *why) __attribute__((warn_unused_result));
/* NULL is fine. */
void proof_free(struct proof *proof);

#endif
