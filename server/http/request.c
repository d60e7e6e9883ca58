/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of http.h with which a handler reads its request. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "server/http/exchange.h"
#include "server/http/url.h"

void *http_app(const struct http_exchange *exchange)
{
    return exchange->options->app;
}

const char *http_request_id(const struct http_exchange *exchange)
{
    return exchange->id;
}

enum http_method http_request_method(const struct http_exchange *exchange)
{
    return exchange->method;
}

const char *http_request_header(const struct http_exchange *exchange, const char *name)
{
    return exchange->transport->header(exchange, name);
}

const char *http_request_client(struct http_exchange *exchange)
{
    return exchange->transport->client(exchange);
}

struct client_key http_request_client_key(struct http_exchange *exchange)
{
    return client_key_of(http_request_client(exchange));
}

const char *http_request_parameter(const struct http_exchange *exchange, const char *name, size_t *length)
{
    size_t at = route_parameter(exchange->match.route->pattern, name);

    if (at == HTTP_PARAMETERS_MAX)
        abort();
    if (length)
        *length = exchange->parameters[at].length;
    return text_get(&exchange->parameters[at]);
}

const char *http_request_path(const struct http_exchange *exchange)
{
    return exchange->target;
}

void exchange_fields_free(struct exchange_field *fields)
{
    while (fields) {
        struct exchange_field *next = fields->next;
        text_fini(&fields->value);
        free(fields->name);
        free(fields);
        fields = next;
    }
}

static const struct exchange_field *known_field(const struct http_exchange *exchange, const char *source,
                                                const char *name)
{
    const struct exchange_field *field = exchange->fields;

    while (field && (field->source != source || strcmp(field->name, name) != 0))
        field = field->next;
    return field;
}

static const struct exchange_field *decode_field(struct http_exchange *exchange, const char *source,
                                                 size_t source_length, const char *name)
{
    struct text value = TEXT_EMPTY;

    if (!url_field(source, source_length, name, &value))
        return NULL;
    struct exchange_field *field = memory_new(1, sizeof *field);
    *field = (struct exchange_field){exchange->fields, source, memory_string(name), value};
    exchange->fields = field;
    return field;
}

static const char *decoded_field(struct http_exchange *exchange, const char *source, size_t source_length,
                                 const char *name, size_t *length)
{
    const struct exchange_field *field = known_field(exchange, source, name);

    if (!field)
        field = decode_field(exchange, source, source_length, name);
    if (!field)
        return NULL;
    if (length)
        *length = field->value.length;
    return text_get(&field->value);
}

const char *http_request_query(struct http_exchange *exchange, const char *name, size_t *length)
{
    return exchange->query ? decoded_field(exchange, exchange->query, strlen(exchange->query), name, length)
                           : NULL;
}

const char *http_request_body(const struct http_exchange *exchange, size_t *length)
{
    *length = exchange->body.length;
    return text_get(&exchange->body);
}

const char *http_request_field(struct http_exchange *exchange, const char *name, size_t *length)
{
    return decoded_field(exchange, text_get(&exchange->body), exchange->body.length, name, length);
}

bool http_request_is_from_this_machine(struct http_exchange *exchange)
{
    const char *client = http_request_client(exchange);

    return strncmp(client, "127.", 4) == 0 || strcmp(client, "::1") == 0 ||
           (exchange->transport->is_from_own_address(exchange) &&
            !http_request_header(exchange, "X-Forwarded-For"));
}

bool http_request_is_api(const struct http_exchange *exchange)
{
    return exchange->options->side == HTTP_ADMIN || strncmp(exchange->target, "/api/", 5) == 0;
}
