/* SPDX-License-Identifier: Apache-2.0 */
/* A kind of product that the OEM sells: [product.KEY] of the configuration, and which devices belong to it.
 * Plain values, read-only once they are loaded. Pure functions, any thread. */
#ifndef OWNERSHIP_PRODUCT_H
#define OWNERSHIP_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

#define PRODUCTS_MAX 64
#define PRODUCT_FIELDS_MAX 16
#define PRODUCT_LIST_MAX 64 /* patterns, GTINs, countries or choices */
#define PRODUCT_KEY_MAX 32  /* bytes */
#define PRODUCT_COUNTRY_SIZE 3

/* A list that the configuration writes with commas. Parts are owned. */
struct product_list {
    char **parts;
    size_t count;
};

enum product_field_type {
    PRODUCT_FIELD_TEXT,
    PRODUCT_FIELD_NAME,  /* the person's name: stored as the registration's contact name */
    PRODUCT_FIELD_EMAIL, /* stored as the registration's contact e-mail address */
    PRODUCT_FIELD_NUMBER,
    PRODUCT_FIELD_DATE,
    PRODUCT_FIELD_CHOICE,
    PRODUCT_FIELD_CHECKBOX
};

/* A question of the form: [product.KEY.FIELD]. Texts are borrowed from the configuration. */
struct product_field {
    const char *key;
    enum product_field_type type;
    const char *label; /* where the folder has no other for a language */
    struct product_list choices;
    size_t length; /* characters, at most */
    bool required;
    bool after_arrival; /* asked on the status page once the device has arrived */
};

struct product_folder; /* ownership/product_folder.h */

struct product {
    const char *key;
    const char *name; /* where the folder has no other for a language */
    struct product_list identifiers, gtins, countries;
    const char *endpoint; /* key; "": the usual one */
    unsigned proofs;      /* a set, see proof.h */
    struct product_field *fields;
    size_t field_count;
    const char *consent;           /* version of the text that people agree to; "": none */
    bool marketing;                /* there is an offer of news, a box that is never ticked */
    const char *support, *manual;  /* addresses, may be "" */
    struct product_folder *folder; /* never NULL */
};

struct products { /* in the order of the configuration */
    struct product *list;
    size_t count;
};

/* What is known of a device: the inventory's product, its GTIN, its ThingName. NULL: not known. */
struct product_clues {
    const char *product, *gtin, *thing_name;
};

/* The product of a device: the one that the inventory names, or that has its GTIN, or whose pattern matches
 * its ThingName (the longest such pattern, then the first), or the only one without a pattern. NULL: none. */
const struct product *products_find(const struct products *products, const struct product_clues *clues);
const struct product *products_by_key(const struct products *products, const char *key);
/* The only product without a pattern; NULL if there is none, or more than one. */
const struct product *products_default(const struct products *products);

/* Whether a ThingName matches a pattern: its first characters, or with * and ? all of it. */
bool product_pattern_matches(const char *pattern, const char *thing_name);
/* Whether it has 1 to 64 of [A-Za-z0-9_*?-]. */
bool product_pattern_valid(const char *pattern);

const struct product_field *product_field(const struct product *product, const char *key);
bool product_sells_to(const struct product *product, const char *country);
/* Whether the product asks something when it is registered, or after its arrival. */
bool product_asks(const struct product *product, bool after_arrival);

#endif
