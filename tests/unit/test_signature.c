/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/signature.h"

#include <string.h>

#include "base/memory.h"
#include "tests/unit/test.h"

/* The example that AWS publishes for its signature (IAM User Guide, "Signature Version 4"): ListUsers of
 * 2015-08-30, with the example key. */
#define EXAMPLE_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct cloud_request request_for(char *path, char *query)
{
    return (struct cloud_request){
        .method = "GET",
        .path = path,
        .query = query,
        .headers = {{"Host", "iam.amazonaws.com"},
                    {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                    {"X-Amz-Date", "20150830T123600Z"},
                    {"Spaced", "  a   b  "},
                    {"spaced", "c"}},
        .header_count = 5,
    };
}

static void the_published_example_verifies(void **state)
{
    char path[] = "/", query[] = "Action=ListUsers&Version=2010-05-08", date[] = "20150830T123600Z";
    char scope[] = "20150830/us-east-1/iam/aws4_request", names[] = "content-type;host;x-amz-date";
    char value[] = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    struct cloud_request request = request_for(path, query);
    const struct signature signature = {
        .scope = scope, .signed_headers = names, .value = value, .date = date};
    (void)state;

    assert_int_equal(
        signature_check(&request, &signature, SIGNATURE_IOTWIRELESS, EXAMPLE_SECRET "x", EMPTY_SHA256),
        SIGNATURE_MISMATCH);
    query[7] = 'l';
    assert_int_equal(
        signature_check(&request, &signature, SIGNATURE_IOTWIRELESS, EXAMPLE_SECRET, EMPTY_SHA256),
        SIGNATURE_MISMATCH);
    query[7] = 'L';
    assert_int_equal(
        signature_check(&request, &signature, SIGNATURE_IOTWIRELESS, EXAMPLE_SECRET, EMPTY_SHA256),
        SIGNATURE_OK);
}

static char *canonical(char *path, char *query, enum signature_service service)
{
    struct cloud_request request = request_for(path, query);
    struct text out = TEXT_EMPTY;

    assert_true(signature_canonical(&request, service, "host;spaced", "hash", &out));
    return text_take(&out);
}

static void queries_are_sorted_and_encoded_anew(void **state)
{
    static const struct {
        const char *given, *wanted;
    } cases[] = {
        {"", ""},
        {"b=2&a=1", "a=1&b=2"},
        {"a=b&a=a&A=z", "A=z&a=a&a=b"},
        {"flag", "flag="},
        {"a=%7e%2f x*", "a=~%2F%20x%2A"},
        {"a=1=2", "a=1%3D2"},
        {"a=%zz%4", "a=%25zz%254"},
        {"&&a=1&", "a=1"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        TEXT struct text wanted = TEXT_EMPTY;
        char path[] = "/";
        OWNED char *query = memory_string(cases[i].given);
        OWNED char *found = canonical(path, query, SIGNATURE_IOTWIRELESS);
        text_printf(&wanted, "GET\n/\n%s\nhost:iam.amazonaws.com\nspaced:a b,c\n\nhost;spaced\nhash",
                    cases[i].wanted);
        assert_string_equal(found, text_get(&wanted));
    }
}

static void paths_are_s3s_or_everybody_elses(void **state)
{
    static const struct {
        const char *given, *s3, *other;
    } cases[] = {
        {"/", "/", "/"},
        {"/a/b", "/a/b", "/a/b"},
        {"/a%20b", "/a%20b", "/a%2520b"},
        {"/a//b/", "/a//b/", "/a/b/"},
        {"/a/./b/../c", "/a/./b/../c", "/a/c"},
        {"/a/./b/.", "/a/./b/.", "/a/b"},
        {"/a/b/..", "/a/b/..", "/a"},
        {"/../..", "/../..", "/"},
        {"/a+(b)", "/a%2B%28b%29", "/a%2B%28b%29"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        OWNED char *path = memory_string(cases[i].given);
        char query[] = "";
        OWNED char *s3 = canonical(path, query, SIGNATURE_S3);
        OWNED char *other = canonical(path, query, SIGNATURE_IOTWIRELESS);
        assert_memory_equal(s3 + 4, cases[i].s3, strlen(cases[i].s3));
        assert_int_equal(s3[4 + strlen(cases[i].s3)], '\n');
        assert_memory_equal(other + 4, cases[i].other, strlen(cases[i].other));
        assert_int_equal(other[4 + strlen(cases[i].other)], '\n');
    }
}

static void a_signed_header_that_is_not_there_is_missed(void **state)
{
    char path[] = "/", query[] = "";
    struct cloud_request request = request_for(path, query);
    TEXT struct text out = TEXT_EMPTY;
    (void)state;

    assert_false(signature_canonical(&request, SIGNATURE_S3, "host;x-amz-other", "hash", &out));
}

static void no_field_of_a_query_is_left_out(void **state)
{
    TEXT struct text query = TEXT_EMPTY;
    TEXT struct text out = TEXT_EMPTY;
    char path[] = "/";
    (void)state;

    for (int i = 0; i < 128; i++)
        text_printf(&query, "&a=%d", i);
    struct cloud_request request = request_for(path, query.data);
    assert_true(signature_canonical(&request, SIGNATURE_S3, "host", "hash", &out));
    text_puts(&query, "&a");
    request.query = query.data;
    assert_false(signature_canonical(&request, SIGNATURE_S3, "host", "hash", &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_example_verifies),
        cmocka_unit_test(queries_are_sorted_and_encoded_anew),
        cmocka_unit_test(paths_are_s3s_or_everybody_elses),
        cmocka_unit_test(no_field_of_a_query_is_left_out),
        cmocka_unit_test(a_signed_header_that_is_not_there_is_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
