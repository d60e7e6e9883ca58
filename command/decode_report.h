/* SPDX-License-Identifier: Apache-2.0 */
/* What expresslink-claim decode found in one picture. Printed as lines for people or as a JSON line for
 * programs. */
#ifndef COMMAND_DECODE_REPORT_H
#define COMMAND_DECODE_REPORT_H

#include <stdbool.h>

#include "claim/label_reading.h"
#include "decode/decode.h"

struct decode_report {
    const char *file; /* borrowed */
    int file_error;   /* an errno value if the file could not be read; all members below are invalid then */
    enum decode_error error;
    struct decode_result result;  /* owned */
    bool identified;              /* decode_report_identify() was called: reading is valid */
    struct label_reading reading; /* its text is the picture's text. Without a label: the first text, which is
                                     the largest code's */
};

void decode_report_identify(struct decode_report *report, const struct label_origin *origin);

/* Prints the text to standard output; errors and further texts to standard error. many: each line begins with
 * the file's name. raw: prints the text unchanged, for a file or another program; else as decode_code_show()
 * writes it. */
void decode_report_print(const struct decode_report *report, bool many, bool raw);
/* Prints one line to standard output. */
void decode_report_print_json(const struct decode_report *report);

void decode_report_fini(struct decode_report *report);

#endif
