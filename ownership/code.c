/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/code.h"

#include <ctype.h>
#include <string.h>

#include "base/plain_text.h"
#include "base/utf8.h"

#define PURPOSE "expresslink code 1" /* hashes of another purpose with the same key differ */
#define MADE_RANDOM 11

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const char *code_error_sentence(enum code_error error)
{
    switch (error) {
    case CODE_EMPTY:
        return "the code is missing";
    case CODE_TOO_LONG:
        return "the code is longer than 64 characters";
    case CODE_BAD_CHARACTER:
        return "the code has a character that is neither a letter from A to Z nor a digit";
    case CODE_TOO_SHORT:
        return "the code is too short to be secret: it needs 8 letters and digits, or 13 digits";
    case CODE_OK:
        break;
    }
    return "the code is fine";
}

static bool is_separator(char character)
{
    return strchr(" -.:_\t\r\n", character) != NULL && character != '\0';
}

static char plain(char character)
{
    char capital = (char)toupper((unsigned char)character);

    return capital == 'O' ? '0' : capital == 'I' || capital == 'L' ? '1' : capital;
}

/* The length of the invisible character or dash that begins here, 0 if there is none. */
static size_t skip_other(const char *at, size_t left)
{
    static const char *const dashes[] = {"\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92",
                                         "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x88\x92"};
    struct hidden_character hidden;

    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++)
        if (left >= 3 && memcmp(at, dashes[i], 3) == 0)
            return 3;
    for (size_t length = 2; length <= 4 && length <= left; length++)
        if (utf8_is_valid(at, length))
            return plain_text_find_hidden(at, length, &hidden) ? length : 0;
    return 0;
}

enum code_error code_normalise(const char *typed, size_t length, char out[CODE_SIZE])
{
    char made[CODE_SIZE];
    size_t count = 0, step;

    for (size_t i = 0; i < length; i += step) {
        bool ascii = (unsigned char)typed[i] < 0x80;
        step = ascii ? 1 : skip_other(typed + i, length - i);
        if (step == 0 || (ascii && !isalnum((unsigned char)typed[i]) && !is_separator(typed[i])))
            return CODE_BAD_CHARACTER;
        if (!ascii || is_separator(typed[i]))
            continue;
        if (count == CODE_LENGTH_MAX)
            return CODE_TOO_LONG;
        made[count++] = plain(typed[i]);
    }
    made[count] = '\0';
    if (count == 0)
        return CODE_EMPTY;
    if (code_bits(made) < CODE_BITS_MIN)
        return CODE_TOO_SHORT;
    memcpy(out, made, count + 1);
    return CODE_OK;
}

unsigned code_bits(const char *normalised)
{
    size_t length = strlen(normalised);

    if (strspn(normalised, "0123456789") == length)
        return (unsigned)(length * 3322 / 1000);
    return (unsigned)length * 5;
}

bool code_key_read(const char *bytes, size_t length, struct code_key *out)
{
    bool differs = false;

    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
        length--;
    if (length < CODE_KEY_MIN || length > CODE_KEY_MAX)
        return false;
    for (size_t i = 1; i < length; i++)
        differs = differs || bytes[i] != bytes[0];
    if (!differs)
        return false;
    memcpy(out->bytes, bytes, length);
    out->length = length;
    return true;
}

void code_hash(const struct code_key *key, const char *thing_name, const char *normalised,
               char out[DIGEST_SIZE])
{
    char message[sizeof PURPOSE + 256 + CODE_SIZE];
    const char *const parts[] = {PURPOSE, thing_name, normalised};
    size_t length = 0;

    for (size_t i = 0; i < 3; i++) { /* each with its terminator: no two triples give one message */
        size_t size = strnlen(parts[i], 255) + 1;
        memcpy(message + length, parts[i], size - 1);
        message[length + size - 1] = '\0';
        length += size;
    }
    digest_hmac(key->bytes, key->length, message, length, out);
}

/* ---- making codes ---- */

/* Multiplies by the generator of the field of 32 elements (x^5 + x^2 + 1). */
static unsigned times_generator(unsigned value)
{
    value <<= 1;
    return value & 32 ? value ^ 0x25 : value;
}

/* The sum of the characters, each weighted by its place: 0 for a code with its check character. The weights
 * of 31 places differ. */
static unsigned check_sum(const char *normalised, size_t length)
{
    unsigned sum = 0;

    for (size_t i = 0; i < length; i++) {
        const char *found = strchr(alphabet, normalised[i]);
        if (!found)
            return 1; /* U is not in the alphabet */
        sum = times_generator(sum) ^ (unsigned)(found - alphabet);
    }
    return sum;
}

bool code_check_fits(const char *normalised)
{
    size_t length = strlen(normalised);

    return length > 1 && length <= 31 && check_sum(normalised, length) == 0;
}

bool code_make(const unsigned char random[11], char out[CODE_MADE_SIZE])
{
    char code[MADE_RANDOM + 2];

    for (size_t i = 0; i < MADE_RANDOM; i++)
        code[i] = alphabet[random[i] & 31];
    code[MADE_RANDOM] = alphabet[times_generator(check_sum(code, MADE_RANDOM))];
    code[MADE_RANDOM + 1] = '\0';
    if (code_bits(code) < 5 * (MADE_RANDOM + 1))
        return false;
    for (size_t i = 0, at = 0; code[i]; i++) {
        if (i > 0 && i % 4 == 0)
            out[at++] = '-';
        out[at++] = code[i];
        out[at] = '\0';
    }
    return true;
}
