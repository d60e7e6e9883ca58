// SPDX-License-Identifier: Apache-2.0
#include "decode/zxing.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

static bool is_there(const struct decode_result *result, const std::string &text)
{
    for (size_t i = 0; i < result->count; i++)
        if (result->codes[i].length == text.size() &&
            memcmp(result->codes[i].text, text.data(), text.size()) == 0)
            return true;
    return false;
}

static void add(struct decode_result *result, const std::string &text)
{
    if (text.empty() || text.size() > DECODE_TEXT_MAX || result->count == DECODE_CODES_MAX ||
        is_there(result, text))
        return;
    char *copy = static_cast<char *>(malloc(text.size() + 1));
    if (copy == nullptr)
        throw std::bad_alloc();
    memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    result->codes[result->count++] = {copy, text.size()};
}

/* The area of the bounding box: enough to tell large codes from small ones. */
static long area(const ZXing::Position &position)
{
    const auto [left, right] = std::minmax({position[0].x, position[1].x, position[2].x, position[3].x});
    const auto [top, bottom] = std::minmax({position[0].y, position[1].y, position[2].y, position[3].y});

    return static_cast<long>(right - left) * (bottom - top);
}

/* Large enough not to be seen by chance in some texture: at least a 35th of the picture's height. */
static bool is_micro(const ZXing::Result &found, const struct grey *grey)
{
    return found.format() == ZXing::BarcodeFormat::MicroQRCode &&
           area(found.position()) * 35 * 35 >= static_cast<long>(grey->height) * grey->height;
}

static ZXing::DecodeHints hints_for(enum zxing_binarizer binarizer, bool copied)
{
    static const ZXing::Binarizer binarizers[] = {
        ZXing::Binarizer::LocalAverage, ZXing::Binarizer::GlobalHistogram, ZXing::Binarizer::FixedThreshold};

    const auto formats = copied ? ZXing::BarcodeFormats(ZXing::BarcodeFormat::QRCode)
                                : ZXing::BarcodeFormat::QRCode | ZXing::BarcodeFormat::MicroQRCode;
    // Every third row, where few would do for a code that fills the picture: a code from far away has finder
    // patterns of ten rows, and the thresholds cost much more than the rows do. Codes are found at any angle
    // without tryRotate, and the scales are chosen by the caller.
    return ZXing::DecodeHints()
        .setFormats(formats)
        .setBinarizer(binarizers[binarizer])
        .setTryHarder(true)
        .setTryRotate(false)
        .setTryDownscale(false)
        .setMaxNumberOfSymbols(DECODE_CODES_MAX);
}

bool zxing_read(const struct grey *grey, enum zxing_binarizer binarizer, bool copied,
                struct decode_result *result)
try {
    ZXing::ImageView view(grey->pixels, grey->width, grey->height, ZXing::ImageFormat::Lum);

    ZXing::Results found = ZXing::ReadBarcodes(view, hints_for(binarizer, copied));
    std::stable_sort(found.begin(), found.end(), [](const ZXing::Result &a, const ZXing::Result &b) {
        return area(a.position()) > area(b.position());
    });
    for (const auto &each : found)
        if (each.isValid() && each.format() == ZXing::BarcodeFormat::QRCode)
            add(result, each.text());
    // In the corners of a QR code that cannot be read, Micro QR codes may seem to be: they count alone.
    for (size_t i = 0; i < found.size() && result->count == 0; i++)
        if (found[i].isValid() && is_micro(found[i], grey))
            add(result, found[i].text());
    return true;
} catch (const std::bad_alloc &) {
    return false;
} catch (...) { // what it throws for other reasons is about one candidate: nothing was found
    return true;
}

enum decode_error zxing_other_kind(const struct grey *grey)
try {
    ZXing::ImageView view(grey->pixels, grey->width, grey->height, ZXing::ImageFormat::Lum);
    // Kinds that detect errors: in a texture others are seen everywhere.
    const auto lines =
        ZXing::BarcodeFormat::EAN13 | ZXing::BarcodeFormat::UPCA | ZXing::BarcodeFormat::Code128;
    const auto hints = ZXing::DecodeHints().setTryDownscale(false).setMaxNumberOfSymbols(1);

    for (const auto &formats : {ZXing::BarcodeFormats(ZXing::BarcodeFormat::DataMatrix), lines})
        for (const auto &found : ZXing::ReadBarcodes(view, ZXing::DecodeHints(hints).setFormats(formats)))
            if (found.isValid())
                return found.format() == ZXing::BarcodeFormat::DataMatrix ? DECODE_DATA_MATRIX
                                                                          : DECODE_BARCODE;
    return DECODE_NO_CODE;
} catch (...) { // no memory, or a candidate that is none: it was only to help
    return DECODE_NO_CODE;
}
