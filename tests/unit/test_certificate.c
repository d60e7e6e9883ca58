/* SPDX-License-Identifier: Apache-2.0 */
#include "account/certificate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/signing_request.h"
#include "base/clock.h"
#include "tests/unit/test.h"

#define HOUR 3600000LL

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_one_that_belongs_to_its_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
