/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of expresslink-claim label. */
#ifndef COMMAND_LABEL_ARGUMENTS_H
#define COMMAND_LABEL_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/qr_code.h"
#include "claim/gtin.h"
#include "label/layout.h"
#include "label/sheet.h"
#include "label/stock.h"

enum label_format { LABEL_FORMAT_UNKNOWN, LABEL_TERMINAL, LABEL_SVG, LABEL_PNG, LABEL_SHEET };

/* Strings are borrowed from the command line. */
struct label_arguments {
    const char *config, *url, *csv, *output;
    char gtin[GTIN_SIZE]; /* 14 digits: of Digital Links; "": codes are /r/ addresses */
    const char *serial;   /* of the only identifier; NULL: not given */
    enum label_format format;
    bool folder; /* output is a folder */
    enum qr_code_level level;
    int dpi;
    struct layout_limits limits;
    struct stock stock;         /* of sheets; its label size is also that of single labels */
    struct sheet_options sheet; /* borrows stock */
    int skip, copies;
    long long split; /* sheets per file; 0: all in one */
    bool verify, skip_bad;
    char **identifiers;
    size_t count;
};

/* Returns less than 0 to continue, otherwise the exit status. Do not copy or move *out: it points into
 * itself. */
int label_arguments_parse(int count, char **values, struct label_arguments *out);

#endif
