/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/import_limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sidewalk/upload.h"
#include "tests/unit/test.h"

#define SMSN "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
#define ROLE "arn:aws:iam::123456789012:role/SidewalkImport"

/* Refusals say why. */
static void expect(bool (*fits)(const char *text, struct text *why), const char *text, bool wanted)
{
    TEXT struct text why = TEXT_EMPTY;
    bool found = fits(text, &why);

    if (found != wanted || found != (why.length == 0))
        fail_msg("\"%.200s\" %s: %s", text, found ? "fits" : "does not fit", text_get(&why));
}

static char *of_length(const char *start, char filler, size_t length)
{
    static char text[5000];

    memset(text, filler, length);
    memcpy(text, start, strlen(start));
    text[length] = '\0';
    return text;
}

static void serial_numbers_are_64_hex_digits(void **state)
{
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    expect(import_smsn_fits, "", false);
    expect(import_smsn_fits, SMSN "0", false);
    expect(import_smsn_fits, &SMSN[1], false);
    expect(import_smsn_fits, "g123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef", false);
    expect(import_smsn_fits, SMSN, true);
    assert_false(import_smsn_fits("ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=", &why));
    assert_non_null(strstr(text_get(&why), "0123456789abcdef0123456789abcdef0123456789abcdef"));
}

static void destinations_have_128_characters(void **state)
{
    (void)state;
    expect(import_destination_fits, "", false);
    expect(import_destination_fits, "with space", false);
    expect(import_destination_fits, "a/b", false);
    expect(import_destination_fits, "Caf\xC3\xA9", false);
    expect(import_destination_fits, of_length("", 'd', 129), false);
    expect(import_destination_fits, of_length("", 'd', 128), true);
    expect(import_destination_fits, "Side-walk_1", true);
}

static void roles_look_like_roles(void **state)
{
    static const char *const bad[] = {
        "",
        "SidewalkImport",
        "arn:aws:iam::123456789012:user/SidewalkImport",
        "arn:aws:iam::12345678901:role/SidewalkImport",
        "arn:aws:iam::1234567890123:role/SidewalkImport",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789012:role/path/",
        "arn:aws:iam::123456789012:role/With Space",
        "arn:azure:iam::123456789012:role/SidewalkImport",
    };
    static const char *const good[] = {
        ROLE,
        "arn:aws:iam::123456789012:role/service-role/a+b=c,d.e@f_g",
        "arn:aws-cn:iam::123456789012:role/SidewalkImport",
        "arn:aws-us-gov:iam::123456789012:role/SidewalkImport",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        expect(import_role_fits, bad[i], false);
    expect(import_role_fits, of_length(ROLE, 'x', 2049), false);
    expect(import_role_fits, of_length(ROLE, 'x', 2048), true);
    for (size_t i = 0; i < COUNT(good); i++)
        expect(import_role_fits, good[i], true);
}

static void files_are_in_s3(void **state)
{
    static const char *const bad[] = {
        "",
        "s3://",
        "s3://bucket",
        "s3://bucket/",
        "s3://bucket/folder/",
        "s3:///key",
        "s3://ab/key",
        "s3://Bucket/key",
        "s3://-bucket/key",
        "s3://bucket./key",
        "s3://buck et/key",
        "https://bucket.s3.amazonaws.com/key",
        "s3://bucket/a\nb",
        "s3://bucket/a/../b",
        "s3://bucket/./b",
        "s3://bucket/..",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        expect(import_file_fits, bad[i], false);
    expect(import_file_fits, of_length("s3://bucket/", 'k', 1025), false);
    expect(import_file_fits, of_length("s3://bucket/", 'k', 1024), true);
    expect(import_file_fits, "s3://my.bucket-1/a b/\xC3\xBC/..c/list.csv", true);
}

static void addresses_in_s3_come_apart(void **state)
{
    TEXT struct text bucket = TEXT_EMPTY, key = TEXT_EMPTY, why = TEXT_EMPTY;
    (void)state;

    assert_false(upload_url_parse("s3://bucket/", &bucket, &key, &why));
    assert_int_equal(bucket.length + key.length, 0);
    assert_true(upload_url_parse("s3://bucket//folder/list.csv", &bucket, &key, &why));
    assert_string_equal(text_get(&bucket), "bucket");
    assert_string_equal(text_get(&key), "/folder/list.csv");
}

static void ids_go_into_paths(void **state)
{
    (void)state;
    expect(import_id_fits, "", false);
    expect(import_id_fits, "a/b", false);
    expect(import_id_fits, "..", false);
    expect(import_id_fits, "a?b", false);
    expect(import_id_fits, "01234567-89ab-cdef-0123-456789abcdef", true);
}

static void names_are_one_line(void **state)
{
    (void)state;
    expect(import_name_fits, "", false);
    expect(import_name_fits, "a\nb", false);
    expect(import_name_fits, "a\xff", false);
    expect(import_name_fits, of_length("", 'n', 257), false);
    expect(import_name_fits, of_length("", 'n', 256), true);
    expect(import_name_fits,
           "K\xC3\xBC"
           "che 1",
           true);
}

static void expect_tags(const struct aws_pair *tags, bool wanted)
{
    TEXT struct text why = TEXT_EMPTY;

    assert_int_equal(import_tags_fit(tags, &why), wanted);
    assert_int_equal(why.length == 0, wanted);
}

static void tags_are_what_aws_takes(void **state)
{
    static char long_value[258];
    struct aws_pair many[IMPORT_TAGS_MAX + 2] = {{NULL, NULL}};
    static char names[IMPORT_TAGS_MAX + 1][16];
    (void)state;

    expect_tags(NULL, true);
    expect_tags((const struct aws_pair[]){{NULL, NULL}}, true);
    expect_tags((const struct aws_pair[]){{"", "value"}, {NULL, NULL}}, false);
    expect_tags((const struct aws_pair[]){{"AWS:key", "value"}, {NULL, NULL}}, false);
    expect_tags((const struct aws_pair[]){{"key", "a\nb"}, {NULL, NULL}}, false);
    expect_tags((const struct aws_pair[]){{"key", "<b>"}, {NULL, NULL}}, false);
    expect_tags((const struct aws_pair[]){{"key", "1"}, {"key", "2"}, {NULL, NULL}}, false);
    expect_tags((const struct aws_pair[]){{"key", "1"}, {"Key", ""}, {"a:b/c", "x y@z"}, {NULL, NULL}}, true);
    memset(long_value, 'v', 257);
    expect_tags((const struct aws_pair[]){{"key", long_value}, {NULL, NULL}}, false);
    expect_tags((const struct aws_pair[]){{"key", long_value + 1}, {NULL, NULL}}, true);
    for (int i = 0; i <= IMPORT_TAGS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "k%d", i);
        many[i] = (struct aws_pair){names[i], "v"};
    }
    expect_tags(many, false);
    many[IMPORT_TAGS_MAX].name = NULL;
    expect_tags(many, true);
}

static void a_token_stands_for_the_content(void **state)
{
    static const char *const starts[][5] = {
        {"digest", "destination", "role", "s3://bucket/key", NULL},
        {"digest2", "destination", "role", "s3://bucket/key", NULL},
        {"digest", "destination2", "role", "s3://bucket/key", NULL},
        {"digest", "destination", "role2", "s3://bucket/key", NULL},
        {"digest", "destination", "role", "s3://bucket/key2", NULL},
        {"digest", "destination", "role", "s3://bucket/key", "task"},
        {"digest", "destinationrole", "", "s3://bucket/key", NULL},
        {"digestd", "estination", "role", "s3://bucket/key", NULL},
    };
    char tokens[COUNT(starts)][DIGEST_SIZE], again[DIGEST_SIZE];
    (void)state;

    for (size_t i = 0; i < COUNT(starts); i++) {
        const char *const *s = starts[i];
        import_token(s[0], s[1], s[2], s[3], s[4], tokens[i]);
        import_token(s[0], s[1], s[2], s[3], s[4], again);
        assert_string_equal(tokens[i], again);
        expect(import_token_fits, tokens[i], true);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(tokens[i], tokens[other]);
    }
    expect(import_token_fits, "", false);
    expect(import_token_fits, of_length("", 'a', 65), false);
}

static void a_single_device_has_one_token_in_any_case(void **state)
{
    char upper[DIGEST_SIZE], lower[DIGEST_SIZE], named[DIGEST_SIZE];
    (void)state;

    import_token_single("ABCDEF", "destination", NULL, upper);
    import_token_single("abcdef", "destination", NULL, lower);
    import_token_single("abcdef", "destination", "", named);
    assert_string_equal(upper, lower);
    assert_string_not_equal(lower, named);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serial_numbers_are_64_hex_digits),
        cmocka_unit_test(destinations_have_128_characters),
        cmocka_unit_test(roles_look_like_roles),
        cmocka_unit_test(files_are_in_s3),
        cmocka_unit_test(addresses_in_s3_come_apart),
        cmocka_unit_test(ids_go_into_paths),
        cmocka_unit_test(names_are_one_line),
        cmocka_unit_test(tags_are_what_aws_takes),
        cmocka_unit_test(a_token_stands_for_the_content),
        cmocka_unit_test(a_single_device_has_one_token_in_any_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
