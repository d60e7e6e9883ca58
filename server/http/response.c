/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/response.h"

#include <microhttpd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const struct http_header always_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {NULL, NULL},
};

static const struct http_header html_headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
     " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
    {"Permissions-Policy",
     "camera=(self), accelerometer=(), autoplay=(), display-capture=(), encrypted-media=(),"
     " fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(),"
     " magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(),"
     " screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"},
    {NULL, NULL},
};

/* Of HTML that the browser holds for secure. */
static const struct http_header secure_headers[] = {
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {NULL, NULL},
};

bool response_is_html(const char *content_type)
{
    return content_type && strncmp(content_type, "text/html", 9) == 0;
}

static void add_headers(struct MHD_Response *response, const struct http_header *headers)
{
    for (; headers->name; headers++)
        MHD_add_response_header(response, headers->name, headers->value);
}

struct MHD_Response *response_add_common(struct MHD_Response *response, const char *content_type)
{
    if (!response)
        abort();
    add_headers(response, always_headers);
    if (response_is_html(content_type))
        add_headers(response, html_headers);
    if (content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    return response;
}

void response_add_secure(struct MHD_Response *response)
{
    add_headers(response, secure_headers);
}

static void print(const struct http_header *headers, struct text *out)
{
    for (; headers->name; headers++)
        text_printf(out, "%s: %s\r\n", headers->name, headers->value);
}

void response_print_common(const char *content_type, struct text *out)
{
    print(always_headers, out);
    if (response_is_html(content_type))
        print(html_headers, out);
}

static struct MHD_Response *new_page(const char *content_type, const char *bytes, size_t length,
                                     const struct http_header *headers)
{
    struct MHD_Response *response = response_add_common(
        MHD_create_response_from_buffer(length, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY),
        content_type);

    add_headers(response, headers);
    return response;
}

struct http_page *http_page_new(const char *content_type, const char *bytes, size_t length,
                                const struct http_header *headers)
{
    struct http_page *page = memory_new(1, sizeof *page);

    page->response = new_page(content_type, bytes, length, headers);
    if (response_is_html(content_type)) {
        page->secure = new_page(content_type, bytes, length, headers);
        response_add_secure(page->secure);
    }
    return page;
}

void http_page_free(struct http_page *page)
{
    if (!page)
        return;
    MHD_destroy_response(page->response);
    if (page->secure)
        MHD_destroy_response(page->secure);
    free(page);
}
