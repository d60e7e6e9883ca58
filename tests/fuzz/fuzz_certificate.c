/* SPDX-License-Identifier: Apache-2.0 */
/* A file that should be a certificate, a signing request or a key: refused in a sentence, or whole. The input
 * is tried as it is, and as the inside of a PEM block, where a fuzzer gets further. */
#include "account/keys/certificate.h"
#include "account/keys/private_key.h"
#include "account/keys/signing_request.h"
#include "base/base64.h"
#include "tests/fuzz/fuzz.h"

static const char *const fields[] = {"CommonName", "SerialNumber", "Country", "StateName"};

static void look_at(const struct certificate *certificate)
{
    TEXT struct text pem = TEXT_EMPTY, again = TEXT_EMPTY, words = TEXT_EMPTY, why = TEXT_EMPTY;
    char id[CERTIFICATE_ID_SIZE], id_again[CERTIFICATE_ID_SIZE];

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        TEXT struct text value = TEXT_EMPTY;
        bool there = certificate_subject(certificate, fields[i], &value);
        MUST(there == (value.length != 0) && strlen(text_get(&value)) == value.length);
    }
    certificate_subject_words(certificate, &words);
    MUST(words.length != 0);
    (void)certificate_is_authority(certificate);
    (void)certificate_is_signed_by(certificate, certificate);
    certificate_pem(certificate, &pem);
    struct certificate *copy = certificate_parse(pem.data, pem.length, "copy", &why);
    MUST(copy != NULL);
    certificate_id(certificate, id);
    certificate_id(copy, id_again);
    MUST(strcmp(id, id_again) == 0);
    certificate_pem(copy, &again);
    MUST(strcmp(text_get(&pem), text_get(&again)) == 0);
    certificate_free(copy);
}

static void try_each(const char *text, size_t length)
{
    TEXT struct text no_certificate = TEXT_EMPTY, no_key = TEXT_EMPTY, no_request = TEXT_EMPTY;
    TEXT struct text request = TEXT_EMPTY, words = TEXT_EMPTY;
    struct certificate *certificate = certificate_parse(text, length, "x", &no_certificate);
    struct private_key *key = private_key_parse(text, length, "x", &no_key);
    bool is_request = signing_request_parse(text, length, "x", &request, &no_request);

    MUST((certificate == NULL) == (no_certificate.length != 0));
    MUST((key == NULL) == (no_key.length != 0));
    MUST(is_request == (no_request.length == 0) && is_request == (request.length != 0));
    if (certificate != NULL)
        look_at(certificate);
    if (key != NULL) {
        private_key_words(key, &words);
        MUST(words.length != 0);
        (void)private_key_suits_aws(key);
        if (certificate != NULL)
            (void)certificate_belongs_to(certificate, key);
        if (is_request)
            (void)signing_request_belongs_to(text_get(&request), key);
    }
    certificate_free(certificate);
    private_key_free(key);
}

static void add_base64(const uint8_t *data, size_t size, struct text *out)
{
    char line[BASE64_SIZE(48)];

    for (size_t at = 0; at < size; at += 48) {
        base64_encode(data + at, size - at < 48 ? size - at : 48, line);
        text_printf(out, "%s\n", line);
    }
}

static void try_inside(const char *label, const uint8_t *data, size_t size)
{
    TEXT struct text pem = TEXT_EMPTY;

    text_printf(&pem, "-----BEGIN %s-----\n", label);
    add_base64(data, size, &pem);
    text_printf(&pem, "-----END %s-----\n", label);
    try_each(pem.data, pem.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_each((const char *)data, size);
    try_inside("CERTIFICATE", data, size);
    try_inside("CERTIFICATE REQUEST", data, size);
    try_inside("PRIVATE KEY", data, size);
    return 0;
}
