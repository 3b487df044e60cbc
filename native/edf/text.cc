#include "edf/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace brrr::edf {
namespace {

// Length of the UTF-8 sequence at p, 0 if there is none (RFC 3629: no overlong forms, no surrogates).
int sequence_length(const uint8_t* p, const uint8_t* end) {
  const auto continues = [&](int i, int low = 0x80, int high = 0xBF) {
    return p + i < end && p[i] >= low && p[i] <= high;
  };
  if (p[0] < 0x80) return 1;
  if (p[0] >= 0xC2 && p[0] <= 0xDF) return continues(1) ? 2 : 0;
  if (p[0] >= 0xE0 && p[0] <= 0xEF) {
    const int low = p[0] == 0xE0 ? 0xA0 : 0x80, high = p[0] == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (p[0] >= 0xF0 && p[0] <= 0xF4) {
    const int low = p[0] == 0xF0 ? 0x90 : 0x80, high = p[0] == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(const uint8_t* p, const uint8_t* end) {
  while (p < end) {
    const int length = sequence_length(p, end);
    if (length == 0) return false;
    p += length;
  }
  return true;
}

std::string from_latin1(const uint8_t* p, const uint8_t* end) {
  std::string text;
  for (; p < end; p++) {
    if (*p < 0x80) {
      text += static_cast<char>(*p);
    } else {
      text += static_cast<char>(0xC0 | *p >> 6);
      text += static_cast<char>(0x80 | (*p & 0x3F));
    }
  }
  return text;
}

// The digits of a number: without spaces around, and without the plus sign that from_chars does not know.
std::string trim_number(const std::string& text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  std::string number = text.substr(first, text.find_last_not_of(' ') - first + 1);
  if (number.size() > 1 && number[0] == '+' && number[1] != '-') number.erase(0, 1);
  return number;
}

template <class Number>
std::optional<Number> parse(const std::string& number) {
  Number value{};
  const char* end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::string decode_text(const uint8_t* bytes, int64_t count) {
  const uint8_t* end = std::find(bytes, bytes + count, uint8_t{0});
  while (end > bytes && end[-1] == ' ') end--;
  return is_utf8(bytes, end) ? std::string(bytes, end) : from_latin1(bytes, end);
}

std::optional<int32_t> parse_integer(const std::string& text) { return parse<int32_t>(trim_number(text)); }

std::optional<double> parse_number(const std::string& text) {
  std::string number = trim_number(text);
  std::replace(number.begin(), number.end(), ',', '.');
  const std::optional<double> value = parse<double>(number);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

}  // namespace brrr::edf
