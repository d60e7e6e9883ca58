/* SPDX-License-Identifier: Apache-2.0 */
/* What expresslink-claim decode has found in one picture, and how it is told: as lines for people or as a
 * JSON line for programs. */
#ifndef COMMAND_DECODE_REPORT_H
#define COMMAND_DECODE_REPORT_H

#include <stdbool.h>

#include "claim/identifier.h"
#include "claim/settings.h"
#include "decode/decode.h"

struct decode_report {
    const char *file; /* borrowed */
    int file_error;   /* an errno value: it could not be read; nothing below counts then */
    enum decode_error error;
    struct decode_result result; /* owned */
    size_t chosen;               /* the text that holds the identifier; without one the first */
    bool identified;             /* there are settings to say what an identifier is */
    size_t identifier_count;     /* 0, 1, or 2: of different devices */
    char identifiers[2][IDENTIFIER_SIZE];
    struct identifier_problem problem; /* with none: why not */
};

/* Looks for identifiers of any of the staging accounts' forms among the texts. */
void decode_report_identify(struct decode_report *report, const struct claim_settings *settings);

/* To standard output, what is wrong to standard error. many: each line begins with the file's name. Texts are
 * written as decode_code_show() does, to whatever standard output is. */
void decode_report_print(const struct decode_report *report, bool many);
/* One line on standard output. */
void decode_report_print_json(const struct decode_report *report);

void decode_report_fini(struct decode_report *report);

#endif
