/* SPDX-License-Identifier: Apache-2.0 */
/* What services and a container's endpoint answer. A line is the error's type, the rest the body. Codes and
 * messages are short, on one line, and nothing that a terminal obeys. */
#include "aws/credentials.h"
#include "aws/refusal.h"
#include "base/utf8.h"
#include "tests/fuzz/fuzz.h"

static void check_message(const struct text *message)
{
    const char *at = text_get(message);
    uint32_t character = 0;

    MUST(message->length <= AWS_MESSAGE_MAX && strlen(at) == message->length);
    for (size_t left = message->length, size; left > 0; left -= size, at += size) {
        size = utf8_decode(at, left, &character);
        MUST(size > 0 && !utf8_is_hidden(character));
    }
}

static void check_refusal(const char *type, const char *body, size_t size)
{
    char code[AWS_CODE_SIZE];
    TEXT struct text message = TEXT_EMPTY;

    aws_refusal_read(type, body, size, code, &message);
    for (const char *at = code; *at; at++)
        MUST(*at > ' ' && *at < 0x7f);
    check_message(&message);
    MUST(aws_refusal_kind(400, code, text_get(&message)) <= AWS_REFUSAL_CLOCK);
}

static void check_credentials(const char *body, size_t size)
{
    struct aws_credentials credentials = {0};
    TEXT struct text why = TEXT_EMPTY;
    bool fine = aws_credentials_parse(body, size, &credentials, &why);

    MUST(fine == (credentials.access_key != NULL) && fine == (why.length == 0));
    aws_credentials_fini(&credentials);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *line = size ? memchr(data, '\n', size) : NULL;
    size_t length = line ? (size_t)(line - (const char *)data) : 0;
    size_t skip = line ? length + 1 : 0;
    char *type = strndup((const char *)data, length);
    char *body = malloc(size - skip + 1); /* not terminated, so that a step too far is seen */

    MUST(type != NULL && body != NULL);
    memcpy(body, data + skip, size - skip);
    body = realloc(body, size - skip ? size - skip : 1);
    check_refusal(type, body, size - skip);
    check_credentials(body, size - skip);
    free(type);
    free(body);
    return 0;
}
