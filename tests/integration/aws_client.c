/* SPDX-License-Identifier: Apache-2.0 */
/* aws_client [OPTION]... METHOD PATH [NAME=VALUE]... - one aws_send(); what came of it as a JSON object.
 *
 *   --service NAME --host HOST     iotwireless, api.iotwireless.%s.amazonaws.com
 *   --profile NAME --region NAME --endpoint URL --ca FILE
 *   --body FILE --stream FILE --shrunk (of a stream: says that it is a byte longer)
 *   --header "Name: value" --attempts N --times N (so many requests, one after the other) --retry-ms N
 * --process-ms N SIGTERM interrupts. */
#include <getopt.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/request.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"

enum { PAIRS_MAX = 64, FILE_MAX = 64 * 1024 * 1024 };

struct arguments {
    struct aws_options session;
    const char *service, *host, *body, *stream;
    struct aws_pair headers[PAIRS_MAX + 1], query[PAIRS_MAX + 1];
    size_t header_count, query_count;
    unsigned attempts, times;
    bool shrunk;
    const char *method, *path;
};

struct source {
    FILE *file;
    unsigned rewound;
    unsigned long long sent;
};

static atomic_int interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static struct aws_pair split(char *text, const char *at)
{
    char *value = strstr(text, at);

    if (!value)
        exit(64);
    *value = '\0';
    return (struct aws_pair){text, value + strlen(at)};
}

static void take_option(int option, struct arguments *out)
{
    switch (option) {
    case 's':
        out->service = optarg;
        break;
    case 'H':
        out->host = optarg;
        break;
    case 'p':
        out->session.profile = optarg;
        break;
    case 'r':
        out->session.region = optarg;
        break;
    case 'e':
        out->session.endpoint_url = optarg;
        break;
    case 'c':
        out->session.ca_file = optarg;
        break;
    case 'b':
        out->body = optarg;
        break;
    case 'S':
        out->stream = optarg;
        break;
    case 'h':
        if (out->header_count < PAIRS_MAX)
            out->headers[out->header_count++] = split(optarg, ": ");
        break;
    case 'a':
        out->attempts = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 't':
        out->times = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 'R':
        out->session.retry_base_ms = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 'P':
        out->session.process_ms = atoi(optarg);
        break;
    case 'k':
        out->shrunk = true;
        break;
    default:
        exit(64);
    }
}

static void parse(int count, char **values, struct arguments *out)
{
    static const struct option options[] = {
        {"service", required_argument, NULL, 's'},
        {"host", required_argument, NULL, 'H'},
        {"profile", required_argument, NULL, 'p'},
        {"region", required_argument, NULL, 'r'},
        {"endpoint", required_argument, NULL, 'e'},
        {"ca", required_argument, NULL, 'c'},
        {"body", required_argument, NULL, 'b'},
        {"stream", required_argument, NULL, 'S'},
        {"header", required_argument, NULL, 'h'},
        {"attempts", required_argument, NULL, 'a'},
        {"times", required_argument, NULL, 't'},
        {"retry-ms", required_argument, NULL, 'R'},
        {"process-ms", required_argument, NULL, 'P'},
        {"shrunk", no_argument, NULL, 'k'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(count, values, "", options, NULL)) != -1)
        take_option(option, out);
    if (count - optind < 2)
        exit(64);
    out->method = values[optind++];
    out->path = values[optind++];
    for (; optind < count && out->query_count < PAIRS_MAX; optind++)
        out->query[out->query_count++] = split(values[optind], "=");
}

static size_t read_source(void *context, char *out, size_t room)
{
    struct source *source = context;
    size_t got = fread(out, 1, room, source->file);

    return got == 0 && ferror(source->file) ? (size_t)-1 : got;
}

static bool rewind_source(void *context)
{
    struct source *source = context;

    source->rewound++;
    return fseek(source->file, 0, SEEK_SET) == 0;
}

static void see_progress(void *context, unsigned long long sent)
{
    ((struct source *)context)->sent = sent;
}

static void print_text(const char *name, const char *value)
{
    TEXT struct text quoted = TEXT_EMPTY;

    text_json(&quoted, value);
    printf(", \"%s\": \"%s\"", name, text_get(&quoted));
}

static void print_result(enum aws_error error, const struct aws_response *response, const char *why,
                         const struct source *source)
{
    printf("{\"error\": \"%s\", \"status\": %ld, \"length\": %zu, \"sent\": %llu, \"rewound\": %u",
           aws_error_name(error), response->status, response->body.length, source->sent, source->rewound);
    print_text("why", why);
    if (response->body.length < 100000)
        print_text("body", text_get(&response->body));
    print_text("code", response->code);
    print_text("message", text_get(&response->message));
    print_text("request_id", response->request_id);
    print_text("etag", response->etag);
    puts("}");
    fflush(stdout);
}

static void send_one(struct aws_session *session, const struct aws_request *request, struct source *source)
{
    struct aws_response response;
    TEXT struct text why = TEXT_EMPTY;

    if (source->file)
        rewind(source->file);
    enum aws_error error = aws_send(session, request, &response, &why);
    print_result(error, &response, text_get(&why), source);
    aws_response_fini(&response);
}

static char *load(const char *path, size_t *length)
{
    char *bytes = NULL;

    if (file_read(path, FILE_MAX, &bytes, length))
        exit(66);
    return bytes;
}

static int run(struct aws_session *session, const struct arguments *arguments)
{
    struct source source = {0};
    struct aws_stream stream = {read_source, rewind_source, &source, 0, "", see_progress};
    struct aws_request request = {
        .service = arguments->service,
        .host = arguments->host,
        .method = arguments->method,
        .path = arguments->path,
        .query = arguments->query,
        .headers = arguments->headers,
        .attempts = arguments->attempts,
    };
    OWNED char *body = NULL;
    size_t length = 0;

    if (arguments->body) {
        body = load(arguments->body, &request.body_length);
        request.body = body;
    } else if (arguments->stream) {
        body = load(arguments->stream, &length);
        digest_sha256(body, length, stream.sha256);
        stream.length = length + arguments->shrunk;
        source.file = fopen(arguments->stream, "rbe");
        request.stream = &stream;
    }
    for (unsigned i = 0; i < arguments->times; i++)
        send_one(session, &request, &source);
    if (source.file)
        fclose(source.file);
    return 0;
}

int main(int count, char **values)
{
    struct arguments arguments = {
        .service = "iotwireless", .host = "api.iotwireless.%s.amazonaws.com", .times = 1};
    TEXT struct text why = TEXT_EMPTY;

    parse(count, values, &arguments);
    signal(SIGTERM, interrupt);
    arguments.session.interrupted = &interrupted;
    struct aws_session *session = aws_session_new(&arguments.session, &why);
    if (!session) {
        fprintf(stderr, "%s\n", text_get(&why));
        return 78;
    }
    int status = run(session, &arguments);
    aws_session_free(session);
    return status;
}
