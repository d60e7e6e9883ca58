/* SPDX-License-Identifier: Apache-2.0 */
#include "account/keys/pem_file.h"

#include <errno.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/plain_text.h"
#include "base/utf8.h"

static const char *const words[PEM_KINDS] = {
    [PEM_CERTIFICATE] = "a certificate",
    [PEM_KEY] = "a private key",
    [PEM_ENCRYPTED_KEY] = "a private key with a pass phrase",
    [PEM_REQUEST] = "a signing request",
    [PEM_PUBLIC_KEY] = "a public key",
    [PEM_OTHER] = "something else",
};

/* As OpenSSL takes them. The old form of an encrypted key begins like any key and says so in line 2. */
static const struct {
    const char *begin;
    enum pem_kind kind;
} labels[] = {
    {"CERTIFICATE-----", PEM_CERTIFICATE},
    {"X509 CERTIFICATE-----", PEM_CERTIFICATE},
    {"TRUSTED CERTIFICATE-----", PEM_CERTIFICATE},
    {"PRIVATE KEY-----", PEM_KEY},
    {"EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED", PEM_ENCRYPTED_KEY},
    {"RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED", PEM_ENCRYPTED_KEY},
    {"EC PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED", PEM_ENCRYPTED_KEY},
    {"RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED", PEM_ENCRYPTED_KEY},
    {"EC PRIVATE KEY-----", PEM_KEY},
    {"RSA PRIVATE KEY-----", PEM_KEY},
    {"ENCRYPTED PRIVATE KEY-----", PEM_ENCRYPTED_KEY},
    {"CERTIFICATE REQUEST-----", PEM_REQUEST},
    {"NEW CERTIFICATE REQUEST-----", PEM_REQUEST},
    {"PUBLIC KEY-----", PEM_PUBLIC_KEY},
    {"RSA PUBLIC KEY-----", PEM_PUBLIC_KEY},
};

static bool read_error(const char *path, int error, size_t limit, struct text *why)
{
    if (error == EISDIR)
        text_printf(why, "%s: is a folder, not a file", path);
    else if (error == EFBIG)
        text_printf(why, "%s: is larger than %zu KiB, so it is none of these files", path, limit / 1024);
    else {
        excerpt_add_path(path, error, why);
        text_printf(why, ": cannot be read: %s", strerror(error));
    }
    return false;
}

bool pem_file_read(const char *path, size_t limit, char **out, size_t *length, struct text *why)
{
    int error = file_read(path, limit, out, length);

    return error == 0 || read_error(path, error, limit, why);
}

static enum pem_kind kind_at(const char *label, size_t length)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        size_t wanted = strlen(labels[i].begin);
        if (wanted <= length && memcmp(label, labels[i].begin, wanted) == 0)
            return labels[i].kind;
    }
    return PEM_OTHER;
}

/* Bits of pem_kind. */
static unsigned kinds_in(const char *text, size_t length)
{
    static const char begin[] = "-----BEGIN ";
    const char *end = text + length;
    unsigned kinds = 0;

    for (const char *at = text; at != NULL && at < end;) {
        at = memmem(at, (size_t)(end - at), begin, sizeof begin - 1);
        if (at == NULL)
            break;
        bool starts_line = at == text || at[-1] == '\n' || at[-1] == '\r';
        at += sizeof begin - 1;
        if (starts_line)
            kinds |= 1U << kind_at(at, (size_t)(end - at));
    }
    return kinds;
}

bool pem_file_holds(const char *text, size_t length, enum pem_kind kind)
{
    return (kinds_in(text, length) & 1U << kind) != 0;
}

static bool begins(const char *text, size_t length, const char *with, size_t size)
{
    return length >= size && memcmp(text, with, size) == 0;
}

/* A sequence of the DER form; a short one has its length in the second byte. */
static bool is_der(const char *text, size_t length)
{
    return begins(text, length, "\x30\x82", 2) || begins(text, length, "\x30\x81", 2) ||
           (begins(text, length, "\x30", 1) && length > 2 && length == (size_t)(unsigned char)text[1] + 2);
}

/* NULL: nothing is known of its form. */
static const char *other_form(const char *text, size_t length)
{
    if (length == 0)
        return "is empty";
    if (is_der(text, length))
        return "is in DER form; openssl x509 -inform DER (of a key: openssl pkey -inform DER) makes PEM of "
               "it";
    if (plain_text_is_utf16(text, length))
        return PLAIN_TEXT_UTF16;
    if (utf8_mark_length(text, length) > 0)
        return "begins with a byte order mark; save it as plain ASCII";
    return NULL;
}

static bool explain_hidden(const char *text, size_t length, const char *name, struct text *why)
{
    struct lines lines = lines_of(text, length);
    struct hidden_character hidden;
    const char *line;
    size_t size;

    while (lines_next(&lines, &line, &size))
        if (plain_text_find_hidden(line, size, &hidden)) {
            text_printf(why, "%s:%zu: ", name, lines.number);
            plain_text_explain_hidden(&hidden, why);
            return true;
        }
    return false;
}

void pem_file_explain(const char *text, size_t length, const char *name, enum pem_kind wanted,
                      struct text *why)
{
    const char *form = other_form(text, length);
    unsigned kinds = kinds_in(text, length);
    bool legible = kinds != 0 && (kinds & 1U << wanted) == 0;

    if (form == NULL && !legible && explain_hidden(text, length, name, why))
        return;
    if (form != NULL)
        text_printf(why, "%s: %s", name, form);
    else if (kinds & 1U << wanted)
        text_printf(why, "%s: holds %s that is damaged; fetch or copy it again", name, words[wanted]);
    else if (kinds & 1U << PEM_ENCRYPTED_KEY && wanted == PEM_KEY)
        text_printf(why,
                    "%s: the key has a pass phrase, which the portal cannot enter when it starts; openssl "
                    "pkey -in FILE -out FILE makes one without",
                    name);
    else if (kinds == 0)
        text_printf(why, "%s: holds nothing in PEM form (-----BEGIN ...), but %s is needed", name,
                    words[wanted]);
    else
        for (int kind = 0; kind < PEM_KINDS; kind++)
            if (kinds & 1U << kind) {
                text_printf(why, "%s: holds %s, but %s is needed", name, words[kind], words[wanted]);
                break;
            }
}
