/* SPDX-License-Identifier: Apache-2.0 */
/* The proofs that the configured products ask for, as an option of the store. */
#ifndef SERVER_PORTAL_PRODUCT_PROOFS_H
#define SERVER_PORTAL_PRODUCT_PROOFS_H

#include "ownership/product.h"
#include "server/store/owners_rules.h"

/* products are borrowed for the life of the result. A device of no product requires the label. */
struct owners_rules product_proofs(const struct products *products);

/* Whether one of them asks for more than the label: then nothing may tell what the store knows of a device.
 */
bool products_ask_for_proof(const struct products *products);

#endif
