// Text and numbers in header fields and annotations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace brrr::edf {

/// A field as UTF-8: up to the first NUL, without trailing spaces; bytes that are not UTF-8 are taken as Latin-1.
std::string decode_text(const uint8_t* bytes, int64_t count);

/// A decimal integer that fits 32 bits, surrounded by spaces at most.
std::optional<int32_t> parse_integer(const std::string& text);

/// A finite decimal number, surrounded by spaces at most; a decimal comma is taken as a point.
std::optional<double> parse_number(const std::string& text);

}  // namespace brrr::edf
