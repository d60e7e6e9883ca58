/* SPDX-License-Identifier: Apache-2.0 */
#include "server/routes.h"

#include "decode/decode.h"
#include "server/admin/devices.h"
#include "server/admin/erasures.h"
#include "server/admin/exports.h"
#include "server/admin/health.h"
#include "server/admin/inventory.h"
#include "server/admin/inventory_lists.h"
#include "server/admin/metrics.h"
#include "server/api/accounts.h"
#include "server/api/labels.h"
#include "server/api/owner_acts.h"
#include "server/api/registrations.h"
#include "server/public/assets.h"
#include "server/public/form.h"
#include "server/public/owner_pages.h"
#include "server/public/products_page.h"
#include "server/public/registration_page.h"
#include "server/public/sign_in.h"
#include "server/public/take_over.h"

#define FORM "application/x-www-form-urlencoded"
#define JSON "application/json"
#define CSV "text/csv"
#define KIB 1024
#define PICTURE DECODE_BYTES_MAX
/* An answer that is far too long is refused by the form, which keeps the others. */
#define ANSWERS (96 * KIB)

/* clang-format off */
const struct http_route routes[] = {
    /* who        method     path                                      body limit  body type  handler */
    {HTTP_PUBLIC, HTTP_GET,  "/",                                      0,          NULL,      &form_empty},
    {HTTP_PUBLIC, HTTP_GET,  "/r/{identifier...}",                     0,          NULL,      &form_filled},
    {HTTP_PUBLIC, HTTP_GET,  "/R/{identifier...}",                     0,          NULL,      &form_filled}, /* of codes in capitals */
    {HTTP_PUBLIC, HTTP_GET,  "/01/{link...}",                          0,          NULL,      &form_linked}, /* GS1 Digital Link */
    {HTTP_PUBLIC, HTTP_GET,  "/{own}/01/{link...}",                    0,          NULL,      &form_linked}, /* its path may begin */
    {HTTP_PUBLIC, HTTP_GET,  "/{own}/{path}/01/{link...}",             0,          NULL,      &form_linked}, /* with the maker's own */
    {HTTP_PUBLIC, HTTP_GET,  "/language",                              0,          NULL,      &form_home},
    {HTTP_PUBLIC, HTTP_POST, "/language",                              ANSWERS,    FORM,      &form_language},
    {HTTP_PUBLIC, HTTP_POST, "/register",                              ANSWERS,    FORM,      &form_register},
    {HTTP_PUBLIC, HTTP_GET,  "/registrations/{token}",                 0,          NULL,      &registration_page},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/retry",           1 * KIB,    FORM,      &registration_page_retry},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/on",              1 * KIB,    FORM,      &registration_page_on},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/details",         ANSWERS,    FORM,      &registration_page_details},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/cancel",          1 * KIB,    FORM,      &registration_page_cancel},
    {HTTP_PUBLIC, HTTP_GET,  "/registrations/{token}/return",          0,          NULL,      &registration_page_return},
    {HTTP_PUBLIC, HTTP_GET,  "/products",                              0,          NULL,      &products_page},
    {HTTP_PUBLIC, HTTP_GET,  "/sign-in",                               0,          NULL,      &sign_in_start},
    {HTTP_PUBLIC, HTTP_GET,  "/sign-in/callback",                      0,          NULL,      &sign_in_callback},
    {HTTP_PUBLIC, HTTP_GET,  "/sign-in/token",                         0,          NULL,      &sign_in_token},
    {HTTP_PUBLIC, HTTP_POST, "/sign-in/token",                         16 * KIB,   FORM,      &sign_in_form},
    {HTTP_PUBLIC, HTTP_POST, "/sign-out",                              1 * KIB,    FORM,      &sign_out},
    {HTTP_PUBLIC, HTTP_GET,  "/static/{file}",                         0,          NULL,      &asset_static},
    {HTTP_PUBLIC, HTTP_GET,  "/favicon.ico",                           0,          NULL,      &asset_icon},
    {HTTP_PUBLIC, HTTP_GET,  "/robots.txt",                            0,          NULL,      &asset_robots},

    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/code",                          1 * KIB,    FORM,       &owner_code},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/power-cycle",                   1 * KIB,    FORM,       &owner_power_cycle},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/ask",                           1 * KIB,    FORM,       &owner_ask},
    {HTTP_PUBLIC, HTTP_GET,  "/registrations/{token}/hand-over",                     0,          NULL,       &owner_hand_over_page},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/hand-over",                     1 * KIB,    FORM,       &owner_hand_over},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/hand-over/revoke",              1 * KIB,    FORM,       &owner_revoke},
    {HTTP_PUBLIC, HTTP_GET,  "/registrations/{token}/release",                       0,          NULL,       &owner_release_page},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/release",                       1 * KIB,    FORM,       &owner_release},
    {HTTP_PUBLIC, HTTP_GET,  "/registrations/{token}/requests/{request}/accept",     0,          NULL,       &owner_accept_page},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/requests/{request}/accept",     1 * KIB,    FORM,       &owner_accept},
    {HTTP_PUBLIC, HTTP_GET,  "/registrations/{token}/requests/{request}/deny",       0,          NULL,       &owner_deny_page},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/requests/{request}/deny",       1 * KIB,    FORM,       &owner_deny},
    {HTTP_PUBLIC, HTTP_GET,  "/hand-over/{link}",                                    0,          NULL,       &take_over_page},
    {HTTP_PUBLIC, HTTP_POST, "/hand-over/{link}",                                    ANSWERS,    FORM,       &take_over},

    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations",                  8 * KIB,    JSON,      &registration_create},
    {HTTP_PUBLIC, HTTP_GET,  "/api/v1/registrations/{token}",          0,          NULL,      &registration_show},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/retry",    8 * KIB,    NULL,      &registration_retry},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/on",       8 * KIB,    NULL,      &registration_on},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/cancel",   8 * KIB,    NULL,      &registration_cancel},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/labels/decode",                  PICTURE,    NULL,      &label_decode},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/labels/read",                    16 * KIB,   JSON,      &label_text},
    {HTTP_PUBLIC, HTTP_GET,  "/api/v1/accounts/{digest}",              0,          NULL,      &accounts_compare},
    {HTTP_PUBLIC, HTTP_GET,  "/api/v1/openapi.json",                   0,          NULL,      &asset_openapi},

    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/proofs/code",            1 * KIB,    JSON,       &act_code},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/proofs/power-cycle",     1 * KIB,    NULL,       &act_power_cycle},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/ask",                    1 * KIB,    NULL,       &act_ask},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/answers",                1 * KIB,    JSON,       &act_answer},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/hand-over",              1 * KIB,    NULL,       &act_hand_over},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/hand-over/revoke",       1 * KIB,    NULL,       &act_revoke},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/release",                1 * KIB,    NULL,       &act_release},

    {HTTP_ADMIN,  HTTP_GET,  "/livez",                                 0,          NULL,      &health_live},
    {HTTP_ADMIN,  HTTP_GET,  "/readyz",                                0,          NULL,      &health_ready},
    {HTTP_ADMIN,  HTTP_GET,  "/metrics",                               0,          NULL,      &metrics_page},
    {HTTP_ADMIN,  HTTP_GET,  "/disputes",                              0,          NULL,      &device_disputes},
    {HTTP_ADMIN,  HTTP_GET,  "/devices/{thing}",                       0,          NULL,      &device_show},
    {HTTP_ADMIN,  HTTP_POST, "/devices/{thing}/decisions",             4 * KIB,    JSON,      &device_decide},
    {HTTP_ADMIN,  HTTP_POST, "/erasures",                              1 * KIB,    JSON,      &erasure_create},
    {HTTP_ADMIN,  HTTP_POST, "/exports",                               1 * KIB,    JSON,      &export_create},
    {HTTP_ADMIN,  HTTP_GET,  "/inventory",                             0,          NULL,      &inventory_page},
    {HTTP_ADMIN,  HTTP_POST, "/inventory",                 INVENTORY_BODY_MAX,     CSV,       &inventory_add},
    {HTTP_ADMIN,  HTTP_POST, "/inventory/removals",        INVENTORY_BODY_MAX,     CSV,       &inventory_removal},
    {HTTP_ADMIN,  HTTP_GET,  "/inventory/{thing}",                     0,          NULL,      &inventory_show},
    {HTTP_ADMIN,  HTTP_DELETE, "/inventory/{thing}",                   0,          NULL,      &inventory_delete},
};
/* clang-format on */

const size_t route_count = sizeof routes / sizeof *routes;
