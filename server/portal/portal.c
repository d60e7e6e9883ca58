/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/portal.h"

struct portal *portal_of(const struct http_exchange *exchange)
{
    return http_app(exchange);
}

const char *portal_language(struct http_exchange *exchange)
{
    const char *wanted = http_request_query(exchange, "lang", NULL);

    if (!wanted && !http_request_is_api(exchange))
        wanted = http_request_field(exchange, "lang", NULL);
    return pages_language(portal_of(exchange)->pages, wanted,
                          http_request_header(exchange, "Accept-Language"));
}
