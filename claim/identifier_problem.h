/* SPDX-License-Identifier: Apache-2.0 */
/* The length limits of identifiers, their groups on a label, and the errors of typed identifiers. Pure
 * functions, any thread. */
#ifndef CLAIM_IDENTIFIER_PROBLEM_H
#define CLAIM_IDENTIFIER_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#define IDENTIFIER_MIN 8
#define IDENTIFIER_MAX 64
#define IDENTIFIER_SIZE (IDENTIFIER_MAX + 1)
#define IDENTIFIER_GROUP_LENGTH 4
#define IDENTIFIER_GROUP_SIZE (IDENTIFIER_GROUP_LENGTH + 2) /* a dash belongs to the group before it */
/* Longer input is rejected unread. A pasted URL fits easily. */
#define IDENTIFIER_TYPED_MAX 1024

enum identifier_error {
    IDENTIFIER_OK,
    IDENTIFIER_EMPTY,     /* nothing, or only spaces, quotes and dashes */
    IDENTIFIER_TOO_SHORT, /* see length and wanted */
    IDENTIFIER_TOO_LONG,
    IDENTIFIER_BAD_CHARACTER, /* see character and position */
    IDENTIFIER_BAD_URL,       /* a URL without an identifier */
    IDENTIFIER_NO_MATCH,      /* does not match the account's pattern; characters and length may be right */
    IDENTIFIER_WRONG_CHECK,   /* the check characters do not match; see length, wanted and group */
    IDENTIFIER_SEVERAL,       /* two different identifiers in one text */
    IDENTIFIER_SHOP_BARCODE,  /* the number of a shop's barcode: EAN, UPC or GTIN with its check digit */
    IDENTIFIER_FOREIGN,       /* an address of another host; only from label_reading.h */
    IDENTIFIER_BAD_GTIN,      /* of a Digital Link (digital_link.h), as those below: see length */
    IDENTIFIER_WRONG_GTIN,    /* the check digit of its GTIN is wrong */
    IDENTIFIER_NO_SERIAL,     /* it has no serial number */
    IDENTIFIER_BAD_SERIAL,    /* more than 20 characters, or one that may not be in a serial number */
    IDENTIFIER_BAD_LINK,      /* parts are missing, doubled or in the wrong order */
    IDENTIFIER_UNLISTED,      /* right, but not in the inventory; only from the store (STORE_UNLISTED) */
    IDENTIFIER_BAD_FORM,      /* only from identifier_form_parse(): wrong configuration */
};

struct identifier_problem {
    enum identifier_error error;
    bool hex; /* the form has hex digits only, apart from dashes */
    char
        character[5]; /* the bad character as UTF-8, "" if it cannot be shown (control, bidi, broken UTF-8) */
    size_t position;  /* its position in the typed text, in characters from 1; 0: unknown */
    size_t length;    /* characters typed, without separators; bytes if rejected unread; for
                         IDENTIFIER_WRONG_CHECK the identifier only */
    size_t wanted;    /* characters expected, 0: no fixed number; includes the check characters if length does
                         (not for IDENTIFIER_TOO_LONG) */
    size_t group; /* IDENTIFIER_WRONG_CHECK: the only group of the label (identifier_group(), from 1) that can
                     contain a single mistake; last + 1: the check characters; 0: unknown */
    bool group_is_check;                        /* group is the check characters */
    char group_text[IDENTIFIER_GROUP_SIZE + 1]; /* that group as typed, in the form's case, possibly with one
                                                   extra character; "" if group is 0 */
};

/* The length of the first group of name on a label, 0 at the end: four letters and digits, or fewer up to and
 * including a dash or underscore. */
size_t identifier_group(const char *name);

/* Whether a text with this error surely has an identifier or a Digital Link in it, which is wrong. */
bool identifier_error_settles(enum identifier_error error);

/* "too short" and so on, for logs and tests. Texts for users are in the message catalogue. */
const char *identifier_error_name(enum identifier_error error);

#endif
