/* SPDX-License-Identifier: Apache-2.0 */
#include "account/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/key_private.h"
#include "base/clock.h"
#include "base/file.h"
#include "tests/unit/test.h"

#define HOUR 3600000LL

static char folder[] = "/tmp/test_certificate.XXXXXX";
static char path[64]; /* a file in it */

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/file.pem", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_file(const char *bytes, size_t length)
{
    assert_int_equal(file_replace(path, bytes, length, 0600), 0);
}

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

static void refused(const char *text, size_t length, const char *sentence)
{
    TEXT struct text why = TEXT_EMPTY, why_all = TEXT_EMPTY;
    size_t count = 77;

    assert_null(certificate_parse(text, length, "x", &why));
    if (strstr(text_get(&why), sentence) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text_get(&why), sentence);
    write_file(text, length);
    assert_null(certificate_read_all(path, &count, &why_all));
    assert_non_null(strstr(text_get(&why_all), sentence));
    assert_int_equal(strncmp(text_get(&why_all), path, strlen(path)), 0);
    assert_int_equal(count, 77);
}

static void says_what_a_file_holds_instead(void **state)
{
    static const struct {
        const char *text, *sentence;
    } rows[] = {
        {"", "is empty"},
        {"{\"certificatePem\": \"-----BEGIN CERTIFICATE-----\\nMII\"}", "nothing in PEM form"},
        {"hello\n", "nothing in PEM form"},
        {"-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----\n", "holds a private key, and"},
        {"-----BEGIN EC PRIVATE KEY-----\r\nMII=\r\n-----END EC PRIVATE KEY-----\r\n", "holds a private key"},
        {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n", "private key with a pass phrase, and"},
        {"-----BEGIN CERTIFICATE REQUEST-----\nMII=\n-----END CERTIFICATE REQUEST-----\n",
         "holds a signing request, and a certificate is wanted"},
        {"-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----\n", "holds a public key"},
        {"-----BEGIN PKCS7-----\nMII=\n-----END PKCS7-----\n", "holds something else"},
        {"-----BEGIN CERTIFICATE-----\n", "damaged"},
        {"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "damaged"},
        {"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "damaged"},
        {"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "damaged"},
        {"\xEF\xBB\xBF-----BEGIN CERTIFICATE-----\n", "byte order mark"},
        {"\x30\x82\x01\x02 the DER form", "openssl x509 -inform DER"},
        {"\xFF\xFE-", "UTF-16"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++)
        refused(rows[i].text, strlen(rows[i].text), rows[i].sentence);
    refused("\xFF\xFE-\0-\0", 6, "UTF-16");
    refused("\0\0\0\0", 4, "nothing in PEM form");
}

static void says_why_a_file_cannot_be_read(void **state)
{
    TEXT struct text missing = TEXT_EMPTY, is_folder = TEXT_EMPTY, large = TEXT_EMPTY;
    size_t count;
    (void)state;

    assert_null(certificate_read("/tmp/is/not/there.pem", &missing));
    assert_string_equal(text_get(&missing),
                        "/tmp/is/not/there.pem: cannot be read: No such file or directory");
    assert_null(certificate_read(folder, &is_folder));
    assert_non_null(strstr(text_get(&is_folder), "is a folder"));
    assert_null(certificate_read_all("/dev/zero", &count, &large));
    assert_non_null(strstr(text_get(&large), "larger than 4096 KiB"));
}

/* Of any one character: it is said to be damaged, or is another certificate, whose signature is wrong. */
static void survives_damage(void **state)
{
    struct private_key *key = private_key_generate();
    struct certificate *sound = certificate_self_signed(key, "claim-thing", 10), *damaged;
    TEXT struct text pem = TEXT_EMPTY, words = TEXT_EMPTY;
    char id[CERTIFICATE_ID_SIZE], other[CERTIFICATE_ID_SIZE];
    unsigned read = 0;
    (void)state;

    certificate_pem(sound, &pem);
    certificate_id(sound, id);
    for (size_t i = 0; i < pem.length; i++) {
        TEXT struct text why = TEXT_EMPTY;
        char before = pem.data[i];
        pem.data[i] = before == 'A' ? 'B' : 'A';
        damaged = certificate_parse(pem.data, pem.length, "x", &why);
        assert_int_equal(damaged == NULL, why.length != 0);
        if (damaged != NULL) {
            read++;
            certificate_id(damaged, other);
            assert_string_not_equal(id, other);
            assert_false(certificate_is_signed_by(damaged, damaged));
            certificate_subject_words(damaged, &words);
        }
        certificate_free(damaged);
        pem.data[i] = before;
    }
    assert_true(read > 100);
    for (size_t length = 0; length < pem.length - 1; length++) {
        TEXT struct text why = TEXT_EMPTY;
        assert_null(certificate_parse(pem.data, length, "x", &why));
    }
    certificate_free(sound);
    private_key_free(key);
}

static void takes_no_name_that_does_not_fit(void **state)
{
    static const char *const names[] = {
        "",
        "01234567890123456789012345678901234567890123456789012345678901234", /* 65 */
        "a\nb",
        "\xFF",
        "a\xE2\x80\xAE"
        "b",
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
        X509 *x509 = bake(&(struct recipe){.not_after = dates[i]}, key);
        char *pem = pem_of(x509);
        refused(pem, strlen(pem), "damaged");
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
    struct certificate *escape = made(&(struct recipe){.subject = {{NID_commonName, 0,
                                                                    "\033[31m\xE2\x80\xAE"
                                                                    "evil",
                                                                    0}}});
    TEXT struct text out = TEXT_EMPTY, words = TEXT_EMPTY;
    (void)state;

    assert_false(certificate_subject(nul, "CommonName", &out));
    assert_false(certificate_subject(empty, "CommonName", &out));
    assert_null(out.data);
    assert_true(certificate_subject(latin, "CommonName", &out));
    assert_string_equal(text_get(&out), "m\xC3\xBCller");
    certificate_subject_words(escape, &words);
    assert_string_equal(text_get(&words), "CN = \\1B[31m?evil");
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
    struct certificate *stranger = made(&(struct recipe){.subject = {{NID_commonName, 0, "leaf", 0}}});

    assert_true(certificate_is_signed_by(leaf, authority));
    assert_true(certificate_is_signed_by(authority, authority));
    assert_false(certificate_is_signed_by(leaf, same_name));
    assert_false(certificate_is_signed_by(authority, leaf));
    assert_false(certificate_is_signed_by(leaf, leaf));
    assert_false(certificate_is_signed_by(stranger, authority));
    certificate_free(authority);
    certificate_free(same_name);
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

static void reads_all_of_a_file(void **state)
{
    struct private_key *key = private_key_generate();
    struct certificate *first = certificate_self_signed(key, "first", 1);
    struct certificate *second = certificate_self_signed(key, "second", 1);
    TEXT struct text file = TEXT_EMPTY, why = TEXT_EMPTY, name = TEXT_EMPTY;
    size_t count = 0;
    char id[CERTIFICATE_ID_SIZE], read_id[CERTIFICATE_ID_SIZE];
    (void)state;

    text_puts(&file, "subject=CN = first, as openssl s_client writes it\r\n");
    certificate_pem(first, &file);
    text_puts(&file, "-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----\n");
    certificate_pem(second, &file);
    text_puts(&file, "\nthe end");
    write_file(file.data, file.length);
    struct certificate **all = certificate_read_all(path, &count, &why);
    assert_non_null(all);
    assert_int_equal(count, 2);
    assert_true(certificate_subject(all[1], "CommonName", &name));
    assert_string_equal(text_get(&name), "second");
    certificate_free_all(all, count);

    struct certificate *one = certificate_read(path, &why);
    certificate_id(first, id);
    certificate_id(one, read_id);
    assert_string_equal(id, read_id);
    assert_int_equal(strspn(id, "0123456789abcdef"), 64);
    certificate_free(one);

    *strstr(file.data + file.length - 60, "-----END") = '!';
    write_file(file.data, file.length);
    assert_null(certificate_read_all(path, &count, &why));
    assert_non_null(strstr(text_get(&why), "certificate 2 in it is damaged"));
    certificate_free(first);
    certificate_free(second);
    private_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_a_file_holds_instead),
        cmocka_unit_test(says_why_a_file_cannot_be_read),
        cmocka_unit_test(survives_damage),
        cmocka_unit_test(takes_no_name_that_does_not_fit),
        cmocka_unit_test(makes_one_that_belongs_to_its_key),
        cmocka_unit_test(lasts_a_hundred_years),
        cmocka_unit_test(reads_dates_far_away),
        cmocka_unit_test(refuses_dates_that_are_none),
        cmocka_unit_test(finds_fields_of_the_subject),
        cmocka_unit_test(takes_no_field_that_hides_something),
        cmocka_unit_test(knows_an_authority),
        cmocka_unit_test(knows_who_signed_of_each_kind),
        cmocka_unit_test(reads_all_of_a_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
