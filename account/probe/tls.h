/* SPDX-License-Identifier: Apache-2.0 */
/* A TLS connection for diagnosis: it continues where others would abort, and reports what is wrong with the
 * server's certificate and which side refused what. One thread; every call is bounded. */
#ifndef ACCOUNT_PROBE_TLS_H
#define ACCOUNT_PROBE_TLS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct tls_options { /* all borrowed */
    const char *host;
    const char *ca_file;              /* "": the chain is not checked */
    const char *cert_file, *key_file; /* "": none is sent */
    bool alpn;                        /* x-amzn-mqtt-ca is offered (OG: port 443) */
    bool lowered;   /* below what a connection demands (claim/tls_policy.h), to see what the server has */
    int timeout_ms; /* for the handshake */
    const atomic_int *interrupted; /* may be NULL */
};

enum tls_result {
    TLS_FINE,
    TLS_ALERT,   /* ended by the server with an alert: words */
    TLS_CLOSED,  /* ended by the server without an alert */
    TLS_SILENT,  /* no answer in time, or interrupted */
    TLS_STRANGE, /* the answer is not TLS, or there is no agreement: words */
};

struct tls_seen {
    enum tls_result result; /* of the handshake */
    struct text words;      /* of the alert, or OpenSSL's */
    bool ca_file_usable, own_certificate_shown;
    struct text not_shown;      /* OpenSSL's reason for not sending ours; "": sent, or none */
    bool has_certificate;       /* the server sent one; the rest is valid only then */
    struct text untrusted;      /* why the chain is not trusted by ca_file; "": it is */
    struct text issuer;         /* "Amazon RSA 2048 M01, Amazon": of the server's certificate */
    struct text names;          /* "a.example.com, b.example.com": names in it */
    bool name_fits;             /* as a subject alternative name */
    bool only_common_name;      /* it has no alternative names, and its common name fits */
    struct text weak;           /* "a key of 1024 bits": too weak in the chain; "": nothing */
    struct text version, suite; /* of a handshake that succeeded: "TLSv1.2", "AES128-SHA" */
    bool is_old, has_secrecy,
        is_authenticated;                  /* version below 1.2; forward secrecy; authenticated encryption */
    long long not_before_ms, not_after_ms; /* wall clock; of the chain, what ends the time it is valid */
    bool alpn_taken;
};

struct tls_probe;

/* Takes ownership of the non-blocking socket. NULL: the handshake failed. seen is filled in either case; the
 * caller finishes it. */
struct tls_probe *tls_probe_open(int descriptor, const struct tls_options *options, struct tls_seen *seen);
void tls_probe_close(struct tls_probe *probe); /* NULL is fine */
void tls_seen_fini(struct tls_seen *seen);

/* TLS_FINE: all bytes were written. */
enum tls_result tls_probe_write(struct tls_probe *probe, const void *bytes, size_t length, int timeout_ms);
/* TLS_FINE: at least one byte was read. */
enum tls_result tls_probe_read(struct tls_probe *probe, void *out, size_t room, size_t *length,
                               int timeout_ms);
/* The text of the received alert; "": none. */
const char *tls_probe_alert(const struct tls_probe *probe);

#endif
