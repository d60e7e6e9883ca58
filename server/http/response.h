/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as libmicrohttpd has them: the headers that every answer has, and those of HTML. Also has
 * http_page_new() and http_page_free() of http.h. Private to server/http/. */
#ifndef SERVER_HTTP_RESPONSE_H
#define SERVER_HTTP_RESPONSE_H

#include <stdbool.h>

#include "base/text.h"
#include "server/http/http.h"

struct MHD_Response; /* libmicrohttpd's */

struct http_page {
    struct MHD_Response *response;
    struct MHD_Response *secure; /* the same with response_add_secure(); NULL: not of HTML */
};

/* content_type may be NULL. */
bool response_is_html(const char *content_type);

/* Adds the headers that every answer has, and returns the response. content_type may be NULL. Aborts if the
 * response is NULL: there was no memory for it. */
struct MHD_Response *response_add_common(struct MHD_Response *response, const char *content_type);
/* Adds the headers of HTML that the browser holds for secure. */
void response_add_secure(struct MHD_Response *response);
/* Prints the headers that every answer has, a line each, except for Content-Type. */
void response_print_common(const char *content_type, struct text *out);

#endif
