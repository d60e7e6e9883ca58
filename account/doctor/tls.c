/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "account/doctor/look.h"
#include "account/probe/tls.h"
#include "base/clock.h"
#include "base/excerpt.h"
#include "base/tcp.h"

#define DAY_MS (24 * 3600 * 1000LL)
#define EXPIRES_SOON_MS (14 * DAY_MS)
#define AMAZON_ROOT "https://www.amazontrust.com/repository/AmazonRootCA1.pem"

#define SUITES                                                                                               \
    "Have suites with ECDHE and AES-GCM or ChaCha20-Poly1305 switched on at the server: connections use "    \
    "no others."

/* What the server has that a connection does not take, found with a second, lowered handshake. False: that
 * failed too, or it explains nothing. */
static bool explain_weakness(const struct tls_seen *lowered, struct text *seen, struct text *mend)
{
    if (lowered->result != TLS_FINE)
        return false;
    text_printf(seen, "only %s with %s", text_get(&lowered->version), text_get(&lowered->suite));
    if (lowered->is_old) {
        text_puts(seen, ": too old");
        text_puts(mend, "Have TLS 1.2 or 1.3 switched on at the server: connections use nothing older.");
    } else if (lowered->weak.length) {
        text_printf(seen, " and a certificate with %s", text_get(&lowered->weak));
        text_puts(mend, "Have the server's certificate replaced by one with RSA from 2048 bits or P-256.");
    } else if (!lowered->has_secrecy || !lowered->is_authenticated) {
        text_printf(seen, ": no %s",
                    lowered->has_secrecy        ? "authenticated encryption"
                    : lowered->is_authenticated ? "forward secrecy by elliptic curves"
                                                : "forward secrecy and no authenticated encryption");
        text_puts(mend, SUITES);
    }
    return mend->length > 0;
}

/* Judges the TLS handshake. Returns true if there is a certificate to check. */
static bool check_handshake(struct look *look, const struct tls_seen *tls, const struct tls_seen *lowered)
{
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    if (explain_weakness(lowered, &seen, &mend)) {
        look_tell(look, DOCTOR_FAILED, ".tls.handshake", &seen, &mend);
        return false;
    }
    if (tls->result == TLS_FINE || tls->has_certificate) {
        look_tell(look, DOCTOR_OK, ".tls.handshake", &seen, &mend);
        return true;
    }
    if (tls->result == TLS_SILENT) {
        text_printf(&seen, "no answer within %d s", doctor_network_ms(look->doctor) / 1000);
        text_puts(
            &mend,
            "Something in between accepts the connection and does not answer (a proxy, or a firewall that "
            "inspects TLS): let connections to this name pass unchanged.");
    } else if (tls->result == TLS_CLOSED) {
        text_puts(&seen, "closed without an answer");
        text_puts(&mend,
                  "Something in between closes TLS to this name, or the address is not one of AWS IoT's: "
                  "check address, and let connections to it pass unchanged.");
    } else {
        text_printf(&seen, "%s%s", tls->result == TLS_ALERT ? "refused: TLS alert: " : "",
                    text_get(&tls->words));
        text_puts(&mend, "The server is not AWS IoT: check address and port, and that "
                         "there is no proxy in between.");
    }
    look_tell(look, DOCTOR_FAILED, ".tls.handshake", &seen, &mend);
    return false;
}

static void check_chain(struct look *look, const struct tls_seen *tls)
{
    const char *ca_file = look->connection->ca_file;
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    text_printf(&seen, "issued by %s", text_get(&tls->issuer));
    if (!*ca_file) {
        text_puts(&seen, "; there is no ca_file to check it with");
        look_tell(look, DOCTOR_SKIPPED, ".tls.chain", &seen, &mend);
        return;
    }
    bool amazon = strstr(text_get(&tls->issuer), "Amazon") != NULL,
         at_aws = look_is_at_aws(look->connection->address);
    if (!tls->ca_file_usable) {
        text_puts(&seen, "; ");
        excerpt_add_path(ca_file, access(ca_file, R_OK) == 0 ? 0 : errno, &seen);
        text_puts(&seen, " contains no certificate");
        text_puts(&mend, "Put Amazon Root CA 1 into ca_file: " AMAZON_ROOT);
    } else if (tls->untrusted.length && at_aws && !amazon) {
        text_puts(&seen, ", not by Amazon");
        text_puts(&mend, "A proxy in between decrypts TLS, and client certificates cannot pass it: let "
                         "connections to this name pass unchanged.");
    } else if (tls->untrusted.length) {
        text_printf(&seen, ": %s", text_get(&tls->untrusted));
        text_printf(&mend, "%s is not the CA of this server: %s", ca_file,
                    amazon || at_aws
                        ? "put Amazon Root CA 1 there, " AMAZON_ROOT
                        : "set ca_file to the CA that issued its certificate, or correct address.");
    }
    look_tell(look, mend.length ? DOCTOR_FAILED : DOCTOR_OK, ".tls.chain", &seen, &mend);
}

static void check_strength(struct look *look, const struct tls_seen *tls)
{
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    if (tls->weak.length) {
        text_printf(&seen, "it has %s", text_get(&tls->weak));
        text_puts(
            &mend,
            "Have the server's certificate, or that of its CA, replaced by one with RSA from 2048 bits or "
            "P-256, signed with SHA-256.");
    }
    look_tell(look, tls->weak.length ? DOCTOR_FAILED : DOCTOR_OK, ".tls.strength", &seen, &mend);
}

static void check_names(struct look *look, const struct tls_seen *tls)
{
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    text_printf(&seen, "for %s%s", text_get(&tls->names),
                tls->only_common_name ? ", as common name only" : "");
    if (tls->only_common_name)
        text_puts(&mend,
                  "Have a certificate installed on the server that has the name as a subject alternative "
                  "name (subjectAltName): the common name does not count.");
    else if (!tls->name_fits)
        text_printf(&mend,
                    "The server is not %s: set address to the name in its certificate, or have a certificate "
                    "for this name installed on the server.",
                    look->connection->address);
    look_tell(look, tls->name_fits ? DOCTOR_OK : DOCTOR_FAILED, ".tls.name", &seen, &mend);
}

static void check_expiry(struct look *look, const struct tls_seen *tls)
{
    long long now = clock_wall_ms();
    char before[CLOCK_RFC3339_SIZE], after[CLOCK_RFC3339_SIZE];
    enum doctor_level level = DOCTOR_OK;
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    clock_rfc3339(tls->not_before_ms, before);
    clock_rfc3339(tls->not_after_ms, after);
    text_printf(&seen, "until %.10s", after);
    if (tls->not_after_ms < now) {
        level = DOCTOR_FAILED;
        text_puts(&seen, ", over");
        text_puts(&mend, "Have the owner of the server renew its certificate; if this machine's clock is "
                         "ahead, set it.");
    } else if (tls->not_before_ms > now) {
        level = DOCTOR_FAILED;
        look->doctor->clock_is_behind = true;
        text_clear(&seen);
        text_printf(&seen, "only from %.19sZ on", before);
        text_puts(&mend,
                  "Set this machine's clock: it is behind, or the server's certificate is not valid yet.");
    } else if (tls->not_after_ms - now < EXPIRES_SOON_MS && !look_is_at_aws(look->connection->address)) {
        level = DOCTOR_WARNING;
        text_puts(&mend, "Have the server's certificate renewed before then.");
    }
    look_tell(look, level, ".tls.expiry", &seen, &mend);
}

static void check_alpn(struct look *look, const struct tls_seen *tls)
{
    bool at_aws = look_is_at_aws(look->connection->address);
    bool refused = tls->result == TLS_ALERT && strstr(text_get(&tls->words), "application protocol");
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    if (look->connection->port != 443)
        return;
    if (tls->alpn_taken) {
        look_tell(look, DOCTOR_OK, ".tls.alpn", &seen, &mend);
        return;
    }
    text_puts(&seen, refused ? "refused" : "the server does not answer it");
    text_puts(&mend,
              "On port 443 AWS IoT needs ALPN for MQTT: a proxy in between removes it, or this is not an "
              "endpoint of AWS IoT; let connections to the name pass unchanged, or set port = 8883.");
    look_tell(look, refused || at_aws ? DOCTOR_FAILED : DOCTOR_WARNING, ".tls.alpn", &seen, &mend);
}

/* With TLS 1.3 the server checks our certificate after the handshake. A DISCONNECT before CONNECT violates
 * the protocol, so there is a reaction in any case: the server closes, with or without an alert. */
static void check_own(struct look *look, struct tls_probe *probe, const struct tls_seen *tls)
{
    static const unsigned char disconnect[] = {0xe0, 0x00};
    const char *alert = text_get(&tls->words);
    enum tls_result result = tls->result;
    unsigned char answer[64];
    size_t length;
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    if (!tls->own_certificate_shown) {
        text_printf(&seen, "there is no usable certificate%s%s", tls->not_shown.length ? ": " : "",
                    text_get(&tls->not_shown));
        if (look->doctor->has_own)
            text_puts(&mend, "TLS does not accept the certificate in cert_file, and AWS would not either: "
                             "make another key and "
                             "certificate with expresslink-claim keygen --name NAME.");
        look_tell(look, look->doctor->has_own ? DOCTOR_FAILED : DOCTOR_SKIPPED, ".tls.client", &seen, &mend);
        look->failed = true; /* AWS IoT requires one */
        return;
    }
    if (probe) {
        tls_probe_write(probe, disconnect, sizeof disconnect, doctor_network_ms(look->doctor));
        result = tls_probe_read(probe, answer, sizeof answer, &length, doctor_network_ms(look->doctor));
        alert = tls_probe_alert(probe);
    }
    if (probe && !*alert) {
        look_tell(look, DOCTOR_OK, ".tls.client", &seen, &mend);
        return;
    }
    text_printf(&seen, "%s%s", result == TLS_ALERT ? "refused: TLS alert: " : "the server ends TLS", alert);
    text_puts(&mend,
              "The account does not accept the certificate in cert_file: is it this account's, the newest, "
              "not expired and not revoked? Send or register the right one.");
    look_tell(look, DOCTOR_FAILED, ".tls.client", &seen, &mend);
}

/* A second handshake where the first one found no agreement, to see what the server has. */
static void look_lowered(const struct look *look, struct tls_options options,
                         const struct name_addresses *addresses, struct tls_seen *out)
{
    int error = 0;
    int descriptor = tcp_connect(addresses, options.timeout_ms, look->doctor->options->interrupted, &error);

    *out = (struct tls_seen){.result = TLS_SILENT};
    if (descriptor < 0)
        return;
    options.lowered = true;
    tls_probe_close(tls_probe_open(descriptor, &options, out));
}

void look_at_tls(struct look *look, int descriptor, const struct name_addresses *addresses)
{
    const struct account_connection *to = look->connection;
    const struct tls_options options = {
        .host = to->address,
        .ca_file = to->ca_file,
        .cert_file = to->cert_file,
        .key_file = to->key_file,
        .alpn = to->port == 443,
        .timeout_ms = doctor_network_ms(look->doctor),
        .interrupted = look->doctor->options->interrupted,
    };
    struct tls_seen seen, lowered = {.result = TLS_SILENT};

    struct tls_probe *probe = tls_probe_open(descriptor, &options, &seen);
    bool no_protocol = seen.result == TLS_ALERT && strstr(text_get(&seen.words), "application protocol");
    if (!no_protocol && (seen.result == TLS_ALERT || seen.result == TLS_STRANGE))
        look_lowered(look, options, addresses, &lowered);
    if (no_protocol)
        check_alpn(look, &seen);
    else if (check_handshake(look, &seen, &lowered)) {
        check_chain(look, &seen);
        check_strength(look, &seen);
        check_names(look, &seen);
        check_expiry(look, &seen);
        check_alpn(look, &seen);
        check_own(look, probe, &seen);
    }
    tls_probe_close(probe);
    tls_seen_fini(&lowered);
    tls_seen_fini(&seen);
}
