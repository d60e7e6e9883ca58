/* SPDX-License-Identifier: Apache-2.0 */
/* What the server does with the bytes of a request: its framing, the row of the route table, percent-encoding
 * and fields, the client behind proxies, the language. The input is text: "METHOD TARGET VERSION", then
 * headers, an empty line, a body. Header "Trusted" has the configuration's networks, header "Peer" the
 * address of the connection. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "server/http/client.h"
#include "server/http/framing.h"
#include "server/http/route.h"
#include "server/http/url.h"
#include "server/page/language.h"
#include "tests/fuzz/fuzz.h"

#define HEADERS_MAX 32

struct header {
    char *name, *value;
};

struct request {
    char *method, *target, *version;
    struct header headers[HEADERS_MAX];
    size_t header_count;
    const char *body;
    size_t body_length;
};

static const struct http_route table[] = {
    {HTTP_PUBLIC, HTTP_GET, "/", 0, NULL, NULL},
    {HTTP_PUBLIC, HTTP_GET, "/r/{identifier...}", 0, NULL, NULL},
    {HTTP_PUBLIC, HTTP_POST, "/register", 1, NULL, NULL},
    {HTTP_PUBLIC, HTTP_GET, "/registrations/{token}", 0, NULL, NULL},
    {HTTP_PUBLIC, HTTP_POST, "/registrations/{token}/retry", 1, NULL, NULL},
    {HTTP_PUBLIC, HTTP_PUT, "/owners/{owner}/notes/{note}", 1, NULL, NULL},
    {HTTP_PUBLIC, HTTP_DELETE, "/owners/{owner}/notes/{note}", 0, NULL, NULL},
    {HTTP_PUBLIC, HTTP_GET, "/owners/{owner}/files/{path...}", 0, NULL, NULL},
    {HTTP_ADMIN, HTTP_GET, "/livez", 0, NULL, NULL},
};
#define ROWS (sizeof table / sizeof *table)

/* Ends the text at *at at the first of these and moves *at behind it. */
static char *cut(char **at, const char *stops)
{
    char *start = *at;

    *at += strcspn(*at, stops);
    if (**at)
        *(*at)++ = '\0';
    return start;
}

static struct request read_request(char *bytes, size_t size)
{
    char *at = bytes, *line = cut(&at, "\n");
    struct request request = {.method = cut(&line, " "), .target = cut(&line, " ")};

    request.version = line;
    while (*at && *at != '\n' && request.header_count < HEADERS_MAX) {
        char *value = cut(&at, "\n");
        char *name = cut(&value, ":");
        request.headers[request.header_count++] = (struct header){name, value + strspn(value, " ")};
    }
    request.body = *at == '\n' ? at + 1 : at;
    request.body_length = size - (size_t)(request.body - bytes);
    return request;
}

static const char *header(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

static void check_framing(const struct request *request)
{
    struct framing forward = {0}, backward = {0};

    for (size_t i = 0; i < request->header_count; i++) {
        const struct header *last = &request->headers[request->header_count - 1 - i];
        framing_see(&forward, request->headers[i].name, request->headers[i].value);
        framing_see(&backward, last->name, last->value);
    }
    unsigned status = framing_verdict(&forward, request->version);
    MUST(status == framing_verdict(&backward, request->version));
    MUST(status == 0 || status == 400 || status == 505);
    if (status)
        return;
    MUST(!forward.bad && forward.lengths + forward.encodings <= 1 && forward.hosts <= 1);
    /* One more of what there is one of is one too many. */
    framing_see(&forward, "HOST", "a");
    framing_see(&forward, "hOST", "a");
    MUST(framing_verdict(&forward, request->version) == 400);
}

/* Pattern and parameters make the path again. */
static void check_parameters(const struct route_match *match, const char *path)
{
    const char *at = match->route->pattern;
    TEXT struct text whole = TEXT_EMPTY;

    for (size_t i = 0; i < match->parameter_count; i++) {
        const struct route_parameter *parameter = &match->parameters[i];
        const char *open = strchr(at, '{');
        TEXT struct text decoded = TEXT_EMPTY;
        MUST(open && parameter->length > 0);
        text_add(&whole, at, (size_t)(open - at));
        text_add(&whole, parameter->start, parameter->length);
        at = strchr(open, '}') + 1;
        MUST(strncmp(at - 4, "...}", 4) == 0 || !memchr(parameter->start, '/', parameter->length));
        url_decode(parameter->start, parameter->length, false, &decoded);
        MUST(decoded.length <= parameter->length);
    }
    MUST(!strchr(at, '{'));
    text_puts(&whole, at);
    MUST(strcmp(text_get(&whole), path) == 0);
}

static void check_route(const struct request *request, const char *path)
{
    enum http_method method = route_method(request->method);
    struct route_match match = route_find(table, ROWS, HTTP_PUBLIC, method, path);
    TEXT struct text allow = TEXT_EMPTY;

    route_allowed(table, ROWS, HTTP_PUBLIC, path, &allow);
    MUST(match.path_known == (allow.length > 0));
    MUST((match.route != NULL) ==
         (method != HTTP_METHOD_OTHER && strstr(text_get(&allow), http_method_name(method)) != NULL));
    if (!match.route) {
        MUST(match.parameter_count == 0);
        return;
    }
    MUST(match.path_known && match.route == &table[match.index] && match.route->side == HTTP_PUBLIC);
    MUST(match.route->method == (method == HTTP_HEAD ? HTTP_GET : method));
    check_parameters(&match, path);
}

static void check_decoding(const char *bytes, size_t length)
{
    TEXT struct text encoded = TEXT_EMPTY;
    TEXT struct text decoded = TEXT_EMPTY;

    url_decode(bytes, length, true, &decoded);
    MUST(decoded.length <= length);
    text_clear(&decoded);
    for (size_t i = 0; i < length; i++)
        text_printf(&encoded, i % 2 ? "%%%02x" : "%%%02X", (unsigned char)bytes[i]);
    url_decode(text_get(&encoded), encoded.length, true, &decoded);
    MUST(decoded.length == length && memcmp(text_get(&decoded), bytes, length) == 0);
}

static void check_fields(const char *fields, size_t length)
{
    TEXT struct text value = TEXT_EMPTY;
    TEXT struct text again = TEXT_EMPTY;
    TEXT struct text more = TEXT_EMPTY;
    bool found = url_field(fields, length, "identifier", &value);

    /* Behind all others it is found only where there was none; before all others it is always. */
    text_add(&more, fields, length);
    text_puts(&more, "&identifier=mine");
    MUST(url_field(text_get(&more), more.length, "identifier", &again));
    MUST(found ? again.length == value.length && memcmp(text_get(&again), text_get(&value), value.length) == 0
               : strcmp(text_get(&again), "mine") == 0);
    text_clear(&more);
    text_clear(&again);
    text_puts(&more, "identifier=m%69ne&");
    text_add(&more, fields, length);
    MUST(url_field(text_get(&more), more.length, "identifier", &again));
    MUST(strcmp(text_get(&again), "mine") == 0);
}

static bool is_canonical(const char *address)
{
    struct in6_addr parsed;
    char again[CLIENT_SIZE];
    int family = strchr(address, ':') ? AF_INET6 : AF_INET;

    if (inet_pton(family, address, &parsed) != 1 || (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&parsed)))
        return false;
    return inet_ntop(family, &parsed, again, sizeof again) && strcmp(address, again) == 0;
}

static void check_client(const char *networks, const char *peer, const char *forwarded)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    const char *bad = NULL;
    char out[CLIENT_SIZE], alone[CLIENT_SIZE];

    bool is_v6 = inet_pton(AF_INET6, peer, &v6.sin6_addr) == 1;
    if (!is_v6 && inet_pton(AF_INET, peer, &v4.sin_addr) != 1)
        v4.sin_addr.s_addr = htonl(0x0a000001);
    const struct sockaddr *address = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    struct client_networks *nobody = client_networks_parse("", &bad);
    client_address(nobody, address, NULL, alone);
    MUST(is_canonical(alone));
    client_address(nobody, address, forwarded, out);
    MUST(strcmp(out, alone) == 0);
    client_networks_free(nobody);

    struct client_networks *trusted = client_networks_parse(networks, &bad);
    if (!trusted) {
        MUST(bad >= networks && bad < networks + strlen(networks));
        return;
    }
    client_address(trusted, address, NULL, out);
    MUST(strcmp(out, alone) == 0);
    client_address(trusted, address, forwarded, out);
    MUST(is_canonical(out));
    client_networks_free(trusted);
}

static void check_language(const char *accepted)
{
    static const char *const languages[] = {"en", "de", "pt-BR", "zh-Hant"};
    size_t chosen = language_choose(languages, 4, accepted);
    TEXT struct text more = TEXT_EMPTY;

    MUST(chosen < 4);
    MUST(language_choose(languages, 1, accepted) == 0);
    if (language_tag_valid(accepted)) {
        MUST(strlen(accepted) <= LANGUAGE_TAG_MAX);
        MUST(strspn(accepted, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") ==
             strlen(accepted));
    }
    /* What nobody speaks changes nothing. */
    text_puts(&more, "tlh;q=1,");
    text_puts(&more, accepted);
    if (more.length <= ACCEPT_LANGUAGE_MAX)
        MUST(language_choose(languages, 4, text_get(&more)) == chosen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEXT struct text bytes = TEXT_EMPTY;

    text_add(&bytes, (const char *)data, size);
    check_decoding(text_get(&bytes), size);
    struct request request = read_request(bytes.data, size);
    const char *forwarded = header(&request, "X-Forwarded-For"),
               *accepted = header(&request, "Accept-Language");
    const char *networks = header(&request, "Trusted"), *peer = header(&request, "Peer");
    check_framing(&request);
    check_fields(request.body, request.body_length);
    check_client(networks ? networks : "10.0.0.0/8", peer ? peer : "10.0.0.1", forwarded);
    if (accepted)
        check_language(accepted);
    if (!framing_target_is_sound(request.target))
        return 0;
    MUST(request.target[0] == '/' && !strpbrk(request.target, " \t\r\n\x7f"));
    char *query = strchr(request.target, '?');
    if (query) {
        *query++ = '\0';
        check_fields(query, strlen(query));
    }
    check_route(&request, request.target);
    return 0;
}
