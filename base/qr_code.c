/* SPDX-License-Identifier: Apache-2.0 */
/* Only this file uses libqrencode. */
#include "base/qr_code.h"

#include <qrencode.h>
#include <string.h>
#include <strings.h>

bool qr_code_make(const char *text, enum qr_code_level level, struct qr_code *out)
{
    static const QRecLevel levels[] = {
        [QR_CODE_LEVEL_L] = QR_ECLEVEL_L,
        [QR_CODE_LEVEL_M] = QR_ECLEVEL_M,
        [QR_CODE_LEVEL_Q] = QR_ECLEVEL_Q,
        [QR_CODE_LEVEL_H] = QR_ECLEVEL_H,
    };
    QRcode *made = QRcode_encodeString(text, 0, levels[level], QR_MODE_8, 1);

    if (made == NULL)
        return false;
    out->side = made->width;
    for (int y = 0; y < made->width; y++)
        for (int x = 0; x < made->width; x++)
            out->dark[y][x] = (made->data[y * made->width + x] & 1) != 0;
    QRcode_free(made);
    return true;
}

bool qr_code_level_parse(const char *name, enum qr_code_level *out)
{
    static const char *const names[] = {
        [QR_CODE_LEVEL_L] = "L", [QR_CODE_LEVEL_M] = "M", [QR_CODE_LEVEL_Q] = "Q", [QR_CODE_LEVEL_H] = "H"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(name, names[i]) == 0) {
            *out = (enum qr_code_level)i;
            return true;
        }
    return false;
}
