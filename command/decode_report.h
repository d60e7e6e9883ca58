/* SPDX-License-Identifier: Apache-2.0 */
/* What expresslink-claim decode has found in one picture, and how it is told: as lines for people or as a
 * JSON line for programs. */
#ifndef COMMAND_DECODE_REPORT_H
#define COMMAND_DECODE_REPORT_H

#include <stdbool.h>

#include "claim/label_reading.h"
#include "decode/decode.h"

struct decode_report {
    const char *file; /* borrowed */
    int file_error;   /* an errno value: it could not be read; nothing below counts then */
    enum decode_error error;
    struct decode_result result;  /* owned */
    bool identified;              /* it was looked for a label of ours among the texts: reading has it */
    struct label_reading reading; /* its text is what the picture says; of several texts without a label, the
                                     first, which is the largest code's */
};

void decode_report_identify(struct decode_report *report, const struct label_origin *origin);

/* The text to standard output; what is wrong, and other texts, to standard error. many: each line begins with
 * the file's name. raw: the text as it is, for a file or another program; else as decode_code_show() writes
 * it. */
void decode_report_print(const struct decode_report *report, bool many, bool raw);
/* One line on standard output. */
void decode_report_print_json(const struct decode_report *report);

void decode_report_fini(struct decode_report *report);

#endif
