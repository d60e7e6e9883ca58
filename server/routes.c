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
#include "server/api/registrations.h"
#include "server/public/assets.h"
#include "server/public/form.h"
#include "server/public/registration_page.h"

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
    {HTTP_PUBLIC, HTTP_GET,  "/static/{file}",                         0,          NULL,      &asset_static},
    {HTTP_PUBLIC, HTTP_GET,  "/favicon.ico",                           0,          NULL,      &asset_icon},
    {HTTP_PUBLIC, HTTP_GET,  "/robots.txt",                            0,          NULL,      &asset_robots},

    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations",                  8 * KIB,    JSON,      &registration_create},
    {HTTP_PUBLIC, HTTP_GET,  "/api/v1/registrations/{token}",          0,          NULL,      &registration_show},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/retry",    8 * KIB,    NULL,      &registration_retry},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/on",       8 * KIB,    NULL,      &registration_on},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/registrations/{token}/cancel",   8 * KIB,    NULL,      &registration_cancel},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/labels/decode",                  PICTURE,    NULL,      &label_decode},
    {HTTP_PUBLIC, HTTP_POST, "/api/v1/labels/read",                    16 * KIB,   JSON,      &label_text},
    {HTTP_PUBLIC, HTTP_GET,  "/api/v1/accounts/{digest}",              0,          NULL,      &accounts_compare},
    {HTTP_PUBLIC, HTTP_GET,  "/api/v1/openapi.json",                   0,          NULL,      &asset_openapi},

    {HTTP_ADMIN,  HTTP_GET,  "/livez",                                 0,          NULL,      &health_live},
    {HTTP_ADMIN,  HTTP_GET,  "/readyz",                                0,          NULL,      &health_ready},
    {HTTP_ADMIN,  HTTP_GET,  "/metrics",                               0,          NULL,      &metrics_page},
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
