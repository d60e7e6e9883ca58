/* SPDX-License-Identifier: Apache-2.0 */
#include "account/probe/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "account/keys/key_private.h"
#include "base/clock.h"
#include "base/memory.h"
#include "claim/tls_policy.h"

#define STEP_MS 200 /* how soon an interruption is seen */
#define LOWERED_CIPHERS "ALL:@SECLEVEL=0"
#define LOWERED_GROUPS "X25519:P-256:X448:P-521:P-384:P-224"
#define NAMES_MAX 200 /* maximum bytes of names to report */

struct tls_probe {
    int descriptor;
    SSL_CTX *context;
    SSL *ssl;
    const atomic_int *interrupted;
    struct tls_seen *seen; /* during the handshake */
    char alert[96];
};

static const unsigned char alpn[] = "\x0ex-amzn-mqtt-ca";

static long long wall_ms(const ASN1_TIME *time)
{
    struct tm parts;

    return time && ASN1_TIME_to_tm(time, &parts) ? (long long)timegm(&parts) * 1000 : 0;
}

static bool is_about_time(int error)
{
    return error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
}

static bool is_about_strength(int error)
{
    return error == X509_V_ERR_EE_KEY_TOO_SMALL || error == X509_V_ERR_CA_KEY_TOO_SMALL ||
           error == X509_V_ERR_CA_MD_TOO_WEAK;
}

static void note_weakness(const X509 *certificate, int error, struct text *out)
{
    if (out->length)
        return;
    if (!tls_policy_key_fits(certificate))
        text_printf(out, "a key of %d bits", EVP_PKEY_get_bits(X509_get0_pubkey(certificate)));
    else if (is_about_strength(error))
        text_puts(out, "a signature with SHA-1 or an older digest");
}

/* Called for each certificate of the chain and each mistake in it; true goes on. */
static int on_verify(int fine, X509_STORE_CTX *store)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    const struct tls_probe *probe = SSL_get_app_data(ssl);
    const X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    struct tls_seen *seen = probe->seen;
    int error = X509_STORE_CTX_get_error(store);

    if (!seen)
        return 1;
    if (certificate) {
        long long before = wall_ms(X509_get0_notBefore(certificate));
        long long after = wall_ms(X509_get0_notAfter(certificate));
        seen->not_before_ms = before > seen->not_before_ms ? before : seen->not_before_ms;
        if (!seen->not_after_ms || after < seen->not_after_ms)
            seen->not_after_ms = after;
        note_weakness(certificate, fine ? X509_V_OK : error, &seen->weak);
    }
    if (!fine && !is_about_time(error) && !is_about_strength(error) && !seen->untrusted.length)
        text_puts(&seen->untrusted, X509_verify_cert_error_string(error));
    return 1;
}

static void on_info(const SSL *ssl, int where, int value)
{
    struct tls_probe *probe = SSL_get_app_data(ssl);

    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value >> 8) == SSL3_AL_FATAL)
        snprintf(probe->alert, sizeof probe->alert, "%s", SSL_alert_desc_string_long(value));
}

static bool has(const char *file)
{
    return file && *file;
}

static bool make_context(struct tls_probe *probe, const struct tls_options *options, struct tls_seen *seen)
{
    probe->context = SSL_CTX_new(TLS_client_method());
    if (!probe->context)
        return false;
    tls_policy_apply(probe->context);
    if (options->lowered) {
        SSL_CTX_set_min_proto_version(probe->context, TLS1_VERSION);
        SSL_CTX_set_cipher_list(probe->context, LOWERED_CIPHERS);
        SSL_CTX_set1_groups_list(probe->context, LOWERED_GROUPS);
    }
    SSL_CTX_set_verify(probe->context, SSL_VERIFY_PEER, on_verify);
    SSL_CTX_set_info_callback(probe->context, on_info);
    SSL_CTX_set_default_passwd_cb(probe->context, key_private_no_pass_phrase);
    ERR_clear_error();
    seen->ca_file_usable =
        has(options->ca_file) && SSL_CTX_load_verify_locations(probe->context, options->ca_file, NULL) == 1;
    seen->own_certificate_shown =
        has(options->cert_file) && has(options->key_file) &&
        SSL_CTX_use_certificate_chain_file(probe->context, options->cert_file) == 1 &&
        SSL_CTX_use_PrivateKey_file(probe->context, options->key_file, SSL_FILETYPE_PEM) == 1;
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    if (!seen->own_certificate_shown && has(options->cert_file) && has(options->key_file))
        text_puts(&seen->not_shown, reason ? reason : "not usable");
    ERR_clear_error();
    return true;
}

static bool is_address(const char *host)
{
    unsigned char out[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, out) == 1 || inet_pton(AF_INET6, host, out) == 1;
}

static bool make_ssl(struct tls_probe *probe, const struct tls_options *options)
{
    probe->ssl = SSL_new(probe->context);
    if (!probe->ssl)
        return false;
    SSL_set_app_data(probe->ssl, probe);
    if (!is_address(options->host) && SSL_set_tlsext_host_name(probe->ssl, options->host) != 1)
        return false;
    if (options->alpn && SSL_set_alpn_protos(probe->ssl, alpn, sizeof alpn - 1))
        return false;
    return SSL_set_fd(probe->ssl, probe->descriptor) == 1;
}

/* True: try again. */
static bool wait_for(const struct tls_probe *probe, int want, long long deadline)
{
    struct pollfd waiting = {.fd = probe->descriptor,
                             .events = want == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN};
    long long left = deadline - clock_monotonic_ms();

    if (left <= 0 || (probe->interrupted && *probe->interrupted))
        return false;
    poll(&waiting, 1, (int)(left < STEP_MS ? left : STEP_MS));
    return true;
}

/* What a call that did not succeed means; *again: nothing yet. */
static enum tls_result result_of(const struct tls_probe *probe, int code, long long deadline, bool *again)
{
    int error = SSL_get_error(probe->ssl, code);

    *again = false;
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
        *again = wait_for(probe, error, deadline);
        return TLS_SILENT;
    }
    if (*probe->alert)
        return TLS_ALERT;
    unsigned long reason = ERR_peek_error();
    if (error == SSL_ERROR_SSL && ERR_GET_REASON(reason) != SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return TLS_STRANGE;
    return TLS_CLOSED;
}

static enum tls_result shake_hands(struct tls_probe *probe, const struct tls_options *options)
{
    long long deadline = clock_monotonic_ms() + options->timeout_ms;
    enum tls_result result = TLS_FINE;
    bool again = true;

    while (again) {
        ERR_clear_error();
        int code = SSL_connect(probe->ssl);
        if (code == 1)
            return TLS_FINE;
        result = result_of(probe, code, deadline, &again);
    }
    return result;
}

static void add_name(const X509_NAME *name, int nid, struct text *out)
{
    char value[128];

    if (X509_NAME_get_text_by_NID((X509_NAME *)name, nid, value, sizeof value) > 0)
        text_printf(out, "%s%s", out->length ? ", " : "", value);
}

static void add_alternative(const GENERAL_NAME *name, struct text *out)
{
    char address[INET6_ADDRSTRLEN] = "";

    if (name->type == GEN_DNS) {
        size_t length = (size_t)ASN1_STRING_length(name->d.dNSName);
        text_puts(out, out->length ? ", " : "");
        text_add(out, (const char *)ASN1_STRING_get0_data(name->d.dNSName),
                 length < NAMES_MAX ? length : NAMES_MAX);
    } else if (name->type == GEN_IPADD) {
        int length = ASN1_STRING_length(name->d.iPAddress);
        inet_ntop(length == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(name->d.iPAddress), address,
                  sizeof address);
        if (length == 4 || length == 16)
            text_printf(out, "%s%s", out->length ? ", " : "", address);
    }
}

static void add_names(const X509 *certificate, struct text *out)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

    for (int i = 0; i < sk_GENERAL_NAME_num(names) && out->length < NAMES_MAX; i++)
        add_alternative(sk_GENERAL_NAME_value(names, i), out);
    GENERAL_NAMES_free(names);
    if (!out->length)
        add_name(X509_get_subject_name(certificate), NID_commonName, out);
}

static void look_at_suite(const SSL *ssl, struct tls_seen *seen)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
    int exchange = SSL_CIPHER_get_kx_nid(cipher);

    text_puts(&seen->version, SSL_get_version(ssl));
    text_puts(&seen->suite, SSL_CIPHER_get_name(cipher));
    seen->is_old = SSL_version(ssl) < TLS1_2_VERSION;
    seen->has_secrecy = exchange == NID_kx_any || exchange == NID_kx_ecdhe;
    seen->is_authenticated = SSL_CIPHER_is_aead(cipher);
}

static void look_at_certificate(const struct tls_probe *probe, const char *host, struct tls_seen *seen)
{
    X509 *certificate = SSL_get0_peer_certificate(probe->ssl);

    if (!certificate)
        return;
    seen->has_certificate = true;
    const X509_NAME *issuer = X509_get_issuer_name(certificate);
    add_name(issuer, NID_commonName, &seen->issuer);
    add_name(issuer, NID_organizationName, &seen->issuer);
    add_names(certificate, &seen->names);
    seen->name_fits = is_address(host) ? X509_check_ip_asc(certificate, host, 0) == 1
                                       : X509_check_host(certificate, host, 0,
                                                         X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
    seen->only_common_name = !seen->name_fits &&
                             X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) < 0 &&
                             X509_check_host(certificate, host, 0, 0, NULL) == 1;
    if (seen->result == TLS_FINE)
        look_at_suite(probe->ssl, seen);
}

static void look_at_alpn(const struct tls_probe *probe, struct tls_seen *seen)
{
    const unsigned char *chosen = NULL;
    unsigned length = 0;

    SSL_get0_alpn_selected(probe->ssl, &chosen, &length);
    seen->alpn_taken = length == sizeof alpn - 2 && memcmp(chosen, alpn + 1, length) == 0;
}

static void look(struct tls_probe *probe, const struct tls_options *options, struct tls_seen *seen)
{
    char words[160];

    if (!make_context(probe, options, seen) || !make_ssl(probe, options)) {
        seen->result = TLS_STRANGE;
        text_puts(&seen->words, "OpenSSL cannot be used with this address");
        return;
    }
    probe->seen = seen;
    seen->result = shake_hands(probe, options);
    probe->seen = NULL;
    if (seen->result == TLS_ALERT)
        text_puts(&seen->words, probe->alert);
    if (seen->result == TLS_STRANGE) {
        const char *reason = ERR_reason_error_string(ERR_peek_error());
        snprintf(words, sizeof words, "%s", reason ? reason : "no TLS");
        text_puts(&seen->words, words);
    }
    look_at_certificate(probe, options->host, seen);
    look_at_alpn(probe, seen);
}

struct tls_probe *tls_probe_open(int descriptor, const struct tls_options *options, struct tls_seen *seen)
{
    struct tls_probe *probe = memory_new(1, sizeof *probe);

    *seen = (struct tls_seen){0};
    probe->descriptor = descriptor;
    probe->interrupted = options->interrupted;
    look(probe, options, seen);
    ERR_clear_error();
    if (seen->result == TLS_FINE)
        return probe;
    tls_probe_close(probe);
    return NULL;
}

void tls_probe_close(struct tls_probe *probe)
{
    if (!probe)
        return;
    SSL_free(probe->ssl);
    SSL_CTX_free(probe->context);
    close(probe->descriptor);
    free(probe);
}

void tls_seen_fini(struct tls_seen *seen)
{
    text_fini(&seen->words);
    text_fini(&seen->not_shown);
    text_fini(&seen->untrusted);
    text_fini(&seen->issuer);
    text_fini(&seen->names);
    text_fini(&seen->weak);
    text_fini(&seen->version);
    text_fini(&seen->suite);
}

enum tls_result tls_probe_write(struct tls_probe *probe, const void *bytes, size_t length, int timeout_ms)
{
    long long deadline = clock_monotonic_ms() + timeout_ms;
    enum tls_result result = TLS_FINE;
    bool again = true;

    while (again) {
        ERR_clear_error();
        int code = SSL_write(probe->ssl, bytes, (int)length);
        if (code > 0)
            return TLS_FINE;
        result = result_of(probe, code, deadline, &again);
    }
    return result;
}

enum tls_result tls_probe_read(struct tls_probe *probe, void *out, size_t room, size_t *length,
                               int timeout_ms)
{
    long long deadline = clock_monotonic_ms() + timeout_ms;
    enum tls_result result = TLS_FINE;
    bool again = true;

    while (again) {
        ERR_clear_error();
        if (probe->interrupted && *probe->interrupted)
            return TLS_SILENT;
        int code = SSL_read(probe->ssl, out, (int)room);
        if (code > 0) {
            *length = (size_t)code;
            return TLS_FINE;
        }
        result = result_of(probe, code, deadline, &again);
    }
    return result;
}

const char *tls_probe_alert(const struct tls_probe *probe)
{
    return probe->alert;
}
