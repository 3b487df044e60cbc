#include "edf/convert.h"

#include <cstring>

namespace brrr {
namespace BRRR_TIER {
namespace {

// The bytes need not be aligned.
struct Int16 {
  static int32_t load(const uint8_t* bytes, int64_t i) {
    int16_t sample;
    std::memcpy(&sample, bytes + 2 * i, 2);
    return sample;
  }
};

struct Int24 {
  static int32_t load(const uint8_t* bytes, int64_t i) {
    const uint8_t* p = bytes + 3 * i;
    const uint32_t low = p[0] | static_cast<uint32_t>(p[1]) << 8 | static_cast<uint32_t>(p[2]) << 16;
    return static_cast<int32_t>(low << 8) >> 8;
  }
};

template <class Encoding>
void digital(const uint8_t* __restrict bytes, int64_t count, int32_t* __restrict out) {
  for (int64_t i = 0; i < count; i++) out[i] = Encoding::load(bytes, i);
}

template <class Encoding, class Sample>
void physical(const uint8_t* __restrict bytes, int64_t count, double scale, double offset, Sample* __restrict out) {
  for (int64_t i = 0; i < count; i++) out[i] = static_cast<Sample>(Encoding::load(bytes, i) * scale + offset);
}

template <class Encoding>
void subtract_physical(const uint8_t* __restrict bytes, int64_t count, double scale, double offset,
                       double* __restrict out) {
  for (int64_t i = 0; i < count; i++) out[i] -= Encoding::load(bytes, i) * scale + offset;
}

}  // namespace

const edf::Converters edf_converters16 = {digital<Int16>, physical<Int16, double>, physical<Int16, float>,
                                          subtract_physical<Int16>};
const edf::Converters edf_converters24 = {digital<Int24>, physical<Int24, double>, physical<Int24, float>,
                                          subtract_physical<Int24>};

}  // namespace BRRR_TIER
}  // namespace brrr
