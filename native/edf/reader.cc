#include "edf/reader.h"

#include <algorithm>
#include <cstring>

#include "common/error.h"
#include "common/parallel.h"
#include "edf/convert.h"

namespace brrr::edf {
namespace {

void convert(const Converters& c, const SignalHeader&, const uint8_t* bytes, int64_t count, int32_t* out) {
  c.digital(bytes, count, out);
}
void convert(const Converters& c, const SignalHeader& s, const uint8_t* bytes, int64_t count, double* out) {
  c.physical_double(bytes, count, s.scale, s.offset, out);
}
void convert(const Converters& c, const SignalHeader& s, const uint8_t* bytes, int64_t count, float* out) {
  c.physical_float(bytes, count, s.scale, s.offset, out);
}

std::string span_text(int64_t start, int64_t count) {
  return "[" + std::to_string(start) + ", " + std::to_string(start) + " + " + std::to_string(count) + ")";
}

}  // namespace

std::shared_ptr<Reader> Reader::open(const std::string& path, Job& job) { return open(open_file(path), job); }

std::shared_ptr<Reader> Reader::open(std::unique_ptr<ByteSource> source, Job& job) {
  std::shared_ptr<Reader> reader(new Reader);
  reader->source_ = std::move(source);
  try {
    reader->header_ = read_header(*reader->source_, reader->warnings_);
    AnnotationScan scan = scan_annotations(reader->header_, *reader->source_, reader->warnings_, job);
    reader->annotations_ = std::move(scan.annotations);
    reader->record_onsets_ = std::move(scan.record_onsets);
    reader->segments_ = find_segments(reader->header_, reader->record_onsets_, reader->warnings_);
  } catch (const Error& error) {
    if (std::strncmp(error.code(), "EDF_", 4) != 0) throw;
    throw Error(error.code(), reader->source_->name() + ": " + error.what());
  }
  return reader;
}

const SignalHeader& Reader::signal_header(int signal) const {
  const int count = static_cast<int>(header_.signals.size());
  if (signal < 0 || signal >= count) {
    throw Error("INVALID_ARGUMENT", "Expected a signal index from 0 to " + std::to_string(count - 1) + ", got " +
                                        std::to_string(signal) + ".");
  }
  return header_.signals[static_cast<size_t>(signal)];
}

const SignalHeader& Reader::usable_signal(int signal) const {
  const SignalHeader& header = signal_header(signal);
  if (!header.usable) {
    throw Error("INVALID_ARGUMENT", "Signal " + std::to_string(signal) + " (" + header.label +
                                        ") has no physical values: " +
                                        (header.is_annotation ? "it holds annotations" : header.problem) + ".");
  }
  return header;
}

int64_t Reader::samples(int signal) const { return header_.records * signal_header(signal).samples_per_record; }

void Reader::check_range(int signal, int64_t start, int64_t count) const {
  const int64_t size = samples(signal);
  if (start < 0 || count < 0 || start > size || count > size - start) {
    throw Error("INVALID_ARGUMENT", "Expected samples within [0, " + std::to_string(size) + ") of signal " +
                                        std::to_string(signal) + ", got " + span_text(start, count) + ".");
  }
}

template <class Sample>
void Reader::read_range(int signal, int64_t start, int64_t count, Sample* out) const {
  check_range(signal, start, count);
  const SignalHeader& header = signal_header(signal);
  const Converters& to = converters(header_.bytes_per_sample);
  const SampleRange range{signal, start, count};
  Scratch scratch;
  visit_runs(header_, *source_, &range, 1, scratch, [&](int, int64_t at, const uint8_t* bytes, int64_t samples) {
    convert(to, header, bytes, samples, out + at);
  });
}

void Reader::read_digital(int signal, int64_t start, int64_t count, int32_t* out) const {
  read_range(signal, start, count, out);
}

void Reader::read_physical(int signal, int64_t start, int64_t count, double* out) const {
  usable_signal(signal);
  read_range(signal, start, count, out);
}

void Reader::read_physical(int signal, int64_t start, int64_t count, float* out) const {
  usable_signal(signal);
  read_range(signal, start, count, out);
}

template <class Sample>
void Reader::read_records(const int* signals, int signal_count, int64_t first_record, int64_t record_count,
                          Sample* const* out, Job& job) const {
  for (int k = 0; k < signal_count; k++) usable_signal(signals[k]);
  if (first_record < 0 || record_count < 0 || first_record > records() || record_count > records() - first_record) {
    throw Error("INVALID_ARGUMENT", "Expected records within [0, " + std::to_string(records()) + "), got " +
                                        span_text(first_record, record_count) + ".");
  }
  const Converters& to = converters(header_.bytes_per_sample);
  // A few chunks an item; parallel_for counts in int.
  const int64_t per_item = std::max({int64_t{1}, 4 * kChunkBytes / header_.record_bytes, record_count / 1'000'000});
  const int items = static_cast<int>((record_count + per_item - 1) / per_item);
  std::vector<Scratch> scratch(static_cast<size_t>(worker_count()));
  parallel_for(items, [&](int item, int worker) {
    job.check();
    const int64_t skipped = item * per_item, count = std::min(per_item, record_count - skipped);
    std::vector<SampleRange> ranges;
    for (int k = 0; k < signal_count; k++) {
      const int64_t per_record = signal_header(signals[k]).samples_per_record;
      ranges.push_back({signals[k], (first_record + skipped) * per_record, count * per_record});
    }
    visit_runs(header_, *source_, ranges.data(), signal_count, scratch[static_cast<size_t>(worker)],
               [&](int k, int64_t at, const uint8_t* bytes, int64_t samples) {
                 const SignalHeader& signal = header_.signals[static_cast<size_t>(signals[k])];
                 convert(to, signal, bytes, samples, out[k] + skipped * signal.samples_per_record + at);
               });
  });
}

void Reader::read_channels(const int* signals, int signal_count, int64_t first_record, int64_t record_count,
                           float* const* out, Job& job) const {
  read_records(signals, signal_count, first_record, record_count, out, job);
}

void Reader::read_channels(const int* signals, int signal_count, int64_t first_record, int64_t record_count,
                           double* const* out, Job& job) const {
  read_records(signals, signal_count, first_record, record_count, out, job);
}

}  // namespace brrr::edf
