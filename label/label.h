/* SPDX-License-Identifier: Apache-2.0 */
/* The content of one label. Make it with label_make(), then draw it with png.h, svg.h, sheet.h or terminal.h.
 * Pure functions, any thread. */
#ifndef LABEL_LABEL_H
#define LABEL_LABEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/check_characters.h"
#include "claim/digital_link.h"
#include "claim/identifier.h"

#define LABEL_TEXT_MAX 100       /* characters, for product and serial each */
#define LABEL_PUBLIC_URL_MAX 256 /* bytes, as in the configuration */
#define LABEL_INVITATION "Scan to register"
/* Each character of a serial number may be percent-encoded. */
#define LABEL_LINK_MAX (sizeof "/01//21/" + GTIN_LENGTH + 3 * DIGITAL_LINK_VALUE_MAX)
#define LABEL_PATH_MAX (sizeof "/r/" + IDENTIFIER_MAX)
#define LABEL_URL_SIZE                                                                                       \
    (LABEL_PUBLIC_URL_MAX + (LABEL_LINK_MAX > LABEL_PATH_MAX ? LABEL_LINK_MAX : LABEL_PATH_MAX))
#define LABEL_GTIN_WORD "GTIN "
#define LABEL_SERIAL_WORD "Serial "

struct label {
    char name[IDENTIFIER_SIZE]; /* the exact ThingName */
    char check[CHECK_SIZE];
    char url[LABEL_URL_SIZE];               /* content of the code: <public_url>/r/<ThingName>, or a Digital
                                               Link: <public_url>/01/<GTIN>/21/<serial> */
    char address[LABEL_PUBLIC_URL_MAX + 1]; /* of the portal, as people type it; "" for none */
    const char *product;                    /* borrowed, "" for none */
    const char *serial;                     /* borrowed, "" for none */
    struct digital_link link;               /* what the Digital Link says; its gtin is "" without one */
    /* The same in words, "GTIN 09506000134352" and "Serial ABC123"; "" without a Digital Link. */
    char gtin_line[sizeof LABEL_GTIN_WORD + GTIN_LENGTH];
    char serial_line[sizeof LABEL_SERIAL_WORD + DIGITAL_LINK_VALUE_MAX];
};

/* Common to all labels of a run. All borrowed. */
struct label_rules {
    const char *public_url;              /* must pass label_public_url_problem() */
    const struct identifier_form *forms; /* of the staging accounts */
    size_t form_count; /* 0: identifiers are used unchanged but trimmed, [A-Za-z0-9_-]{8,64} */
    const char *gtin;  /* 14 digits: the code is a Digital Link; NULL: it is not */
};

/* Returns NULL if public_url is valid, or what is wrong with it: "must begin with https:// or http://". */
const char *label_public_url_problem(const char *public_url);

/* The serial number as the label shows it: serial_line, or serial. */
const char *label_serial_text(const struct label *label);

/* identifier: as people write it if there are forms; may include its check characters. product and serial:
 * UTF-8, "" or NULL for none; out borrows them. A Digital Link needs a serial number of 1 to 20 characters;
 * without one, a thing name that is not longer takes its place. Returns false, leaves *out untouched and sets
 * *why to a reason such as "bad character + at position 30". */
bool label_make(const struct label_rules *rules, const char *identifier, const char *product,
                const char *serial, struct label *out, struct text *why) __attribute__((warn_unused_result));

#endif
