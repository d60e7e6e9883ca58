/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/product_page.h"

#include <stdio.h>
#include <string.h>

#include "base/lines.h"
#include "base/utf8.h"
#include "ownership/product_folder.h"
#include "server/page/page_text.h"

#define NUMBER_SIZE 12

static struct template_value *end_of(struct template_value *values)
{
    while (values->name != NULL)
        values++;
    return values;
}

const char *product_page_word(const struct page_language *language, const struct product *product,
                              const char *key, const char *otherwise, struct page_values *texts)
{
    const char *word = NULL;
    size_t length = 0;

    if (!product_folder_word(product->folder, language->tag, key, &word, &length))
        return otherwise;
    return page_values_text(texts, word, length);
}

/* The paragraphs of a text of the folder; none if there is no such text. */
static const struct template_value *const *paragraphs(const struct page_language *language,
                                                      const struct product *product, enum product_part part,
                                                      struct page_values *texts)
{
    const struct product_file *file = product_folder_find(product->folder, part, language->tag);
    struct page_rows rows = {0};
    const char *line;
    size_t length;

    if (file == NULL)
        return NULL;
    struct lines lines = lines_of(file->bytes, file->length);
    while (lines_next(&lines, &line, &length)) {
        const struct template_value row[] = {{"line", page_values_text(texts, line, length), NULL}, {0}};
        if (length > 0)
            page_rows_add(texts, &rows, row);
    }
    return rows.list;
}

static const char *number(struct page_values *texts, unsigned value)
{
    char digits[NUMBER_SIZE];

    snprintf(digits, sizeof digits, "%u", value);
    return page_values_text(texts, digits, strlen(digits));
}

static const struct template_value *const *picture(const struct page_language *language,
                                                   const struct product *product, enum product_part part,
                                                   struct page_values *texts)
{
    const struct product_file *file = product_folder_find(product->folder, part, language->tag);
    struct page_rows rows = {0};

    if (file == NULL)
        return NULL;
    const struct template_value row[] = {
        {"picture_name", file->name, NULL},
        {"picture_width", number(texts, file->head.width), NULL},
        {"picture_height", number(texts, file->head.height), NULL},
        {NULL, NULL, NULL},
    };
    page_rows_add(texts, &rows, row);
    return rows.list;
}

static const char *unless_empty(const char *text)
{
    return *text ? text : NULL;
}

void product_page_add(const struct page_language *language, const struct product *product,
                      struct page_values *texts, struct template_value *values)
{
    if (product == NULL)
        return;
    const struct template_value added[] = {
        {"product", "", NULL},
        {"product_key", product->key, NULL},
        {"product_name", product_page_word(language, product, "name", product->name, texts), NULL},
        {"picture", NULL, picture(language, product, PRODUCT_PICTURE, texts)},
        {"label_picture", NULL, picture(language, product, PRODUCT_LABEL, texts)},
        {"instructions", NULL, paragraphs(language, product, PRODUCT_INSTRUCTIONS, texts)},
        {"network", NULL, paragraphs(language, product, PRODUCT_NETWORK, texts)},
        {"product_support", unless_empty(product->support), NULL},
        {"product_manual", unless_empty(product->manual), NULL},
        {NULL, NULL, NULL},
    };
    memcpy(end_of(values), added, sizeof added);
}

void explained_page_add(const struct page_language *language, const struct product *product,
                        struct page_values *texts, struct template_value *values)
{
    const struct template_value *const *instructions =
        paragraphs(language, product, PRODUCT_INSTRUCTIONS, texts);
    const struct template_value *const *network = paragraphs(language, product, PRODUCT_NETWORK, texts);
    const struct template_value added[] = {
        {"explained", instructions != NULL || network != NULL ? "" : NULL, NULL},
        {"instructions", NULL, instructions},
        {"network", NULL, network},
        {NULL, NULL, NULL},
    };

    memcpy(end_of(values), added, sizeof added);
}

/* ---- questions ---- */

static const char *flag(bool set)
{
    return set ? "" : NULL;
}

static const char *message(const struct page_language *language, const char *key)
{
    return catalogue_get(language->catalogue, key);
}

static const char *typed_text(const char *typed, struct page_values *texts)
{
    TEXT struct text visible = TEXT_EMPTY;

    page_text_typed(&visible, typed != NULL ? typed : "");
    return page_values_text(texts, text_get(&visible), visible.length);
}

static const char *answer_problem(const struct page_language *language, const struct product_field *field,
                                  enum product_answer problem, const char *typed, size_t length,
                                  struct page_values *texts)
{
    TEXT struct text key = TEXT_EMPTY;
    TEXT struct text sentence = TEXT_EMPTY;
    char most[24], count[24];

    if (problem == ANSWER_OK)
        return NULL;
    const bool chooses = field->type == PRODUCT_FIELD_CHOICE && problem == ANSWER_MISSING;
    text_printf(&key, "answer_%s", product_answer_name(chooses ? ANSWER_CHOICE : problem));
    if (field->type == PRODUCT_FIELD_CHECKBOX) {
        text_clear(&key);
        text_puts(&key, "answer_checkbox");
    }
    snprintf(most, sizeof most, "%zu", field->length);
    snprintf(count, sizeof count, "%zu", typed != NULL ? utf8_count(typed, length) : 0);
    const struct catalogue_value values[] = {{"most", most}, {"length", count}, {NULL, NULL}};
    catalogue_format(language->catalogue, text_get(&key), values, &sentence);
    return page_values_text(texts, text_get(&sentence), sentence.length);
}

static const struct template_value *const *choices(const struct page_language *language,
                                                   const struct product *product,
                                                   const struct product_field *field, const char *typed,
                                                   struct page_values *texts)
{
    struct page_rows rows = {0};

    for (size_t i = 0; i < field->choices.count; i++) {
        const char *choice = field->choices.parts[i];
        TEXT struct text key = TEXT_EMPTY;
        text_printf(&key, "%s.%s", field->key, choice);
        const struct template_value row[] = {
            {"option_value", choice, NULL},
            {"option_label", product_page_word(language, product, text_get(&key), choice, texts), NULL},
            {"option_chosen", flag(typed != NULL && strcmp(typed, choice) == 0), NULL},
            {NULL, NULL, NULL},
        };
        page_rows_add(texts, &rows, row);
    }
    return rows.list;
}

static void add_question(const struct page_language *language, const struct page_questions *questions,
                         size_t index, struct page_values *texts, struct page_rows *rows)
{
    const struct product_field *field = &questions->product->fields[index];
    const char *typed = questions->answers[index].typed;
    const enum product_field_type type = field->type;
    const bool is_choice = type == PRODUCT_FIELD_CHOICE, is_box = type == PRODUCT_FIELD_CHECKBOX;
    const struct template_value row[] = {
        {"field_key", field->key, NULL},
        {"field_label", product_page_word(language, questions->product, field->key, field->label, texts),
         NULL},
        {"field_typed", typed_text(typed, texts), NULL},
        {"field_problem",
         answer_problem(language, field, questions->answers[index].problem, typed,
                        questions->answers[index].length, texts),
         NULL},
        {"field_optional", flag(!field->required && !questions->after_arrival), NULL},
        {"field_text", flag(type == PRODUCT_FIELD_TEXT), NULL},
        {"field_name", flag(type == PRODUCT_FIELD_NAME), NULL},
        {"field_email", flag(type == PRODUCT_FIELD_EMAIL), NULL},
        {"field_number", flag(type == PRODUCT_FIELD_NUMBER), NULL},
        {"field_date", flag(type == PRODUCT_FIELD_DATE), NULL},
        {"field_choice", flag(is_choice), NULL},
        {"options", NULL, is_choice ? choices(language, questions->product, field, typed, texts) : NULL},
        {"field_checkbox", flag(is_box), NULL},
        {"field_checked", flag(is_box && typed != NULL && strcmp(typed, "yes") == 0), NULL},
        {NULL, NULL, NULL},
    };

    page_rows_add(texts, rows, row);
}

static const struct template_value *const *countries(const struct page_language *language,
                                                     const struct page_questions *questions,
                                                     struct page_values *texts)
{
    const struct product_list *list = &questions->product->countries;
    struct page_rows rows = {0};

    for (size_t i = 0; i < list->count && !questions->after_arrival; i++) {
        const char *country = list->parts[i];
        TEXT struct text key = TEXT_EMPTY;
        text_printf(&key, "country.%s", country);
        bool chosen = list->count == 1 || (questions->country && strcmp(questions->country, country) == 0);
        const char *name = page_language_country(language, country, texts);
        const struct template_value row[] = {
            {"option_value", country, NULL},
            {"option_label", product_page_word(language, questions->product, text_get(&key), name, texts),
             NULL},
            {"option_chosen", flag(chosen), NULL},
            {NULL, NULL, NULL},
        };
        page_rows_add(texts, &rows, row);
    }
    return rows.list;
}

static const struct template_value *const *
asked(const struct page_language *language, const struct page_questions *questions, struct page_values *texts)
{
    struct page_rows rows = {0};

    for (size_t i = 0; i < questions->product->field_count; i++)
        if (questions->product->fields[i].after_arrival == questions->after_arrival &&
            !questions->answers[i].is_answered)
            add_question(language, questions, i, texts, &rows);
    return rows.list;
}

static const char *consent_problem(const struct page_language *language,
                                   const struct page_questions *questions)
{
    if (questions->consent_problem == QUESTION_FINE)
        return NULL;
    return message(language,
                   questions->consent_problem == QUESTION_CHANGED ? "consent_changed" : "consent_missing");
}

void questions_page_add(const struct page_language *language, const struct page_questions *questions,
                        struct page_values *texts, struct template_value *values)
{
    const struct product *product = questions->product;

    if (product == NULL)
        return;
    const bool consents = !questions->after_arrival && *product->consent;
    const bool offers = !questions->after_arrival && product->marketing;
    const struct template_value added[] = {
        {"questions", NULL, asked(language, questions, texts)},
        {"countries", NULL, countries(language, questions, texts)},
        {"countries_shown", flag(!questions->after_arrival && product->countries.count > 0), NULL},
        {"country_problem", questions->country_problem ? message(language, "country_missing") : NULL, NULL},
        {"consent", NULL, consents ? paragraphs(language, product, PRODUCT_CONSENT, texts) : NULL},
        {"consent_version", consents ? product->consent : NULL, NULL},
        {"consent_problem", consent_problem(language, questions), NULL},
        {"agreed", flag(questions->agreed), NULL},
        {"marketing", NULL, offers ? paragraphs(language, product, PRODUCT_MARKETING, texts) : NULL},
        {"marketing_shown", flag(offers), NULL},
        {"marketing_chosen", flag(questions->marketing), NULL},
        {NULL, NULL, NULL},
    };
    memcpy(end_of(values), added, sizeof added);
}

/* The answers that are known, as the product says them. */
static const struct template_value *const *answered(const struct page_language *language,
                                                    const struct page_questions *questions,
                                                    struct page_values *texts)
{
    const struct product *product = questions->product;
    struct page_rows rows = {0};

    for (size_t i = 0; i < product->field_count; i++) {
        const struct product_field *field = &product->fields[i];
        const char *text = questions->answers[i].typed;
        TEXT struct text key = TEXT_EMPTY;
        if (!questions->answers[i].is_answered || text == NULL)
            continue;
        text_printf(&key, "%s.%s", field->key, text);
        const char *shown = typed_text(text, texts);
        if (field->type == PRODUCT_FIELD_CHECKBOX)
            shown = message(language, "details_yes");
        else if (field->type == PRODUCT_FIELD_CHOICE)
            shown = product_page_word(language, product, text_get(&key), shown, texts);
        const struct template_value row[] = {
            {"answered_label", product_page_word(language, product, field->key, field->label, texts), NULL},
            {"answered_text", shown, NULL},
            {NULL, NULL, NULL},
        };
        page_rows_add(texts, &rows, row);
    }
    return rows.list;
}

void answered_page_add(const struct page_language *language, const struct page_questions *questions,
                       struct page_values *texts, struct template_value *values)
{
    const struct template_value *const *known = answered(language, questions, texts);
    const struct template_value added[] = {
        {"product_key", questions->product->key, NULL},
        {"asks", flag(asked(language, questions, texts) != NULL), NULL},
        {"answered", NULL, known},
        {"answered_shown", flag(known != NULL), NULL},
        {"questions_problem", flag(page_questions_have_problem(questions)), NULL},
        {NULL, NULL, NULL},
    };

    memcpy(end_of(values), added, sizeof added);
    questions_page_add(language, questions, texts, values);
}

bool page_questions_have_problem(const struct page_questions *questions)
{
    bool any = questions->country_problem || questions->consent_problem;

    for (size_t i = 0; i < PRODUCT_FIELDS_MAX; i++)
        any = any || questions->answers[i].problem != ANSWER_OK;
    return any;
}
