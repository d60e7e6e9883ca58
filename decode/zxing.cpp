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

/* Codes are found at any angle without tryRotate, and the scales are chosen by the caller. */
static ZXing::DecodeHints hints_for(enum zxing_binarizer binarizer, ZXing::BarcodeFormat format)
{
    static const ZXing::Binarizer binarizers[] = {
        ZXing::Binarizer::LocalAverage, ZXing::Binarizer::GlobalHistogram, ZXing::Binarizer::FixedThreshold};

    return ZXing::DecodeHints()
        .setFormats(format)
        .setBinarizer(binarizers[binarizer])
        .setTryHarder(format == ZXing::BarcodeFormat::QRCode)
        .setTryRotate(false)
        .setTryDownscale(false)
        .setMaxNumberOfSymbols(DECODE_CODES_MAX);
}

static bool read(const struct grey *grey, const ZXing::DecodeHints &hints, struct decode_result *result)
try {
    ZXing::ImageView view(grey->pixels, grey->width, grey->height, ZXing::ImageFormat::Lum);

    ZXing::Results found = ZXing::ReadBarcodes(view, hints);
    std::stable_sort(found.begin(), found.end(), [](const ZXing::Result &a, const ZXing::Result &b) {
        return area(a.position()) > area(b.position());
    });
    for (const auto &each : found)
        if (each.isValid())
            add(result, each.text());
    return true;
} catch (const std::bad_alloc &) {
    return false;
} catch (...) { // what it throws for other reasons is about one candidate: nothing was found
    return true;
}

/* Every third row, where few would do for a code that fills the picture: a code from far away has finder
 * patterns of ten rows, and the thresholds cost much more than the rows do. */
bool zxing_read(const struct grey *grey, enum zxing_binarizer binarizer, struct decode_result *result)
{
    return read(grey, hints_for(binarizer, ZXing::BarcodeFormat::QRCode), result);
}

/* Only as few rows as large codes need: the smallest barely detect errors, and are seen in textures. */
bool zxing_read_micro(const struct grey *grey, struct decode_result *result)
{
    return read(grey, hints_for(ZXING_LOCAL, ZXing::BarcodeFormat::MicroQRCode), result);
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
