/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the products from the configuration: [product.KEY] and [product.KEY.FIELD], with the folder of each.
 * Use it in the main thread, before other threads start; then it is read-only. */
#ifndef OWNERSHIP_PRODUCT_SETTINGS_H
#define OWNERSHIP_PRODUCT_SETTINGS_H

#include "base/config.h"
#include "claim/settings.h"
#include "ownership/product.h"

/* The table of keys for config_new(). */
extern const struct config_table product_config_table;

/* Fills *out from a loaded config, which must outlive it. language: the usual one of the pages; borrowed.
 * claim: the endpoints that a product may name; of settings that were loaded partly, too. Adds an error to
 * config for each mistake, such as a field that has no section, a wrong check digit or a file that cannot be
 * used, and returns false then. Free it in both cases. Without products *out is empty. */
bool product_settings_load(struct config *config, const char *language, const struct claim_settings *claim,
                           struct products *out);
void product_settings_fini(struct products *products);

#endif
