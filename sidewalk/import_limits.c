/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/import_limits.h"

#include <ctype.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/utf8.h"
#include "sidewalk/smsn.h"
#include "sidewalk/upload.h"

#define DESTINATION_MAX 128
#define ROLE_MIN 20
#define ROLE_MAX 2048
#define TOKEN_MAX 64
#define NAME_MAX_BYTES 256
#define ID_MAX 256
#define TAG_NAME_MAX 128
#define TAG_VALUE_MAX 256

static const char alphanumeric[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static bool is_made_of(const char *text, const char *more)
{
    for (; *text != '\0'; text++)
        if (strchr(alphanumeric, *text) == NULL && strchr(more, *text) == NULL)
            return false;
    return true;
}

static bool refuse(struct text *why, const char *sentence)
{
    text_puts(why, sentence);
    return false;
}

bool import_smsn_fits(const char *smsn, struct text *why)
{
    struct smsn parsed;

    switch (smsn_parse(smsn, strlen(smsn), &parsed)) {
    case SMSN_HEX:
        return true;
    case SMSN_BASE64: {
        char hex[SMSN_HEX_SIZE];
        smsn_hex(&parsed, hex);
        text_printf(why, "the serial number is in base64, but AWS needs it in hex: %s", hex);
        return false;
    }
    default:
        excerpt_add(smsn, strlen(smsn), why);
        text_puts(why, ": not a Sidewalk serial number (SMSN), which has 64 hex digits");
        return false;
    }
}

bool import_destination_fits(const char *destination, struct text *why)
{
    size_t length = strlen(destination);

    if (length == 0)
        return refuse(why, "the destination is empty");
    if (length <= DESTINATION_MAX && is_made_of(destination, "-_"))
        return true;
    text_printf(why, "\"%.160s\" is not a valid destination: the name has 1 to %d letters, digits, - and _",
                destination, DESTINATION_MAX);
    return false;
}

/* Checks for "arn:aws:iam::123456789012:role/path/Name", in any partition. */
static bool looks_like_a_role(const char *role)
{
    const char *at = role;

    if (strncmp(at, "arn:aws", 7) != 0)
        return false;
    at += 7;
    at += strspn(at, "abcdefghijklmnopqrstuvwxyz-");
    if (strncmp(at, ":iam::", 6) != 0)
        return false;
    at += 6;
    if (strspn(at, "0123456789") != 12 || strncmp(at + 12, ":role/", 6) != 0)
        return false;
    at += 18;
    return *at != '\0' && is_made_of(at, "+=,.@_-/") && at[strlen(at) - 1] != '/';
}

bool import_role_fits(const char *role, struct text *why)
{
    size_t length = strlen(role);

    if (length < ROLE_MIN || !looks_like_a_role(role)) {
        text_printf(
            why,
            "\"%.160s\" is not a role's ARN: it looks like arn:aws:iam::123456789012:role/SidewalkImport",
            role);
        return false;
    }
    if (length <= ROLE_MAX)
        return true;
    text_printf(why, "the role's ARN has %zu characters, but at most %d are allowed", length, ROLE_MAX);
    return false;
}

bool import_file_fits(const char *url, struct text *why)
{
    TEXT struct text bucket = TEXT_EMPTY, key = TEXT_EMPTY;

    return upload_url_parse(url, &bucket, &key, why);
}

bool import_token_fits(const char *token, struct text *why)
{
    size_t length = strlen(token);

    if (length >= 1 && length <= TOKEN_MAX && is_made_of(token, "-_"))
        return true;
    text_printf(why, "the client token must have 1 to %d letters, digits, - and _", TOKEN_MAX);
    return false;
}

bool import_name_fits(const char *name, struct text *why)
{
    if (*name == '\0')
        return refuse(why, "the name is empty");
    if (strlen(name) > NAME_MAX_BYTES) {
        text_printf(why, "the name has %zu bytes, but at most %d are allowed", strlen(name), NAME_MAX_BYTES);
        return false;
    }
    for (const char *at = name; *at != '\0'; at++)
        if (iscntrl((unsigned char)*at))
            return refuse(why, "the name contains control characters");
    return utf8_is_valid(name, strlen(name)) || refuse(why, "the name is not UTF-8");
}

bool import_id_fits(const char *id, struct text *why)
{
    size_t length = strlen(id);

    if (length >= 1 && length <= ID_MAX && is_made_of(id, "-_"))
        return true;
    text_printf(why, "\"%.80s\" is not an id: ids look like 01234567-89ab-cdef-0123-456789abcdef", id);
    return false;
}

/* Letters, digits, spaces and _ . : / = + - @ (AWS General Reference, tagging); non-ASCII bytes are
 * accepted. */
static bool is_tag_text(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < 0x80 && strchr(alphanumeric, *at) == NULL &&
            strchr(" _.:/=+-@", *at) == NULL)
            return false;
    return utf8_is_valid(text, strlen(text));
}

static size_t count_characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static bool tag_fits(const struct aws_pair *tag, struct text *why)
{
    if (*tag->name == '\0')
        return refuse(why, "a tag has no key");
    if (strncasecmp(tag->name, "aws:", 4) == 0) {
        text_printf(why, "the tag %.80s: keys that begin with aws: are reserved by AWS", tag->name);
        return false;
    }
    if (count_characters(tag->name) > TAG_NAME_MAX || count_characters(tag->value) > TAG_VALUE_MAX) {
        text_printf(why, "the tag %.80s is too long: at most %d characters in the key and %d in the value",
                    tag->name, TAG_NAME_MAX, TAG_VALUE_MAX);
        return false;
    }
    if (is_tag_text(tag->name) && is_tag_text(tag->value))
        return true;
    text_printf(why, "the tag %.80s: tags may contain only letters, digits, spaces and _ . : / = + - @",
                tag->name);
    return false;
}

bool import_tags_fit(const struct aws_pair *tags, struct text *why)
{
    size_t count = 0;

    for (; tags != NULL && tags[count].name != NULL; count++) {
        if (!tag_fits(&tags[count], why))
            return false;
        for (size_t i = 0; i < count; i++)
            if (strcmp(tags[i].name, tags[count].name) == 0) {
                text_printf(why, "the tag %.80s is given twice", tags[i].name);
                return false;
            }
    }
    if (count <= IMPORT_TAGS_MAX)
        return true;
    text_printf(why, "%zu tags are too many, at most %d are allowed", count, IMPORT_TAGS_MAX);
    return false;
}

/* The terminators are included, so that different lists of strings never have the same bytes. */
static void digest_texts(const char *const *texts, size_t count, char out[DIGEST_SIZE])
{
    TEXT struct text all = TEXT_EMPTY;

    for (size_t i = 0; i < count; i++)
        text_add(&all, texts[i], strlen(texts[i]) + 1);
    digest_sha256(text_get(&all), all.length, out);
}

void import_token(const char *list_sha256, const char *destination, const char *role, const char *url,
                  const char *previous, char out[DIGEST_SIZE])
{
    const char *const texts[] = {"import", list_sha256, destination, role, url, previous};

    digest_texts(texts, previous != NULL ? 6 : 5, out);
}

void import_token_single(const char *smsn, const char *destination, const char *name, char out[DIGEST_SIZE])
{
    TEXT struct text lower = TEXT_EMPTY;
    const char *texts[] = {"single", "", destination, name};

    text_puts(&lower, smsn);
    for (size_t i = 0; i < lower.length; i++)
        lower.data[i] = (char)tolower((unsigned char)lower.data[i]);
    texts[1] = text_get(&lower);
    digest_texts(texts, name != NULL ? 4 : 3, out);
}
