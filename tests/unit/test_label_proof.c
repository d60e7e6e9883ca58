/* SPDX-License-Identifier: Apache-2.0 */
/* With the real decoder. */
#include "label/proof.h"

#include <string.h>

#include "tests/unit/test.h"

static const struct label_rules rules = {.public_url = "https://register.example.com"};

static void make(const char *name, struct label *label, struct qr_code *code)
{
    TEXT struct text why = TEXT_EMPTY;

    assert_true(label_make(&rules, name, "", "", label, &why));
    assert_true(qr_code_make(label->url, QR_CODE_LEVEL_M, code));
}

static struct proof *start(void)
{
    TEXT struct text why = TEXT_EMPTY;
    struct proof *proof = proof_start(&rules, DECODE_PROGRAM, &why);

    if (proof == NULL)
        fail_msg("%s", text_get(&why));
    return proof;
}

static void expect_wrong(struct proof *proof, const char *wanted)
{
    TEXT struct text why = TEXT_EMPTY;

    assert_false(proof_wait(proof, &why));
    if (strstr(text_get(&why), wanted) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text_get(&why), wanted);
    proof_free(proof);
}

static void a_code_of_another_address_is_told(void **state)
{
    static struct qr_code code, other;
    struct label label;
    struct proof *proof = start();
    (void)state;

    make("ffffffff", &label, &other);
    make("a84e07f1c2b95d3e6f80914ab27dc35e", &label, &code);
    assert_true(proof_add(proof, &label, &code));
    bool so_far = proof_add(proof, &label, &other); /* maybe it is not known yet */
    (void)so_far;
    expect_wrong(proof, "a84e07f1c2b95d3e6f80914ab27dc35e cannot be relied on: another text");
}

static void a_code_that_cannot_be_read_is_told(void **state)
{
    static struct qr_code code;
    struct label label;
    struct proof *proof = start();
    (void)state;

    make("a84e07f1c2b95d3e6f80914ab27dc35e", &label, &code);
    memset(code.dark[10], 0, 12 * sizeof code.dark[0]);
    bool so_far = proof_add(proof, &label, &code);
    (void)so_far;
    expect_wrong(proof, "a84e07f1c2b95d3e6f80914ab27dc35e cannot be relied on: ");
}

static void an_address_of_another_thing_is_told(void **state)
{
    static struct qr_code code;
    struct label label;
    struct proof *proof = start();
    (void)state;

    make("a84e07f1c2b95d3e6f80914ab27dc35e", &label, &code);
    label.name[0] = 'b';
    bool so_far = proof_add(proof, &label, &code);
    (void)so_far;
    expect_wrong(proof, "would take its address for another");
}

static void good_codes_are_good(void **state)
{
    static struct qr_code code;
    struct label label;
    char name[] = "a84e07f1c2b95d3e6f80914ab27dc300";
    struct proof *proof = start();
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    for (int i = 0; i < 40; i++) {
        name[30] = (char)('0' + i / 10);
        name[31] = (char)('0' + i % 10);
        make(name, &label, &code);
        assert_true(proof_add(proof, &label, &code));
    }
    assert_true(proof_wait(proof, &why));
    assert_int_equal(why.length, 0);
    proof_free(proof);
    proof_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_of_another_address_is_told),
        cmocka_unit_test(a_code_that_cannot_be_read_is_told),
        cmocka_unit_test(an_address_of_another_thing_is_told),
        cmocka_unit_test(good_codes_are_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
