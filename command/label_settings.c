/* SPDX-License-Identifier: Apache-2.0 */
#include "command/label_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"
#include "base/excerpt.h"
#include "base/memory.h"
#include "command/command.h"

#define DEFAULT_PATH "portal.ini"

/* The same keys and defaults as in server/settings.c and claim/settings_keys.c. */
static const struct config_key keys[] = {
    {"http", "public_url", CONFIG_TEXT, "", 0, LABEL_PUBLIC_URL_MAX, NULL, false, ""},
    {"labels", "hosts", CONFIG_TEXT, "", 0, 1024, NULL, false, ""},
    {"staging.*", "identifier_form", CONFIG_TEXT, "hex", 1, 256, NULL, false, ""},
    {"staging.*", "identifier_case", CONFIG_CHOICE, "lower", 0, 0, "lower|upper|keep", false, ""},
};
static const struct config_table table = {keys, sizeof keys / sizeof *keys};

static void report_form(struct config *config, const char *section, const char *form)
{
    TEXT struct text shown = TEXT_EMPTY;

    excerpt_add(form, strlen(form), &shown);
    config_add_error(config, section, "identifier_form", "%s is not a form of identifiers", shown.data);
}

static void read_form(struct config *config, const char *name, struct label_settings *settings)
{
    TEXT struct text section = TEXT_EMPTY;

    text_printf(&section, "staging.%s", name);
    const char *form = config_text(config, section.data, "identifier_form");
    const char *letter_case = config_text(config, section.data, "identifier_case");
    size_t index = settings->rules.form_count;
    if (identifier_form_parse(form, letter_case, &settings->forms[index]) == IDENTIFIER_OK)
        settings->rules.form_count++;
    else
        report_form(config, section.data, form);
}

static void read_config(struct config *config, struct label_settings *settings)
{
    size_t count = config_family_count(config, "staging");

    settings->forms = memory_new(count, sizeof *settings->forms);
    for (size_t i = 0; i < count; i++)
        read_form(config, config_family_name(config, "staging", i), settings);
    settings->rules.forms = settings->forms;
    free(settings->hosts);
    settings->hosts = memory_string(config_text(config, "labels", "hosts"));
    if (settings->public_url == NULL)
        settings->public_url = memory_string(config_text(config, "http", "public_url"));
}

static int load_file(const char *path, struct label_settings *settings)
{
    struct config *config = config_new(&table, 1, "PORTAL", false);

    config_ignore_unknown_keys(config);
    if (config_load(config, path, environ))
        read_config(config, settings);
    size_t errors = config_error_count(config);
    for (size_t i = 0; i < errors; i++)
        fprintf(stderr, "expresslink-claim: %s\n", config_error(config, i));
    config_free(config);
    return errors > 0 ? COMMAND_CONFIG : COMMAND_DONE;
}

int label_settings_check_url(const struct label_settings *settings, bool given)
{
    const char *problem;

    if (settings->public_url[0] == '\0') {
        fputs("expresslink-claim: the portal's address is missing, which labels carry: give --url "
              "https://..., or set public_url in [http] of the --config file.\n",
              stderr);
        return COMMAND_USAGE;
    }
    problem = label_public_url_problem(settings->public_url);
    if (problem == NULL)
        return COMMAND_DONE;
    fprintf(stderr, "expresslink-claim: %s \"%.300s\" %s\n", given ? "--url" : "[http] public_url",
            settings->public_url, problem);
    return given ? COMMAND_USAGE : COMMAND_CONFIG;
}

int label_settings_load(const char *path, const char *url, struct label_settings *out)
{
    struct label_settings settings = {.hosts = memory_string("")};
    int status = COMMAND_DONE;

    if (url != NULL) {
        settings.public_url = memory_string(url);
        for (size_t length = strlen(url); length > 0 && url[length - 1] == '/'; length--)
            settings.public_url[length - 1] = '\0';
    }
    if (path == NULL && url == NULL && access(DEFAULT_PATH, F_OK) == 0)
        path = DEFAULT_PATH;
    if (path != NULL || url == NULL)
        status = load_file(path, &settings);
    if (status != COMMAND_DONE) {
        label_settings_fini(&settings);
        return status;
    }
    settings.rules.public_url = settings.public_url;
    *out = settings;
    return status;
}

void label_settings_fini(struct label_settings *settings)
{
    for (size_t i = 0; i < settings->rules.form_count; i++)
        identifier_form_fini(&settings->forms[i]);
    free(settings->forms);
    free(settings->hosts);
    free(settings->public_url);
}
