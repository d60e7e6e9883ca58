/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/product_proofs.h"

#include <stdint.h>

#include "ownership/proof.h"

/* A registration through the API may name no product. What a product asked for that has gone from the
 * configuration is not known any more, so staff decides about those who wait for it: another product may ask
 * for less. */
static unsigned required(void *context, const char *key, const char *thing_name)
{
    const struct products *products = context;
    const struct product_clues clues = {.thing_name = thing_name};
    const struct product *product = *key ? products_by_key(products, key) : products_find(products, &clues);

    if (*key && !product)
        return PROOF(PROOF_LABEL) | PROOF(PROOF_STAFF);
    return product ? product->proofs : PROOF(PROOF_LABEL);
}

struct owners_rules product_proofs(const struct products *products)
{
    return (struct owners_rules){.required = required, .context = (void *)(uintptr_t)products};
}

bool products_ask_for_proof(const struct products *products)
{
    for (size_t i = 0; i < products->count; i++)
        if (products->list[i].proofs != PROOF(PROOF_LABEL))
            return true;
    return false;
}
