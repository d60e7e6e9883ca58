/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/jwt.h"

#include <openssl/bn.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/base64.h"
#include "tests/unit/test.h"
#include "tests/unit/token_fixture.h"

#define NOW 1700000000000
#define ISSUER "https://id.example.com"
#define RS256 "{\"alg\":\"RS256\",\"kid\":\"rsa\"}"
#define ES256 "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"JWT\"}"
#define GOOD                                                                                                 \
    "{\"iss\":\"" ISSUER "\",\"aud\":\"portal\",\"sub\":\"person-1\",\"exp\":1700000300,\"iat\":1700000000," \
    "\"nonce\":\"n-1\"}"

static struct jwks *keys;

static struct jwks *parse(const char *text)
{
    TEXT struct text why = TEXT_EMPTY;
    struct jwks *set = jwks_parse(text, strlen(text), &why);

    if (!set)
        fail_msg("the set %s", text_get(&why));
    return set;
}

static int make_keys(void **state)
{
    TEXT struct text text = TEXT_EMPTY;
    (void)state;

    text_puts(&text, "{\"keys\":[");
    token_jwk(&text, token_rsa(2048), "rsa", "");
    text_puts(&text, ",");
    token_jwk(&text, token_ec("P-256"), "ec", "");
    text_puts(&text, ",{\"kty\":\"oct\",\"kid\":\"oct\",\"k\":\"AAAA\"}]}");
    keys = parse(text_get(&text));
    return 0;
}

static int free_keys(void **state)
{
    (void)state;
    jwks_free(keys);
    return 0;
}

static struct jwt_expectation usual(void)
{
    return (struct jwt_expectation){.issuer = ISSUER, .audience = "portal", .now_ms = NOW};
}

static enum jwt_error verify(const char *token, struct jwt *out)
{
    const struct jwt_expectation expected = usual();

    return jwt_verify(token, strlen(token), keys, &expected, out);
}

static void gives(const char *token, enum jwt_error wanted)
{
    struct jwt out = {.subject = "untouched"};
    enum jwt_error error = verify(token, &out);

    if (error != wanted)
        fail_msg("%s, not %s: %s", jwt_error_name(error), jwt_error_name(wanted), token);
    if (error)
        assert_string_equal(out.subject, "untouched");
}

static void signed_gives(EVP_PKEY *key, const char *header, const char *payload, enum jwt_error wanted)
{
    TEXT struct text token = TEXT_EMPTY;

    token_sign(&token, key, header, payload);
    gives(text_get(&token), wanted);
}

static void what_is_no_token(void **state)
{
    static const char *const bad[] = {"",    ".",       "..",        "a.b",     "a.b.c",
                                      "e30", "e30.e30", "e30=.e30.", "W10.e30."};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        gives(bad[i], JWT_MALFORMED);
    gives("e30.e30.AAAA.AAAA", JWT_ALGORITHM); /* {}.{} */
    gives("e30.e30.", JWT_ALGORITHM);
}

static void no_algorithm_and_others(void **state)
{
    static const char *const algorithms[] = {"none",  "None",  "nOnE",  "",      "HS256",  "RS384", "RS512",
                                             "PS256", "ES384", "EdDSA", "rs256", "ES256K", "RS256 "};
    (void)state;

    for (size_t i = 0; i < COUNT(algorithms); i++) {
        TEXT struct text header = TEXT_EMPTY;
        text_printf(&header, "{\"alg\":\"%s\",\"kid\":\"rsa\"}", algorithms[i]);
        signed_gives(token_rsa(2048), text_get(&header), GOOD, JWT_ALGORITHM);
    }
    signed_gives(token_rsa(2048), "{\"kid\":\"rsa\"}", GOOD, JWT_ALGORITHM);
    signed_gives(token_rsa(2048), "{\"alg\":null,\"kid\":\"rsa\"}", GOOD, JWT_ALGORITHM);
    signed_gives(token_rsa(2048), "{\"alg\":[\"RS256\"],\"kid\":\"rsa\"}", GOOD, JWT_ALGORITHM);
    signed_gives(token_rsa(2048), "{\"ALG\":\"RS256\",\"kid\":\"rsa\"}", GOOD, JWT_ALGORITHM);

    TEXT struct text bare = TEXT_EMPTY; /* an empty signature */
    token_join(&bare, "{\"alg\":\"none\"}", GOOD, NULL, 0);
    gives(text_get(&bare), JWT_ALGORITHM);
}

/* An HMAC with the public key's text as its secret; and the name of an algorithm with a key of the other one.
 */
static void key_confusion(void **state)
{
    TEXT struct text pem = TEXT_EMPTY;
    TEXT struct text hashed = TEXT_EMPTY;
    TEXT struct text input = TEXT_EMPTY;
    unsigned char mac[32];
    unsigned length = sizeof mac;
    (void)state;

    token_pem(&pem, token_rsa(2048));
    token_join(&input, "{\"alg\":\"HS256\",\"kid\":\"rsa\"}", GOOD, NULL, 0);
    HMAC(EVP_sha256(), pem.data, (int)pem.length, (unsigned char *)input.data, input.length - 1, mac,
         &length);
    token_join(&hashed, "{\"alg\":\"HS256\",\"kid\":\"rsa\"}", GOOD, mac, length);
    gives(text_get(&hashed), JWT_ALGORITHM);

    text_clear(&hashed);
    token_join(&hashed, RS256, GOOD, mac, length);
    gives(text_get(&hashed), JWT_SIGNATURE);
    signed_gives(token_rsa(2048), "{\"alg\":\"ES256\",\"kid\":\"rsa\"}", GOOD, JWT_UNKNOWN_KEY);
    signed_gives(token_ec("P-256"), "{\"alg\":\"RS256\",\"kid\":\"ec\"}", GOOD, JWT_UNKNOWN_KEY);
    signed_gives(token_ec("P-256"), "{\"alg\":\"ES256\",\"kid\":\"oct\"}", GOOD, JWT_UNKNOWN_KEY);
}

static void headers_that_are_refused(void **state)
{
    EVP_PKEY *rsa = token_rsa(2048);
    (void)state;

    signed_gives(rsa, "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[\"exp\"]}", GOOD, JWT_ALGORITHM);
    signed_gives(rsa, "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[]}", GOOD, JWT_ALGORITHM);
    signed_gives(rsa, "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":\"at+jwt\"}", GOOD, JWT_ALGORITHM);
    signed_gives(rsa, "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":1}", GOOD, JWT_ALGORITHM);
    signed_gives(rsa, "{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"rsa\"}", GOOD, JWT_MALFORMED);
    signed_gives(rsa, "{\"alg\":\"RS256\",\"kid\":7}", GOOD, JWT_MALFORMED);
    signed_gives(rsa, "{\"alg\":\"RS256\",\"kid\":\"rsa\"} {}", GOOD, JWT_MALFORMED);
    signed_gives(rsa, "{\"alg\":\"RS256\",\"kid\":\"other\"}", GOOD, JWT_UNKNOWN_KEY);
    signed_gives(rsa, "{\"alg\":\"RS256\",\"kid\":\"RSA\"}", GOOD, JWT_UNKNOWN_KEY);
    signed_gives(rsa, "{\"alg\":\"RS256\",\"kid\":\"\"}", GOOD, JWT_UNKNOWN_KEY);
}

static void signatures_that_are_forged(void **state)
{
    TEXT struct text token = TEXT_EMPTY;
    (void)state;

    signed_gives(token_rsa(3072), RS256, GOOD, JWT_SIGNATURE);
    signed_gives(token_ec("P-384"), ES256, GOOD, JWT_SIGNATURE); /* 96 bytes */

    token_sign(&token, token_ec("P-256"), ES256, GOOD);
    char *payload = strchr(token.data, '.') + 1;
    payload[20] = payload[20] == 'A' ? 'B' : 'A';
    gives(token.data, JWT_SIGNATURE);

    unsigned char zeros[64] = {0};
    text_clear(&token);
    token_join(&token, ES256, GOOD, zeros, sizeof zeros);
    gives(text_get(&token), JWT_SIGNATURE);
}

/* 64 bytes that verify and one more. */
static void a_signature_that_goes_on(void **state)
{
    TEXT struct text token = TEXT_EMPTY;
    TEXT struct text longer = TEXT_EMPTY;
    unsigned char raw[BASE64_ROOM(88) + 1] = {0};
    size_t size;
    (void)state;

    token_sign(&token, token_ec("P-256"), ES256, GOOD);
    const char *signature = strrchr(token.data, '.') + 1;
    assert_true(base64url_decode(signature, strlen(signature), raw, &size));
    token_join(&longer, ES256, GOOD, raw, size);
    gives(text_get(&longer), JWT_OK);
    text_clear(&longer);
    raw[size] = 0;
    token_join(&longer, ES256, GOOD, raw, size + 1);
    gives(text_get(&longer), JWT_SIGNATURE);
    text_clear(&longer);
    token_join(&longer, ES256, GOOD, raw, size - 1);
    gives(text_get(&longer), JWT_SIGNATURE);
}

/* The form of X.509 is another signature's. */
static void a_signature_in_der(void **state)
{
    TEXT struct text input = TEXT_EMPTY;
    TEXT struct text token = TEXT_EMPTY;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char der[128];
    size_t length = sizeof der;
    (void)state;

    token_join(&input, ES256, GOOD, NULL, 0);
    EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, token_ec("P-256"));
    assert_int_equal(EVP_DigestSign(context, der, &length, (unsigned char *)input.data, input.length - 1), 1);
    EVP_MD_CTX_free(context);
    token_join(&token, ES256, GOOD, der, length);
    gives(text_get(&token), JWT_SIGNATURE);
}

static void trailing_and_other_spellings(void **state)
{
    TEXT struct text token = TEXT_EMPTY;
    TEXT struct text other = TEXT_EMPTY;
    (void)state;

    token_sign(&token, token_rsa(2048), RS256, GOOD);
    gives(text_get(&token), JWT_OK);
    text_printf(&other, "%s.", text_get(&token));
    gives(text_get(&other), JWT_MALFORMED);
    text_clear(&other);
    text_printf(&other, "%s==", text_get(&token));
    gives(text_get(&other), JWT_MALFORMED);
    text_clear(&other);
    text_printf(&other, "%s\n", text_get(&token));
    gives(text_get(&other), JWT_MALFORMED);
    text_clear(&other); /* 256 bytes: the last character has four bits that are not used */
    text_puts(&other, text_get(&token));
    other.data[other.length - 1]++;
    gives(other.data, JWT_MALFORMED);
}

static void too_large(void **state)
{
    TEXT struct text payload = TEXT_EMPTY;
    (void)state;

    text_puts(&payload, "{\"pad\":\"");
    while (payload.length < 6200)
        text_puts(&payload, "aaaaaaaaaa");
    text_printf(&payload, "\",%s", &GOOD[1]);
    signed_gives(token_rsa(2048), RS256, text_get(&payload), JWT_MALFORMED);
    text_clear(&payload);
    text_puts(&payload, "{\"pad\":\"");
    while (payload.length < 5000)
        text_puts(&payload, "aaaaaaaaaa");
    text_printf(&payload, "\",%s", &GOOD[1]);
    signed_gives(token_rsa(2048), RS256, text_get(&payload), JWT_OK);
}

struct claims {
    const char *issuer, *audience, *subject, *times, *more;
};

static void claims_give(struct claims claims, enum jwt_error wanted)
{
    TEXT struct text payload = TEXT_EMPTY;

    text_printf(&payload, "{\"iss\":%s,\"aud\":%s,\"sub\":%s,%s%s}",
                claims.issuer ? claims.issuer : "\"" ISSUER "\"",
                claims.audience ? claims.audience : "\"portal\"", claims.subject ? claims.subject : "\"p\"",
                claims.times ? claims.times : "\"exp\":1700000300", claims.more ? claims.more : "");
    signed_gives(token_ec("P-256"), ES256, text_get(&payload), wanted);
}

static void parties(void **state)
{
    (void)state;
    claims_give((struct claims){.issuer = "\"" ISSUER "/\""}, JWT_ISSUER);
    claims_give((struct claims){.issuer = "\"HTTPS://id.example.com\""}, JWT_ISSUER);
    claims_give((struct claims){.issuer = "[\"" ISSUER "\"]"}, JWT_ISSUER);
    claims_give((struct claims){.issuer = "null"}, JWT_ISSUER);
    claims_give((struct claims){.audience = "\"other\""}, JWT_AUDIENCE);
    claims_give((struct claims){.audience = "[]"}, JWT_AUDIENCE);
    claims_give((struct claims){.audience = "[\"other\",\"third\"]"}, JWT_AUDIENCE);
    claims_give((struct claims){.audience = "[\"portal\",7]"}, JWT_AUDIENCE);
    claims_give((struct claims){.audience = "{\"portal\":\"portal\"}"}, JWT_AUDIENCE);
    claims_give((struct claims){.audience = "[[\"portal\"]]"}, JWT_AUDIENCE);
    claims_give((struct claims){.audience = "[\"other\",\"portal\"]"}, JWT_OK);
    claims_give((struct claims){.audience = "[\"portal\"]"}, JWT_OK);
    claims_give((struct claims){.more = ",\"sub\":\"q\""}, JWT_MALFORMED);
    claims_give((struct claims){.more = ",\"x\":{\"a\":1,\"a\":2}"}, JWT_MALFORMED);
    claims_give((struct claims){.more = ",\"SUB\":\"q\""}, JWT_OK);
}

static void subjects(void **state)
{
    TEXT struct text subject = TEXT_EMPTY;
    (void)state;

    claims_give((struct claims){.subject = "\"\""}, JWT_SUBJECT);
    claims_give((struct claims){.subject = "7"}, JWT_SUBJECT);
    claims_give((struct claims){.subject = "null"}, JWT_SUBJECT);
    claims_give((struct claims){.subject = "\"a\\nb\""}, JWT_SUBJECT);
    claims_give((struct claims){.subject = "\"a\\u0000\""}, JWT_MALFORMED);
    claims_give((struct claims){.subject = "\"\xff\""}, JWT_SUBJECT);
    text_puts(&subject, "\"");
    for (int i = 0; i < 255; i++)
        text_puts(&subject, "s");
    text_puts(&subject, "\"");
    claims_give((struct claims){.subject = text_get(&subject)}, JWT_OK);
    subject.data[subject.length - 1] = 's';
    text_puts(&subject, "\"");
    claims_give((struct claims){.subject = text_get(&subject)}, JWT_SUBJECT);
}

static void times(void **state)
{
    static const struct {
        const char *times;
        enum jwt_error error;
    } rows[] = {
        {"\"exp\":1699999940", JWT_EXPIRED}, /* a minute ago */
        {"\"exp\":1699999941", JWT_OK},
        {"\"exp\":1699999940.5", JWT_OK},
        {"\"exp\":0", JWT_EXPIRED},
        {"\"exp\":-1", JWT_MALFORMED},
        {"\"exp\":1e300", JWT_MALFORMED},
        {"\"exp\":1e999", JWT_MALFORMED},
        {"\"exp\":\"1700000300\"", JWT_MALFORMED},
        {"\"exp\":null", JWT_MALFORMED},
        {"\"iat\":1700000000", JWT_MALFORMED},
        {"\"exp\":1700000300,\"nbf\":1700000061", JWT_NOT_YET},
        {"\"exp\":1700000300,\"nbf\":1700000060", JWT_OK},
        {"\"exp\":1700000300,\"nbf\":true", JWT_MALFORMED},
        {"\"exp\":1700000300,\"iat\":1700000061", JWT_NOT_YET},
        {"\"exp\":1700000300,\"iat\":1700000060", JWT_OK},
        {"\"exp\":1700086460", JWT_OK}, /* a day and a minute */
        {"\"exp\":1700086461", JWT_TOO_LONG_LIVED},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++)
        claims_give((struct claims){.times = rows[i].times}, rows[i].error);
}

static enum jwt_error id_token(const char *more, const char *nonce)
{
    TEXT struct text payload = TEXT_EMPTY;
    TEXT struct text token = TEXT_EMPTY;
    struct jwt_expectation expected = usual();
    struct jwt out;

    text_printf(&payload, "{\"iss\":\"" ISSUER "\",\"sub\":\"p\",\"exp\":1700000300,%s}", more);
    token_sign(&token, token_rsa(2048), RS256, text_get(&payload));
    expected.is_id_token = true;
    expected.nonce = nonce;
    return jwt_verify(token.data, token.length, keys, &expected, &out);
}

static void id_tokens(void **state)
{
    (void)state;
    assert_int_equal(id_token("\"aud\":[\"portal\",\"x\"]", NULL), JWT_AUDIENCE);
    assert_int_equal(id_token("\"aud\":[\"portal\",\"x\"],\"azp\":\"x\"", NULL), JWT_AUDIENCE);
    assert_int_equal(id_token("\"aud\":[\"portal\",\"x\"],\"azp\":\"portal\"", NULL), JWT_OK);
    assert_int_equal(id_token("\"aud\":[\"portal\"]", NULL), JWT_OK);
    /* Cognito's access token has client_id in place of aud, and says what it is. */
    assert_int_equal(id_token("\"client_id\":\"portal\",\"token_use\":\"access\"", NULL), JWT_AUDIENCE);
    assert_int_equal(id_token("\"aud\":\"portal\",\"token_use\":\"access\"", NULL), JWT_ALGORITHM);
    assert_int_equal(id_token("\"aud\":\"portal\",\"token_use\":\"id\"", NULL), JWT_OK);
    assert_int_equal(id_token("\"aud\":\"portal\"", "n-1"), JWT_NONCE);
    assert_int_equal(id_token("\"aud\":\"portal\",\"nonce\":\"n-2\"", "n-1"), JWT_NONCE);
    assert_int_equal(id_token("\"aud\":\"portal\",\"nonce\":7", "n-1"), JWT_NONCE);
    assert_int_equal(id_token("\"aud\":\"portal\",\"nonce\":7", NULL), JWT_NONCE);
    assert_int_equal(id_token("\"aud\":\"portal\",\"nonce\":\"n-1\"", "n-1"), JWT_OK);
}

static void what_it_says(void **state)
{
    TEXT struct text token = TEXT_EMPTY;
    struct jwt out = {.subject = ""};
    (void)state;

    token_sign(&token, token_rsa(2048), RS256, GOOD);
    assert_int_equal(verify(text_get(&token), &out), JWT_OK);
    assert_string_equal(out.subject, "person-1");
    assert_string_equal(out.nonce, "n-1");
    assert_int_equal(out.expires_at, 1700000300000);
    assert_int_equal(strlen(out.once), 64);
}

/* s and n - s both verify: the second token must not count as another one. */
static void the_other_signature_is_the_same_token(void **state)
{
    TEXT struct text token = TEXT_EMPTY;
    TEXT struct text twin = TEXT_EMPTY;
    unsigned char raw[BASE64_ROOM(88)];
    size_t size;
    struct jwt one, two;
    BIGNUM *order = NULL;
    (void)state;

    token_sign(&token, token_ec("P-256"), ES256, GOOD);
    const char *signature = strrchr(token.data, '.') + 1;
    assert_true(base64url_decode(signature, strlen(signature), raw, &size));
    assert_true(BN_hex2bn(&order, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"));
    BIGNUM *s = BN_bin2bn(raw + 32, 32, NULL);
    BN_sub(s, order, s);
    BN_bn2binpad(s, raw + 32, 32);
    BN_free(s);
    BN_free(order);
    token_join(&twin, ES256, GOOD, raw, size);
    assert_string_not_equal(text_get(&twin), text_get(&token));
    assert_int_equal(verify(text_get(&token), &one), JWT_OK);
    assert_int_equal(verify(text_get(&twin), &two), JWT_OK);
    assert_string_equal(one.once, two.once);
}

static void once_by_its_jti(void **state)
{
    static const char *const payloads[] = {
        "{\"iss\":\"" ISSUER "\",\"aud\":\"portal\",\"sub\":\"p\",\"exp\":1700000300,\"jti\":\"a\"}",
        "{\"iss\":\"" ISSUER "\",\"aud\":\"portal\",\"sub\":\"p\",\"exp\":1700000301,\"jti\":\"a\"}",
        "{\"iss\":\"" ISSUER "\",\"aud\":\"portal\",\"sub\":\"p\",\"exp\":1700000300,\"jti\":\"b\"}",
    };
    struct jwt outs[3];
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        TEXT struct text token = TEXT_EMPTY;
        token_sign(&token, token_ec("P-256"), ES256, payloads[i]);
        assert_int_equal(verify(text_get(&token), &outs[i]), JWT_OK);
    }
    assert_string_equal(outs[0].once, outs[1].once);
    assert_string_not_equal(outs[0].once, outs[2].once);
    claims_give((struct claims){.more = ",\"jti\":7"}, JWT_MALFORMED);
    claims_give((struct claims){.more = ",\"jti\":\"\""}, JWT_MALFORMED);
}

/* A token without a kid fits if there is only one key that it can mean; keys in PEM have no kid. */
static void tokens_and_keys_without_a_kid(void **state)
{
    TEXT struct text pem = TEXT_EMPTY;
    TEXT struct text two = TEXT_EMPTY;
    TEXT struct text token = TEXT_EMPTY;
    const struct jwt_expectation expected = usual();
    struct jwt out;
    (void)state;

    signed_gives(token_rsa(2048), "{\"alg\":\"RS256\"}", GOOD, JWT_OK);
    text_puts(&two, "{\"keys\":[");
    token_jwk(&two, token_rsa(2048), "a", "");
    text_puts(&two, ",");
    token_jwk(&two, token_rsa(3072), NULL, "");
    text_puts(&two, "]}");
    struct jwks *both = parse(text_get(&two));
    token_sign(&token, token_rsa(2048), "{\"alg\":\"RS256\"}", GOOD);
    assert_int_equal(jwt_verify(token.data, token.length, both, &expected, &out), JWT_UNKNOWN_KEY);
    jwks_free(both);

    token_pem(&pem, token_rsa(3072));
    token_pem(&pem, token_rsa(2048));
    struct jwks *old_and_new = parse(text_get(&pem));
    assert_int_equal(jwt_verify(token.data, token.length, old_and_new, &expected, &out), JWT_OK);
    text_clear(&token);
    token_sign(&token, token_rsa(2048), RS256, GOOD);
    assert_int_equal(jwt_verify(token.data, token.length, old_and_new, &expected, &out), JWT_OK);
    jwks_free(old_and_new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_token),
        cmocka_unit_test(no_algorithm_and_others),
        cmocka_unit_test(key_confusion),
        cmocka_unit_test(headers_that_are_refused),
        cmocka_unit_test(signatures_that_are_forged),
        cmocka_unit_test(a_signature_that_goes_on),
        cmocka_unit_test(a_signature_in_der),
        cmocka_unit_test(trailing_and_other_spellings),
        cmocka_unit_test(too_large),
        cmocka_unit_test(parties),
        cmocka_unit_test(subjects),
        cmocka_unit_test(times),
        cmocka_unit_test(id_tokens),
        cmocka_unit_test(what_it_says),
        cmocka_unit_test(the_other_signature_is_the_same_token),
        cmocka_unit_test(once_by_its_jti),
        cmocka_unit_test(tokens_and_keys_without_a_kid),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
