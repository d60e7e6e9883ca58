/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/start_arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "sidewalk/command/import_command.h"

static const char usage[] =
    "Usage: sidewalk-import start --csv FILE --control-log FILE...\n"
    "                             --s3 s3://BUCKET/FOLDER/ --destination NAME\n"
    "                             --role ARN [OPTION]...\n"
    "\n"
    "Onboards a batch of Sidewalk devices: checks that the list and the control\n"
    "logs agree, uploads the list to S3, and starts an import task. If it runs again\n"
    "with the same list, destination and role, it finds the existing task and\n"
    "imports nothing twice.\n"
    "\n"
    "  --csv FILE          the list of serial numbers: first line smsn, then one per\n"
    "                      line\n"
    "  --control-log FILE  a control log of the factory; may be given several times\n"
    "  --s3 URL            where to upload the list. With a slash at the end it is\n"
    "                      named by its content (the beginning of its SHA-256)\n"
    "  --bucket NAME       the same as --s3 s3://NAME/\n"
    "  --destination NAME  the Sidewalk destination of the devices\n"
    "  --role ARN          the role with which AWS IoT reads the list from S3\n"
    "  --tag KEY=VALUE     a tag for the task; may be given several times\n"
    "  --create-role       make this role if there is none: AWS IoT Wireless may\n"
    "                      assume it, to read lists from the bucket and to publish\n"
    "                      to the topic of --create-destination\n"
    "  --create-destination TOPIC\n"
    "                      make the destination if there is none: messages of the\n"
    "                      devices go to this MQTT topic, by the role\n"
    "  --positioning enabled|disabled\n"
    "                      whether AWS finds out where the devices are\n"
    "  --positioning-destination NAME\n"
    "                      the destination for their places; means enabled\n"
    "  --profile ID        the device profile: it must have factory support, and\n"
    "                      its ApId is the one that every device must have\n"
    "  --apid ID           the ApId that every device must have, without a profile\n"
    "  --root FILE         compare the chains' roots with these keys, and\n"
    "  --allow-test        let devices for tests pass: both as in check\n"
    "  --force REASON      start even if the check fails. The reason becomes the\n"
    "                      task's tag " START_FORCED_TAG ", and is in the report\n"
    "                      that start prints\n"
    "  --again             start another task even if one of the same list ended\n"
    "                      or was deleted\n"
    "  --dry-run           show what would be done, and change nothing\n" COMMON_HELP "\n"
    "Exit status: 0 started, now or before; 1 the check or the device profile does\n"
    "not allow it, or the task has failed; 64 wrong arguments; 65 bad data; 66 a\n"
    "file cannot be read; 69 AWS cannot be reached or refuses; 77 no permission or\n"
    "no credentials; 130 interrupted.\n";

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

static const struct option options[] = {
    {"csv", required_argument, NULL, START_CSV},
    {"control-log", required_argument, NULL, START_LOG},
    {"s3", required_argument, NULL, START_S3},
    {"bucket", required_argument, NULL, START_BUCKET},
    {"destination", required_argument, NULL, START_DESTINATION},
    {"role", required_argument, NULL, START_ROLE},
    {"tag", required_argument, NULL, START_TAG},
    {"profile", required_argument, NULL, START_PROFILE},
    {"apid", required_argument, NULL, START_APID},
    {"force", required_argument, NULL, START_FORCE},
    {"again", no_argument, NULL, START_AGAIN},
    {"dry-run", no_argument, NULL, START_DRY_RUN},
    {"create-role", no_argument, NULL, START_CREATE_ROLE},
    {"create-destination", required_argument, NULL, START_CREATE_DESTINATION},
    {"positioning", required_argument, NULL, START_POSITIONING},
    {"positioning-destination", required_argument, NULL, START_POSITIONING_DESTINATION},
    {"root", required_argument, NULL, START_ROOT},
    {"allow-test", no_argument, NULL, START_ALLOW_TEST},
    COMMON_OPTIONS,
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0}};

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
        return fputs(usage, stdout) < 0 ? COMMAND_USAGE : COMMAND_DONE;
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
    int option, status = -1;

    *out = (struct start_arguments){
        .common = {.command = values[0], .aws = {.interrupted = &interrupt_received}},
    };
    while (status < 0 && (option = getopt_long(count, values, "h", options, NULL)) != -1)
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
