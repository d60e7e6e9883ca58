/* SPDX-License-Identifier: Apache-2.0 */
/* The content of one label. Make it with label_make(), then draw it with png.h, svg.h, sheet.h or terminal.h.
 * Pure functions, any thread. */
#ifndef LABEL_LABEL_H
#define LABEL_LABEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/check_characters.h"
#include "claim/identifier.h"

#define LABEL_TEXT_MAX 100       /* characters, for product and serial each */
#define LABEL_PUBLIC_URL_MAX 256 /* bytes, as in the configuration */
#define LABEL_INVITATION "Scan to register"
#define LABEL_URL_SIZE (LABEL_PUBLIC_URL_MAX + sizeof "/r/" + IDENTIFIER_MAX)

struct label {
    char name[IDENTIFIER_SIZE]; /* the exact ThingName */
    char check[CHECK_SIZE];
    char url[LABEL_URL_SIZE];               /* content of the code: <public_url>/r/<ThingName> */
    char address[LABEL_PUBLIC_URL_MAX + 1]; /* of the portal, as people type it; "" for none */
    const char *product;                    /* borrowed, "" for none */
    const char *serial;                     /* borrowed, "" for none */
};

/* Common to all labels of a run. All borrowed. */
struct label_rules {
    const char *public_url;              /* must pass label_public_url_problem() */
    const struct identifier_form *forms; /* of the staging accounts */
    size_t form_count; /* 0: identifiers are used unchanged but trimmed, [A-Za-z0-9_-]{8,64} */
};

/* Returns NULL if public_url is valid, or what is wrong with it: "must begin with https:// or http://". */
const char *label_public_url_problem(const char *public_url);

/* identifier: as people write it if there are forms; may include its check characters. product and serial:
 * UTF-8, "" or NULL for none; out borrows them. Returns false, leaves *out untouched and sets *why to a
 * reason such as "bad character + at position 30". */
bool label_make(const struct label_rules *rules, const char *identifier, const char *product,
                const char *serial, struct label *out, struct text *why) __attribute__((warn_unused_result));

#endif
