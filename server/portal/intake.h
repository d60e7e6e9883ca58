/* SPDX-License-Identifier: Apache-2.0 */
/* Turns the text that a person typed into a request for the store. Shared by the form and the API. Any
 * thread. */
#ifndef SERVER_PORTAL_INTAKE_H
#define SERVER_PORTAL_INTAKE_H

#include <stdbool.h>

#include "claim/label_reading.h"
#include "claim/settings.h"
#include "ownership/product.h"
#include "server/http/http.h"
#include "server/store/registrations.h"

/* Fills request->targets with every staging account whose identifier form fits. Only one of them has the
 * device, but the text does not show which. Returns false with *problem if no form fits; settings are
 * borrowed by the request. */
bool intake_targets(const struct claim_settings *settings, const char *typed, size_t length,
                    struct registration_request *request, struct identifier_problem *problem);

/* The same for what a person typed or a program sent, which may be an address: one of another host than
 * labels has no identifier (label_reading.h). Of a Digital Link it fills request->link instead: only the
 * store knows whose serial number that is, see intake_resolve(). */
bool intake_read(const struct claim_settings *settings, const struct label_origin *labels, const char *typed,
                 size_t length, struct registration_request *request, struct identifier_problem *problem);

/* Fills request->targets of a request with a Digital Link: with the thing of the inventory that has this
 * serial number, or with the serial number itself if that has the form of an identifier. Call it first in a
 * task. STORE_UNLISTED: neither is the case. Other requests stay as they are. */
enum store_error intake_resolve(struct store_tx *tx, const struct claim_settings *settings,
                                struct registration_request *request);

/* What the form shows and sends for a request: the thing name, or the path of the Digital Link. */
void intake_shown(const struct registration_request *request, struct text *out);

/* Fills in a new token, the current time, the claim window, whether the device must be in the inventory, and
 * the client's network. */
void intake_begin(const struct claim_settings *settings, struct http_exchange *exchange,
                  struct registration_request *request);

/* Names the endpoint. A device that is known to be connected there need not be claimed, if what is known is
 * recent enough. Call after intake_begin(). */
void intake_choose(struct registration_request *request, const struct oem_endpoint *endpoint);

/* The endpoint of a registration: the one that was named, or else that of the country, of the product, or the
 * usual one. key: NULL or "" for none. length: of the key, which may have a NUL in it. product and country
 * may be NULL. Returns NULL if there is no endpoint with this key. */
const struct oem_endpoint *intake_endpoint(const struct claim_settings *settings, const char *key,
                                           size_t length, const struct product *product, const char *country);
/* Whether a country or a product decides, so that people are not asked for the endpoint. */
bool intake_endpoint_is_decided(const struct claim_settings *settings, const struct products *products);

/* The product by what the person has: the GTIN of a Digital Link, or the identifier. NULL: none. What the
 * inventory says is not shown to somebody who only has an identifier. */
const struct product *intake_product(const struct products *products,
                                     const struct registration_request *request);
/* The product by all that is known, the inventory too; sets request->product. Call it in a task, after
 * intake_resolve(). *product: NULL for none. */
enum store_error intake_find_product(struct store_tx *tx, const struct products *products,
                                     struct registration_request *request, const struct product **product);

/* A sentence for programs about an error of the store; NULL if the status says enough. */
const char *intake_error_detail(enum store_error error);

#endif
