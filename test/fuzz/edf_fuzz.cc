// Anything may come as an EDF file: whatever the bytes, the reader refuses them with a typed error or gives finite
// values.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "common/error.h"
#include "edf/channel_source.h"
#include "edf/reader.h"

namespace {

using namespace brrr;
using namespace brrr::edf;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

void check_tables(const Reader& reader) {
  for (const Annotation& annotation : reader.annotations()) {
    require(std::isfinite(annotation.onset_s) && std::isfinite(annotation.duration_s), "annotations have finite times");
    require(!annotation.text.empty(), "annotations have a text");
  }
  const auto timed = static_cast<int64_t>(reader.record_onsets().size());
  require(timed == 0 || timed == reader.records(), "each record has an onset or none has");
  for (double onset : reader.record_onsets()) require(std::isfinite(onset), "record onsets are finite");
  int64_t next = 0;
  for (const Segment& segment : reader.segments()) {
    require(segment.first_record == next && segment.records > 0, "segments follow each other");
    require(std::isfinite(segment.start_s) && std::isfinite(segment.duration_s), "segments have finite times");
    next += segment.records;
  }
  require(next == reader.records(), "segments cover all records");
}

void check_signal(const std::shared_ptr<const Reader>& reader, int signal) {
  const SignalHeader& header = reader->header().signals[static_cast<size_t>(signal)];
  const int64_t count = reader->samples(signal);
  std::vector<int32_t> digital(static_cast<size_t>(count));
  reader->read_digital(signal, 0, count, digital.data());
  if (!header.usable) return;
  std::vector<double> physical(static_cast<size_t>(count));
  std::vector<float> rounded(static_cast<size_t>(count));
  reader->read_physical(signal, 0, count, physical.data());
  reader->read_physical(signal, 0, count, rounded.data());
  for (size_t i = 0; i < physical.size(); i++) {
    require(std::isfinite(physical[i]) && std::isfinite(rounded[i]), "physical values are finite");
    require(static_cast<float>(physical[i]) == rounded[i], "float32 is the rounded double");
  }
  for (const Segment& segment : reader->segments()) {
    const ChannelSource source(reader, segment, signal, signal);
    std::vector<double> zeros(static_cast<size_t>(std::min<int64_t>(source.size(), 64)));
    source.read(source.size() - static_cast<int64_t>(zeros.size()), static_cast<int64_t>(zeros.size()), zeros.data());
    for (double zero : zeros) require(zero == 0, "a signal minus itself is 0");
  }
}

void check_channels(const Reader& reader) {
  std::vector<int> signals;
  for (size_t i = 0; i < reader.header().signals.size(); i++) {
    if (reader.header().signals[i].usable) signals.push_back(static_cast<int>(i));
  }
  std::vector<std::vector<float>> samples;
  std::vector<float*> out;
  for (int signal : signals) samples.emplace_back(static_cast<size_t>(reader.samples(signal)));
  for (auto& channel : samples) out.push_back(channel.data());
  Job job;
  reader.read_channels(signals.data(), static_cast<int>(signals.size()), 0, reader.records(), out.data(), job);
  for (size_t k = 0; k < signals.size(); k++) {
    std::vector<float> alone(samples[k].size());
    reader.read_physical(signals[k], 0, reader.samples(signals[k]), alone.data());
    require(alone.empty() || std::memcmp(alone.data(), samples[k].data(), alone.size() * sizeof(float)) == 0,
            "channels read together equal channels read alone");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  Job job;
  try {
    const std::shared_ptr<const Reader> reader = Reader::open(memory_source({bytes, bytes + count}), job);
    check_tables(*reader);
    for (size_t i = 0; i < reader->header().signals.size(); i++) check_signal(reader, static_cast<int>(i));
    check_channels(*reader);
  } catch (const Error& error) {
    require(std::strncmp(error.code(), "EDF_", 4) == 0, "only EDF_ errors come of the bytes");
  }
  return 0;
}
