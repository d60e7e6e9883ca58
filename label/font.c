/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that includes FreeType. */
#include "label/font.h"

#include <ft2build.h>

#include <freetype/freetype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define UNIT 64 /* FreeType's fixed point: 26.6 */

struct font {
    FT_Library library;
    FT_Face face;
};

struct font *font_open(struct text *why)
{
    struct font *font = memory_new(1, sizeof *font);

    if (FT_Init_FreeType(&font->library) != 0)
        abort(); /* only without memory */
    if (FT_New_Face(font->library, EXPRESSLINK_FONT, 0, &font->face) == 0)
        return font;
    text_puts(why,
              "the font " EXPRESSLINK_FONT
              " cannot be read; install it (Debian: apt-get install fonts-dejavu-core) or use --format svg");
    font_free(font);
    return NULL;
}

void font_free(struct font *font)
{
    if (!font)
        return;
    FT_Done_FreeType(font->library); /* and its faces */
    free(font);
}

bool font_has(const struct font *font, const char *text)
{
    uint32_t c;

    for (size_t left = strlen(text), size; left > 0; left -= size, text += size) {
        size = utf8_decode(text, left, &c);
        if (size == 0 || FT_Get_Char_Index(font->face, c) == 0)
            return false;
    }
    return true;
}

/* The type size at which the font's own advance is the wanted one. */
static double fitted(const struct font *font, double size, double advance)
{
    const double own = (double)font->face->max_advance_width / font->face->units_per_EM;

    return own > advance ? size * advance / own : size;
}

static void draw_glyph(const FT_GlyphSlot glyph, int x, int baseline, void (*dot)(void *, int, int),
                       void *context)
{
    const FT_Bitmap *bitmap = &glyph->bitmap;

    for (int row = 0; row < (int)bitmap->rows; row++)
        for (int column = 0; column < (int)bitmap->width; column++)
            if (bitmap->buffer[row * bitmap->pitch + column / 8] >> (7 - column % 8) & 1)
                dot(context, x + glyph->bitmap_left + column, baseline - glyph->bitmap_top + row);
}

void font_draw(struct font *font, const char *text, size_t length, double size, double advance, double x,
               int baseline, void (*dot)(void *context, int x, int y), void *context)
{
    size_t count = 0;
    uint32_t c;

    FT_Set_Char_Size(font->face, 0, (FT_F26Dot6)(fitted(font, size, advance) * UNIT), 72, 72);
    for (size_t bytes; length > 0; length -= bytes, text += bytes, count++) {
        bytes = utf8_decode(text, length, &c);
        if (bytes == 0)
            return;
        /* Hinted for pixels that are dark or light: what printers of labels have. */
        if (FT_Load_Char(font->face, c, FT_LOAD_RENDER | FT_LOAD_TARGET_MONO) == 0)
            draw_glyph(font->face->glyph, (int)(x + (double)count * advance * size + 0.5), baseline, dot,
                       context);
    }
}
