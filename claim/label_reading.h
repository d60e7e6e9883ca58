/* SPDX-License-Identifier: Apache-2.0 */
/* Which of our labels it is that a camera saw: from the texts of the codes in one picture to one thing name.
 * Texts are as hostile as the picture that they come from. Pure functions, any thread. */
#ifndef CLAIM_LABEL_READING_H
#define CLAIM_LABEL_READING_H

#include "claim/identifier.h"

struct label_text {
    const char *text; /* terminated; may hold NULs */
    size_t length;
};

/* What labels of ours look like. */
struct label_origin {
    const char *public_url;              /* its host is ours; "": every host is */
    const char *hosts;                   /* names of others, separated by spaces or commas */
    const struct identifier_form *forms; /* of the staging accounts */
    size_t form_count;
};

enum label_verdict {
    LABEL_OURS,
    LABEL_FOREIGN, /* codes, and none of them is a label of ours */
    LABEL_SEVERAL, /* labels of two different devices: nobody can say which was meant */
    LABEL_WRONG,   /* an address of ours with no identifier in it that could be right: problem tells */
};

struct label_reading {
    enum label_verdict verdict;
    size_t text;                        /* index of the one that the verdict is about */
    char thing_name[IDENTIFIER_SIZE];   /* LABEL_OURS, LABEL_SEVERAL; in the first form that fits */
    char another_name[IDENTIFIER_SIZE]; /* LABEL_SEVERAL */
    struct identifier_problem problem;  /* LABEL_WRONG, LABEL_FOREIGN: why it is no identifier */
};

/* count: 1 or more. */
void label_read(const struct label_origin *origin, const struct label_text *texts, size_t count,
                struct label_reading *out);

#endif
