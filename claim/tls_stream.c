/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/tls_stream.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/name_lookup.h"
#include "base/tcp.h"
#include "claim/tls_policy.h"

#define STEP_MS 50 /* how soon an interruption is noticed */
#define REASON_SIZE 200

struct tls_stream {
    int descriptor;
    SSL_CTX *context;
    SSL *ssl;
    int want; /* SSL_ERROR_WANT_READ or _WRITE, or 0 */
    char alert[96];
    char reason[REASON_SIZE];
};

static const unsigned char alpn[] = "\x0ex-amzn-mqtt-ca"; /* OG: port 443 */

/* Without it OpenSSL would ask for a pass phrase on the terminal, and block. */
static int no_pass_phrase(char *out, int size, int writing, void *context)
{
    (void)out, (void)size, (void)writing, (void)context;
    return 0;
}

static void on_info(const SSL *ssl, int where, int value)
{
    struct tls_stream *stream = SSL_get_app_data(ssl);

    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value >> 8) == SSL3_AL_FATAL)
        snprintf(stream->alert, sizeof stream->alert, "%s", SSL_alert_desc_string_long(value));
}

static const char *openssl_reason(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());

    return reason ? reason : "OpenSSL gives no reason";
}

static bool fail(struct text *why, const char *what, const char *file)
{
    text_printf(why, "%s %s: %s", what, file, openssl_reason());
    ERR_clear_error();
    return false;
}

static bool load_files(SSL_CTX *context, const struct account_connection *connection, struct text *why)
{
    if (SSL_CTX_load_verify_locations(context, connection->ca_file, NULL) != 1)
        return fail(why, "cannot use the authority", connection->ca_file);
    if (SSL_CTX_use_certificate_chain_file(context, connection->cert_file) != 1)
        return fail(why, "cannot use the certificate", connection->cert_file);
    if (SSL_CTX_use_PrivateKey_file(context, connection->key_file, SSL_FILETYPE_PEM) != 1)
        return fail(why, "cannot use the key", connection->key_file);
    return true;
}

static bool make_context(struct tls_stream *stream, const struct account_connection *connection,
                         struct text *why)
{
    stream->context = SSL_CTX_new(TLS_client_method());
    if (!stream->context)
        return fail(why, "cannot start", "TLS");
    tls_policy_apply(stream->context);
    SSL_CTX_set_info_callback(stream->context, on_info);
    SSL_CTX_set_default_passwd_cb(stream->context, no_pass_phrase);
    SSL_CTX_set_mode(stream->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return load_files(stream->context, connection, why);
}

static bool make_ssl(struct tls_stream *stream, const struct account_connection *connection, struct text *why)
{
    const char *host = connection->address;

    stream->ssl = SSL_new(stream->context);
    if (!stream->ssl)
        return fail(why, "cannot start TLS with", host);
    bool fine = tls_policy_set_host(stream->ssl, host) && SSL_set_fd(stream->ssl, stream->descriptor) == 1 &&
                (connection->port != 443 || SSL_set_alpn_protos(stream->ssl, alpn, sizeof alpn - 1) == 0);
    SSL_set_app_data(stream->ssl, stream);
    return fine || fail(why, "cannot start TLS with", host);
}

/* Words for a call that did not succeed; want stays 0 if the stream has ended. */
static void note_result(struct tls_stream *stream, int code)
{
    int error = SSL_get_error(stream->ssl, code), system_error = errno;
    long verified = SSL_get_verify_result(stream->ssl);

    stream->want = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? error : 0;
    if (stream->want)
        return;
    bool eof =
        error == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (*stream->alert)
        snprintf(stream->reason, sizeof stream->reason, "refused: TLS alert: %s", stream->alert);
    else if (verified != X509_V_OK)
        snprintf(stream->reason, sizeof stream->reason, "the server's certificate: %s",
                 X509_verify_cert_error_string(verified));
    else if (error == SSL_ERROR_SYSCALL && system_error)
        snprintf(stream->reason, sizeof stream->reason, "%s", strerror(system_error));
    else if (error == SSL_ERROR_SSL && !eof)
        snprintf(stream->reason, sizeof stream->reason, "TLS: %s", openssl_reason());
    else
        snprintf(stream->reason, sizeof stream->reason, "closed by the server");
    ERR_clear_error();
}

static bool shake_hands(struct tls_stream *stream, long long deadline, const atomic_int *interrupted)
{
    for (;;) {
        ERR_clear_error();
        errno = 0;
        int code = SSL_connect(stream->ssl);
        if (code == 1)
            return true;
        note_result(stream, code);
        if (!stream->want)
            return false;
        long long left = deadline - clock_monotonic_ms();
        struct pollfd waiting = {.fd = stream->descriptor, .events = tls_stream_events(stream, false)};
        if (left <= 0 || *interrupted) {
            snprintf(stream->reason, sizeof stream->reason, "no answer to the TLS handshake");
            return false;
        }
        poll(&waiting, 1, (int)(left < STEP_MS ? left : STEP_MS));
    }
}

static int connect_to(const struct account_connection *connection, long long deadline,
                      const atomic_int *interrupted, struct text *why)
{
    struct name_addresses addresses;
    TEXT struct text words = TEXT_EMPTY;

    switch (name_lookup(connection->address, connection->port, (int)(deadline - clock_monotonic_ms()),
                        interrupted, &addresses, &words)) {
    case NAME_FOUND:
        break;
    case NAME_UNKNOWN:
    case NAME_FAILED:
        text_printf(why, "cannot resolve %s: %s", connection->address, text_get(&words));
        return -1;
    case NAME_NO_ANSWER:
    case NAME_INTERRUPTED:
        text_printf(why, "cannot resolve %s: no answer", connection->address);
        return -1;
    }
    int error = 0;
    int descriptor = tcp_connect(&addresses, (int)(deadline - clock_monotonic_ms()), interrupted, &error);
    if (descriptor < 0)
        text_printf(why, "cannot connect to %s port %d: %s", connection->address, connection->port,
                    strerror(error));
    return descriptor;
}

struct tls_stream *tls_stream_open(const struct account_connection *connection, int timeout_ms,
                                   const atomic_int *interrupted, struct text *why)
{
    long long deadline = clock_monotonic_ms() + timeout_ms;
    struct tls_stream *stream = memory_new(1, sizeof *stream);

    ERR_clear_error();
    stream->descriptor = -1;
    if (make_context(stream, connection, why))
        stream->descriptor = connect_to(connection, deadline, interrupted, why);
    if (stream->descriptor >= 0 && make_ssl(stream, connection, why)) {
        if (shake_hands(stream, deadline, interrupted))
            return stream;
        text_puts(why, stream->reason);
    }
    tls_stream_close(stream);
    return NULL;
}

void tls_stream_close(struct tls_stream *stream)
{
    if (!stream)
        return;
    SSL_free(stream->ssl);
    SSL_CTX_free(stream->context);
    if (stream->descriptor >= 0)
        close(stream->descriptor);
    free(stream);
}

int tls_stream_descriptor(const struct tls_stream *stream)
{
    return stream->descriptor;
}

short tls_stream_events(const struct tls_stream *stream, bool wants_write)
{
    if (stream->want == SSL_ERROR_WANT_WRITE || wants_write)
        return POLLIN | POLLOUT;
    return POLLIN;
}

static enum tls_stream_result result_of(struct tls_stream *stream, int code, size_t *length)
{
    stream->want = 0;
    if (code > 0) {
        *length = (size_t)code;
        return TLS_STREAM_DONE;
    }
    note_result(stream, code);
    return stream->want ? TLS_STREAM_LATER : TLS_STREAM_ENDED;
}

enum tls_stream_result tls_stream_read(struct tls_stream *stream, char *out, size_t room, size_t *length)
{
    ERR_clear_error();
    errno = 0;
    return result_of(stream, SSL_read(stream->ssl, out, (int)room), length);
}

enum tls_stream_result tls_stream_write(struct tls_stream *stream, const char *bytes, size_t size,
                                        size_t *length)
{
    ERR_clear_error();
    errno = 0;
    return result_of(stream, SSL_write(stream->ssl, bytes, (int)size), length);
}

const char *tls_stream_reason(const struct tls_stream *stream)
{
    return stream->reason;
}
