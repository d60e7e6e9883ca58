/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the label in a picture: from the texts of all codes to one thing name. Call label_read() with the
 * result of the decoder. The texts are untrusted. Pure functions, any thread. */
#ifndef CLAIM_LABEL_READING_H
#define CLAIM_LABEL_READING_H

#include "claim/digital_link.h"
#include "claim/identifier.h"

struct label_text {
    const char *text; /* terminated; may contain NULs */
    size_t length;
};

/* How to recognize labels of this portal. */
struct label_origin {
    const char *public_url;              /* labels have this host; "": any host */
    const char *hosts;                   /* more accepted hosts, separated by spaces or commas */
    const struct identifier_form *forms; /* of the staging accounts */
    size_t form_count;
};

enum label_verdict {
    LABEL_OURS,
    LABEL_FOREIGN, /* no code is a label of this portal */
    LABEL_SEVERAL, /* labels of two different devices */
    LABEL_WRONG,   /* a URL of this portal without a valid identifier; see problem */
};

/* What a label names its device by: one of the two. */
struct label_device {
    char thing_name[IDENTIFIER_SIZE]; /* in the first form that matches; "": it has a Digital Link */
    struct digital_link link;         /* with a serial number; only the inventory knows whose it is */
};

/* Adds what names the device wherever an identifier is taken: the thing name, or the path of the link. */
void label_device_add(const struct label_device *device, struct text *out);

struct label_reading {
    enum label_verdict verdict;
    size_t text;                       /* index of the text that the verdict is about */
    struct label_device device;        /* LABEL_OURS, LABEL_SEVERAL */
    struct label_device another;       /* LABEL_SEVERAL */
    struct identifier_problem problem; /* LABEL_WRONG, LABEL_FOREIGN: why it is not an identifier */
};

/* A text without the addresses of other hosts: what may be read as an identifier, typed or scanned. */
struct label_own_text {
    char text[IDENTIFIER_TYPED_MAX];
    size_t length;
    bool is_foreign; /* it had such addresses: then what is not an identifier is IDENTIFIER_FOREIGN */
};

/* Longer texts than IDENTIFIER_TYPED_MAX are IDENTIFIER_TOO_LONG, and false is returned. */
bool label_own_text(const struct label_origin *origin, const char *text, size_t length,
                    struct label_own_text *out) __attribute__((warn_unused_result));

/* Finds a Digital Link in the text: IDENTIFIER_OK, or what is wrong with it (digital_link.h; without a serial
 * number it is IDENTIFIER_NO_SERIAL), or IDENTIFIER_NO_MATCH if there is none. *alone: there is nothing else
 * in the text; otherwise an identifier that is in it goes before the link. */
enum identifier_error label_own_link(const struct label_own_text *own, struct digital_link *out, bool *alone)
    __attribute__((warn_unused_result));

/* count must be at least 1. */
void label_read(const struct label_origin *origin, const struct label_text *texts, size_t count,
                struct label_reading *out);

#endif
