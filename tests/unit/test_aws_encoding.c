/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/encoding.h"

#include "tests/unit/test.h"

static void check_query(const struct aws_pair *pairs, const char *wanted)
{
    TEXT struct text out = TEXT_EMPTY;

    aws_encode_query(&out, pairs);
    assert_string_equal(text_get(&out), wanted);
}

static void no_pairs_are_no_query(void **state)
{
    (void)state;
    check_query(NULL, "");
    check_query((const struct aws_pair[]){{NULL, NULL}}, "");
}

static void names_are_sorted_after_they_are_encoded(void **state)
{
    static const struct aws_pair pairs[] = {{"b", "2"},        {"a-b", "1"}, {"a", "z"}, {"\xC3\xA4", "x"},
                                            {"a", "\xC3\xA4"}, {"ab", ""},   {"Z", "9"}, {NULL, NULL}};
    (void)state;

    check_query(pairs, "%C3%A4=x&Z=9&a=%C3%A4&a=z&a-b=1&ab=&b=2");
}

static void values_are_encoded_but_for_the_unreserved(void **state)
{
    static const struct aws_pair pairs[] = {{"v", "aZ09-._~ +=&/?#%\n*'()"}, {NULL, NULL}};
    (void)state;

    check_query(pairs, "v=aZ09-._~%20%2B%3D%26%2F%3F%23%25%0A%2A%27%28%29");
}

static void a_segment_keeps_its_slash_to_itself(void **state)
{
    TEXT struct text path = TEXT_EMPTY;
    (void)state;

    aws_path_add(&path, "tasks");
    aws_path_add(&path, "a/b c\xE2\x82\xAC");
    aws_path_add(&path, "");
    assert_string_equal(text_get(&path), "/tasks/a%2Fb%20c%E2%82%AC/");
}

static void dots_are_found_as_segments_only(void **state)
{
    static const char *const with[] = {"/.", "/..", "/a/../b", "/a/./b", "/../a", "/a/.."};
    static const char *const without[] = {"", "/", "/a", "/...", "/.a", "/a.", "/a..b/c", "/%2E"};
    (void)state;

    for (size_t i = 0; i < COUNT(with); i++)
        assert_true(aws_path_has_dots(with[i]));
    for (size_t i = 0; i < COUNT(without); i++)
        assert_false(aws_path_has_dots(without[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_pairs_are_no_query),
        cmocka_unit_test(names_are_sorted_after_they_are_encoded),
        cmocka_unit_test(values_are_encoded_but_for_the_unreserved),
        cmocka_unit_test(a_segment_keeps_its_slash_to_itself),
        cmocka_unit_test(dots_are_found_as_segments_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
