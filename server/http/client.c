/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/client.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"

/* All addresses are kept as IPv6, with IPv4 mapped into it, so that there is one kind of network to
 * compare. */
struct network {
    struct in6_addr address;
    unsigned prefix; /* bits */
};

struct client_networks {
    struct network *list;
    size_t count;
};

static bool parse_address(const char *text, struct in6_addr *out, bool *v4)
{
    char mapped[CLIENT_SIZE + 8];
    struct in_addr four;

    *v4 = inet_pton(AF_INET, text, &four) == 1;
    if (*v4)
        snprintf(mapped, sizeof mapped, "::ffff:%.45s", text);
    return inet_pton(AF_INET6, *v4 ? mapped : text, out) == 1;
}

static bool parse_network(const char *text, size_t length, struct network *out)
{
    char copy[64], *slash, *end;
    bool v4;

    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    slash = strchr(copy, '/');
    if (slash)
        *slash++ = '\0';
    if (!parse_address(copy, &out->address, &v4))
        return false;
    unsigned long most = v4 ? 32 : 128;
    if (slash && (*slash < '0' || *slash > '9')) /* strtoul() accepts spaces and signs */
        return false;
    unsigned long prefix = slash ? strtoul(slash, &end, 10) : most;
    if (slash && *end)
        return false;
    if (prefix > most)
        return false;
    out->prefix = (unsigned)(v4 ? prefix + 96 : prefix);
    return true;
}

struct client_networks *client_networks_parse(const char *text, const char **bad)
{
    struct client_networks *networks = memory_new(1, sizeof *networks);

    for (text += strspn(text, ", \t"); *text; text += strspn(text, ", \t")) {
        size_t length = strcspn(text, ", \t");
        networks->list = memory_grow(networks->list, networks->count + 1, sizeof *networks->list);
        if (!parse_network(text, length, &networks->list[networks->count])) {
            *bad = text;
            client_networks_free(networks);
            return NULL;
        }
        networks->count++;
        text += length;
    }
    return networks;
}

void client_networks_free(struct client_networks *networks)
{
    if (!networks)
        return;
    free(networks->list);
    free(networks);
}

static bool network_has(const struct network *network, const struct in6_addr *address)
{
    unsigned whole = network->prefix / 8, rest = network->prefix % 8;

    if (memcmp(&network->address, address, whole) != 0)
        return false;
    unsigned mask = 0xff00u >> rest & 0xff;
    return !rest || ((network->address.s6_addr[whole] ^ address->s6_addr[whole]) & mask) == 0;
}

bool client_is_proxy(const struct client_networks *trusted, const char *text)
{
    struct in6_addr address;
    bool v4;

    if (!parse_address(text, &address, &v4))
        return false;
    for (size_t i = 0; i < trusted->count; i++)
        if (network_has(&trusted->list[i], &address))
            return true;
    return false;
}

/* Writes each address in one form only: what is counted by address must not depend on how a proxy writes
 * it. */
static void address_text(const struct in6_addr *address, char out[CLIENT_SIZE])
{
    if (IN6_IS_ADDR_V4MAPPED(address))
        inet_ntop(AF_INET, &address->s6_addr[12], out, CLIENT_SIZE);
    else
        inet_ntop(AF_INET6, address, out, CLIENT_SIZE);
}

static void peer_text(const struct sockaddr *peer, char out[CLIENT_SIZE])
{
    snprintf(out, CLIENT_SIZE, "unknown");
    if (peer && peer->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)peer)->sin_addr, out, CLIENT_SIZE);
    else if (peer && peer->sa_family == AF_INET6)
        address_text(&((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, out);
}

#define ENTRY_SIZE (CLIENT_SIZE + 10) /* "[address]:65535" with its quotes */

static bool is_port(const char *text)
{
    return strlen(text) <= 5 && number_parse_int(text, 0, 65535, &(int){0});
}

/* Removes what some proxies write around an address: quotes, brackets and the port. False if what is around
 * it is none of these. */
static bool strip_entry(char *entry, char **address)
{
    size_t length = strlen(entry);

    if (length >= 2 && entry[0] == '"' && entry[length - 1] == '"') {
        entry[length - 1] = '\0';
        entry++;
    }
    *address = entry;
    if (entry[0] == '[') {
        char *close = strchr(entry, ']');
        if (!close || (close[1] && (close[1] != ':' || !is_port(close + 2))))
            return false;
        *close = '\0';
        *address = entry + 1;
        return strchr(*address, ':') != NULL;
    }
    char *colon = strchr(entry, ':');
    if (!colon || strchr(colon + 1, ':')) /* no port, or IPv6 */
        return true;
    *colon = '\0';
    return is_port(colon + 1);
}

/* Copies the last entry of the list before *end and moves *end to its start. False if there is none, or it is
 * not an address: then *strange is set. */
static bool last_entry(const char *list, const char **end, char out[CLIENT_SIZE], bool *strange)
{
    const char *stop = *end, *start;
    char entry[ENTRY_SIZE], *text;
    struct in6_addr address;
    bool v4;

    while (stop > list && strchr(", \t", stop[-1]))
        stop--;
    for (start = stop; start > list && !strchr(", \t", start[-1]);)
        start--;
    if (start == stop)
        return false;
    *end = start;
    *strange = true;
    if (stop - start >= ENTRY_SIZE)
        return false;
    snprintf(entry, sizeof entry, "%.*s", (int)(stop - start), start);
    if (!strip_entry(entry, &text) || !parse_address(text, &address, &v4))
        return false;
    address_text(&address, out);
    *strange = false;
    return true;
}

bool client_address(const struct client_networks *trusted, const struct sockaddr *peer, const char *forwarded,
                    char out[CLIENT_SIZE])
{
    char entry[CLIENT_SIZE];
    const char *end = forwarded ? forwarded + strlen(forwarded) : NULL;
    bool strange = false;

    peer_text(peer, out);
    while (forwarded && client_is_proxy(trusted, out) && last_entry(forwarded, &end, entry, &strange))
        memcpy(out, entry, CLIENT_SIZE);
    return !strange;
}

long long client_network(const char *address)
{
    struct in6_addr parsed;
    bool v4;
    long long number = 0;

    if (!parse_address(address, &parsed, &v4))
        return 0;
    bool mapped = IN6_IS_ADDR_V4MAPPED(&parsed);
    for (size_t i = mapped ? 12 : 0; i < (mapped ? 15 : 6); i++)
        number = number << 8 | parsed.s6_addr[i];
    return number | (mapped ? 1LL << 56 : 2LL << 56); /* one number space, and never 0 */
}

/* IPv6 networks with these first bits are not in use (RFC 4291 section 2.4). */
#define KEY_IPV4 ((uint64_t)1 << 32)
#define KEY_UNKNOWN UINT64_MAX

struct client_key client_key_of(const char *client)
{
    struct client_key key = {(uint64_t)client_network(client), KEY_UNKNOWN};
    struct in6_addr parsed;
    bool v4;
    uint64_t number = 0;

    if (!parse_address(client, &parsed, &v4))
        return key;
    for (size_t i = v4 ? 12 : 0; i < (v4 ? 16 : sizeof number); i++)
        number = number << 8 | parsed.s6_addr[i];
    key.address = v4 ? KEY_IPV4 | number : number;
    return key;
}
