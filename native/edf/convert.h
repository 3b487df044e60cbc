// File samples to numbers, one run at a time. Little-endian two's complement, 16 bits (EDF) or 24 (BDF).
#pragma once

#include <cstdint>

#include "common/tier.h"

namespace brrr::edf {

/// out[i] = digital * scale + offset in double precision, then rounded to the type of out; subtract_physical takes that
/// from out[i] instead. Every tier computes the same bits.
struct Converters {
  void (*digital)(const uint8_t* bytes, int64_t count, int32_t* out);
  void (*physical_double)(const uint8_t* bytes, int64_t count, double scale, double offset, double* out);
  void (*physical_float)(const uint8_t* bytes, int64_t count, double scale, double offset, float* out);
  void (*subtract_physical)(const uint8_t* bytes, int64_t count, double scale, double offset, double* out);
};

/// The active tier's functions for samples of 2 or 3 bytes.
const Converters& converters(int bytes_per_sample);

}  // namespace brrr::edf

namespace brrr {
BRRR_TIERED(extern const edf::Converters edf_converters16; extern const edf::Converters edf_converters24;)
}  // namespace brrr
