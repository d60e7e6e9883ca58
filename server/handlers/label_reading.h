/* SPDX-License-Identifier: Apache-2.0 */
/* Which of our labels it is that a camera saw: from the texts of the codes in one picture to one identifier.
 * What a decoder says is as hostile as the picture. Pure functions, any thread. */
#ifndef SERVER_HANDLERS_LABEL_READING_H
#define SERVER_HANDLERS_LABEL_READING_H

#include "claim/settings.h"
#include "decode/decode.h"

enum label_verdict {
    LABEL_OURS,
    LABEL_FOREIGN, /* codes, and none of them is a label of ours */
    LABEL_SEVERAL, /* labels of two different devices: nobody can say which was meant */
    LABEL_WRONG,   /* an address of ours with no identifier in it that could be right: problem tells */
};

struct label_reading {
    enum label_verdict verdict;
    size_t code;                      /* index of the text that the verdict is about; of several, the first */
    char identifier[IDENTIFIER_SIZE]; /* LABEL_OURS: the thing name */
    struct identifier_problem problem;
};

/* count: 1 or more. hosts: names of the hosts whose addresses stand on labels of ours, separated by spaces or
 * commas; "" accepts every host. public_url: its host is accepted too; "" accepts every host. */
void label_read(const struct claim_settings *settings, const char *public_url, const char *hosts,
                const struct decode_code *codes, size_t count, struct label_reading *out);

#endif
