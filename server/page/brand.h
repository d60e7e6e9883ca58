/* SPDX-License-Identifier: Apache-2.0 */
/* Whose portal it is, as every page says: from [brand] of the configuration. A plain value. */
#ifndef SERVER_PAGE_BRAND_H
#define SERVER_PAGE_BRAND_H

/* Texts are borrowed. */
struct page_brand {
    const char *network; /* what products connect by: "wifi", "cellular" or "none" (nothing is said of it) */
};

#endif
