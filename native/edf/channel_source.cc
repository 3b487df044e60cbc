#include "edf/channel_source.h"

#include "common/error.h"
#include "edf/convert.h"

namespace brrr::edf {
namespace {

const SignalHeader& usable(const Reader& reader, int signal) {
  reader.rate(signal);  // refuses an index that is not there
  const SignalHeader& header = reader.header().signals[static_cast<size_t>(signal)];
  if (!header.usable) {
    throw Error("INVALID_ARGUMENT",
                "Signal " + std::to_string(signal) + " (" + header.label + ") has no physical values.");
  }
  return header;
}

}  // namespace

ChannelSource::ChannelSource(std::shared_ptr<const Reader> reader, const Segment& segment, int signal, int minus,
                             double factor)
    : reader_(std::move(reader)), signal_(signal), minus_(minus), factor_(factor) {
  const SignalHeader& header = usable(*reader_, signal);
  if (minus != kNone) {
    const SignalHeader& other = usable(*reader_, minus);
    if (other.samples_per_record != header.samples_per_record || other.dimension != header.dimension) {
      throw Error("INVALID_ARGUMENT", "Expected two signals of one rate and unit for " + header.label + " minus " +
                                          other.label + ", got " + std::to_string(header.rate_hz) + " Hz " +
                                          header.dimension + " and " + std::to_string(other.rate_hz) + " Hz " +
                                          other.dimension + ".");
    }
  }
  if (segment.first_record < 0 || segment.records < 0 || segment.first_record > reader_->records() - segment.records) {
    throw Error("INVALID_ARGUMENT", "Expected a segment within the recording's " + std::to_string(reader_->records()) +
                                        " records, got " + std::to_string(segment.records) + " from " +
                                        std::to_string(segment.first_record) + " on.");
  }
  first_sample_ = segment.first_record * header.samples_per_record;
  size_ = segment.records * header.samples_per_record;
  rate_ = header.rate_hz;
}

void ChannelSource::read(int64_t start, int64_t count, double* out) const {
  if (start < 0 || count < 0 || start > size_ || count > size_ - start) {
    throw Error("INVALID_ARGUMENT", "Expected samples within [0, " + std::to_string(size_) + "), got " +
                                        std::to_string(count) + " from " + std::to_string(start) + " on.");
  }
  const Header& header = reader_->header();
  const Converters& to = converters(header.bytes_per_sample);
  const SampleRange ranges[] = {{signal_, first_sample_ + start, count}, {minus_, first_sample_ + start, count}};
  const int range_count = minus_ == kNone ? 1 : 2;
  Scratch scratch;
  visit_runs(header, reader_->source(), ranges, range_count, scratch,
             [&](int range, int64_t at, const uint8_t* bytes, int64_t samples) {
               const SignalHeader& signal = header.signals[static_cast<size_t>(ranges[range].signal)];
               if (range == 0) {
                 to.physical_double(bytes, samples, signal.scale, signal.offset, out + at);
               } else {
                 to.subtract_physical(bytes, samples, signal.scale, signal.offset, out + at);
               }
               if (factor_ == 1 || range + 1 < range_count) return;
               for (int64_t i = 0; i < samples; i++) out[at + i] *= factor_;
             });
}

}  // namespace brrr::edf
