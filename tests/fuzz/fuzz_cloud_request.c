/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulated cloud does with the parts of a signed request: its canonical form, Authorization, a body
 * in chunks, a control log. The input is lines: path, query, Authorization, X-Amz-Date; and then the body. */
#include "base/memory.h"
#include "sandbox/cloud/request_body.h"
#include "sandbox/cloud/signature.h"
#include "tests/fuzz/fuzz.h"

static void check_canonical(char *path, char *query, enum signature_service service)
{
    struct cloud_request request = {
        .method = "GET", .path = path, .query = query, .headers = {{"Host", "h"}}, .header_count = 1};
    TEXT struct text once = TEXT_EMPTY;
    TEXT struct text twice = TEXT_EMPTY;

    if (!signature_canonical(&request, service, "host", "hash", &once) || service != SIGNATURE_S3)
        return;
    /* What is canonical stays as it is. */
    const char *start = text_get(&once) + 4, *end = strchr(start, '\n');
    OWNED char *canonical_path = memory_part(start, (size_t)(end - start));
    OWNED char *canonical_query = memory_part(end + 1, strcspn(end + 1, "\n"));
    request.path = canonical_path;
    request.query = canonical_query;
    MUST(signature_canonical(&request, service, "host", "hash", &twice));
    MUST(strcmp(text_get(&once), text_get(&twice)) == 0);
}

static void check_signature(const char *authorization, const char *date)
{
    char path[] = "/", query[] = "";
    struct cloud_request request = {
        .method = "GET",
        .path = path,
        .query = query,
        .headers = {{"Host", "h"}, {"Authorization", authorization}, {"X-Amz-Date", date}},
        .header_count = 3,
    };
    TEXT struct text detail = TEXT_EMPTY;
    struct signature signature;

    if (signature_read(&request, &signature) == SIGNATURE_OK) {
        (void)signature_check_scope(&request, &signature, SIGNATURE_S3, "us-east-1", 0, 300, &detail);
        MUST(signature_check(&request, &signature, SIGNATURE_S3, "secret", "hash") != SIGNATURE_OK);
    }
    signature_fini(&signature);
}

static void ignore_entry(void *context, const struct delivered_log_entry *entry)
{
    (void)context;
    MUST(entry->apid != NULL);
}

/* In one piece and byte by byte it is the same. */
static void check_body(const char *bytes, size_t length, bool chunked)
{
    struct request_body whole = {.chunked = chunked}, pieces = {.chunked = chunked};
    char digests[2][SIGNATURE_SIZE];

    request_body_begin(&whole);
    request_body_begin(&pieces);
    request_body_add(&whole, bytes, length);
    for (size_t i = 0; i < length; i++)
        request_body_add(&pieces, bytes + i, 1);
    MUST(request_body_end(&whole, digests[0]) == request_body_end(&pieces, digests[1]));
    MUST(strcmp(digests[0], digests[1]) == 0);
    MUST(whole.failed || strcmp(text_get(&whole.memory), text_get(&pieces.memory)) == 0);
    request_body_fini(&whole);
    request_body_fini(&pieces);
}

static void check_log(const char *bytes, size_t length)
{
    struct delivered_log *log = delivered_log_new(ignore_entry, NULL);
    TEXT struct text why = TEXT_EMPTY;

    bool fine = delivered_log_add(log, bytes, length);
    MUST(delivered_log_end(log, &why) == (why.length == 0));
    MUST(fine || why.length);
    delivered_log_free(log);
}

static char *cut_line(char **at)
{
    char *line = *at;

    *at += strcspn(line, "\n");
    if (**at)
        *(*at)++ = '\0';
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWNED char *input = memory_new(size + 1, 1);
    char *at = input;

    if (size)
        memcpy(input, data, size);
    char *path = cut_line(&at), *query = cut_line(&at), *authorization = cut_line(&at), *date = cut_line(&at);
    size_t length = size - (size_t)(at - input);
    check_canonical(path, query, SIGNATURE_S3);
    check_canonical(path, query, SIGNATURE_IOTWIRELESS);
    check_signature(authorization, date);
    check_body(at, length, false);
    check_body(at, length, true);
    check_log(at, length);
    return 0;
}
