/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/profile.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

static struct aws_profile_file *parse(enum aws_profile_style style, const char *text)
{
    TEXT struct text why = TEXT_EMPTY;
    struct aws_profile_file *file = aws_profile_parse("F", style, text, strlen(text), &why);

    if (!file)
        print_error("%s\n", text_get(&why));
    assert_non_null(file);
    return file;
}

static void check_refused(const char *text, const char *wanted)
{
    TEXT struct text why = TEXT_EMPTY;

    assert_null(aws_profile_parse("F", AWS_PROFILE_CONFIG, text, strlen(text), &why));
    assert_string_equal(text_get(&why), wanted);
}

static void check_get(const struct aws_profile_file *file, const char *profile, const char *key,
                      const char *wanted)
{
    const char *value = aws_profile_get(file, profile, key);

    if (!wanted)
        assert_null(value);
    else
        assert_true(value && strcmp(value, wanted) == 0);
}

static void bad_lines_are_refused_and_not_repeated(void **state)
{
    char longest[AWS_PROFILE_LINE_MAX + 40] = "[default]\na = ";
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    check_refused("[default]\nregion\n", "F:2: the line must be a [section] or name = value");
    check_refused("[default]\n\n# c\nmy secret without a name\n[x]\n",
                  "F:4: the line must be a [section] or name = value");
    check_refused("region = x\n", "F:1: a key before the first [section]");
    check_refused("[default\nregion = x\n", "F:1: the section has no ]");
    check_refused("[]\n", "F:1: the section has no name");
    check_refused("[default]\n = x\n", "F:2: the name before the = is missing");
    check_refused("[default]\n [profile x]\n", "F:2: a [section] is indented");
    memset(longest + strlen(longest), 'x', AWS_PROFILE_LINE_MAX);
    check_refused(longest, "F:2: the line is too long");
    assert_null(aws_profile_parse("F", AWS_PROFILE_CONFIG, "[a]\nb = \0c\n", 11, &why));
    assert_string_equal(text_get(&why), "F:2: the line has a NUL in it");
}

static void an_empty_file_has_no_profile(void **state)
{
    struct aws_profile_file *file = parse(AWS_PROFILE_CONFIG, "\n# nothing\n");
    (void)state;

    assert_false(aws_profile_has(file, "default"));
    check_get(file, "default", "region", NULL);
    aws_profile_free(file);
}

static void sections_of_config(void **state)
{
    struct aws_profile_file *file =
        parse(AWS_PROFILE_CONFIG,
              "\xEF\xBB\xBF[default]\r\nregion = a\r\n[profile two]\nregion=b\n"
              "[profile  \"with space\" ] ; comment\nregion : c\n[three]\nregion = d\n"
              "[sso-session two]\nregion = e\n[services two]\nregion = f\n[profile default]\nca_bundle = g\n"
              "[profile empty]\n");
    (void)state;

    check_get(file, "default", "region", "a");
    check_get(file, "default", "ca_bundle", "g");
    check_get(file, "two", "region", "b");
    check_get(file, "with space", "region", "c");
    check_get(file, "three", "region", NULL);
    assert_false(aws_profile_has(file, "three"));
    assert_true(aws_profile_has(file, "empty"));
    aws_profile_free(file);
}

static void sections_of_credentials(void **state)
{
    struct aws_profile_file *file =
        parse(AWS_PROFILE_CREDENTIALS,
              "[default]\naws_access_key_id = A\n[two]\nAWS_Access_Key_ID=B\n[profile x]\na=C\n");
    (void)state;

    check_get(file, "default", "aws_access_key_id", "A");
    check_get(file, "two", "aws_access_key_id", "B");
    assert_false(aws_profile_has(file, "x"));
    assert_true(aws_profile_has(file, "profile x"));
    aws_profile_free(file);
}

static void values_comments_and_what_comes_twice(void **state)
{
    struct aws_profile_file *file =
        parse(AWS_PROFILE_CREDENTIALS, "[p]\n; a = 0\n  # b = 0\na = 1 # one\nb = 2 ; two\nc = "
                                       "a#b;c=/+d==\nd =\nx = 1\n[q]\nx = 3\n[p]\nx = 2\n");
    (void)state;

    check_get(file, "p", "a", "1");
    check_get(file, "p", "b", "2");
    check_get(file, "p", "c", "a#b;c=/+d==");
    check_get(file, "p", "d", NULL);
    check_get(file, "p", "x", "2");
    aws_profile_free(file);
}

static void long_names_and_values_are_whole(void **state)
{
    char text[9000], name[201], value[AWS_PROFILE_LINE_MAX - 20];
    (void)state;

    memset(name, 'n', sizeof name - 1);
    memset(value, 'v', sizeof value - 1);
    name[sizeof name - 1] = value[sizeof value - 1] = '\0';
    snprintf(text, sizeof text, "[%s]\ntoken = %s\n", name, value);
    struct aws_profile_file *file = parse(AWS_PROFILE_CREDENTIALS, text);
    check_get(file, name, "token", value);
    aws_profile_free(file);
}

static void nested_keys_are_not_the_sections(void **state)
{
    struct aws_profile_file *file =
        parse(AWS_PROFILE_CONFIG,
              "[profile a]\ns3 =\n  endpoint_url = nested\n  region = nested\nregion = own\n"
              "[services s]\niot_wireless =\n\tendpoint_url = http://w\ns3 =\n\n  endpoint_url = http://s\n"
              "endpoint_url = none\n");
    (void)state;

    check_get(file, "a", "endpoint_url", NULL);
    check_get(file, "a", "region", "own");
    assert_string_equal(aws_profile_get_service(file, "s", "iot_wireless", "endpoint_url"), "http://w");
    assert_string_equal(aws_profile_get_service(file, "s", "s3", "endpoint_url"), "http://s");
    assert_null(aws_profile_get_service(file, "s", "iot", "endpoint_url"));
    assert_null(aws_profile_get_service(file, "other", "s3", "endpoint_url"));
    aws_profile_free(file);
}

static void a_file_that_is_not_there_is_empty_and_a_folder_is_an_error(void **state)
{
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    struct aws_profile_file *file = aws_profile_load("/nowhere/at/all", AWS_PROFILE_CONFIG, &why);
    assert_non_null(file);
    assert_string_equal(aws_profile_path(file), "/nowhere/at/all");
    aws_profile_free(file);
    assert_null(aws_profile_load("/", AWS_PROFILE_CONFIG, &why));
    assert_string_equal(text_get(&why), "/: cannot be read: Is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_lines_are_refused_and_not_repeated),
        cmocka_unit_test(an_empty_file_has_no_profile),
        cmocka_unit_test(sections_of_config),
        cmocka_unit_test(sections_of_credentials),
        cmocka_unit_test(values_comments_and_what_comes_twice),
        cmocka_unit_test(long_names_and_values_are_whole),
        cmocka_unit_test(nested_keys_are_not_the_sections),
        cmocka_unit_test(a_file_that_is_not_there_is_empty_and_a_folder_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
