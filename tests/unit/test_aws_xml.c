/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/xml.h"

#include <string.h>

#include "base/text.h"
#include "tests/unit/test.h"

static struct aws_xml *parse(const char *text)
{
    return aws_xml_parse(text, strlen(text));
}

static void what_is_no_document_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
        "<!DOCTYPE a><a/>",
        "<a>&unknown;</a>",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(texts); i++)
        assert_null(parse(texts[i]));
}

static void as_deep_as(unsigned levels, struct text *out)
{
    for (unsigned i = 0; i < levels; i++)
        text_puts(out, "<a>");
    for (unsigned i = 0; i < levels; i++)
        text_puts(out, "</a>");
}

static void it_is_not_followed_into_every_depth(void **state)
{
    TEXT struct text fits = TEXT_EMPTY, deep = TEXT_EMPTY;
    (void)state;

    as_deep_as(32, &fits);
    struct aws_xml *xml = parse(text_get(&fits));
    assert_non_null(xml);
    aws_xml_free(xml);
    as_deep_as(33, &deep);
    assert_null(parse(text_get(&deep)));
    text_clear(&deep);
    as_deep_as(100000, &deep);
    assert_null(parse(text_get(&deep)));
}

static void texts_are_found_by_their_paths(void **state)
{
    struct aws_xml *xml = parse(
        "<?xml version=\"1.0\"?>\n<R xmlns=\"https://iam\">\n <Result>\n  "
        "<Role><Arn>a&amp;b</Arn><Path/></Role>\n"
        "  <n:Names xmlns:n=\"x\"><member>one</member><member>two</member></n:Names>\n </Result>\n</R>\n");
    (void)state;

    assert_non_null(xml);
    assert_string_equal(aws_xml_text(xml, "Result/Role/Arn", 0), "a&b");
    assert_string_equal(aws_xml_text(xml, "Result/Role/Path", 0), "");
    assert_string_equal(aws_xml_text(xml, "Result/Names/member", 0), "one");
    assert_string_equal(aws_xml_text(xml, "Result/Names/member", 1), "two");
    assert_null(aws_xml_text(xml, "Result/Names/member", 2));
    assert_null(aws_xml_text(xml, "Result/Role", 0));
    assert_null(aws_xml_text(xml, "Result", 0));
    assert_null(aws_xml_text(xml, "Arn", 0));
    aws_xml_free(xml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_document_is_refused),
        cmocka_unit_test(it_is_not_followed_into_every_depth),
        cmocka_unit_test(texts_are_found_by_their_paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
