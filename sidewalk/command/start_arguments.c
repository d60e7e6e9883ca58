/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/start_arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "sidewalk/command/import_command.h"

enum start_option {
    START_CSV = 1,
    START_LOG,
    START_S3,
    START_BUCKET,
    START_DESTINATION,
    START_ROLE,
    START_TAG,
    START_PROFILE,
    START_APID,
    START_FORCE,
    START_AGAIN,
    START_DRY_RUN,
    START_ROOT,
    START_CREATE_ROLE,
    START_CREATE_DESTINATION,
    START_POSITIONING,
    START_POSITIONING_DESTINATION,
    START_ALLOW_TEST,
};

static const struct command_option page_options[] = {
    {"csv", START_CSV, "FILE", "the list of serial numbers: first line smsn, then one per line"},
    {"control-log", START_LOG, "FILE", "a control log of the factory; may be given several times"},
    {"s3", START_S3, "URL",
     "where to upload the list. With a slash at the end it is named by its content (the beginning of its "
     "SHA-256)"},
    {"bucket", START_BUCKET, "NAME", "the same as --s3 s3://NAME/"},
    {"destination", START_DESTINATION, "NAME", "the Sidewalk destination of the devices"},
    {"role", START_ROLE, "ARN", "the role with which AWS IoT reads the list from S3"},
    {"tag", START_TAG, "KEY=VALUE", "a tag for the task; may be given several times"},
    {"create-role", START_CREATE_ROLE, NULL,
     "make this role if there is none: AWS IoT Wireless may assume it, to read lists from the bucket and to "
     "publish to the topic of --create-destination"},
    {"create-destination", START_CREATE_DESTINATION, "TOPIC",
     "make the destination if there is none: messages of the devices go to this MQTT topic, by the role"},
    {"positioning", START_POSITIONING, "enabled|disabled", "whether AWS finds out where the devices are"},
    {"positioning-destination", START_POSITIONING_DESTINATION, "NAME",
     "the destination for their places; means enabled"},
    {"profile", START_PROFILE, "ID",
     "the device profile: it must have factory support, and its ApId is the one that every device "
     "must have"},
    {"apid", START_APID, "ID", "the ApId that every device must have, without a profile"},
    {"root", START_ROOT, "FILE", "compare the chains' roots with these keys, as check does"},
    {"allow-test", START_ALLOW_TEST, NULL, "let devices for tests pass, as check does"},
    {"force", START_FORCE, "REASON",
     "start even if the check fails. The reason becomes the task's tag " START_FORCED_TAG ", and is in "
     "the report that start prints"},
    {"again", START_AGAIN, NULL, "start another task even if one of the same list ended or was deleted"},
    {"dry-run", START_DRY_RUN, NULL, "show what would be done, and change nothing"},
    COMMON_OPTIONS,
};

const struct command_page start_command_page = {
    .name = "sidewalk-import start",
    .synopsis = "--csv FILE --control-log FILE... --s3 s3://BUCKET/FOLDER/ --destination NAME --role "
                "ARN [OPTION]...",
    .about = "Onboards a batch of Sidewalk devices: checks that the list and the control logs agree, "
             "uploads the list to S3, and starts an import task. If it runs again with the same list, "
             "destination and role, it finds the existing task and imports nothing twice.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .exit_status = "0 started, now or before; 1 the check or the device profile does not allow it, or "
                   "the task has failed; 64 wrong arguments; 65 bad data; 66 a file cannot be read; "
                   "69 AWS cannot be reached or refuses; 77 no permission or no credentials; 130 "
                   "interrupted",
};

static void add_log(struct start_arguments *out, const char *path)
{
    out->logs = memory_grow(out->logs, out->log_count + 1, sizeof *out->logs);
    out->logs[out->log_count++] = path;
}

static bool add_tag(struct start_arguments *out, const char *name, size_t length, const char *value)
{
    if (out->tag_count > IMPORT_TAGS_MAX)
        return false;
    out->tags[out->tag_count++] = (struct aws_pair){memory_part(name, length), value};
    return true;
}

static int take_tag(struct start_arguments *out, const char *text)
{
    const char *equals = strchr(text, '=');

    if (equals == NULL)
        return common_usage_error(&out->common, "--tag needs KEY=VALUE, not ", text);
    if (!add_tag(out, text, (size_t)(equals - text), equals + 1))
        return common_usage_error(&out->common, "too many tags: ", text);
    return -1;
}

/* Takes the bucket of "s3://bucket/", as --s3 would. The string must live as long as the process: it is an
 * argument. */
static int take_bucket(struct start_arguments *out, const char *name)
{
    static char url[128];

    if (snprintf(url, sizeof url, "s3://%s/", name) >= (int)sizeof url)
        return common_usage_error(&out->common, "not a valid bucket: ", name);
    out->s3 = url;
    return -1;
}

static int take_positioning(struct start_arguments *out, const char *value)
{
    bool enabled = strcmp(value, "enabled") == 0;

    if (!enabled && strcmp(value, "disabled") != 0)
        return common_usage_error(&out->common, "--positioning needs enabled or disabled, not ", value);
    out->positioning = enabled ? "Enabled" : "Disabled";
    return -1;
}

static int check_positioning(struct start_arguments *out)
{
    TEXT struct text why = TEXT_EMPTY;

    if (out->positioning_destination == NULL)
        return -1;
    if (!import_destination_fits(out->positioning_destination, &why))
        return common_usage_error(&out->common, text_get(&why), "");
    if (out->positioning == NULL)
        out->positioning = "Enabled";
    if (strcmp(out->positioning, "Enabled") != 0)
        return common_usage_error(&out->common, "--positioning-destination needs --positioning enabled", "");
    return -1;
}

static int take_value(struct start_arguments *out, int option, const char *value)
{
    const char **const places[] = {
        [START_CSV] = &out->csv,
        [START_S3] = &out->s3,
        [START_DESTINATION] = &out->destination,
        [START_ROLE] = &out->role,
        [START_PROFILE] = &out->profile,
        [START_APID] = &out->apid,
        [START_FORCE] = &out->force,
        [START_ROOT] = &out->root,
        [START_CREATE_DESTINATION] = &out->create_destination,
        [START_POSITIONING_DESTINATION] = &out->positioning_destination,
    };

    *places[option] = value;
    return -1;
}

static int take_option(struct start_arguments *out, int option, const char *value)
{
    switch (option) {
    case START_LOG:
        add_log(out, value);
        return -1;
    case START_BUCKET:
        return take_bucket(out, value);
    case START_TAG:
        return take_tag(out, value);
    case START_AGAIN:
        out->again = true;
        return -1;
    case START_CREATE_ROLE:
        out->create_role = true;
        return -1;
    case START_POSITIONING:
        return take_positioning(out, value);
    case START_ALLOW_TEST:
        out->allow_test = true;
        return -1;
    case START_DRY_RUN:
        out->dry_run = true;
        return -1;
    case 'h':
        return command_help(&start_command_page);
    case '?':
        return common_usage_error(&out->common, "unknown option, or an option without its value", "");
    default:
        return common_take(&out->common, option, value) ? -1 : take_value(out, option, value);
    }
}

static int check_missing(const struct start_arguments *out)
{
    const struct {
        const char *value, *words;
    } needed[] = {
        {out->csv, "--csv FILE is missing"},
        {out->s3, "--s3 URL is missing: where to upload the list"},
        {out->destination, "--destination NAME is missing"},
        {out->role, "--role ARN is missing"},
    };

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (needed[i].value == NULL)
            return common_usage_error(&out->common, needed[i].words, "");
    if (out->log_count == 0 && out->force == NULL)
        return common_usage_error(&out->common,
                                  "--control-log FILE is missing: the list cannot be checked without it", "");
    if (strcmp(out->csv, "-") == 0)
        return common_usage_error(&out->common, "--csv needs a file: it is read several times", "");
    return -1;
}

static int check_limits(struct start_arguments *out)
{
    TEXT struct text why = TEXT_EMPTY;

    if (out->force != NULL && *out->force == '\0')
        return common_usage_error(&out->common, "--force needs a reason", "");
    if (out->force != NULL)
        out->tags[out->tag_count] = (struct aws_pair){START_FORCED_TAG, out->force};
    if (!import_destination_fits(out->destination, &why) || !import_role_fits(out->role, &why) ||
        !import_tags_fit(out->tags, &why) || (out->profile != NULL && !import_id_fits(out->profile, &why)))
        return common_usage_error(&out->common, text_get(&why), "");
    out->tags[out->tag_count] = (struct aws_pair){NULL, NULL};
    return check_positioning(out);
}

int start_arguments_parse(int count, char **values, struct start_arguments *out)
{
    struct command_options options;
    int option, status = -1;

    *out = (struct start_arguments){
        .common = {.command = values[0], .aws = {.interrupted = &interrupt_received}},
    };
    command_options_init(&start_command_page, "", &options);
    while (status < 0 && (option = command_options_next(&options, count, values)) != -1)
        status = take_option(out, option, optarg);
    if (status < 0 && optind < count)
        status = common_usage_error(&out->common, "unexpected argument: ", values[optind]);
    if (status < 0)
        status = check_missing(out);
    return status < 0 ? check_limits(out) : status;
}

void start_arguments_fini(struct start_arguments *arguments)
{
    for (size_t i = 0; i < arguments->tag_count; i++)
        free((char *)arguments->tags[i].name);
    free(arguments->logs);
}
