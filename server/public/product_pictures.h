/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures of the products as static files: "product-KEY-picture.png". Use it at start. */
#ifndef SERVER_PUBLIC_PRODUCT_PICTURES_H
#define SERVER_PUBLIC_PRODUCT_PICTURES_H

#include "ownership/product.h"
#include "server/public/assets.h"

/* Adds them to a list that the caller frees. Names are owned by the list, bytes borrowed from the products.
 */
void product_pictures_add(const struct products *products, struct assets_file **list, size_t *count);

#endif
