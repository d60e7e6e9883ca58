/* SPDX-License-Identifier: Apache-2.0 */
#include "account/setup/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/hex.h"
#include "base/memory.h"

#define HASH_BYTES 3 /* a difference that is missed has a chance of one in 16 million */
#define HASH_SIZE BASE64_SIZE(HASH_BYTES)
#define HASH_LENGTH (HASH_SIZE - 1)
#define TAGS_MAX 50
#define TAG_LENGTH (256 / HASH_LENGTH * HASH_LENGTH) /* of a tag's value (AWS quotas) */

void setup_record_fini(struct setup_record *record)
{
    text_fini(&record->hashes);
    record->there = false;
}

static void hash_of(const char *name, const char *value, char out[HASH_SIZE])
{
    TEXT struct text whole = TEXT_EMPTY;
    char digest[DIGEST_SIZE];
    unsigned char bytes[HASH_BYTES];

    text_printf(&whole, "%s=%s", name, value);
    digest_sha256(text_get(&whole), whole.length, digest);
    if (!hex_decode(digest, HASH_BYTES, bytes))
        abort();
    base64_encode(bytes, HASH_BYTES, out);
}

static bool has_hash(const struct setup_record *record, const char *hash)
{
    for (size_t at = 0; at + HASH_LENGTH <= record->hashes.length; at += HASH_LENGTH)
        if (memcmp(record->hashes.data + at, hash, HASH_LENGTH) == 0)
            return true;
    return false;
}

void setup_record_add(struct setup_record *record, const char *name, const char *value)
{
    char hash[HASH_SIZE];

    record->there = true;
    hash_of(name, value, hash);
    if (!has_hash(record, hash))
        text_puts(&record->hashes, hash);
}

bool setup_record_has(const struct setup_record *record, const char *name, const char *value)
{
    char hash[HASH_SIZE];

    hash_of(name, value, hash);
    return has_hash(record, hash);
}

static bool has_all(const struct setup_record *record, const struct setup_record *of)
{
    for (size_t at = 0; at + HASH_LENGTH <= of->hashes.length; at += HASH_LENGTH)
        if (!has_hash(record, of->hashes.data + at))
            return false;
    return true;
}

bool setup_record_same(const struct setup_record *a, const struct setup_record *b)
{
    return a->there == b->there && has_all(a, b) && has_all(b, a);
}

#define UNFINISHED "unfinished", "yes"

bool setup_record_is_unfinished(const struct setup_record *record)
{
    return setup_record_has(record, UNFINISHED);
}

void setup_record_join(struct setup_record *record, const struct setup_record *other)
{
    setup_record_add(record, UNFINISHED);
    for (size_t at = 0; at + HASH_LENGTH <= other->hashes.length; at += HASH_LENGTH)
        if (!has_hash(record, other->hashes.data + at))
            text_add(&record->hashes, other->hashes.data + at, HASH_LENGTH);
    size_t needed = (record->hashes.length + TAG_LENGTH - 1) / TAG_LENGTH;
    record->tags = needed > other->tags ? needed : other->tags;
}

static void tag_name(const char *key, size_t number, struct text *out)
{
    text_puts(out, key);
    if (number > 1)
        text_printf(out, ".%zu", number);
}

/* Of a record that was longer before, the tags that are not needed any more become empty. */
void setup_record_tags(const struct setup_record *record, const char *key,
                       void (*each)(void *context, const char *name, const char *value), void *context)
{
    size_t number = 1;

    for (size_t at = 0; at < record->hashes.length || number <= record->tags; at += TAG_LENGTH, number++) {
        size_t left = at < record->hashes.length ? record->hashes.length - at : 0;
        OWNED char *value =
            memory_part(left ? record->hashes.data + at : "", left < TAG_LENGTH ? left : TAG_LENGTH);
        TEXT struct text name = TEXT_EMPTY;
        tag_name(key, number, &name);
        each(context, text_get(&name), value);
    }
}

void setup_record_take(struct setup_record *record, const char *key, const char *name, const char *value)
{
    size_t length = strlen(key);

    if (strncmp(name, key, length) != 0 || (name[length] != '\0' && name[length] != '.'))
        return;
    size_t number = name[length] == '.' ? strtoul(name + length + 1, NULL, 10) : 1;
    record->there = true;
    record->tags = number > record->tags && number < TAGS_MAX ? number : record->tags;
    for (size_t at = 0; at + HASH_LENGTH <= strlen(value); at += HASH_LENGTH)
        if (!has_hash(record, value + at))
            text_add(&record->hashes, value + at, HASH_LENGTH);
}

static void add_tag(void *context, const char *name, const char *value)
{
    cJSON *tag = cJSON_CreateObject();

    cJSON_AddStringToObject(tag, "Key", name);
    cJSON_AddStringToObject(tag, "Value", value);
    cJSON_AddItemToArray(context, tag);
}

cJSON *setup_record_list(const struct setup_record *record, const char *key)
{
    cJSON *list = cJSON_CreateArray();

    setup_record_tags(record, key, add_tag, list);
    return list;
}

struct reading {
    struct setup_record *record;
    const char *key;
};

static bool take_tag(void *context, const cJSON *tag)
{
    const struct reading *reading = context;
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tag, "Key"));
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tag, "Value"));

    if (name && value)
        setup_record_take(reading->record, reading->key, name, value);
    return true;
}

enum aws_error setup_record_read(const struct oem_account *account, const char *arn, const char *key,
                                 struct setup_record *out, struct text *why)
{
    const struct aws_pair query[] = {{"resourceArn", arn}, {NULL, NULL}};
    const struct iot_call call = {
        .action = "iot:ListTagsForResource", .method = "GET", .path = "/tags", .query = query};
    struct reading reading = {out, key};
    TEXT struct text said = TEXT_EMPTY;

    enum aws_error error = oem_account_list(account, &call, "tags", take_tag, &reading, &said);
    if (error == AWS_NOT_FOUND)
        return AWS_OK;
    if (error)
        text_puts(why, text_get(&said));
    return error;
}

enum aws_error setup_record_write(const struct oem_account *account, const char *arn, const char *key,
                                  const struct setup_record *record, struct text *why)
{
    JSON cJSON *body = cJSON_CreateObject();
    const struct iot_call call = {
        .action = "iot:TagResource", .method = "POST", .path = "/tags", .body = body};

    cJSON_AddStringToObject(body, "resourceArn", arn);
    cJSON_AddItemToObject(body, "tags", setup_record_list(record, key));
    return oem_account_iot(account, &call, NULL, NULL, why);
}
