/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/proof.h"

#include "tests/unit/test.h"

#define UNTOUCHED 0x5555U

static void assert_refused(const char *list)
{
    unsigned proofs = UNTOUCHED;

    assert_false(proofs_parse(list, &proofs));
    assert_int_equal(proofs, UNTOUCHED);
}

static void a_list_with_an_unknown_name_is_refused(void **state)
{
    (void)state;
    assert_refused("lable");
    assert_refused("label, codes");
    assert_refused("label; code");
    assert_refused("cod");
    assert_refused("Label");
    assert_refused("label,\ncode");
}

static void an_empty_list_is_refused(void **state)
{
    (void)state;
    assert_refused("");
    assert_refused(" ,\t, ");
}

/* Only the owner gives it, and only who was contested does it again. */
static void what_no_product_can_ask_for_is_refused(void **state)
{
    (void)state;
    assert_refused("hand-over");
    assert_refused("label, hand-over");
    assert_refused("power-cycle-again");
}

static void a_list_is_a_set(void **state)
{
    unsigned proofs = UNTOUCHED;
    (void)state;

    assert_true(proofs_parse("label", &proofs));
    assert_int_equal(proofs, PROOF(PROOF_LABEL));
    assert_true(proofs_parse(" code,power-cycle\tfresh staff, code,", &proofs));
    assert_int_equal(proofs, PROOF(PROOF_LABEL) | PROOF(PROOF_CODE) | PROOF(PROOF_POWER_CYCLE) |
                                 PROOF(PROOF_FRESH) | PROOF(PROOF_STAFF));
}

static void whoever_asks_knows_the_label(void **state)
{
    unsigned proofs = UNTOUCHED;
    (void)state;

    assert_true(proofs_parse("staff", &proofs));
    assert_int_equal(proofs, PROOF(PROOF_LABEL) | PROOF(PROOF_STAFF));
}

static void names_are_those_of_the_configuration_and_the_api(void **state)
{
    (void)state;
    assert_string_equal(proof_name(PROOF_LABEL), "label");
    assert_string_equal(proof_name(PROOF_CODE), "code");
    assert_string_equal(proof_name(PROOF_POWER_CYCLE), "power-cycle");
    assert_string_equal(proof_name(PROOF_FRESH), "fresh");
    assert_string_equal(proof_name(PROOF_STAFF), "staff");
    assert_string_equal(proof_name(PROOF_HAND_OVER), "hand-over");
    assert_string_equal(proof_name(PROOF_AGAIN), "power-cycle-again");
    assert_string_equal(proof_name(PROOF_COUNT), "unknown");
    assert_string_equal(proof_name((enum proof) - 1), "unknown");
}

/* They are bits in the store. */
static void numbers_stay(void **state)
{
    (void)state;
    assert_int_equal(PROOF(PROOF_LABEL), 1);
    assert_int_equal(PROOF(PROOF_CODE), 2);
    assert_int_equal(PROOF(PROOF_POWER_CYCLE), 4);
    assert_int_equal(PROOF(PROOF_FRESH), 8);
    assert_int_equal(PROOF(PROOF_STAFF), 16);
    assert_int_equal(PROOF(PROOF_HAND_OVER), 32);
    assert_int_equal(PROOF(PROOF_AGAIN), 64);
}

static void a_set_has_all_or_not(void **state)
{
    const unsigned both = PROOF(PROOF_LABEL) | PROOF(PROOF_CODE);
    (void)state;

    assert_false(proofs_include(PROOF(PROOF_LABEL), both));
    assert_false(proofs_include(0, both));
    assert_true(proofs_include(both, both));
    assert_true(proofs_include(both | PROOF(PROOF_FRESH), both));
    assert_true(proofs_include(0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_with_an_unknown_name_is_refused),
        cmocka_unit_test(an_empty_list_is_refused),
        cmocka_unit_test(what_no_product_can_ask_for_is_refused),
        cmocka_unit_test(a_list_is_a_set),
        cmocka_unit_test(whoever_asks_knows_the_label),
        cmocka_unit_test(names_are_those_of_the_configuration_and_the_api),
        cmocka_unit_test(numbers_stay),
        cmocka_unit_test(a_set_has_all_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
