/* SPDX-License-Identifier: Apache-2.0 */
/* The questions that a product asks after its device has arrived, on the private page of the registration. */
#ifndef SERVER_PUBLIC_REGISTRATION_ANSWERS_H
#define SERVER_PUBLIC_REGISTRATION_ANSWERS_H

#include "server/portal/answers.h"
#include "server/portal/by_token.h"
#include "server/portal/portal.h"

/* The arguments of a handler that shows the page. by_token is the first member. */
struct page_arguments {
    struct by_token by_token;
    const struct products *products;
    struct details_found found;
    struct answers answers;
};

/* by_token_read(), by_token_find and more. */
bool page_arguments_read(struct http_exchange *exchange, void *page_arguments);
extern const struct http_task page_arguments_find;
void page_arguments_fini(void *page_arguments);

/* The product whose questions the page asks, once the device has arrived; NULL: none. */
const struct product *page_arguments_product(const struct page_arguments *arguments);
/* What the page shows of the product: its questions and the answers, or before the arrival how to switch it
 * on. NULL: nothing. */
const struct page_questions *page_arguments_questions(struct page_arguments *arguments);

#endif
