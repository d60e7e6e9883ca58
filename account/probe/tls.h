/* SPDX-License-Identifier: Apache-2.0 */
/* A TLS connection that is looked at: it goes on where others would give up, and says what is wrong with the
 * server's certificate and who has refused what. One thread; every call is bounded. */
#ifndef ACCOUNT_PROBE_TLS_H
#define ACCOUNT_PROBE_TLS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct tls_options { /* all borrowed */
    const char *host;
    const char *ca_file;                      /* "": the chain is not looked at */
    const char *cert_file, *key_file;         /* "": none is shown */
    bool alpn;                                /* x-amzn-mqtt-ca is offered (OG: port 443) */
    int timeout_ms;                           /* for the handshake */
    const volatile sig_atomic_t *interrupted; /* may be NULL */
};

enum tls_result {
    TLS_FINE,
    TLS_ALERT,   /* the server has ended it, and said why: words */
    TLS_CLOSED,  /* without a word */
    TLS_SILENT,  /* no answer in time, or interrupted */
    TLS_STRANGE, /* the answer is no TLS, or one that cannot be agreed with: words */
};

struct tls_seen {
    enum tls_result result; /* of the handshake */
    struct text words;      /* of the alert, or OpenSSL's */
    bool ca_file_usable, own_certificate_shown;
    struct text not_shown; /* why OpenSSL does not show ours, its words; "": it does, or there is none */
    bool has_certificate;  /* the server has sent one; the rest counts only then */
    struct text untrusted; /* why the chain does not lead to an authority of ca_file; "": it does */
    struct text issuer;    /* "Amazon RSA 2048 M01, Amazon": of the server's certificate */
    struct text names;     /* "a.example.com, b.example.com": what it is for */
    bool name_fits;
    long long not_before_ms, not_after_ms; /* wall clock; of the chain, what ends the time it is valid */
    bool alpn_taken;
};

struct tls_probe;

/* Takes the socket (non-blocking) over. NULL where the handshake did not end well; seen is filled in either
 * case, and to be finished. */
struct tls_probe *tls_probe_open(int descriptor, const struct tls_options *options, struct tls_seen *seen);
void tls_probe_close(struct tls_probe *probe); /* NULL is fine */
void tls_seen_fini(struct tls_seen *seen);

/* All of it, or not TLS_FINE. */
enum tls_result tls_probe_write(struct tls_probe *probe, const void *bytes, size_t length, int timeout_ms);
/* At least one byte with TLS_FINE. */
enum tls_result tls_probe_read(struct tls_probe *probe, void *out, size_t room, size_t *length,
                               int timeout_ms);
/* The words of the alert that has come; "" */
const char *tls_probe_alert(const struct tls_probe *probe);

#endif
