/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates in files; test_certificate.c looks into them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/keys/certificate.h"
#include "base/file.h"
#include "tests/unit/test.h"

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
        {"-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----\n", "holds a private key, but"},
        {"-----BEGIN EC PRIVATE KEY-----\r\nMII=\r\n-----END EC PRIVATE KEY-----\r\n", "holds a private key"},
        {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n", "private key with a pass phrase, but"},
        {"-----BEGIN CERTIFICATE REQUEST-----\nMII=\n-----END CERTIFICATE REQUEST-----\n",
         "holds a signing request, but a certificate is needed"},
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
    refused("-\0-\0", 4, "it is UTF-16; save it as UTF-8");
    refused("x\n\xE2\x80\x8B-----BEGIN CERTIFICATE-----\n", 32,
            ":2: there is an invisible character (\\u200B) in column 1; delete it");
    refused("-----BEGIN CERTIFICATE-----\nMII\xC2\xA0\n", 34,
            ":2: there is an invisible character (\\u00A0) in column 4; delete it");
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

/* Of any one character: it is said to be damaged, or is another certificate. */
static void survives_damage(void **state)
{
    struct private_key *key = private_key_generate();
    struct certificate *sound = certificate_self_signed(key, "claim-thing", 10), *damaged;
    TEXT struct text pem = TEXT_EMPTY, words = TEXT_EMPTY;
    char id[CERTIFICATE_ID_SIZE], other[CERTIFICATE_ID_SIZE];
    unsigned read = 0, same = 0;
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
            same += strcmp(id, other) == 0; /* the last bits of base64 may mean nothing */
            certificate_subject_words(damaged, &words);
        }
        certificate_free(damaged);
        pem.data[i] = before;
    }
    assert_true(read > 100 && same < 5);
    for (size_t length = 0; length < pem.length - 1; length++) {
        TEXT struct text why = TEXT_EMPTY;
        assert_null(certificate_parse(pem.data, length, "x", &why));
    }
    certificate_free(sound);
    private_key_free(key);
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
        cmocka_unit_test(reads_all_of_a_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
