/* SPDX-License-Identifier: Apache-2.0 */
#include "account/keys/signing_request.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/keys/key_private.h"
#include "base/clock.h"
#include "tests/unit/test.h"

#define CODE "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DAY_MS (24 * 3600000LL)

static void refused(const char *text, size_t length, const char *sentence)
{
    TEXT struct text pem = TEXT_EMPTY, why = TEXT_EMPTY;

    assert_false(signing_request_parse(text, length, "x", &pem, &why));
    assert_null(pem.data);
    if (strncmp(text_get(&why), "x: ", 3) != 0 || strstr(text_get(&why), sentence) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text_get(&why), sentence);
}

static void says_what_a_file_holds_instead(void **state)
{
    static const struct {
        const char *text, *sentence;
    } rows[] = {
        {"", "is empty"},
        {"-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n",
         "holds a certificate, but a signing"},
        {"-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----\n", "holds a private key"},
        {"-----BEGIN CERTIFICATE REQUEST-----\nMII=\n-----END CERTIFICATE REQUEST-----\n", "damaged"},
    };
    TEXT struct text pem = TEXT_EMPTY, why = TEXT_EMPTY;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++)
        refused(rows[i].text, strlen(rows[i].text), rows[i].sentence);
    assert_false(signing_request_read("/tmp/is/not/there.csr", &pem, &why));
    assert_string_equal(text_get(&why), "/tmp/is/not/there.csr: cannot be read: No such file or directory");
}

static void refuses_names_that_do_not_fit(void **state)
{
    struct private_key *key = private_key_generate();
    TEXT struct text pem = TEXT_EMPTY;
    (void)state;

    assert_false(signing_request_make(key, "", &pem));
    assert_false(signing_request_make(key, CODE "0", &pem));
    assert_false(signing_request_make(key, "a\x01", &pem));
    assert_null(pem.data);
    assert_true(signing_request_make(key, CODE, &pem));
    private_key_free(key);
}

static void refuses_wrong_signatures(void **state)
{
    struct private_key *key = private_key_generate(), *other = private_key_generate();
    X509_REQ *request = X509_REQ_new();
    BIO *bio = BIO_new(BIO_s_mem());
    (void)state;

    X509_REQ_set_pubkey(request, key->pkey);
    assert_true(X509_REQ_sign(request, other->pkey, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509_REQ(bio, request), 1);
    char *pem = key_private_text(bio);
    refused(pem, strlen(pem), "signature of the signing request is wrong");
    free(pem);
    BIO_free(bio);
    X509_REQ_free(request);
    private_key_free(key);
    private_key_free(other);
}

static struct private_key *wrapped(EVP_PKEY *pkey)
{
    struct private_key *key = calloc(1, sizeof *key);

    assert_non_null(pkey);
    key->pkey = pkey;
    return key;
}

static void is_read_as_it_was_made(void **state)
{
    struct private_key *keys[] = {private_key_generate(), wrapped(EVP_EC_gen("P-384")),
                                  wrapped(EVP_RSA_gen(2048)),
                                  wrapped(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"))};
    (void)state;

    for (size_t i = 0; i < COUNT(keys); i++) {
        TEXT struct text pem = TEXT_EMPTY, file = TEXT_EMPTY, read = TEXT_EMPTY, why = TEXT_EMPTY;
        struct private_key *other = private_key_generate();
        assert_true(signing_request_make(keys[i], "claim-thing", &pem));
        text_puts(&file, "Certificate Request:\n    Data:\n");
        text_puts(&file, text_get(&pem));
        text_puts(&file, "-----BEGIN PRIVATE KEY-----\nsecret\n");
        assert_true(signing_request_parse(file.data, file.length, "x", &read, &why));
        assert_string_equal(text_get(&read), text_get(&pem));
        assert_true(signing_request_belongs_to(text_get(&pem), keys[i]));
        assert_false(signing_request_belongs_to(text_get(&pem), other));
        assert_false(signing_request_belongs_to("", other));
        struct certificate *its = certificate_self_signed(keys[i], "x", 1);
        struct certificate *strange = certificate_self_signed(other, "x", 1);
        assert_true(signing_request_made(text_get(&pem), its));
        assert_false(signing_request_made(text_get(&pem), strange));
        certificate_free(its);
        certificate_free(strange);
        private_key_free(other);
    }
    for (size_t i = 0; i < COUNT(keys); i++)
        private_key_free(keys[i]);
}

static struct certificate *authority_of(const struct private_key *key)
{
    struct certificate *certificate = certificate_self_signed(key, "Manufacturer CA", 100);
    X509_EXTENSION *constraints = NULL;
    int at = X509_get_ext_by_NID(certificate->x509, NID_basic_constraints, -1);

    X509_EXTENSION_free(X509_delete_ext(certificate->x509, at));
    at = X509_get_ext_by_NID(certificate->x509, NID_key_usage, -1);
    X509_EXTENSION_free(X509_delete_ext(certificate->x509, at));
    constraints = X509_EXTENSION_create_by_NID(
        NULL, NID_basic_constraints, 1,
        &(ASN1_OCTET_STRING){
            .length = 5, .type = V_ASN1_OCTET_STRING, .data = (unsigned char *)"\x30\x03\x01\x01\xFF"});
    assert_non_null(constraints);
    X509_add_ext(certificate->x509, constraints, -1);
    X509_EXTENSION_free(constraints);
    assert_true(X509_sign(certificate->x509, key->pkey, EVP_sha256()) > 0);
    TEXT struct text pem = TEXT_EMPTY, why = TEXT_EMPTY;
    certificate_pem(certificate, &pem);
    certificate_free(certificate);
    return certificate_parse(pem.data, pem.length, "x", &why);
}

static void verifies_an_authority(void **state)
{
    struct private_key *key = private_key_generate(), *other = private_key_generate();
    struct certificate *authority = authority_of(key), *leaf = certificate_self_signed(key, "leaf", 1);
    TEXT struct text pem = TEXT_EMPTY, name = TEXT_EMPTY, why = TEXT_EMPTY, none = TEXT_EMPTY;
    (void)state;

    assert_true(certificate_is_authority(authority));
    assert_false(signing_request_verification(leaf, key, CODE, &none, &why));
    assert_non_null(strstr(text_get(&why), "not a CA"));
    assert_false(signing_request_verification(authority, other, CODE, &none, &why));
    assert_non_null(strstr(text_get(&why), "do not belong together"));
    assert_false(signing_request_verification(authority, key, "", &none, &why));
    assert_non_null(strstr(text_get(&why), "registration code"));
    assert_null(none.data);

    assert_true(signing_request_verification(authority, key, CODE, &pem, &why));
    struct certificate *verification = certificate_parse(pem.data, pem.length, "x", &why);
    assert_non_null(verification);
    assert_true(certificate_subject(verification, "CommonName", &name));
    assert_string_equal(text_get(&name), CODE);
    assert_true(certificate_is_signed_by(verification, authority));
    assert_false(certificate_belongs_to(verification, key));
    assert_false(certificate_is_authority(verification));
    assert_true(certificate_not_after_ms(verification) > clock_wall_ms() + 29 * DAY_MS);
    certificate_free(verification);
    certificate_free(authority);
    certificate_free(leaf);
    private_key_free(key);
    private_key_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_a_file_holds_instead), cmocka_unit_test(refuses_names_that_do_not_fit),
        cmocka_unit_test(refuses_wrong_signatures),       cmocka_unit_test(is_read_as_it_was_made),
        cmocka_unit_test(verifies_an_authority),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
