/* SPDX-License-Identifier: Apache-2.0 */
#include "label/terminal.h"

#include <string.h>

#include "base/utf8.h"

/* Black and white from the fixed part of the 256 colours, which themes do not change. */
#define INK "\x1b[38;5;16;48;5;231m"
#define PLAIN "\x1b[0m"

static bool is_dark(const struct qr_code *code, int x, int y)
{
    return x >= 0 && y >= 0 && x < code->side && y < code->side && code->dark[y][x];
}

static void add_cells(const struct qr_code *code, int y, struct text *out)
{
    static const char *const cells[] = {" ", "\xE2\x96\x84", "\xE2\x96\x80", "\xE2\x96\x88"};

    text_puts(out, INK);
    for (int x = -QR_CODE_QUIET; x < code->side + QR_CODE_QUIET; x++)
        text_puts(out, cells[2 * is_dark(code, x, y) + is_dark(code, x, y + 1)]);
    text_puts(out, PLAIN "\n");
}

/* Control characters become U+FFFD. */
static void terminal_escape(const char *string, struct text *out)
{
    uint32_t c = 0;

    for (size_t left = strlen(string), size; left > 0; left -= size, string += size) {
        size = utf8_decode(string, left, &c);
        bool bad = size == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0);
        size = size == 0 ? 1 : size;
        if (bad)
            text_puts(out, "\xEF\xBF\xBD");
        else
            text_add(out, string, size);
    }
}

static void add_text(const char *string, struct text *out)
{
    if (string[0] == '\0')
        return;
    text_puts(out, "    ");
    terminal_escape(string, out);
    text_puts(out, "\n");
}

void terminal_label(const struct label *label, const struct qr_code *code, struct text *out)
{
    for (int y = -QR_CODE_QUIET; y < code->side + QR_CODE_QUIET; y += 2)
        add_cells(code, y, out);
    text_puts(out, "\n");
    add_text(label->product, out);
    text_puts(out, "    ");
    for (const char *name = label->name; *name != '\0'; name += identifier_group(name)) {
        text_add(out, name, identifier_group(name));
        text_puts(out, " ");
    }
    text_printf(out, "/ %s\n", label->check);
    add_text(label->gtin_line, out);
    add_text(label_serial_text(label), out);
    add_text(LABEL_INVITATION, out);
    add_text(label->url, out);
}
