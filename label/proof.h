/* SPDX-License-Identifier: Apache-2.0 */
/* Reads every code back through the portal's decoder before it is printed. A few processes read while labels
 * are made; the queue is bounded. Call from one thread. */
#ifndef LABEL_PROOF_H
#define LABEL_PROOF_H

#include <stdbool.h>

#include "base/qr_code.h"
#include "base/text.h"
#include "label/label.h"

struct proof;

/* Returns NULL with a sentence in *why if the decoder does not start. rules are borrowed until proof_free();
 * program: NULL for decode_program(). */
struct proof *proof_start(const struct label_rules *rules, const char *program, struct text *why);
/* Queues a code; blocks while the queue is full. Returns false once any code was misread. */
bool proof_add(struct proof *proof, const struct label *label, const struct qr_code *code)
    __attribute__((warn_unused_result));
/* Waits for all codes. Returns false with a sentence in *why if any was misread. */
bool proof_wait(struct proof *proof, struct text *why) __attribute__((warn_unused_result));
/* NULL is allowed. */
void proof_free(struct proof *proof);

#endif
