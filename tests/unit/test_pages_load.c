/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of templates as an OEM may have it: what is wrong with it is told at start-up, by file and name.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "server/page/pages.h"
#include "tests/unit/test.h"

static char folder[] = "/tmp/test_pages_load.XXXXXX";

static void put(const char *name, const char *content, size_t length)
{
    TEXT struct text path = TEXT_EMPTY;
    text_printf(&path, "%s/%s", folder, name);
    assert_int_equal(file_replace(text_get(&path), content, length, 0600), 0);
}

static char *original(const char *name)
{
    TEXT struct text path = TEXT_EMPTY;
    char *content = NULL;
    size_t length = 0;
    text_printf(&path, TEMPLATES_FOLDER "/%s", name);
    assert_int_equal(file_read(text_get(&path), 1 << 20, &content, &length), 0);
    return content;
}

static void restore(const char *name)
{
    OWNED char *content = original(name);
    put(name, content, strlen(content));
}

/* Puts the file there with the first `from` replaced by `to`. */
static void change(const char *name, const char *from, const char *to)
{
    OWNED char *content = original(name);
    TEXT struct text changed = TEXT_EMPTY;
    const char *found = strstr(content, from);
    if (found == NULL)
        fail_msg("%s has no \"%s\"", name, from);
    text_add(&changed, content, (size_t)(found - content));
    text_puts(&changed, to);
    text_puts(&changed, found + strlen(from));
    put(name, text_get(&changed), changed.length);
}

/* Loading fails, and the error has all of parts in it (up to a NULL). */
static void expect_error(const char *const *parts)
{
    OWNED char *error = NULL;
    struct pages *loaded = pages_load(folder, "en", "1", NULL, &error);
    pages_free(loaded);
    if (loaded != NULL)
        fail_msg("loaded, but \"%s\" is wrong", parts[0]);
    for (; *parts != NULL; parts++)
        if (strstr(error, *parts) == NULL)
            fail_msg("\"%s\" is not in: %s", *parts, error);
}
#define EXPECT_ERROR(...) expect_error((const char *const[]){__VA_ARGS__, NULL})

static void a_missing_folder(void **state)
{
    OWNED char *error = NULL;
    (void)state;
    assert_null(pages_load("/nonexistent/templates", "en", "1", NULL, &error));
    assert_non_null(strstr(error, "/nonexistent/templates"));
}

static void a_missing_fallback(void **state)
{
    OWNED char *error = NULL;
    (void)state;
    assert_null(pages_load(folder, "fr", "1", NULL, &error));
    assert_non_null(strstr(error, "messages.fr.json"));
}

static void catalogues_that_differ(void **state)
{
    (void)state;
    change("messages.de.json", "\"register_button\"", "\"register_knopf\"");
    EXPECT_ERROR("messages.de.json", "\"register_button\"", "is missing");
    change("messages.de.json", "{\n", "{\n\"extra\": \"mehr\",\n");
    EXPECT_ERROR("messages.en.json", "\"extra\"", "is missing");
    change("messages.de.json", "{waited} von", "zwei von");
    EXPECT_ERROR("messages.de.json", "\"status_waiting\"", "must contain {waited}");
    restore("messages.de.json");
}

static void catalogues_that_are_no_catalogues(void **state)
{
    static const struct {
        const char *content, *complaint;
    } rows[] = {
        {"", "not valid JSON"},
        {"{", "not valid JSON"},
        {"{\"a\": \"b\"} x", "not valid JSON"},
        {"{\n\"a\": \"b\",\n\"c\" \"d\"\n}", "near line 3"},
        {"[]", "must be a JSON object"},
        {"{}", "must be a JSON object"},
        {"\"text\"", "must be a JSON object"},
        {"{\"a\": 1}", "\"a\": the text must be a string"},
        {"{\"a\": null}", "\"a\": the text must be a string"},
        {"{\"a\": {\"b\": \"c\"}}", "\"a\": the text must be a string"},
        {"{\"a\": \"\"}", "\"a\": the text is empty"},
        {"{\"a\": \"b\", \"a\": \"c\"}", "\"a\": this key appears twice"},
        {"{\"a\": \"\xFF\"}", "\"a\": the text is not valid UTF-8"},
        {"{\"a\": \"x {b\"}", "\"a\": braces"},
        {"{\"a\": \"x } y\"}", "\"a\": braces"},
        {"{\"a\": \"{}\"}", "\"a\": braces"},
        {"{\"a\": \"{{b}}\"}", "\"a\": braces"},
        {"{\"a\": \"{{{b}}}\"}", "\"a\": braces"},
        {"{\"a\": \"{b c}\"}", "\"a\": braces"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        put("messages.de.json", rows[i].content, strlen(rows[i].content));
        EXPECT_ERROR("messages.de.json", rows[i].complaint);
    }
    put("messages.de.json", "{\"a\": \"b\0c\"}", 12);
    EXPECT_ERROR("messages.de.json", "not valid JSON");
    restore("messages.de.json");
}

static void templates_that_are_wrong(void **state)
{
    static const struct {
        const char *from, *to, *complaint;
    } rows[] = {
        {"{{t.form_title}}", "{{t.form_titel}}", "no message \"form_titel\" in messages.en.json"},
        {"{{t.form_title}}", "{{form_title}}", "this page has no value with the name \"form_title\""},
        {"{{t.form_title}}", "{{t.status_waiting}}", "uses {waited}, but this page has no value"},
        {"{{t.form_title}}", "{{{typed}}}", "unescaped tags"},
        {"{{t.form_title}}", "{{&typed}}", "unescaped tags"},
        {"{{t.form_title}}", "{{ & typed }}", "unescaped tags"},
        {"{{t.form_title}}", "{{=<% %>=}}", "unescaped tags"},
        {"{{t.form_title}}", "{{typed", "must contain one name"},
        {"{{t.form_title}}", "{{}}", "must contain one name"},
        {"{{t.form_title}}", "{{#typed}}", "nclosed section"},
        {"{{t.form_title}}", "{{/typed}}", "section"},
        {"{{t.form_title}}", "{{> nothing}}", "nothing.mustache"},
        {"{{t.form_title}}", "{{> form}}", "nested more than 8 deep"},
        {"{{t.form_title}}", "{{> ../static/style.css}}", "must contain one name"},
        {"{{t.form_title}}", "\xFF", "not valid UTF-8"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        change("form.mustache", rows[i].from, rows[i].to);
        EXPECT_ERROR(rows[i].complaint, ".mustache");
    }
    restore("form.mustache");
}

static void the_line_of_an_error_is_told(void **state)
{
    (void)state;
    put("problem.mustache", "one\n\n{{t.nothing}}\n", 19);
    EXPECT_ERROR("problem.mustache:3: there is no message \"nothing\"");
    restore("problem.mustache");
}

static void a_missing_template(void **state)
{
    TEXT struct text path = TEXT_EMPTY;
    (void)state;
    text_printf(&path, "%s/status.mustache", folder);
    assert_int_equal(unlink(text_get(&path)), 0);
    EXPECT_ERROR("status.mustache", strerror(ENOENT));
    restore("status.mustache");
}

static void an_oems_own_words_and_pages(void **state)
{
    OWNED char *error = NULL;
    static const char page[] = "{{! ours }}{ {{t.form_title}} }{{#problem}}<i>{{problem}}</i>{{/problem}}\n";
    TEXT struct text out = TEXT_EMPTY;
    (void)state;
    change("messages.en.json", "Register your product", "Hello <Acme> & \\\"friends\\\"");
    put("form.mustache", page, strlen(page));
    put("messages.notes.json", "not looked at", 13);
    struct pages *loaded = pages_load(folder, "en", "1", NULL, &error);
    if (loaded == NULL)
        fail_msg("%s", error);
    pages_form(loaded, "en", &(struct page_form){.typed = ""}, &out);
    pages_free(loaded);
    assert_string_equal(text_get(&out), "&#123; Hello &lt;Acme&gt; &amp; &quot;friends&quot; }\n");
    restore("messages.en.json");
    restore("form.mustache");
}

static void visit(void (*each)(const char *name), const char *of)
{
    DIR *open = opendir(of);
    assert_non_null(open);
    for (const struct dirent *entry; (entry = readdir(open)) != NULL;)
        if (entry->d_name[0] != '.')
            each(entry->d_name);
    closedir(open);
}

static void delete_file(const char *name)
{
    TEXT struct text path = TEXT_EMPTY;
    text_printf(&path, "%s/%s", folder, name);
    unlink(text_get(&path));
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    visit(restore, TEMPLATES_FOLDER);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    visit(delete_file, folder);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_folder),         cmocka_unit_test(a_missing_fallback),
        cmocka_unit_test(catalogues_that_differ),   cmocka_unit_test(catalogues_that_are_no_catalogues),
        cmocka_unit_test(templates_that_are_wrong), cmocka_unit_test(the_line_of_an_error_is_told),
        cmocka_unit_test(a_missing_template),       cmocka_unit_test(an_oems_own_words_and_pages),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
