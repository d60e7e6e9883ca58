/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a label for a terminal: two modules per character cell, dark on light in fixed colours, so that it
 * scans on dark and light terminals. Any thread. */
#ifndef LABEL_TERMINAL_H
#define LABEL_TERMINAL_H

#include "base/qr_code.h"
#include "base/text.h"
#include "label/label.h"

void terminal_label(const struct label *label, const struct qr_code *code, struct text *out);

#endif
