/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/product_settings.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "ownership/product_folder.h"
#include "ownership/proof.h"
#include "tests/unit/test.h"

static char root[] = "/tmp/test_product_settings.XXXXXX";
static struct oem_endpoint endpoint = {.key = "eu"};
static const struct claim_settings claim = {.endpoints = &endpoint, .endpoint_count = 1};

static int make_root(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
    (void)state;
    return rmdir(root);
}

static void put(const char *name, const char *bytes, size_t length)
{
    TEXT struct text path = TEXT_EMPTY;

    text_printf(&path, "%s/%s", root, name);
    assert_int_equal(file_replace(path.data, bytes, length, 0600), 0);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static void drop(const char *name)
{
    TEXT struct text path = TEXT_EMPTY;

    text_printf(&path, "%s/%s", root, name);
    assert_int_equal(unlink(path.data), 0);
}

static struct config *load(const char *text)
{
    static char path[] = "/tmp/test_product_settings.ini.XXXXXX";
    static char file[sizeof path];

    memcpy(file, path, sizeof path);
    int fd = mkstemp(file);
    assert_true(fd >= 0);
    assert_int_equal(file_write_all(fd, text, strlen(text)), 0);
    close(fd);
    struct config *config = config_new(&product_config_table, 1, "PORTAL", true);
    bool fine = config_load(config, file, NULL);
    unlink(file);
    if (!fine)
        fail_msg("%s", config_error(config, 0));
    return config;
}

#define PRODUCT "[product.toaster]\nname = Toaster\n"

/* error: the end of the only one. */
static void expect_error(const char *more, const char *error)
{
    TEXT struct text ini = TEXT_EMPTY;
    struct products products;

    text_printf(&ini, PRODUCT "%s\n", more);
    struct config *config = load(ini.data);
    assert_false(product_settings_load(config, "en", &claim, &products));
    product_settings_fini(&products);
    if (config_error_count(config) != 1)
        fail_msg("%zu errors, not: %s", config_error_count(config), error);
    const char *found = config_error(config, 0);
    if (strlen(found) < strlen(error) || strcmp(found + strlen(found) - strlen(error), error) != 0)
        fail_msg("%s, not: %s", found, error);
    config_free(config);
}

static void refuses_wrong_lists(void **state)
{
    (void)state;
    expect_error("identifiers = a b",
                 "identifiers: a b must have only letters, digits, - and _, with * and ?");
    expect_error("identifiers = ab,", "identifiers: has nothing between two commas, or at an end");
    expect_error("identifiers = ab, ab", "identifiers: ab is there twice");
    expect_error("gtin = 4006381333930",
                 "gtin: 4006381333930 is no GTIN: it has 8, 12, 13 or 14 digits, of which the last is the "
                 "check digit");
    expect_error("gtin = 4006381333931, 04006381333931", "gtin: 04006381333931 is there twice");
    expect_error("countries = de", "countries: de is no country, such as DE");
    expect_error("proof = label, magic",
                 "proof: must be of label, code, power-cycle, fresh and staff, with commas");
    expect_error("endpoint = us", "endpoint: us is no endpoint: it has no section");
    expect_error("support = http://a.example", "support: must be an address that starts with https://");
    expect_error("manual = https://a.example/\"", "manual: must be an address that starts with https://");
    expect_error("gtin = 4006381333931\n[product.other]\nname = x\ngtin = 04006381333931",
                 "[product.other] gtin: 04006381333931 is that of [product.toaster]");
    expect_error("identifiers = A\n[product.other]\nname = x\nidentifiers = A",
                 "[product.other] identifiers: A is that of [product.toaster]");
}

#define FIELD(name, more) "[product.toaster." name "]\nlabel = " name "\n" more "\n"

static void refuses_wrong_fields(void **state)
{
    (void)state;
    expect_error("fields = size", "fields: there is no section [product.toaster.size]");
    expect_error(FIELD("size", ""), "fields: does not list size, which [product.toaster.size] describes");
    expect_error("fields = a b", "fields: a b is no name: it has up to 32 letters, digits, - and _");
    expect_error("fields = name\n" FIELD("name", ""),
                 "fields: name is the product's own name in words.LANG.txt: choose another");
    expect_error("fields = size\n" FIELD("size", "type = choice\nchoices = S"),
                 "choices: must have at least two answers");
    expect_error("fields = size\n" FIELD("size", "choices = S, M"), "choices: are only for type = choice");
    expect_error("fields = a, b\n" FIELD("a", "type = email") FIELD("b", "type = email"),
                 "fields: has more than one of type = email");
    expect_error("fields = a, b, c\n" FIELD("a", "required = yes") FIELD("b", "required = yes")
                     FIELD("c", "required = yes"),
                 "fields: has 3 that are required; people give up long forms: at most 2, or set "
                 "required_fields_max");
}

static void expect_folder_error(const char *name, const char *bytes, size_t length, const char *error)
{
    TEXT struct text folder = TEXT_EMPTY;
    TEXT struct text expected = TEXT_EMPTY;

    text_printf(&folder, "folder = %s", root);
    text_printf(&expected, "[product.toaster] folder: %s/%s%s", root, name, error);
    put(name, bytes, length);
    expect_error(folder.data, expected.data);
    drop(name);
}

static void refuses_wrong_files(void **state)
{
    OWNED char *long_text = memory_new(PRODUCT_TEXT_MAX + 2, 1);
    OWNED char *long_picture = memory_new(PRODUCT_PICTURE_MAX + 2, 1);

    (void)state;
    memset(long_text, 'x', PRODUCT_TEXT_MAX + 1);
    memset(long_picture, 'x', PRODUCT_PICTURE_MAX + 1);
    expect_folder_error("notes.txt", "", 0,
                        " is no file of a product, such as picture.png, label.jpg, instructions.de.txt, "
                        "network.txt, consent.txt, marketing.txt or words.de.txt");
    expect_folder_error("instructions.html", "", 0,
                        " is no file of a product, such as picture.png, label.jpg, instructions.de.txt, "
                        "network.txt, consent.txt, marketing.txt or words.de.txt");
    expect_folder_error("picture.png", "x", 1, " is not a PNG, JPEG, WebP or SVG picture");
    expect_folder_error("picture.png", "<svg viewBox='0 0 1 1'/>", 24,
                        " is a picture of another kind: name it .svg");
    expect_folder_error("picture.svg", "<svg viewBox='0 0 1 1'><script/>", 32,
                        " contains <script, which a picture must not have");
    expect_folder_error("picture.svg", "<svg/>", 6, " is a picture without a size");
    expect_folder_error("picture.jpg", long_picture, PRODUCT_PICTURE_MAX + 1,
                        ": such a file has at most 256 KiB");
    expect_folder_error("network.de.txt", long_text, PRODUCT_TEXT_MAX + 1, ": such a file has at most 4 KiB");
    expect_folder_error("network.txt",
                        "\xff\xfe"
                        "a\0",
                        4, ": it is UTF-16; save it as UTF-8");
    expect_folder_error("network.txt", "a\xff", 2, " is not UTF-8 text");
}

static void a_text_that_people_agree_to_must_be_there(void **state)
{
    (void)state;
    expect_error("consent = 1", "consent: needs the text, consent.en.txt in the folder");
    expect_error("marketing = yes", "marketing: needs the text, marketing.en.txt in the folder");
}

static const char *text_in(const struct product *product, enum product_part part, const char *language)
{
    const struct product_file *file = product_folder_find(product->folder, part, language);

    return file ? file->bytes : "none";
}

static void expect_word(const struct product *product, const char *language, const char *key,
                        const char *expected)
{
    const char *word = NULL;
    size_t length = 0;

    assert_true(product_folder_word(product->folder, language, key, &word, &length));
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(word, expected, length);
}

static void check_texts(const struct product *product)
{
    const char *word = NULL;
    size_t length = 0;

    assert_string_equal(text_in(product, PRODUCT_NETWORK, "de"), "WLAN");
    assert_string_equal(text_in(product, PRODUCT_NETWORK, "de-AT"), "WLAN");
    assert_string_equal(text_in(product, PRODUCT_NETWORK, "fr"), "Wi-Fi");
    assert_string_equal(text_in(product, PRODUCT_CONSENT, "fr"), "I agree"); /* of the usual language */
    assert_string_equal(text_in(product, PRODUCT_INSTRUCTIONS, "en"), "none");
    assert_int_equal(product_folder_find(product->folder, PRODUCT_PICTURE, "de")->head.width, 60);
    expect_word(product, "de", "size",
                "Gr\xc3\xb6\xc3\x9f"
                "e");
    expect_word(product, "de", "size.S", "= klein");
    assert_false(product_folder_word(product->folder, "de", "none", &word, &length));
    assert_false(product_folder_word(product->folder, "de", "siz", &word, &length));
    assert_false(product_folder_word(product->folder, "en", "size", &word, &length));
}

static void reads_a_product(void **state)
{
    static const char more[] =
        "identifiers = AB, C*D\ngtin = 4006381333931\nendpoint = eu\nproof = code\nconsent = 7\n"
        "countries = DE, FR\nfields = size, mail\nsupport = https://a.example/\n" FIELD(
            "size", "type = choice\nchoices = S, very large\nrequired = yes") FIELD("mail", "type = email");
    TEXT struct text ini = TEXT_EMPTY;
    struct products products;

    (void)state;
    put_text("network.de.txt", "WLAN");
    put_text("network.txt", "Wi-Fi");
    put_text("consent.en.txt", "I agree");
    put_text("picture.svg", "<svg viewBox='0 0 60 20'/>");
    put_text("words.de.txt", "name=\nsize =  Gr\xc3\xb6\xc3\x9f"
                             "e \r\nsize.S == klein\n");
    text_printf(&ini, PRODUCT "folder = %s\n%s", root, more);
    struct config *config = load(ini.data);
    if (!product_settings_load(config, "en", &claim, &products))
        fail_msg("%s", config_error(config, 0));
    assert_int_equal(products.count, 1);
    const struct product *product = &products.list[0];
    assert_string_equal(product->key, "toaster");
    assert_string_equal(product->identifiers.parts[1], "C*D");
    assert_string_equal(product->gtins.parts[0], "04006381333931");
    assert_string_equal(product->endpoint, "eu");
    assert_int_equal(product->proofs, PROOF(PROOF_CODE) | PROOF(PROOF_LABEL));
    assert_true(product_sells_to(product, "FR"));
    assert_false(product_sells_to(product, "US"));
    assert_int_equal(product->field_count, 2);
    const struct product_field *size = product_field(product, "size");
    assert_string_equal(size->choices.parts[1], "very large");
    assert_true(size->required && !size->after_arrival);
    assert_true(product_field(product, "mail")->after_arrival);
    assert_null(product_field(product, "other"));
    check_texts(product);
    product_settings_fini(&products);
    config_free(config);
    for (const char *const *name = (const char *const[]){"network.de.txt", "network.txt", "consent.en.txt",
                                                         "picture.svg", "words.de.txt", NULL};
         *name; name++)
        drop(*name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_wrong_lists), cmocka_unit_test(refuses_wrong_fields),
        cmocka_unit_test(refuses_wrong_files), cmocka_unit_test(a_text_that_people_agree_to_must_be_there),
        cmocka_unit_test(reads_a_product),
    };

    return cmocka_run_group_tests(tests, make_root, remove_root);
}
