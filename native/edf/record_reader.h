// The bytes of some signals' samples, found in the data records that interleave them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "edf/header.h"

namespace brrr::edf {

/// Samples [start, start + count) of one signal, counted through all records.
struct SampleRange {
  int signal;
  int64_t start;
  int64_t count;
};

/// A buffer that grows to what was asked for once and is then reused. One thread at a time.
class Scratch {
 public:
  uint8_t* reserve(int64_t bytes);

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  int64_t capacity_ = 0;
};

/// Bytes read at a time: enough to hide the cost of a call, small enough to stay in a core's cache.
constexpr int64_t kChunkBytes = 256 * 1024;

/// A run of consecutive samples: `samples` of them in file encoding, the first being number start + at of
/// ranges[range].
using RunBody = std::function<void(int range, int64_t at, const uint8_t* bytes, int64_t samples)>;

/// Calls `body` for all samples of the ranges, record after record and in the order of the ranges within a record; a
/// run never crosses a record's end. Memory stays bounded whatever the size of a record. Ranges must be valid.
void visit_runs(const Header& header, const ByteSource& source, const SampleRange* ranges, int range_count,
                Scratch& scratch, const RunBody& body);

}  // namespace brrr::edf
