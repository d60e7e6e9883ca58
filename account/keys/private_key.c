/* SPDX-License-Identifier: Apache-2.0 */
#include "account/keys/private_key.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "account/keys/key_private.h"
#include "account/keys/pem_file.h"
#include "base/file.h"
#include "base/memory.h"

void *key_private_must(void *pointer)
{
    if (pointer == NULL)
        abort();
    return pointer;
}

char *key_private_text(BIO *bio)
{
    char *bytes = NULL;
    long length = BIO_get_mem_data(bio, &bytes);

    return memory_part(length > 0 ? bytes : "", length > 0 ? (size_t)length : 0);
}

const EVP_MD *key_private_digest(EVP_PKEY *key)
{
    return EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448") ? NULL : EVP_sha256();
}

struct private_key *private_key_generate(void)
{
    struct private_key *key = memory_new(1, sizeof *key);

    key->pkey = key_private_must(EVP_EC_gen("P-256"));
    return key;
}

int key_private_no_pass_phrase(char *out, int size, int writing, void *context)
{
    (void)out, (void)size, (void)writing, (void)context;
    return -1;
}

struct private_key *private_key_parse(const char *pem, size_t length, const char *name, struct text *why)
{
    BIO *bio = key_private_must(BIO_new_mem_buf(pem, (int)length));
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, key_private_no_pass_phrase, NULL);

    BIO_free(bio);
    ERR_clear_error();
    if (pkey == NULL) {
        pem_file_explain(pem, length, name, PEM_KEY, why);
        return NULL;
    }
    struct private_key *key = memory_new(1, sizeof *key);
    key->pkey = pkey;
    return key;
}

struct private_key *private_key_read(const char *path, struct text *why)
{
    OWNED char *pem = NULL;
    size_t length = 0;

    if (!pem_file_read(path, PEM_FILE_MAX, &pem, &length, why))
        return NULL;
    struct private_key *key = private_key_parse(pem, length, path, why);
    OPENSSL_cleanse(pem, length);
    return key;
}

bool private_key_write(const struct private_key *key, const char *path, struct text *why)
{
    BIO *bio = key_private_must(BIO_new(BIO_s_secmem()));
    char *pem = NULL;

    if (!PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL))
        abort();
    long length = BIO_get_mem_data(bio, &pem);
    int error = file_create(path, pem, (size_t)length, 0600);
    BIO_free(bio);
    if (error == EEXIST)
        text_printf(why, "%s: exists; keys are never overwritten", path);
    else if (error != 0)
        text_printf(why, "%s: cannot be written: %s", path, strerror(error));
    return error == 0;
}

void private_key_free(struct private_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

static int curve_of(const struct private_key *key)
{
    char name[64];

    return EVP_PKEY_get_group_name(key->pkey, name, sizeof name, NULL) ? OBJ_txt2nid(name) : NID_undef;
}

void private_key_words(const struct private_key *key, struct text *out)
{
    int curve = EVP_PKEY_is_a(key->pkey, "EC") ? curve_of(key) : NID_undef;
    const char *name = curve == NID_undef ? NULL : EC_curve_nid2nist(curve);

    if (name != NULL)
        text_puts(out, name);
    else if (curve != NID_undef)
        text_puts(out, OBJ_nid2sn(curve));
    else if (EVP_PKEY_is_a(key->pkey, "RSA"))
        text_printf(out, "RSA %d", EVP_PKEY_get_bits(key->pkey));
    else
        text_puts(out, EVP_PKEY_get0_type_name(key->pkey));
}

bool private_key_suits_aws(const struct private_key *key)
{
    if (EVP_PKEY_is_a(key->pkey, "RSA"))
        return EVP_PKEY_get_bits(key->pkey) >= 2048;
    int curve = EVP_PKEY_is_a(key->pkey, "EC") ? curve_of(key) : NID_undef;
    return curve == NID_X9_62_prime256v1 || curve == NID_secp384r1 || curve == NID_secp521r1;
}
