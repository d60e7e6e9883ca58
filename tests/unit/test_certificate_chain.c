/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/certificate_chain.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "sandbox/sidewalk_hsm.h"
#include "tests/unit/test.h"

#define BYTES_MAX 1024

static const char *const problems[] = {
    [CHAIN_SOUND] = "sound",
    [CHAIN_NOT_BASE64] = "not base64",
    [CHAIN_BAD_LENGTH] = "bad length",
    [CHAIN_BAD_AUTHORITY] = "bad authority",
    [CHAIN_BAD_DEVICE_SIGNATURE] = "bad device signature",
};

struct chain {
    unsigned char bytes[BYTES_MAX];
    size_t length;
};

static struct sidewalk_device made;

static int make(void **state)
{
    struct sidewalk_hsm *hsm = sidewalk_hsm_new("seed", "abCD", false);
    struct sidewalk_signer *signer = sidewalk_signer_new(hsm);
    (void)state;

    sidewalk_signer_make(signer, 7, &made);
    sidewalk_signer_free(signer);
    sidewalk_hsm_free(hsm);
    return 0;
}

static const char *of(enum chain_curve curve)
{
    return curve == CHAIN_ED25519 ? made.ed25519 : made.p256;
}

static struct chain decoded(enum chain_curve curve)
{
    struct chain chain = {.length = 0};

    assert_true(base64_decode(of(curve), strlen(of(curve)), chain.bytes, &chain.length));
    return chain;
}

static enum chain_problem read_text(enum chain_curve curve, const char *text, size_t length, bool verify)
{
    struct chain_verifier *verifier = chain_verifier_new();
    struct chain_reading reading;
    enum chain_problem problem = chain_read(verifier, curve, text, length, verify, &reading);

    chain_verifier_free(verifier);
    return problem;
}

static void assert_problem(enum chain_curve curve, const struct chain *chain, bool verify,
                           enum chain_problem wanted)
{
    char text[BASE64_SIZE(BYTES_MAX)];

    base64_encode(chain->bytes, chain->length, text);
    assert_string_equal(problems[read_text(curve, text, strlen(text), verify)], problems[wanted]);
}

static void what_is_not_base64_is_refused(void **state)
{
    char text[2048];
    (void)state;

    for (enum chain_curve curve = CHAIN_ED25519; curve <= CHAIN_P256; curve++) {
        size_t length = strlen(of(curve));
        for (size_t i = 0; i < length; i++) {
            memcpy(text, of(curve), length);
            text[i] = "*-_ \n\0=\x80"[i % 8];
            if (text[i] != of(curve)[i])
                assert_string_equal(problems[read_text(curve, text, length, false)], "not base64");
        }
        assert_string_equal(problems[read_text(curve, of(curve), length - 1, false)], "not base64");
    }
}

/* The last character of the text has bits that no byte needs: another one with the same bytes is no sound
 * chain. */
static void bits_that_say_nothing_are_refused(void **state)
{
    char text[2048];
    size_t length = strlen(made.p256);
    (void)state;

    memcpy(text, made.p256, length);
    size_t last = length - 1;
    while (text[last] == '=')
        last--;
    assert_true(last < length - 1);
    text[last]++;
    assert_string_equal(problems[read_text(CHAIN_P256, text, length, false)], "not base64");
}

static void another_length_is_refused(void **state)
{
    (void)state;

    assert_string_equal(problems[read_text(CHAIN_P256, "", 0, false)], "bad length");
    for (enum chain_curve curve = CHAIN_ED25519; curve <= CHAIN_P256; curve++) {
        struct chain chain = decoded(curve);
        size_t whole = chain.length, certificate = curve == CHAIN_ED25519 ? 100 : 132;
        for (chain.length = 0; chain.length < whole; chain.length++)
            if (chain.length != whole - 2 * certificate) /* four of them are a chain, but not this one's */
                assert_problem(curve, &chain, false, CHAIN_BAD_LENGTH);
        chain.length = whole - 2 * certificate;
        assert_problem(curve, &chain, false, CHAIN_BAD_AUTHORITY);
        chain.length = whole + 3;
        assert_problem(curve, &chain, false, CHAIN_BAD_LENGTH);
    }
}

/* Each bit that the signatures of the authorities cover, and those signatures. */
static void a_changed_authority_is_found(void **state)
{
    (void)state;

    for (enum chain_curve curve = CHAIN_ED25519; curve <= CHAIN_P256; curve++) {
        struct chain whole = decoded(curve);
        size_t head = curve == CHAIN_ED25519 ? 128 : 160, certificate = whole.length - head;
        certificate /= 5;
        for (size_t at = head; at < whole.length; at++) {
            struct chain chain = whole;
            size_t inside = (at - head) % certificate;
            chain.bytes[at] ^= (unsigned char)(1U << at % 8);
            bool is_long = inside == 3 && chain.bytes[at] >> 4 == 0xB;
            assert_problem(curve, &chain, false, is_long ? CHAIN_BAD_LENGTH : CHAIN_BAD_AUTHORITY);
        }
    }
}

static void a_changed_device_is_found_where_it_is_verified(void **state)
{
    (void)state;

    for (enum chain_curve curve = CHAIN_ED25519; curve <= CHAIN_P256; curve++) {
        struct chain whole = decoded(curve);
        assert_problem(curve, &whole, true, CHAIN_SOUND);
        for (size_t at = 0; at < (curve == CHAIN_ED25519 ? 128U : 160U); at++) {
            struct chain chain = whole;
            chain.bytes[at] ^= (unsigned char)(1U << at % 8);
            assert_problem(curve, &chain, true, CHAIN_BAD_DEVICE_SIGNATURE);
            assert_problem(curve, &chain, false, CHAIN_SOUND);
        }
    }
}

static void the_curves_are_not_mixed_up(void **state)
{
    (void)state;

    assert_true(read_text(CHAIN_ED25519, made.p256, strlen(made.p256), false) != CHAIN_SOUND);
    assert_true(read_text(CHAIN_P256, made.ed25519, strlen(made.ed25519), false) != CHAIN_SOUND);
}

static void tells_whose_it_is_and_which(void **state)
{
    struct chain_verifier *verifier = chain_verifier_new();
    struct chain_reading first, again, other;
    char hex[SMSN_HEX_SIZE], text[2048];
    size_t length = strlen(made.p256);
    (void)state;

    assert_int_equal(chain_read(verifier, CHAIN_P256, made.p256, length, true, &first), CHAIN_SOUND);
    smsn_hex(&first.device, hex);
    assert_string_equal(hex, made.smsn);
    assert_int_equal(chain_read(verifier, CHAIN_P256, made.p256, length, false, &again), CHAIN_SOUND);
    assert_true(first.fingerprint == again.fingerprint);
    for (size_t at = 60; at < length - 2; at += 50) {
        memcpy(text, made.p256, length);
        text[at] = text[at] == 'A' ? 'B' : 'A';
        (void)chain_read(verifier, CHAIN_P256, text, length, false, &other);
        assert_true(first.fingerprint != other.fingerprint);
    }
    chain_verifier_free(verifier);
}

/* More authorities than are remembered, and one again that was forgotten. */
static void remembers_right(void **state)
{
    struct chain_verifier *verifier = chain_verifier_new();
    struct chain_reading reading;
    char text[2048];
    size_t length = strlen(made.ed25519);
    (void)state;

    for (int round = 0; round < 2; round++)
        for (size_t at = 200; at < 400; at++) {
            memcpy(text, made.ed25519, length);
            text[at] = text[at] == 'A' ? 'B' : 'A';
            assert_true(chain_read(verifier, CHAIN_ED25519, text, length, true, &reading) != CHAIN_SOUND);
            if (at % 7 == 0)
                assert_int_equal(chain_read(verifier, CHAIN_ED25519, made.ed25519, length, true, &reading),
                                 CHAIN_SOUND);
        }
    chain_verifier_free(verifier);
}

struct signer {
    EVP_PKEY *key;
    unsigned char public[32];
};

static struct signer new_signer(void)
{
    struct signer signer = {.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};
    size_t length = sizeof signer.public;

    assert_int_equal(EVP_PKEY_get_raw_public_key(signer.key, signer.public, &length), 1);
    return signer;
}

static void add_certificate(struct chain *chain, const unsigned char *serial, size_t serial_length,
                            const struct signer *subject, const struct signer *above)
{
    unsigned char said[256], *at = chain->bytes + chain->length;
    size_t length = 64;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    memcpy(said, subject->public, 32);
    memcpy(said + 32, serial, serial_length);
    memcpy(at, serial, serial_length);
    memcpy(at + serial_length, subject->public, 32);
    assert_int_equal(EVP_DigestSignInit(context, NULL, NULL, NULL, above->key), 1);
    assert_int_equal(EVP_DigestSign(context, at + serial_length + 32, &length, said, 32 + serial_length), 1);
    EVP_MD_CTX_free(context);
    chain->length += serial_length + 32 + 64;
}

/* Serial numbers of the form ..b1 are longer: (third byte & 0x7f) + 2 bytes. */
static void old_chains_and_long_serial_numbers_are_read(void **state)
{
    static const struct {
        size_t count, serial;
        unsigned char third;
        enum chain_problem problem;
    } examples[] = {
        {4, 4, 0, CHAIN_SOUND},          {6, 4, 0, CHAIN_SOUND},        {5, 4, 0, CHAIN_BAD_LENGTH},
        {3, 4, 0, CHAIN_BAD_LENGTH},     {7, 4, 0, CHAIN_BAD_LENGTH},   {4, 20, 18, CHAIN_SOUND},
        {6, 20, 0x80 | 18, CHAIN_SOUND}, {4, 20, 19, CHAIN_BAD_LENGTH}, {4, 4, 1, CHAIN_BAD_LENGTH},
    };
    struct signer signers[8];
    (void)state;

    for (size_t i = 0; i < COUNT(signers); i++)
        signers[i] = new_signer();
    for (size_t i = 0; i < COUNT(examples); i++) {
        unsigned char serial[32] = {1, 2, examples[i].third, examples[i].third != 0 ? 0xB1 : 0};
        struct chain chain = {.length = 0};
        for (size_t j = 0; j < examples[i].count; j++) {
            size_t above = j + 1 < examples[i].count ? j + 1 : j;
            add_certificate(&chain, serial, j == 0 ? 32 : examples[i].serial, &signers[j], &signers[above]);
        }
        assert_problem(CHAIN_ED25519, &chain, true, examples[i].problem);
    }
    for (size_t i = 0; i < COUNT(signers); i++)
        EVP_PKEY_free(signers[i].key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_base64_is_refused),
        cmocka_unit_test(bits_that_say_nothing_are_refused),
        cmocka_unit_test(another_length_is_refused),
        cmocka_unit_test(a_changed_authority_is_found),
        cmocka_unit_test(a_changed_device_is_found_where_it_is_verified),
        cmocka_unit_test(the_curves_are_not_mixed_up),
        cmocka_unit_test(tells_whose_it_is_and_which),
        cmocka_unit_test(remembers_right),
        cmocka_unit_test(old_chains_and_long_serial_numbers_are_read),
    };
    return cmocka_run_group_tests(tests, make, NULL);
}
