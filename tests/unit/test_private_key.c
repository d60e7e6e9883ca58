/* SPDX-License-Identifier: Apache-2.0 */
#include "account/keys/private_key.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/keys/certificate.h"
#include "account/keys/key_private.h"
#include "base/file.h"
#include "tests/unit/test.h"

static char folder[] = "/tmp/test_private_key.XXXXXX";
static char path[64], other[64]; /* files in it */

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/a.key", folder);
    snprintf(other, sizeof other, "%s/b.key", folder);
    return 0;
}

static int empty_folder(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static size_t entries(void)
{
    size_t count = 0;
    DIR *open_folder = opendir(folder);

    assert_non_null(open_folder);
    for (const struct dirent *entry; (entry = readdir(open_folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(open_folder);
    return count;
}

static void refused(const char *text, size_t length, const char *sentence)
{
    TEXT struct text why = TEXT_EMPTY;

    assert_null(private_key_parse(text, length, "x", &why));
    if (strncmp(text_get(&why), "x: ", 3) != 0 || strstr(text_get(&why), sentence) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text_get(&why), sentence);
}

static void says_what_a_file_holds_instead(void **state)
{
    static const struct {
        const char *text, *sentence;
    } rows[] = {
        {"", "is empty"},
        {"hello", "nothing in PEM form"},
        {"-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n",
         "holds a certificate, but a private"},
        {"-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----\n", "holds a public key"},
        {"-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----\n", "damaged"},
        {"-----BEGIN PRIVATE KEY-----\n", "damaged"},
        {"\x30\x81\x87\x02\x01", "openssl pkey -inform DER"},
        {"\x30\x05\x02\x01\x01\x04\x01", "openssl pkey -inform DER"},
        {"0 is no length", "nothing in PEM form"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++)
        refused(rows[i].text, strlen(rows[i].text), rows[i].sentence);
}

static char *pem_of(EVP_PKEY *key, bool traditional, const EVP_CIPHER *cipher)
{
    BIO *bio = BIO_new(BIO_s_mem());
    unsigned char *pass = (unsigned char *)(cipher != NULL ? "secret" : NULL);
    int length = cipher != NULL ? 6 : 0;

    if (traditional)
        assert_int_equal(PEM_write_bio_PrivateKey_traditional(bio, key, cipher, pass, length, NULL, NULL), 1);
    else
        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, (char *)pass, length, NULL, NULL),
                         1);
    char *text = key_private_text(bio);
    BIO_free(bio);
    return text;
}

/* It must not ask on the terminal either: that would block this test. */
static void refuses_pass_phrases(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    (void)state;

    for (int traditional = 0; traditional < 2; traditional++) {
        char *pem = pem_of(key, traditional, EVP_aes_256_cbc());
        refused(pem, strlen(pem), "has a pass phrase");
        free(pem);
    }
    EVP_PKEY_free(key);
}

static void reads_each_kind(void **state)
{
    const struct {
        EVP_PKEY *key;
        const char *words;
        bool suits;
    } rows[] = {
        {EVP_EC_gen("P-256"), "P-256", true},
        {EVP_EC_gen("P-384"), "P-384", true},
        {EVP_EC_gen("P-521"), "P-521", true},
        {EVP_EC_gen("secp256k1"), "secp256k1", false},
        {EVP_RSA_gen(2048), "RSA 2048", true},
        {EVP_RSA_gen(1024), "RSA 1024", false},
        {EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "ED25519", false},
    };
    (void)state;

    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        TEXT struct text why = TEXT_EMPTY, words = TEXT_EMPTY;
        bool traditional = i >= COUNT(rows) && i != 2 * COUNT(rows) - 1;
        char *pem = pem_of(rows[i % COUNT(rows)].key, traditional, NULL);
        struct private_key *key = private_key_parse(pem, strlen(pem), "x", &why);
        assert_string_equal(text_get(&why), "");
        assert_non_null(key);
        private_key_words(key, &words);
        assert_string_equal(text_get(&words), rows[i % COUNT(rows)].words);
        assert_int_equal(private_key_suits_aws(key), rows[i % COUNT(rows)].suits);
        private_key_free(key);
        free(pem);
    }
    for (size_t i = 0; i < COUNT(rows); i++)
        EVP_PKEY_free(rows[i].key);
}

/* `openssl ecparam -genkey` writes the curve before the key. */
static void reads_a_key_behind_its_parameters(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    char *pem = pem_of(key, true, NULL);
    TEXT struct text file = TEXT_EMPTY, why = TEXT_EMPTY;
    (void)state;

    text_puts(&file, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n");
    text_puts(&file, pem);
    struct private_key *read = private_key_parse(file.data, file.length, "x", &why);
    assert_string_equal(text_get(&why), "");
    assert_int_equal(EVP_PKEY_eq(read->pkey, key), 1);
    private_key_free(read);
    free(pem);
    EVP_PKEY_free(key);
}

static void writes_for_its_owner_alone(void **state)
{
    static const mode_t masks[] = {0, 022, 077, 0777};
    (void)state;

    for (size_t i = 0; i < COUNT(masks); i++) {
        TEXT struct text why = TEXT_EMPTY;
        struct private_key *key = private_key_generate();
        struct stat status;
        mode_t before = umask(masks[i]);
        bool written = private_key_write(key, path, &why);
        umask(before);
        assert_string_equal(text_get(&why), "");
        assert_true(written);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode, S_IFREG | 0600);
        assert_int_equal(entries(), 1);
        struct private_key *read = private_key_read(path, &why);
        assert_non_null(read);
        assert_int_equal(EVP_PKEY_eq(read->pkey, key->pkey), 1);
        private_key_free(read);
        private_key_free(key);
        unlink(path);
    }
}

static void must_not_write(const char *sentence)
{
    TEXT struct text why = TEXT_EMPTY;
    struct private_key *key = private_key_generate();
    size_t before = entries();

    assert_false(private_key_write(key, path, &why));
    if (strncmp(text_get(&why), path, strlen(path)) != 0 || strstr(text_get(&why), sentence) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text_get(&why), sentence);
    assert_int_equal(entries(), before);
    private_key_free(key);
}

static void never_overwrites(void **state)
{
    char *content = NULL;
    size_t length = 0;
    (void)state;

    assert_int_equal(file_replace(path, "precious", 8, 0644), 0);
    must_not_write("exists");
    assert_int_equal(file_read(path, 100, &content, &length), 0);
    assert_string_equal(content, "precious");
    free(content);
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    must_not_write("exists");
    rmdir(path);
}

static void never_follows_a_link(void **state)
{
    struct stat status;
    (void)state;

    assert_int_equal(symlink(other, path), 0);
    must_not_write("exists");
    assert_int_equal(stat(other, &status), -1);
    unlink(path);
    assert_int_equal(file_replace(other, "precious", 8, 0644), 0);
    assert_int_equal(symlink(other, path), 0);
    must_not_write("exists");
    assert_int_equal(stat(other, &status), 0);
    assert_int_equal(status.st_size, 8);
}

/* As on a disk that has no room for all of it. */
static void leaves_nothing_of_half_a_key(void **state)
{
    struct rlimit limit;
    (void)state;

    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    struct rlimit small = {100, limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    must_not_write("cannot be written: File too large");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(entries(), 0);
}

static void says_when_there_is_no_folder(void **state)
{
    TEXT struct text why = TEXT_EMPTY;
    struct private_key *key = private_key_generate();
    (void)state;

    assert_false(private_key_write(key, "/tmp/is/not/there.key", &why));
    assert_string_equal(text_get(&why),
                        "/tmp/is/not/there.key: cannot be written: No such file or directory");
    private_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_a_file_holds_instead),
        cmocka_unit_test(refuses_pass_phrases),
        cmocka_unit_test(reads_each_kind),
        cmocka_unit_test(reads_a_key_behind_its_parameters),
        cmocka_unit_test_teardown(writes_for_its_owner_alone, empty_folder),
        cmocka_unit_test_teardown(never_overwrites, empty_folder),
        cmocka_unit_test_teardown(never_follows_a_link, empty_folder),
        cmocka_unit_test_teardown(leaves_nothing_of_half_a_key, empty_folder),
        cmocka_unit_test(says_when_there_is_no_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
