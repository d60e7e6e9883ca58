/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and makes GS1 Digital Links: addresses such as https://example.com/01/09506000134352/21/SERIAL, which
 * a shop's till and a person's phone read from the same code (GS1 Digital Link Standard: URI Syntax, 1.6).
 *
 * The path ends with pairs of a key and a value: 01 is the GTIN, then in this order, each optional, 22 the
 * variant, 10 the batch and 21 the serial number. Other keys of two to four digits are ignored, and so are
 * path before the pairs, query and fragment: they are the product's, not the device's. Host and scheme are
 * not looked at; label_reading.h judges them. Not read: links that are compressed, and those with names
 * (/gtin/, /ser/), which the standard has withdrawn. Pure functions, any thread. */
#ifndef CLAIM_DIGITAL_LINK_H
#define CLAIM_DIGITAL_LINK_H

#include <stddef.h>

#include "base/text.h"
#include "claim/gtin.h"
#include "claim/identifier_problem.h"

/* Characters of a serial number or batch (GS1 General Specifications 3.5.2, 3.4.1), from their set 82. */
#define DIGITAL_LINK_VALUE_MAX 20
#define DIGITAL_LINK_VALUE_SIZE (DIGITAL_LINK_VALUE_MAX + 1)
/* Fewer digits after /01/ are a date or a page, and no link. */
#define DIGITAL_LINK_GTIN_MIN 6

struct digital_link {
    char gtin[GTIN_SIZE];                 /* always 14 digits; "" where there is no link */
    char serial[DIGITAL_LINK_VALUE_SIZE]; /* decoded; "": the link names the product, not a device */
    char batch[DIGITAL_LINK_VALUE_SIZE];  /* decoded; "" for none */
};

/* A serial number as it is printed: 1 to 20 characters of set 82. Else IDENTIFIER_BAD_SERIAL. */
enum identifier_error digital_link_check_serial(const char *serial) __attribute__((warn_unused_result));

/* text: an address with or without scheme and host, and nothing around it. IDENTIFIER_NO_MATCH: it is no
 * Digital Link with a GTIN. IDENTIFIER_BAD_GTIN, IDENTIFIER_WRONG_GTIN, IDENTIFIER_BAD_SERIAL: it is one, but
 * that part is wrong; IDENTIFIER_BAD_LINK: a part is missing, doubled, or in the wrong order. */
enum identifier_error digital_link_parse(const char *text, size_t length, struct digital_link *out)
    __attribute__((warn_unused_result));

/* The same for a text that may have more words in it. A stop at the end of a word does not belong to it.
 * IDENTIFIER_SEVERAL: links of different devices. *words (may be NULL): how many words the text has. */
enum identifier_error digital_link_search(const char *text, size_t length, struct digital_link *out,
                                          size_t *words) __attribute__((warn_unused_result));

/* Adds "/01/<GTIN>/21/<serial>", percent-encoded; without the serial if it is "". */
void digital_link_add_path(const char *gtin, const char *serial, struct text *out);

#endif
