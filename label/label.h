/* SPDX-License-Identifier: Apache-2.0 */
/* What stands on one label. Pure functions, any thread. */
#ifndef LABEL_LABEL_H
#define LABEL_LABEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/check_characters.h"
#include "claim/identifier.h"

#define LABEL_TEXT_MAX 100       /* characters of a product or a serial */
#define LABEL_PUBLIC_URL_MAX 256 /* bytes, as in the portal's configuration */
#define LABEL_URL_SIZE (LABEL_PUBLIC_URL_MAX + sizeof "/r/" + IDENTIFIER_MAX)

struct label {
    char name[IDENTIFIER_SIZE]; /* the exact ThingName */
    char check[CHECK_SIZE];
    char url[LABEL_URL_SIZE]; /* what the code holds: <public_url>/r/<ThingName> */
    const char *product;      /* borrowed, "" for none */
    const char *serial;       /* borrowed, "" for none */
};

/* What all labels of a run have in common. All borrowed. */
struct label_rules {
    const char *public_url;              /* label_public_url_problem() finds nothing */
    const struct identifier_form *forms; /* of the staging accounts */
    size_t form_count;                   /* 0: identifiers are taken as they are, [A-Za-z0-9_-]{8,64} */
};

/* NULL, or what is wrong with the portal's address: "must begin with https:// or http://". */
const char *label_public_url_problem(const char *public_url);

/* identifier: as people write it where there are forms; may carry its check characters. product and serial:
 * UTF-8, "" or NULL for none; out borrows them. False, *out untouched, with the reason in *why: "bad
 * character + at position 30". */
bool label_make(const struct label_rules *rules, const char *identifier, const char *product,
                const char *serial, struct label *out, struct text *why) __attribute__((warn_unused_result));

#endif
