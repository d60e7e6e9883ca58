/* SPDX-License-Identifier: Apache-2.0 */
/* What a connection to a broker must have at least: TLS 1.2 with forward secrecy and authenticated
 * encryption, or TLS 1.3; certificates with RSA keys of 2048 bits or elliptic-curve keys of 256 bits, not
 * signed with SHA-1; the host's name as a subject alternative name, not only as the common name. OpenSSL's
 * configuration file cannot lower it. Any thread. */
#ifndef CLAIM_TLS_POLICY_H
#define CLAIM_TLS_POLICY_H

#include <openssl/ssl.h>
#include <stdbool.h>

/* For TLS 1.2; the suites of 1.3 all qualify. No other connections of this process may use exactly this list.
 */
#define TLS_POLICY_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2"

/* All but the host's name. */
void tls_policy_apply(SSL_CTX *context);
/* The server must have this name, or this address. False: OpenSSL does not take it. */
bool tls_policy_set_host(SSL *ssl, const char *host);

/* For connections whose contexts somebody else makes (the MQTT library), with TLS_POLICY_CIPHERS and without
 * a verify callback: from now on they are held to the whole policy, and the host is the name of SNI. Call
 * once, at the start. */
void tls_policy_watch(void);

/* Whether the key has enough bits. */
bool tls_policy_key_fits(const X509 *certificate);

#endif
