/* SPDX-License-Identifier: Apache-2.0 */
/* A label for a terminal: two modules a character cell, dark on light in colours of its own, so that it can
 * be scanned from dark and light terminals alike. Any thread. */
#ifndef LABEL_TERMINAL_H
#define LABEL_TERMINAL_H

#include "base/text.h"
#include "label/code.h"
#include "label/label.h"

void terminal_label(const struct label *label, const struct code *code, struct text *out);

/* Adds string without what a terminal would obey: controls become U+FFFD. */
void terminal_escape(const char *string, struct text *out);

#endif
