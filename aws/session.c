/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/session.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/environment.h"
#include "aws/partition.h"
#include "aws/profile.h"
#include "aws/retry.h"
#include "aws/session_private.h"
#include "base/excerpt.h"
#include "base/memory.h"

#define ATTEMPTS 5
#define ATTEMPTS_MOST 20
#define REGION_MAX 40

/* Path of a shared file: its variable, otherwise below the home folder. */
static char *shared_path(const char *name, const char *below_home)
{
    const char *given = aws_variable(name), *home = aws_variable("HOME");
    TEXT struct text path = TEXT_EMPTY;

    if (given && strncmp(given, "~/", 2) == 0 && home)
        text_printf(&path, "%s%s", home, given + 1);
    else if (given)
        text_puts(&path, given);
    else
        text_printf(&path, "%s/%s", home ? home : "", below_home);
    return text_take(&path);
}

struct files {
    char *config_path, *credentials_path;
    struct aws_profile_file *config, *credentials;
};

static void files_fini(struct files *files)
{
    aws_profile_free(files->config);
    aws_profile_free(files->credentials);
    free(files->config_path);
    free(files->credentials_path);
}
#define FILES __attribute__((cleanup(files_fini)))

static bool load_files(struct files *files, struct text *why)
{
    files->config_path = shared_path("AWS_CONFIG_FILE", ".aws/config");
    files->credentials_path = shared_path("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
    files->config = aws_profile_load(files->config_path, AWS_PROFILE_CONFIG, why);
    if (!files->config)
        return false;
    files->credentials = aws_profile_load(files->credentials_path, AWS_PROFILE_CREDENTIALS, why);
    return files->credentials != NULL;
}

static bool profile_exists(const struct files *files, const char *profile, struct text *why)
{
    if (!profile || aws_profile_has(files->config, profile) || aws_profile_has(files->credentials, profile))
        return true;
    text_printf(why, "there is no profile %s, neither in %s nor in %s", profile, files->config_path,
                files->credentials_path);
    return false;
}

static const char *first(const char *a, const char *b, const char *c, const char *d)
{
    const char *values[] = {a, b, c, d};

    for (size_t i = 0; i < 4; i++)
        if (values[i] && values[i][0])
            return values[i];
    return NULL;
}

/* A setting of the profile; the credentials file comes first. */
static const char *setting(const struct files *files, const char *profile, const char *key)
{
    return first(aws_profile_get(files->credentials, profile, key),
                 aws_profile_get(files->config, profile, key), NULL, NULL);
}

/* The region becomes part of host names and signatures. */
static bool check_region(const char *region, struct text *why)
{
    if (!region) {
        text_puts(why, "no region: set AWS_REGION, pass --region, or set region in the profile");
        return false;
    }
    size_t good = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (region[good] == '\0' && good <= REGION_MAX)
        return true;
    excerpt_add(region, strlen(region), why);
    text_puts(why, " is not a region: write it like eu-west-1");
    return false;
}

/* Variables and [services] sections use the name of the service's model, which can differ from its signing
 * name. */
static void model_name(const char *service, struct text *out)
{
    if (strcmp(service, "iotwireless") == 0)
        service = "iot_wireless";
    for (; *service; service++)
        text_add(out, *service == '-' ? "_" : service, 1);
}

static const char *of_variable(const char *model)
{
    TEXT struct text name = TEXT_EMPTY;

    text_puts(&name, "AWS_ENDPOINT_URL_");
    for (; *model; model++) {
        char upper = *model >= 'a' && *model <= 'z' ? (char)(*model - 'a' + 'A') : *model;
        text_add(&name, &upper, 1);
    }
    return aws_variable(text_get(&name));
}

/* NULL: use the service's own address. */
static const char *endpoint_of(const struct aws_session *session, const char *service)
{
    const char *ignore = aws_variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    TEXT struct text model = TEXT_EMPTY;

    if (session->endpoint)
        return session->endpoint;
    if (ignore && strcasecmp(ignore, "true") == 0)
        return NULL;
    model_name(service, &model);
    const char *of_services = NULL;
    if (session->profile_services)
        of_services = aws_profile_get_service(session->config, session->profile_services, text_get(&model),
                                              "endpoint_url");
    return first(of_variable(text_get(&model)), aws_variable("AWS_ENDPOINT_URL"), of_services,
                 session->profile_endpoint);
}

/* Replaces %s in host by the region. struct aws_request allows one %s at most. */
static void own_url(const char *host, const char *region, struct text *out)
{
    static const char usual[] = ".amazonaws.com";
    const char *mark = strstr(host, "%s");

    if (mark)
        text_printf(out, "https://%.*s%s%s", (int)(mark - host), host, region, mark + 2);
    else
        text_printf(out, "https://%s", host);
    size_t before = out->length < strlen(usual) ? 0 : out->length - strlen(usual);
    if (strcmp(text_get(out) + before, usual) == 0) {
        out->length = before;
        text_printf(out, ".%s", aws_partition_of(region)->suffix);
    }
}

/* The address of STS, which the credentials of roles come from. */
static void add_sts_url(const struct aws_session *session, struct text *out)
{
    const char *endpoint = endpoint_of(session, "sts");

    if (endpoint)
        text_puts(out, endpoint);
    else
        own_url("sts.%s.amazonaws.com", session->region, out);
}

static unsigned attempts_wanted(const char *of_profile)
{
    const char *text = first(aws_variable("AWS_MAX_ATTEMPTS"), of_profile, NULL, NULL);
    long number = text ? strtol(text, NULL, 10) : 0;

    return number >= 1 && number <= ATTEMPTS_MOST ? (unsigned)number : ATTEMPTS;
}

static bool fill(struct aws_session *session, const struct aws_options *options, struct files *files,
                 struct text *why)
{
    const char *named = first(options->profile, aws_variable("AWS_PROFILE"), NULL, NULL);
    const char *profile = named ? named : "default";

    if (!profile_exists(files, named, why))
        return false;
    const char *region = first(options->region, aws_variable("AWS_REGION"),
                               aws_variable("AWS_DEFAULT_REGION"), setting(files, profile, "region"));
    if (!check_region(region, why))
        return false;
    session->region = memory_string(region);
    session->ca_file = memory_string(
        first(options->ca_file, aws_variable("AWS_CA_BUNDLE"), setting(files, profile, "ca_bundle"), NULL));
    session->endpoint = memory_string(first(options->endpoint_url, NULL, NULL, NULL));
    session->profile_endpoint = memory_string(setting(files, profile, "endpoint_url"));
    session->profile_services = memory_string(setting(files, profile, "services"));
    session->interrupted = options->interrupted;
    session->attempts =
        options->attempts ? options->attempts : attempts_wanted(setting(files, profile, "max_attempts"));
    session->answer_ms = options->answer_ms;
    session->retry_base_ms = options->retry_base_ms ? options->retry_base_ms : AWS_RETRY_BASE_MS;
    TEXT struct text sts = TEXT_EMPTY;
    session->config = files->config;
    add_sts_url(session, &sts);
    const struct aws_credential_source_options source = {
        .profile = profile,
        .profile_is_given = options->profile && options->profile[0],
        .config_path = files->config_path,
        .credentials_path = files->credentials_path,
        .ca_file = session->ca_file,
        .region = session->region,
        .sts_url = text_get(&sts),
        .metadata_endpoint = setting(files, profile, "ec2_metadata_service_endpoint"),
        .retry_base_ms = session->retry_base_ms,
        .process_ms = options->process_ms,
    };
    session->source = aws_credential_source_new(&source, why);
    return session->source != NULL;
}

struct aws_session *aws_session_new(const struct aws_options *options, struct text *why)
{
    FILES struct files files = {0};

    if (!load_files(&files, why))
        return NULL;
    struct aws_session *session = memory_new(1, sizeof *session);
    bool fine = fill(session, options, &files, why);
    if (session->config)
        files.config = NULL; /* the session owns it */
    if (!fine) {
        aws_session_free(session);
        return NULL;
    }
    session->http = aws_http_new();
    return session;
}

struct aws_session *aws_session_twin(const struct aws_session *session, atomic_ulong *throttled)
{
    struct aws_session *twin = memory_new(1, sizeof *twin);

    *twin = *session;
    twin->is_twin = true;
    twin->throttled = throttled;
    twin->knows_skew = false;
    twin->http = aws_http_new();
    return twin;
}

static void free_own(struct aws_session *session)
{
    aws_credential_source_free(session->source);
    aws_profile_free(session->config);
    free(session->profile_services);
    free(session->profile_endpoint);
    free(session->endpoint);
    free(session->ca_file);
    free(session->region);
}

void aws_session_free(struct aws_session *session)
{
    if (!session)
        return;
    aws_http_free(session->http);
    if (!session->is_twin)
        free_own(session);
    free(session);
}

const char *aws_session_region(const struct aws_session *session)
{
    return session->region;
}

const atomic_int *aws_session_interrupted(const struct aws_session *session)
{
    return session->interrupted;
}

bool aws_session_clock_skew(const struct aws_session *session, long long *ms)
{
    if (session->knows_skew)
        *ms = session->skew_ms;
    return session->knows_skew;
}

/* Removes final slashes: the paths of requests begin with one. */
static void cut_slashes(char *path)
{
    for (size_t length = strlen(path); length > 0 && path[length - 1] == '/'; length--)
        path[length - 1] = '\0';
}

bool aws_session_url(const struct aws_session *session, const char *service, const char *host,
                     const char *region, struct aws_url *out, struct text *why)
{
    const char *endpoint = endpoint_of(session, service);
    TEXT struct text own = TEXT_EMPTY;
    TEXT struct text problem = TEXT_EMPTY;

    if (!endpoint)
        own_url(host, region ? region : session->region, &own);
    if (aws_url_parse(endpoint ? endpoint : text_get(&own), out, &problem)) {
        if (!out->query) {
            cut_slashes(out->path);
            return true;
        }
        text_puts(&problem, "has a query");
        aws_url_fini(out);
    }
    text_printf(why, "the endpoint URL of %s %s", service, text_get(&problem));
    return false;
}
