/* SPDX-License-Identifier: Apache-2.0 */
/* Global Trade Item Numbers, the numbers of shops' barcodes (EAN, UPC). Pure functions, any thread. */
#ifndef CLAIM_GTIN_H
#define CLAIM_GTIN_H

#include <stddef.h>

#define GTIN_LENGTH 14
#define GTIN_SIZE (GTIN_LENGTH + 1)

enum gtin_error {
    GTIN_OK,
    GTIN_BAD_LENGTH,  /* not 8, 12, 13 or 14 digits, or other characters */
    GTIN_WRONG_CHECK, /* the last one, the check digit, does not go with the others */
};

/* A GTIN of 8, 12, 13 or 14 digits, with zeros in front so that out has 14 (GS1 General Specifications 7.9,
 * 3.3.2). */
enum gtin_error gtin_parse(const char *text, size_t length, char out[GTIN_SIZE])
    __attribute__((warn_unused_result));

#endif
