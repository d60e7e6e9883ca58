/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-import profile: shows or creates a device profile. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/terminal.h"
#include "sidewalk/command/common.h"
#include "sidewalk/command/import_command.h"
#include "sidewalk/command/profile_request.h"
#include "sidewalk/command/task_report.h"
#include "sidewalk/device_profile.h"
#include "sidewalk/import_limits.h"

static const struct command_option page_options[] = {
    {"name", 'n', "NAME", "the new profile's name"},
    COMMON_OPTIONS,
};

const struct command_page profile_command_page = {
    .name = "sidewalk-import profile",
    .synopsis = "get ID [OPTION]...\n"
                "create --name NAME [OPTION]...\n"
                "request [ID] [OPTION]...",
    .about = "Shows a device profile of AWS IoT Core for Amazon Sidewalk and what the factory may "
             "sign with it, or creates one. A new profile is for prototypes. For a factory, Amazon "
             "adds a certificate with factory support after the product's qualification: request prints "
             "what to ask the Amazon Sidewalk team for, and what to tell them. It sends nothing.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .exit_status = "0; 1 no certificate of the profile has factory support; 64 wrong arguments; 69 "
                   "AWS cannot be reached or refuses; 77 no permission or no credentials",
};

struct profile_arguments {
    struct common common;
    const char *name;
    char **rest;
    int rest_count;
};

static void print_row(const char *name, const char *value)
{
    TEXT struct text safe = TEXT_EMPTY;

    terminal_add(value != NULL && *value != '\0' ? value : "-", &safe);
    printf("  %-14s %s\n", name, text_get(&safe));
}

static void print_certificate(const struct dak_certificate *certificate)
{
    TEXT struct text signatures = TEXT_EMPTY;

    if (certificate->signatures_max < 0)
        text_puts(&signatures, "unlimited");
    else
        common_count((unsigned long long)certificate->signatures_max, &signatures);
    fputs("\n", stdout);
    print_row("certificate", certificate->certificate_id);
    print_row("factory", certificate->factory_support ? "yes" : "no: for prototypes only");
    print_row("ApId", certificate->apid);
    print_row("device type", certificate->device_type_id);
    print_row("signatures", text_get(&signatures));
}

static void print_profile(const struct device_profile *profile)
{
    TEXT struct text id = TEXT_EMPTY;

    terminal_add(profile->id != NULL ? profile->id : "-", &id);
    printf("Device profile %s\n\n", text_get(&id));
    print_row("name", profile->name);
    print_row("qualified", profile->qualified ? "yes" : "no");
    print_row("server key", profile->server_key);
    for (size_t i = 0; i < profile->certificate_count; i++)
        print_certificate(&profile->certificates[i]);
    if (device_profile_factory(profile, NULL) == NULL)
        puts("\nNo certificate has factory support: a factory cannot make devices with this profile, and\n"
             "batches of devices with it cannot be imported.");
}

static void write_certificate(const struct dak_certificate *certificate, struct json_writer *json)
{
    json_begin_object(json, NULL);
    json_write_text_or_null(json, "certificate_id", certificate->certificate_id);
    json_write_text_or_null(json, "apid", certificate->apid);
    json_write_text_or_null(json, "device_type_id", certificate->device_type_id);
    json_write_integer(json, "max_allowed_signature", certificate->signatures_max);
    json_write_boolean(json, "factory_support", certificate->factory_support);
    json_end_object(json);
}

static void profile_json(const struct device_profile *profile)
{
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);

    json_begin_object(&json, NULL);
    json_write_text_or_null(&json, "id", profile->id);
    json_write_text_or_null(&json, "arn", profile->arn);
    json_write_text_or_null(&json, "name", profile->name);
    json_write_text_or_null(&json, "application_server_public_key", profile->server_key);
    json_write_boolean(&json, "qualified", profile->qualified);
    json_write_boolean(&json, "factory_support", device_profile_factory(profile, NULL) != NULL);
    json_begin_array(&json, "certificates");
    for (size_t i = 0; i < profile->certificate_count; i++)
        write_certificate(&profile->certificates[i], &json);
    json_end_array(&json);
    json_end_object(&json);
    json_writer_print(&json, stdout);
}

static int get(const struct profile_arguments *arguments, struct aws_session *session)
{
    struct device_profile profile;
    TEXT struct text why = TEXT_EMPTY;
    enum aws_error error = device_profile_get(session, arguments->rest[1], &profile, &why);

    if (error != AWS_OK)
        return common_failed(&arguments->common, error, "the device profile cannot be read", text_get(&why));
    if (arguments->common.json)
        profile_json(&profile);
    else
        print_profile(&profile);
    int status = device_profile_factory(&profile, NULL) != NULL ? COMMAND_DONE : COMMAND_FAILED;
    device_profile_fini(&profile);
    return status;
}

static int create(const struct profile_arguments *arguments, struct aws_session *session)
{
    OWNED char *id = NULL;
    TEXT struct text why = TEXT_EMPTY, line = TEXT_EMPTY;
    enum aws_error error = device_profile_create(session, arguments->name, &id, &why);

    if (error != AWS_OK)
        return common_failed(&arguments->common, error, "the device profile could not be created",
                             text_get(&why));
    if (arguments->common.json) {
        struct json_writer json = json_writer_into(&line);
        json_begin_object(&json, NULL);
        json_write_text(&json, "result", "created");
        json_write_text_or_null(&json, "id", id);
        json_write_text_or_null(&json, "name", arguments->name);
        json_end_object(&json);
        json_writer_print(&json, stdout);
    } else {
        terminal_add(id, &line);
        printf("Device profile %s was created.\n\nShow it with: sidewalk-import profile get %s\n",
               text_get(&line), text_get(&line));
    }
    return COMMAND_DONE;
}

static int request(const struct profile_arguments *arguments, struct aws_session *session)
{
    struct device_profile profile;
    TEXT struct text why = TEXT_EMPTY;

    if (session == NULL) {
        profile_request_print(NULL, NULL, arguments->common.json);
        return COMMAND_DONE;
    }
    enum aws_error error = device_profile_get(session, arguments->rest[1], &profile, &why);
    if (error != AWS_OK)
        return common_failed(&arguments->common, error, "the device profile cannot be read", text_get(&why));
    profile_request_print(&profile, aws_session_region(session), arguments->common.json);
    device_profile_fini(&profile);
    return COMMAND_DONE;
}

static bool is(const struct profile_arguments *arguments, const char *what)
{
    return arguments->rest_count > 0 && strcmp(arguments->rest[0], what) == 0;
}

static int check_request(const struct profile_arguments *arguments)
{
    TEXT struct text why = TEXT_EMPTY;

    if (arguments->rest_count > 2 || arguments->name != NULL)
        return common_usage_error(&arguments->common, "request needs at most one ID", "");
    if (arguments->rest_count == 2 && !import_id_fits(arguments->rest[1], &why))
        return common_usage_error(&arguments->common, text_get(&why), "");
    return -1;
}

static int check(const struct profile_arguments *arguments)
{
    const struct common *common = &arguments->common;
    TEXT struct text why = TEXT_EMPTY;
    bool is_get = is(arguments, "get");

    if (is(arguments, "request"))
        return check_request(arguments);
    if (!is_get && !is(arguments, "create"))
        return common_usage_error(common, "get, create or request is missing", "");
    if (arguments->rest_count != (is_get ? 2 : 1))
        return common_usage_error(common,
                                  is_get ? "get needs one ID" : "create needs no argument except --name", "");
    if (is_get && !import_id_fits(arguments->rest[1], &why))
        return common_usage_error(common, text_get(&why), "");
    if (!is_get && arguments->name == NULL)
        return common_usage_error(common, "--name NAME is missing", "");
    if (!is_get && !import_name_fits(arguments->name, &why))
        return common_usage_error(common, text_get(&why), "");
    return -1;
}

int profile_command(int count, char **values)
{
    struct command_options options;
    struct profile_arguments arguments = {.common = {.command = values[0]}};
    int option;

    command_options_init(&profile_command_page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1)
        if (option == 'h')
            return command_help(&profile_command_page);
        else if (option == 'n')
            arguments.name = optarg;
        else if (!common_take(&arguments.common, option, optarg))
            return common_usage_error(&arguments.common, "unknown option, or an option without its value",
                                      "");
    arguments.rest = values + optind;
    arguments.rest_count = count - optind;
    int status = check(&arguments);
    if (status >= 0)
        return status;
    if (is(&arguments, "request") && arguments.rest_count == 1)
        return request(&arguments, NULL);
    struct aws_session *session = common_session(&arguments.common);
    if (session == NULL)
        return COMMAND_NO_PERMISSION;
    status = is(&arguments, "get")      ? get(&arguments, session)
             : is(&arguments, "create") ? create(&arguments, session)
                                        : request(&arguments, session);
    aws_session_free(session);
    return status;
}
