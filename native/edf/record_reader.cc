#include "edf/record_reader.h"

#include <algorithm>

namespace brrr::edf {
namespace {

// Reading a gap of this many bytes costs about as much as another call to the operating system.
constexpr int64_t kWorthSkipping = 8 * 1024;
// Larger records are never read whole.
constexpr int64_t kLargestChunk = 4 * 1024 * 1024;

struct Visit {
  const Header& header;
  const ByteSource& source;
  const SampleRange* ranges;
  int range_count;
  Scratch& scratch;
  const RunBody& body;
};

// The part of a range that lies in a record, counted from the record's first sample of the signal.
struct Part {
  int64_t first, count;
};

Part part_in_record(const Header& header, const SampleRange& range, int64_t record) {
  const int64_t per_record = header.signals[static_cast<size_t>(range.signal)].samples_per_record;
  const int64_t first = std::max<int64_t>(range.start - record * per_record, 0);
  const int64_t end = std::min(range.start + range.count - record * per_record, per_record);
  return {first, std::max<int64_t>(end - first, 0)};
}

int64_t position_in_range(const Header& header, const SampleRange& range, int64_t record, int64_t first) {
  return record * header.signals[static_cast<size_t>(range.signal)].samples_per_record + first - range.start;
}

void visit_whole_records(const Visit& v, int64_t first_record, int64_t end_record) {
  const int64_t record_bytes = v.header.record_bytes;
  const int64_t chunk = std::min(std::max<int64_t>(kChunkBytes / record_bytes, 1), end_record - first_record);
  uint8_t* bytes = v.scratch.reserve(chunk * record_bytes);
  for (int64_t record = first_record; record < end_record; record += chunk) {
    const int64_t count = std::min(chunk, end_record - record);
    v.source.read(v.header.header_bytes + record * record_bytes, count * record_bytes, bytes);
    for (int64_t i = 0; i < count; i++) {
      for (int k = 0; k < v.range_count; k++) {
        const Part part = part_in_record(v.header, v.ranges[k], record + i);
        if (part.count == 0) continue;
        const SignalHeader& signal = v.header.signals[static_cast<size_t>(v.ranges[k].signal)];
        const int64_t at = i * record_bytes + signal.record_offset_bytes + part.first * v.header.bytes_per_sample;
        v.body(k, position_in_range(v.header, v.ranges[k], record + i, part.first), bytes + at, part.count);
      }
    }
  }
}

void visit_signal_by_signal(const Visit& v, int64_t first_record, int64_t end_record) {
  const int64_t sample_bytes = v.header.bytes_per_sample;
  const int64_t piece = kChunkBytes / sample_bytes;
  for (int64_t record = first_record; record < end_record; record++) {
    for (int k = 0; k < v.range_count; k++) {
      const SignalHeader& signal = v.header.signals[static_cast<size_t>(v.ranges[k].signal)];
      const int64_t origin = v.header.header_bytes + record * v.header.record_bytes + signal.record_offset_bytes;
      const Part part = part_in_record(v.header, v.ranges[k], record);
      for (int64_t done = 0; done < part.count; done += piece) {
        const int64_t first = part.first + done, count = std::min(piece, part.count - done);
        uint8_t* bytes = v.scratch.reserve(count * sample_bytes);
        v.source.read(origin + first * sample_bytes, count * sample_bytes, bytes);
        v.body(k, position_in_range(v.header, v.ranges[k], record, first), bytes, count);
      }
    }
  }
}

}  // namespace

uint8_t* Scratch::reserve(int64_t bytes) {
  if (bytes > capacity_) {
    bytes_.reset(new uint8_t[static_cast<size_t>(bytes)]);  // not make_unique: that would clear it
    capacity_ = bytes;
  }
  return bytes_.get();
}

void visit_runs(const Header& header, const ByteSource& source, const SampleRange* ranges, int range_count,
                Scratch& scratch, const RunBody& body) {
  int64_t first_record = INT64_MAX, end_record = 0, wanted_samples = 0;
  for (int k = 0; k < range_count; k++) {
    if (ranges[k].count == 0) continue;
    const int64_t per_record = header.signals[static_cast<size_t>(ranges[k].signal)].samples_per_record;
    first_record = std::min(first_record, ranges[k].start / per_record);
    end_record = std::max(end_record, (ranges[k].start + ranges[k].count - 1) / per_record + 1);
    wanted_samples += ranges[k].count;
  }
  if (wanted_samples == 0) return;
  const Visit visit{header, source, ranges, range_count, scratch, body};
  const int64_t records = end_record - first_record;
  const int64_t unwanted_bytes = records * header.record_bytes - wanted_samples * header.bytes_per_sample;
  if (header.record_bytes <= kLargestChunk && unwanted_bytes <= records * range_count * kWorthSkipping) {
    visit_whole_records(visit, first_record, end_record);
  } else {
    visit_signal_by_signal(visit, first_record, end_record);
  }
}

}  // namespace brrr::edf
