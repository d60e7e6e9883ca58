/* SPDX-License-Identifier: Apache-2.0 */
/* An X.509 certificate: reads, inspects and self-signs those of claim-things, modules and manufacturers' CAs.
 * Any thread; one thread at a time for a certificate. */
#ifndef ACCOUNT_KEYS_CERTIFICATE_H
#define ACCOUNT_KEYS_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

#include "account/keys/private_key.h"
#include "base/text.h"

#define CERTIFICATE_ID_SIZE 65

struct certificate;

/* Reads the first certificate of a PEM file (4 MiB at most). NULL with a sentence that names the file and
 * says if it holds a key or a signing request, is in DER form, or is damaged. */
struct certificate *certificate_read(const char *path, struct text *why);
/* The same for a birth certificate, which vendors also give in DER form. */
struct certificate *certificate_read_birth(const char *path, struct text *why);
/* Reads all certificates of a PEM file, in its order; *count is at least 1. The caller frees them with
 * certificate_free_all(). NULL with a sentence, *count untouched, also when one of them is damaged. */
struct certificate **certificate_read_all(const char *path, size_t *count, struct text *why);
void certificate_free_all(struct certificate **all, size_t count);
/* name stands for the text in sentences. */
struct certificate *certificate_parse(const char *pem, size_t length, const char *name, struct text *why);
/* A self-signed certificate for a claim-thing, which AWS registers without a CA (OG). Version 3, no CA, a
 * random serial number, valid from an hour ago for `days` (1 to 36500). NULL: common_name is empty, longer
 * than 64 bytes, not UTF-8, or has hidden characters. */
struct certificate *certificate_self_signed(const struct private_key *key, const char *common_name, int days);
/* For another thread. */
struct certificate *certificate_copy(const struct certificate *certificate);
void certificate_free(struct certificate *certificate); /* NULL is fine */

/* SHA-256 of the DER form in lower-case hex: what AWS IoT calls certificateId. */
void certificate_id(const struct certificate *certificate, char out[CERTIFICATE_ID_SIZE]);
void certificate_pem(const struct certificate *certificate, struct text *out);
/* Wall clock, ms; negative before 1970. */
long long certificate_not_before_ms(const struct certificate *certificate);
long long certificate_not_after_ms(const struct certificate *certificate);

/* Adds a subject field, by its name in provisioning templates: "CommonName", "SerialNumber", "Country",
 * "Organization", "OrganizationalUnit", "DistinguishedNameQualifier", "StateName" (IoT). The first if the
 * subject has several. False, out untouched: missing, empty, not text, or an unknown field. */
bool certificate_subject(const struct certificate *certificate, const char *field, struct text *out);
/* The whole subject, "CN = ..., serialNumber = ..."; for people, without control characters. */
void certificate_subject_words(const struct certificate *certificate, struct text *out);

/* Basic constraints say CA:true. */
bool certificate_is_authority(const struct certificate *certificate);
bool certificate_is_self_signed(const struct certificate *certificate);
/* Of one that is none, what it is instead and what to do, to be put after its name: "is self-signed,
 * basicConstraints CA:TRUE is missing: ...". Static. */
const char *certificate_no_authority(const struct certificate *certificate);
/* The signature verifies with the authority's key, the names fit, and the authority may sign certificates.
 * Several threads may share the authority. */
bool certificate_is_signed_by(const struct certificate *certificate, const struct certificate *authority);
bool certificate_belongs_to(const struct certificate *certificate, const struct private_key *key);

#endif
