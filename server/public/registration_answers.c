/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/registration_answers.h"

#include "ownership/proof.h"

bool page_arguments_read(struct http_exchange *exchange, void *page_arguments)
{
    struct page_arguments *own = page_arguments;

    own->products = portal_of(exchange)->products;
    return by_token_read(exchange, &own->by_token);
}

static enum store_error run_find(struct store_tx *tx, void *arguments)
{
    struct page_arguments *own = arguments;
    enum store_error error = by_token_find.run(tx, &own->by_token);

    if (error || own->products->count == 0)
        return error;
    return details_find(tx, own->by_token.request.token, &own->found);
}

const struct http_task page_arguments_find = {.run = run_find, .is_paced = true};

void page_arguments_fini(void *page_arguments)
{
    struct page_arguments *own = page_arguments;

    text_fini(&own->found.fields);
    answers_fini(&own->answers);
}

/* NULL: none, or there is nobody to ask any more. A page that updates itself has no form: it would be lost.
 */
const struct product *page_arguments_product(const struct page_arguments *arguments)
{
    const struct registration *registration = &arguments->by_token.registration;
    const struct product_clues clues = {
        .product = *arguments->found.product ? arguments->found.product : NULL,
        .thing_name = registration->thing_name,
    };

    if (registration_result(registration) != RESULT_REGISTERED || !registration_is_settled(registration))
        return NULL;
    const struct product *product = products_find(arguments->products, &clues);
    return product && product_asks(product, true) ? product : NULL;
}

/* The product by what the person has. What only the inventory says is shown before the arrival if knowing the
 * identifier is the proof, see docs/products.md. */
static const struct product *explained_product(const struct page_arguments *arguments)
{
    const struct product_clues clues = {.thing_name = arguments->by_token.registration.thing_name};
    const struct product *registered = products_by_key(arguments->products, arguments->found.product);

    if (registered && registered->proofs == PROOF(PROOF_LABEL))
        return registered;
    return products_find(arguments->products, &clues);
}

static const struct page_questions *explanation(struct page_arguments *arguments)
{
    const struct registration *registration = &arguments->by_token.registration;
    struct page_questions *questions = &arguments->answers.questions;

    if (registration->state == CLAIM_ONBOARDED || registration_is_over(registration))
        return NULL;
    questions->product = explained_product(arguments);
    questions->explains = true;
    return questions->product ? questions : NULL;
}

const struct page_questions *page_arguments_questions(struct page_arguments *arguments)
{
    const struct product *product = page_arguments_product(arguments);

    if (!product)
        return explanation(arguments);
    arguments->answers.questions.after_arrival = true;
    answers_know(&arguments->answers, product, &arguments->found);
    return &arguments->answers.questions;
}
