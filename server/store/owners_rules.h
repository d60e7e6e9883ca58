/* SPDX-License-Identifier: Apache-2.0 */
/* What the products ask for, and the sizes of texts about owners. */
#ifndef SERVER_STORE_OWNERS_RULES_H
#define SERVER_STORE_OWNERS_RULES_H

#define OWNERS_PRODUCT_SIZE 65
#define OWNERS_LINK_SIZE 65 /* the digest of a hand-over link's secret, as hex digits */

/* What the products ask for: an option of store_open(), so that everything that the store does knows it.
 * Called on the store's threads. */
struct owners_rules {
    /* The proofs that a device of this product requires now. product: the key that was stored with the
     * registration; "": none. */
    unsigned (*required)(void *context, const char *product, const char *thing_name);
    void *context;
};

#endif
