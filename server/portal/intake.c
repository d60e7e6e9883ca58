/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/intake.h"

#include <string.h>

#include "base/random.h"
#include "server/http/client.h"
#include "server/store/inventory.h"
#include "server/store/store_clock.h"

/* AWS ends every connection after two weeks at most, so that a device that has been connected for longer has
 * connected again, and that event was lost (IoT). Where ends are not heard of, only a second scan or a lost
 * page is sure to be about a device that is still there. */
#define CONNECTION_LIFE_MS (14 * 24 * 3600 * 1000LL)
#define WITHOUT_ENDS_MS (3600 * 1000LL)

bool intake_targets(const struct claim_settings *settings, const char *typed, size_t length,
                    struct registration_request *request, struct identifier_problem *problem)
{
    struct identifier_problem best = {0};

    request->target_count = 0;
    for (size_t i = 0; i < settings->staging_count; i++) {
        struct registration_target *target = &request->targets[request->target_count];
        struct identifier_problem this = {0};
        if (identifier_parse(&settings->staging[i].form, typed, length, target->thing_name, &this) ==
            IDENTIFIER_OK) {
            target->staging = settings->staging[i].name;
            request->target_count++;
            continue;
        }
        best = best.error ? *identifier_problem_better(&best, &this) : this;
    }
    if (request->target_count)
        return true;
    *problem = best;
    return false;
}

bool intake_read(const struct claim_settings *settings, const struct label_origin *labels, const char *typed,
                 size_t length, struct registration_request *request, struct identifier_problem *problem)
{
    struct label_own_text own;

    request->link.gtin[0] = '\0';
    if (!label_own_text(labels, typed, length, &own))
        return intake_targets(settings, typed, length, request, problem);
    bool alone;
    struct digital_link link;
    enum identifier_error error = label_own_link(&own, &link, &alone);
    if ((error == IDENTIFIER_NO_MATCH || !alone) &&
        intake_targets(settings, own.text, own.length, request, problem))
        return true;
    if (error == IDENTIFIER_OK) {
        request->link = link;
        return true;
    }
    if (error != IDENTIFIER_NO_MATCH && !identifier_error_settles(problem->error))
        *problem = (struct identifier_problem){.error = error};
    if (own.is_foreign && !identifier_error_settles(problem->error))
        *problem = (struct identifier_problem){.error = IDENTIFIER_FOREIGN};
    return false;
}

enum store_error intake_resolve(struct store_tx *tx, const struct claim_settings *settings,
                                struct registration_request *request)
{
    const struct digital_link *link = &request->link;
    struct identifier_problem ignored;
    char name[IDENTIFIER_SIZE];

    if (link->gtin[0] == '\0')
        return STORE_OK;
    enum store_error error = inventory_by_serial(tx, link->gtin, link->serial, name);
    if (error && error != STORE_NOT_FOUND)
        return error;
    if (error == STORE_NOT_FOUND && !identifier_is_thing_name(link->serial, strlen(link->serial)))
        return STORE_UNLISTED;
    const char *known = error == STORE_OK ? name : link->serial;
    return intake_targets(settings, known, strlen(known), request, &ignored) ? STORE_OK : STORE_UNLISTED;
}

void intake_shown(const struct registration_request *request, struct text *out)
{
    if (request->link.gtin[0] != '\0')
        digital_link_add_path(request->link.gtin, request->link.serial, out);
    else
        text_puts(out, request->targets[0].thing_name);
}

/* Where knowing the identifier is the proof, whoever has it may learn whether the device is one of ours. For
 * products with a stronger proof intake_find_product() changes this. */
static enum unlisted unlisted_of(const struct claim_settings *settings)
{
    return settings->inventory_required ? UNLISTED_REFUSED : UNLISTED_CLAIMED;
}

void intake_begin(const struct claim_settings *settings, struct http_exchange *exchange,
                  struct registration_request *request)
{
    random_hex(request->token, REGISTRATION_TOKEN_LENGTH);
    request->now = store_clock_ms();
    request->window_ms = settings->window_ms;
    request->unlisted = unlisted_of(settings);
    request->network = client_network(http_request_client(exchange));
}

void intake_choose(struct registration_request *request, const struct oem_endpoint *endpoint)
{
    request->endpoint = endpoint->key;
    request->online_since =
        request->now - (oem_endpoint_hears_ends(endpoint) ? CONNECTION_LIFE_MS : WITHOUT_ENDS_MS);
}

const struct oem_endpoint *intake_endpoint(const struct claim_settings *settings, const char *key,
                                           size_t length, const struct product *product, const char *country)
{
    const struct oem_endpoint *found = NULL;

    if (key && strlen(key) != length)
        return NULL;
    if (key && *key)
        return claim_settings_endpoint(settings, key);
    if (country && *country)
        found = claim_settings_endpoint_of(settings, country);
    if (!found && product && *product->endpoint)
        found = claim_settings_endpoint(settings, product->endpoint);
    return found ? found : claim_settings_endpoint(settings, NULL);
}

bool intake_endpoint_is_decided(const struct claim_settings *settings, const struct products *products)
{
    for (size_t i = 0; i < products->count; i++)
        if (*products->list[i].endpoint)
            return true;
    for (size_t i = 0; i < settings->endpoint_count && products->count; i++)
        if (*settings->endpoints[i].countries)
            return true;
    return false;
}

static struct product_clues clues_of(const struct registration_request *request)
{
    return (struct product_clues){
        .gtin = request->link.gtin[0] != '\0' ? request->link.gtin : NULL,
        .thing_name = request->target_count ? request->targets[0].thing_name : NULL,
    };
}

const struct product *intake_product(const struct products *products,
                                     const struct registration_request *request)
{
    const struct product_clues clues = clues_of(request);

    return products_find(products, &clues);
}

enum store_error intake_find_product(struct store_tx *tx, const struct products *products,
                                     struct registration_request *request, const struct product **product)
{
    struct product_clues clues = clues_of(request);
    struct inventory_row row = {0};

    *product = NULL;
    if (products->count == 0)
        return STORE_OK;
    enum store_error error = inventory_find(tx, request->targets[0].thing_name, &row);
    if (error && error != STORE_NOT_FOUND)
        return error;
    if (!error && *row.product)
        clues.product = row.product;
    if (!error && *row.gtin)
        clues.gtin = row.gtin;
    *product = products_find(products, &clues);
    request->product = *product ? (*product)->key : NULL;
    if (*product && (*product)->proofs != PROOF(PROOF_LABEL) && request->unlisted == UNLISTED_REFUSED)
        request->unlisted = UNLISTED_PRETENDED;
    return STORE_OK;
}

const char *intake_error_detail(enum store_error error)
{
    switch (error) {
    case STORE_CONFLICT:
        return "The endpoint or the staging account of this registration is no longer configured. Register "
               "the device again.";
    case STORE_KEY_USED:
        return "This Idempotency-Key was already used for a different request. Use a new key.";
    case STORE_ENDED:
        return "The device has already arrived. There is nothing to retry or cancel.";
    case STORE_NOT_FOUND:
        return "There is no registration with this token. Check the token.";
    default:
        return NULL;
    }
}
