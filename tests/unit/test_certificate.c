/* SPDX-License-Identifier: Apache-2.0 */
#include "account/keys/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "account/keys/key_private.h"
#include "base/clock.h"
#include "tests/unit/test.h"

#define HOUR 3600000LL

/* A certificate that a program of ours would not make. */
struct recipe {
    struct {
        int nid, type; /* type 0: MBSTRING_UTF8 */
        const char *value;
        int length; /* 0: of the text */
    } subject[4];
    const char *not_before, *not_after; /* as in ASN.1; NULL: 2026 to 2040 */
    const char *constraints;            /* NULL: none */
    const struct certificate *issuer;   /* NULL: itself */
    EVP_PKEY *issuer_key;
};

static void add_subject(X509_NAME *name, const struct recipe *recipe)
{
    for (size_t i = 0; i < COUNT(recipe->subject) && recipe->subject[i].value != NULL; i++) {
        int type = recipe->subject[i].type != 0 ? recipe->subject[i].type : MBSTRING_UTF8;
        int length = recipe->subject[i].length != 0 ? recipe->subject[i].length : -1;
        assert_int_equal(X509_NAME_add_entry_by_NID(name, recipe->subject[i].nid, type,
                                                    (const unsigned char *)recipe->subject[i].value, length,
                                                    -1, 0),
                         1);
    }
}

static X509 *bake(const struct recipe *recipe, EVP_PKEY *key)
{
    X509 *x509 = X509_new();
    const char *before = recipe->not_before != NULL ? recipe->not_before : "20260101000000Z";
    const char *after = recipe->not_after != NULL ? recipe->not_after : "20400101000000Z";

    assert_int_equal(X509_set_version(x509, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), 7), 1);
    add_subject(X509_get_subject_name(x509), recipe);
    X509_set_issuer_name(x509, X509_get_subject_name(recipe->issuer != NULL ? recipe->issuer->x509 : x509));
    ASN1_STRING_set(X509_getm_notBefore(x509), before, -1);
    X509_getm_notBefore(x509)->type = V_ASN1_GENERALIZEDTIME;
    ASN1_STRING_set(X509_getm_notAfter(x509), after, -1);
    X509_getm_notAfter(x509)->type = V_ASN1_GENERALIZEDTIME;
    X509_set_pubkey(x509, key);
    if (recipe->constraints != NULL) {
        X509_EXTENSION *extension =
            X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, recipe->constraints);
        assert_non_null(extension);
        X509_add_ext(x509, extension, -1);
        X509_EXTENSION_free(extension);
    }
    assert_true(X509_sign(x509, recipe->issuer_key != NULL ? recipe->issuer_key : key, EVP_sha256()) > 0);
    return x509;
}

static char *pem_of(X509 *x509)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(PEM_write_bio_X509(bio, x509), 1);
    char *text = key_private_text(bio);
    BIO_free(bio);
    return text;
}

/* Through its PEM form, as certificates come. */
static struct certificate *made(const struct recipe *recipe)
{
    TEXT struct text why = TEXT_EMPTY;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = bake(recipe, key);
    char *pem = pem_of(x509);
    struct certificate *certificate = certificate_parse(pem, strlen(pem), "made", &why);

    assert_string_equal(text_get(&why), "");
    assert_non_null(certificate);
    free(pem);
    X509_free(x509);
    EVP_PKEY_free(key);
    return certificate;
}

static void takes_no_name_that_does_not_fit(void **state)
{
    static const char *const names[] = {
        "",
        "01234567890123456789012345678901234567890123456789012345678901234", /* 65 */
        "a\nb",
        "\xFF",
        "ab\xE2\x80\xAE",
    };
    struct private_key *key = private_key_generate();
    (void)state;

    for (size_t i = 0; i < COUNT(names); i++)
        assert_null(certificate_self_signed(key, names[i], 10));
    private_key_free(key);
}

static void makes_one_that_belongs_to_its_key(void **state)
{
    struct private_key *key = private_key_generate(), *other = private_key_generate();
    struct certificate *certificate = certificate_self_signed(key, "claim-thing", 10);
    TEXT struct text name = TEXT_EMPTY;
    (void)state;

    assert_non_null(certificate);
    assert_true(certificate_belongs_to(certificate, key));
    assert_false(certificate_belongs_to(certificate, other));
    assert_false(certificate_is_authority(certificate));
    assert_true(certificate_subject(certificate, "CommonName", &name));
    assert_string_equal(text_get(&name), "claim-thing");
    long long now = clock_wall_ms(), before = certificate_not_before_ms(certificate);
    assert_true(before <= now - HOUR && before > now - HOUR - 60000);
    assert_int_equal(certificate_not_after_ms(certificate), before + HOUR + 10 * 24 * HOUR);
    certificate_free(certificate);
    private_key_free(key);
    private_key_free(other);
}

static void lasts_a_hundred_years(void **state)
{
    struct private_key *key = private_key_generate();
    struct certificate *certificate = certificate_self_signed(key, "x", 36500);
    (void)state;

    assert_int_equal(certificate_not_after_ms(certificate),
                     certificate_not_before_ms(certificate) + HOUR + 36500 * 24 * HOUR);
    certificate_free(certificate);
    private_key_free(key);
}

static void reads_dates_far_away(void **state)
{
    static const struct {
        const char *text;
        long long seconds;
    } rows[] = {
        {"19491231235959Z", -631152001},   {"19691231235959Z", -1},         {"19700101000000Z", 0},
        {"20380119031408Z", 2147483648},   {"20500101000000Z", 2524608000}, {"99991231235959Z", 253402300799},
        {"00000101000000Z", -62167219200},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct certificate *certificate =
            made(&(struct recipe){.not_before = rows[i].text, .not_after = rows[i].text});
        assert_int_equal(certificate_not_before_ms(certificate), rows[i].seconds * 1000);
        assert_int_equal(certificate_not_after_ms(certificate), rows[i].seconds * 1000);
        certificate_free(certificate);
    }
}

static void refuses_dates_that_are_none(void **state)
{
    static const char *const dates[] = {
        "20261301000000Z", "20260230000000Z", "2026", "", "20260101000000", "x"};
    EVP_PKEY *key = EVP_EC_gen("P-256");
    (void)state;

    for (size_t i = 0; i < COUNT(dates); i++) {
        TEXT struct text why = TEXT_EMPTY;
        X509 *x509 = bake(&(struct recipe){.not_after = dates[i]}, key);
        char *pem = pem_of(x509);
        assert_null(certificate_parse(pem, strlen(pem), "x", &why));
        assert_non_null(strstr(text_get(&why), "damaged"));
        free(pem);
        X509_free(x509);
    }
    EVP_PKEY_free(key);
}

static void finds_fields_of_the_subject(void **state)
{
    struct certificate *certificate =
        made(&(struct recipe){.subject = {{NID_commonName, 0, "m\xC3\xBCller", 0},
                                          {NID_commonName, 0, "second", 0},
                                          {NID_serialNumber, 0, "a84e07f1c2b95d3e6f80914ab27dc35e", 0},
                                          {NID_countryName, MBSTRING_ASC, "DE", 0}}});
    TEXT struct text name = TEXT_EMPTY, serial = TEXT_EMPTY, country = TEXT_EMPTY, none = TEXT_EMPTY;
    TEXT struct text words = TEXT_EMPTY;
    (void)state;

    assert_true(certificate_subject(certificate, "CommonName", &name));
    assert_string_equal(text_get(&name), "m\xC3\xBCller");
    assert_true(certificate_subject(certificate, "SerialNumber", &serial));
    assert_string_equal(text_get(&serial), "a84e07f1c2b95d3e6f80914ab27dc35e");
    assert_true(certificate_subject(certificate, "Country", &country));
    assert_string_equal(text_get(&country), "DE");
    assert_false(certificate_subject(certificate, "StateName", &none));
    assert_false(certificate_subject(certificate, "commonName", &none));
    assert_false(certificate_subject(certificate, "", &none));
    assert_null(none.data);
    certificate_subject_words(certificate, &words);
    assert_string_equal(text_get(&words), "CN = m\xC3\xBCller, CN = second, serialNumber = "
                                          "a84e07f1c2b95d3e6f80914ab27dc35e, C = DE");
    certificate_free(certificate);
}

static void takes_no_field_that_hides_something(void **state)
{
    struct certificate *nul = made(&(struct recipe){.subject = {{NID_commonName, 0, "good\0bad", 8}}});
    struct certificate *empty =
        made(&(struct recipe){.subject = {{NID_commonName, V_ASN1_UTF8STRING, "", 0}}});
    struct certificate *latin =
        made(&(struct recipe){.subject = {{NID_commonName, V_ASN1_T61STRING, "m\xFCller", 0}}});
    struct certificate *escape =
        made(&(struct recipe){.subject = {{NID_commonName, 0, "\033[31mevil\xE2\x80\xAE", 0}}});
    TEXT struct text out = TEXT_EMPTY, words = TEXT_EMPTY;
    (void)state;

    assert_false(certificate_subject(nul, "CommonName", &out));
    assert_false(certificate_subject(empty, "CommonName", &out));
    assert_null(out.data);
    assert_true(certificate_subject(latin, "CommonName", &out));
    assert_string_equal(text_get(&out), "m\xC3\xBCller");
    certificate_subject_words(escape, &words);
    assert_string_equal(text_get(&words), "CN = \\1B[31mevil?");
    text_clear(&words);
    certificate_subject_words(nul, &words);
    assert_string_equal(text_get(&words), "CN = good\\00bad");
    certificate_free(nul);
    certificate_free(empty);
    certificate_free(latin);
    certificate_free(escape);
}

static void knows_an_authority(void **state)
{
    static const struct {
        const char *constraints;
        bool is;
    } rows[] = {{NULL, false}, {"CA:FALSE", false}, {"critical,CA:TRUE", true}, {"CA:TRUE,pathlen:0", true}};
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct certificate *certificate = made(&(struct recipe){.constraints = rows[i].constraints});
        assert_int_equal(certificate_is_authority(certificate), rows[i].is);
        certificate_free(certificate);
    }
}

static void knows_who_signed(EVP_PKEY *key, EVP_PKEY *other_key)
{
    struct recipe recipe = {.subject = {{NID_commonName, 0, "CA", 0}}, .constraints = "CA:TRUE"};
    struct certificate *authority = certificate_wrap(bake(&recipe, key));
    struct certificate *same_name = certificate_wrap(bake(&recipe, other_key));
    struct certificate *leaf = made(&(struct recipe){
        .subject = {{NID_commonName, 0, "leaf", 0}}, .issuer = authority, .issuer_key = key});
    recipe.subject[0].value = "CA under another name";
    struct certificate *renamed = certificate_wrap(bake(&recipe, key));
    struct certificate *stranger = made(&(struct recipe){.subject = {{NID_commonName, 0, "leaf", 0}}});

    assert_true(certificate_is_signed_by(leaf, authority));
    assert_true(certificate_is_signed_by(authority, authority));
    assert_false(certificate_is_signed_by(leaf, same_name));
    assert_false(certificate_is_signed_by(leaf, renamed));
    assert_false(certificate_is_signed_by(authority, leaf));
    assert_false(certificate_is_signed_by(leaf, leaf));
    assert_false(certificate_is_signed_by(stranger, authority));
    certificate_free(authority);
    certificate_free(same_name);
    certificate_free(renamed);
    certificate_free(leaf);
    certificate_free(stranger);
}

static void knows_who_signed_of_each_kind(void **state)
{
    EVP_PKEY *keys[] = {EVP_EC_gen("P-256"), EVP_EC_gen("P-384"), EVP_RSA_gen(2048)};
    (void)state;

    knows_who_signed(keys[0], keys[1]);
    knows_who_signed(keys[1], keys[2]);
    knows_who_signed(keys[2], keys[0]);
    for (size_t i = 0; i < COUNT(keys); i++)
        EVP_PKEY_free(keys[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_no_name_that_does_not_fit),
        cmocka_unit_test(makes_one_that_belongs_to_its_key),
        cmocka_unit_test(lasts_a_hundred_years),
        cmocka_unit_test(reads_dates_far_away),
        cmocka_unit_test(refuses_dates_that_are_none),
        cmocka_unit_test(finds_fields_of_the_subject),
        cmocka_unit_test(takes_no_field_that_hides_something),
        cmocka_unit_test(knows_an_authority),
        cmocka_unit_test(knows_who_signed_of_each_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
