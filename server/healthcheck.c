/* SPDX-License-Identifier: Apache-2.0 */
#include "server/healthcheck.h"

#include "server/operator/admin_client.h"

#define SECONDS 3 /* for each step */

bool healthcheck(const char *address, struct text *why)
{
    const struct admin_request request = {
        .address = address, .method = "GET", .path = "/livez", .seconds = SECONDS};
    TEXT struct text body = TEXT_EMPTY;
    unsigned status = 0;

    if (!admin_call(&request, &status, &body, why))
        return false;
    if (status != 200)
        text_printf(why, "GET /livez on %s was not answered with status 200", address);
    return status == 200;
}
