/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/test.h"

struct peer {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
};

static struct peer peer_at(const char *text)
{
    struct peer peer = {.address.any.sa_family = AF_INET};

    if (inet_pton(AF_INET, text, &peer.address.v4.sin_addr) == 1)
        return peer;
    peer.address.any.sa_family = AF_INET6;
    assert_int_equal(inet_pton(AF_INET6, text, &peer.address.v6.sin6_addr), 1);
    return peer;
}

struct request {
    const char *trusted, *peer, *forwarded, *client;
};

static void assert_clients(const struct request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *bad = NULL;
        char out[CLIENT_SIZE];
        struct peer peer = peer_at(requests[i].peer);
        struct client_networks *trusted = client_networks_parse(requests[i].trusted, &bad);
        if (!trusted)
            fail_msg("cannot read %s", bad);
        client_address(trusted, &peer.address.any, requests[i].forwarded, out);
        client_networks_free(trusted);
        if (strcmp(out, requests[i].client) != 0)
            fail_msg("%s at %s, trusted %s: %s instead of %s",
                     requests[i].forwarded ? requests[i].forwarded : "nothing", requests[i].peer,
                     requests[i].trusted, out, requests[i].client);
    }
}

static void refuses_networks_that_are_none(void **state)
{
    static const char *const bad[] = {
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/",
        "10.0.0.0/8x",
        "10.0.0/8",
        "10.0.0.256",
        "::/129",
        "::1/ 8",
        "fe80::1%lo",
        "localhost",
        "/8",
        "[::1]",
        "10.0.0.0/8/8",
        "10.0.0.0/\v8",
        "01.2.3.4",
        "10.0.0.0;10.0.0.1",
        "1.2.3.4:80",
        "10.0.0.0/99999999999999999999",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *where = NULL;
        char list[160];
        snprintf(list, sizeof list, "::1, %s", bad[i]);
        struct client_networks *networks = client_networks_parse(list, &where);
        if (networks)
            fail_msg("took %s", bad[i]);
        assert_in_range((uintptr_t)where, (uintptr_t)(list + 5), (uintptr_t)(list + strlen(list)));
    }
}

static void believes_no_stranger(void **state)
{
    static const struct request requests[] = {
        {"", "192.0.2.1", "203.0.113.9", "192.0.2.1"},
        {"10.0.0.0/8", "192.0.2.1", "203.0.113.9", "192.0.2.1"},
        {"10.0.0.0/8", "11.0.0.1", "203.0.113.9", "11.0.0.1"},
        {"10.0.0.0/8", "9.255.255.255", "203.0.113.9", "9.255.255.255"},
        {"10.1.2.3", "10.1.2.4", "203.0.113.9", "10.1.2.4"},
        {"::1", "127.0.0.1", "203.0.113.9", "127.0.0.1"},
        {"2001:db8::/33", "2001:db8:8000::1", "203.0.113.9", "2001:db8:8000::1"},
    };
    (void)state;

    assert_clients(requests, COUNT(requests));
}

/* What the client wrote itself stands left of what the proxies added. */
static void is_not_fooled_by_what_the_client_wrote(void **state)
{
    static const struct request requests[] = {
        {"10.0.0.0/8", "10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"},
        {"10.0.0.0/8", "10.0.0.1", "10.0.0.7, 203.0.113.9", "203.0.113.9"},
        {"10.0.0.0/8", "10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"},
        {"10.0.0.0/8", "10.0.0.1", "1.1.1.1, garbage, 10.0.0.2", "10.0.0.2"},
        {"10.0.0.0/8", "10.0.0.1", "1.1.1.1, unknown", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "1.1.1.1, _hidden", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "203.0.113.9:", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "203.0.113.9:65536", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "203.0.113.9:+80", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "203.0.113.9:000080", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", ":80", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "[203.0.113.9]:80", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "[2001:db8::1", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "2001:db8::1]", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "[2001:db8::1]443", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "[2001:db8::1]:", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "[fe80::1%eth0]:443", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "\"203.0.113.9", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "\"\"203.0.113.9\"\"", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "\"", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "[]:80", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "203.0.113.999", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "<script>", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "1.1.1.1,0000000000000000000000000000000000000000000000000000000000000001",
         "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", " , ,, \t", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", NULL, "10.0.0.1"},
    };
    (void)state;

    assert_clients(requests, COUNT(requests));
}

static void believes_trusted_proxies(void **state)
{
    static const struct request requests[] = {
        {"10.0.0.0/8", "10.0.0.1", "203.0.113.9", "203.0.113.9"},
        {"10.0.0.0/8", "10.255.255.255", "  203.0.113.9\t", "203.0.113.9"},
        {"10.0.0.0/8", "10.0.0.1", "203.0.113.9,,", "203.0.113.9"},
        {"10.0.0.0/8 ::1", "::1", "203.0.113.9, 10.0.0.1", "203.0.113.9"},
        {"10.0.0.0/8", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
        {"0.0.0.0/0", "203.0.113.1", "203.0.113.9", "203.0.113.9"},
        {"10.0.0.128/25", "10.0.0.129", "203.0.113.9", "203.0.113.9"},
        {"10.0.0.128/25", "10.0.0.127", "203.0.113.9", "10.0.0.127"},
        {"10.0.0.77/25", "10.0.0.1", "203.0.113.9", "203.0.113.9"},
        {"10.0.0.1/32,2001:db8::/33", "2001:db8:7fff::1", "2001:db8:ffff::5", "2001:db8:ffff::5"},
        {"::/0", "2001:db8::1", "2001:db9::5", "2001:db9::5"},
        {"::1/128", "::1", "203.0.113.9", "203.0.113.9"},
    };
    (void)state;

    assert_clients(requests, COUNT(requests));
}

static void understands_ports_brackets_and_quotes(void **state)
{
    static const struct request requests[] = {
        {"10.0.0.0/8", "10.0.0.1", "198.51.100.7:49152", "198.51.100.7"},
        {"10.0.0.0/8", "10.0.0.1", "\"198.51.100.7:49152\"", "198.51.100.7"},
        {"10.0.0.0/8", "10.0.0.1", "198.51.100.7:0", "198.51.100.7"},
        {"10.0.0.0/8", "10.0.0.1", "\"[2001:db8::1]:443\"", "2001:db8::1"},
        {"10.0.0.0/8", "10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"},
        {"10.0.0.0/8", "10.0.0.1", "[2001:db8::1]", "2001:db8::1"},
        {"10.0.0.0/8", "10.0.0.1", "\"2001:db8::1\"", "2001:db8::1"},
        {"10.0.0.0/8", "10.0.0.1", "1.1.1.1:1, 198.51.100.7:2, \"10.0.0.9:3\"", "198.51.100.7"},
        {"10.0.0.0/8", "10.0.0.1", "\"[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535\"",
         "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"10.0.0.0/8", "10.0.0.1", "[::ffff:198.51.100.7]:80", "198.51.100.7"},
    };
    (void)state;

    assert_clients(requests, COUNT(requests));
}

static void says_what_it_does_not_understand(void **state)
{
    static const char *const strange[] = {"1.1.1.1, unknown", "_hidden", "1.1.1.1, x, 10.0.0.2",
                                          "198.51.100.7:x"};
    static const char *const fine[] = {"1.1.1.1, 198.51.100.7", "unknown, 198.51.100.7:80", "", " ,",
                                       "10.0.0.2"};
    const char *bad;
    char out[CLIENT_SIZE];
    struct client_networks *trusted = client_networks_parse("10.0.0.0/8", &bad);
    struct peer proxy = peer_at("10.0.0.1"), stranger = peer_at("192.0.2.1");
    (void)state;

    for (size_t i = 0; i < COUNT(strange); i++) {
        assert_false(client_address(trusted, &proxy.address.any, strange[i], out));
        assert_true(client_address(trusted, &stranger.address.any, strange[i], out));
    }
    for (size_t i = 0; i < COUNT(fine); i++)
        assert_true(client_address(trusted, &proxy.address.any, fine[i], out));
    client_networks_free(trusted);
}

static void one_address_has_one_text(void **state)
{
    static const struct request requests[] = {
        {"10.0.0.0/8", "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"},
        {"::ffff:10.0.0.0/104", "10.0.0.1", "203.0.113.9", "203.0.113.9"},
        {"", "::ffff:192.0.2.1", NULL, "192.0.2.1"},
        {"::1", "::1", "::ffff:203.0.113.9", "203.0.113.9"},
        {"::1", "::1", "2001:DB8:0:0::0005", "2001:db8::5"},
        {"::1", "::1", "0:0:0:0:0:ffff:cb00:7109", "203.0.113.9"},
    };
    (void)state;

    assert_clients(requests, COUNT(requests));
}

static void a_peer_without_an_address_is_unknown(void **state)
{
    const struct sockaddr local = {.sa_family = AF_UNIX};
    const char *bad;
    char out[CLIENT_SIZE];
    struct client_networks *trusted = client_networks_parse("::/0", &bad);
    (void)state;

    client_address(trusted, NULL, "203.0.113.9", out);
    assert_string_equal(out, "unknown");
    client_address(trusted, &local, "203.0.113.9", out);
    assert_string_equal(out, "unknown");
    client_networks_free(trusted);
    client_networks_free(NULL);
}

static void assert_keys(const char *one, const char *other, bool same_network, bool same_address)
{
    struct client_key a = client_key_of(one), b = client_key_of(other);

    if ((a.network == b.network) != same_network || (a.address == b.address) != same_address)
        fail_msg("%s and %s", one, other);
}

static void a_client_is_an_address_or_a_64_in_a_network(void **state)
{
    (void)state;
    assert_keys("unknown", "192.0.2.1", false, false);
    assert_keys("192.0.2.1", "192.0.3.1", false, false);
    assert_keys("0.0.0.1", "::", false, false);
    assert_keys("::1:0:0:0:0", "0.0.0.0", false, false);
    assert_keys("2001:db8:0:1::1", "2001:db8:1:1::1", false, false);
    assert_keys("192.0.2.1", "192.0.2.2", true, false);
    assert_keys("2001:db8:0:1::1", "2001:db8:0:2::1", true, false);
    assert_keys("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true, true);
    assert_keys("192.0.2.1", "192.0.2.1", true, true);
    assert_keys("unknown", "unknown", true, true);
}

struct network_case {
    const char *address, *other;
};

static void what_is_no_address_has_no_network(void **state)
{
    static const char *const bad[] = {
        "", "unknown", "192.0.2", "192.0.2.1:80", "[2001:db8::1]", "2001:db8::/48", "::g"};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        if (client_network(bad[i]) != 0)
            fail_msg("\"%s\" is in network %llx", bad[i], (unsigned long long)client_network(bad[i]));
}

static void an_address_has_the_network_of_its_neighbours(void **state)
{
    static const struct network_case same[] = {
        {"192.0.2.0", "192.0.2.255"},
        {"192.0.2.1", "::ffff:192.0.2.77"},
        {"::ffff:192.0.2.1", "0:0:0:0:0:ffff:c000:2ff"},
        {"2001:db8:5::", "2001:db8:5:ffff:ffff:ffff:ffff:ffff"},
        {"::", "::1"},
    };
    static const struct network_case different[] = {
        {"192.0.2.255", "192.0.3.0"},     {"192.0.2.1", "192.1.2.1"},       {"192.0.2.1", "193.0.2.1"},
        {"2001:db8:5::", "2001:db8:6::"}, {"2001:db8:5::", "2001:db9:5::"}, {"2001:db8:5::", "a001:db8:5::"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(same); i++)
        if (client_network(same[i].address) != client_network(same[i].other))
            fail_msg("%s and %s are in two networks", same[i].address, same[i].other);
    for (size_t i = 0; i < COUNT(different); i++)
        if (client_network(different[i].address) == client_network(different[i].other))
            fail_msg("%s and %s are in one network", different[i].address, different[i].other);
}

/* Of the address with the same leading bits too. */
static void no_network_is_0_or_of_both_kinds(void **state)
{
    static const char *const v4[] = {"0.0.0.0", "0.0.0.1", "0.0.1.0", "32.1.13.1", "255.255.255.255"};
    static const char *const v6[] = {
        "::",      "::1",           "0:0:1::",    "0:2001:d::", "2001:d00::", "0:1::", "ffff:ffff:ffff::",
        "1:0:0::", "0:ff:ffff:f::", "100:0:100::"};
    (void)state;

    for (size_t i = 0; i < COUNT(v6); i++)
        assert_true(client_network(v6[i]) > 0);
    for (size_t i = 0; i < COUNT(v4); i++) {
        assert_true(client_network(v4[i]) > 0);
        for (size_t j = 0; j < COUNT(v6); j++)
            if (client_network(v4[i]) == client_network(v6[j]))
                fail_msg("%s and %s are in one network", v4[i], v6[j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_is_an_address_or_a_64_in_a_network),
        cmocka_unit_test(refuses_networks_that_are_none),
        cmocka_unit_test(believes_no_stranger),
        cmocka_unit_test(is_not_fooled_by_what_the_client_wrote),
        cmocka_unit_test(a_peer_without_an_address_is_unknown),
        cmocka_unit_test(believes_trusted_proxies),
        cmocka_unit_test(understands_ports_brackets_and_quotes),
        cmocka_unit_test(says_what_it_does_not_understand),
        cmocka_unit_test(one_address_has_one_text),
        cmocka_unit_test(what_is_no_address_has_no_network),
        cmocka_unit_test(an_address_has_the_network_of_its_neighbours),
        cmocka_unit_test(no_network_is_0_or_of_both_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
