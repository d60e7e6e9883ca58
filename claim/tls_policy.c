/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/tls_policy.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "claim/mqtt_reason.h"

#define RSA_BITS 2048
#define EC_BITS 256
#define GROUPS "X25519:P-256:X448:P-521:P-384"

bool tls_policy_key_fits(const X509 *certificate)
{
    const EVP_PKEY *key = X509_get0_pubkey(certificate);

    if (!key)
        return false;
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        return EVP_PKEY_get_bits(key) >= RSA_BITS;
    case EVP_PKEY_EC:
        return EVP_PKEY_get_bits(key) >= EC_BITS;
    default:
        return EVP_PKEY_get_security_bits(key) >= 112;
    }
}

/* Called for each certificate of the chain; the rest is up to OpenSSL and the security level. */
static int check_key(int fine, X509_STORE_CTX *store)
{
    const X509 *certificate = X509_STORE_CTX_get_current_cert(store);

    if (!fine || !certificate || tls_policy_key_fits(certificate))
        return fine;
    X509_STORE_CTX_set_error(store, X509_STORE_CTX_get_error_depth(store) ? X509_V_ERR_CA_KEY_TOO_SMALL
                                                                          : X509_V_ERR_EE_KEY_TOO_SMALL);
    return 0;
}

static bool is_named(const X509 *certificate, const char *host)
{
    return X509_check_host((X509 *)certificate, host, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1 ||
           X509_check_ip_asc((X509 *)certificate, host, 0) == 1;
}

static int check_key_and_name(int fine, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    const char *host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const X509 *certificate = X509_STORE_CTX_get_current_cert(store);

    mqtt_reason_refuse(NULL);
    if (!check_key(fine, store)) {
        if (fine)
            mqtt_reason_refuse("the server's certificate, or its authority's, has a key that is too short");
        return 0;
    }
    if (X509_STORE_CTX_get_error_depth(store) > 0 || (host && is_named(certificate, host)))
        return 1;
    mqtt_reason_refuse(
        X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) < 0
            ? "the server's certificate has no subject alternative name, and its common name does "
              "not count"
            : "the server's certificate is for another host name");
    X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
    return 0;
}

static void limit(SSL_CTX *context)
{
    SSL_CTX_set_security_level(context, 2);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(context, 0);
    SSL_CTX_set_cipher_list(context, TLS_POLICY_CIPHERS);
    SSL_CTX_set1_groups_list(context, GROUPS);
}

void tls_policy_apply(SSL_CTX *context)
{
    limit(context);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, check_key);
}

static bool is_address(const char *host)
{
    unsigned char out[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, out) == 1 || inet_pton(AF_INET6, host, out) == 1;
}

bool tls_policy_set_host(SSL *ssl, const char *host)
{
    X509_VERIFY_PARAM *verify = SSL_get0_param(ssl);

    X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(verify, host) == 1;
    return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

/* The list of TLS_POLICY_CIPHERS, as a context without limits has it: never freed, as Paho's threads may end
 * after main(). */
static SSL_CTX *model;

static bool has_our_ciphers(SSL *ssl)
{
    STACK_OF(SSL_CIPHER) *ours = SSL_CTX_get_ciphers(model), *its = SSL_get_ciphers(ssl);
    int count = sk_SSL_CIPHER_num(ours), same = 0;

    for (int i = 0; i < count && its && sk_SSL_CIPHER_num(its) == count; i++)
        same += sk_SSL_CIPHER_value(ours, i) == sk_SSL_CIPHER_value(its, i);
    return count > 0 && same == count;
}

/* OpenSSL calls this at the end of each SSL_new(). */
static void on_new(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *context)
{
    SSL *ssl = parent;

    (void)pointer, (void)data, (void)index, (void)number, (void)context;
    if (!model || SSL_get_verify_callback(ssl) || !has_our_ciphers(ssl))
        return;
    SSL_set_min_proto_version(ssl, TLS1_2_VERSION);
    SSL_set_max_proto_version(ssl, 0);
    SSL_set_security_level(ssl, 2);
    SSL_set1_groups_list(ssl, GROUPS);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, check_key_and_name);
}

void tls_policy_watch(void)
{
    model = SSL_CTX_new(TLS_client_method());
    if (!model || SSL_get_ex_new_index(0, NULL, on_new, NULL, NULL) < 0)
        abort();
    limit(model);
}
