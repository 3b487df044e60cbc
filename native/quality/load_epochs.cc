#include "quality/load_epochs.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>

#include "common/error.h"
#include "common/parallel.h"
#include "quality/artifact_grid.h"
#include "signal/fir.h"
#include "signal/resample.h"

namespace brrr::quality {
namespace {

/// Samples that are read at a time.
constexpr int64_t kReadBlock = 1 << 18;

void check(const std::vector<ChannelInput>& channels, const std::vector<double>& start_s, const LoadOptions& options) {
  if (!(options.rate_hz > 0) || !std::isfinite(options.rate_hz) || !(options.length_s > 0) ||
      !(options.length_s * options.rate_hz < 1 << 24))
    throw Error("INVALID_ARGUMENT", "Epochs need a positive rate and length; got " + std::to_string(options.rate_hz) +
                                        " Hz and " + std::to_string(options.length_s) + " s.");
  for (const ChannelInput& channel : channels)
    if (channel.stretches.size() != start_s.size())
      throw Error("INVALID_ARGUMENT", "All channels must have the recording's " + std::to_string(start_s.size()) +
                                          " stretches; one has " + std::to_string(channel.stretches.size()) + ".");
}

/// Whole epochs that all channels have in a stretch.
int64_t epochs_in(const std::vector<ChannelInput>& channels, size_t stretch, double rate_hz, int samples) {
  int64_t epochs = INT64_MAX;
  for (const ChannelInput& channel : channels) {
    const SampleSource& source = *channel.stretches[stretch];
    // A millionth of a sample keeps 4 s at 256 Hz, resampled from 200 Hz, from rounding down to none.
    const double size = static_cast<double>(source.size()) * rate_hz / source.rate();
    epochs = std::min(epochs, static_cast<int64_t>((size + 1e-6) / samples));
  }
  return channels.empty() ? 0 : epochs;
}

struct Layout {
  EpochGrid grid;
  /// Of each stretch: its first epoch; then their number.
  std::vector<int> first_epoch;
  uint64_t working_bytes = 0;

  int epochs_of(size_t stretch) const { return first_epoch[stretch + 1] - first_epoch[stretch]; }
};

Layout lay_out(const std::vector<ChannelInput>& channels, const std::vector<double>& start_s,
               const LoadOptions& options) {
  Layout layout;
  EpochGrid& grid = layout.grid;
  grid.rate_hz = options.rate_hz;
  grid.samples = std::max(2, static_cast<int>(std::lround(options.length_s * options.rate_hz)));
  grid.length_s = grid.samples / grid.rate_hz;
  int64_t longest = 0;
  for (size_t i = 0; i < start_s.size(); i++) {
    layout.first_epoch.push_back(static_cast<int>(grid.start_s.size()));
    const int64_t epochs = epochs_in(channels, i, grid.rate_hz, grid.samples);
    for (int64_t e = 0; e < epochs; e++) grid.start_s.push_back(start_s[i] + static_cast<double>(e) * grid.length_s);
    for (const ChannelInput& channel : channels) longest = std::max(longest, channel.stretches[i]->size());
  }
  layout.first_epoch.push_back(static_cast<int>(grid.start_s.size()));
  const uint64_t at_once = std::min<uint64_t>(static_cast<uint64_t>(worker_count()), channels.size());
  layout.working_bytes = at_once * static_cast<uint64_t>(longest) * sizeof(double);
  if (options.artifacts) {
    const auto samples = static_cast<int64_t>(grid.start_s.size()) * grid.samples;
    const uint64_t later = artifact_bytes(grid.rate_hz, static_cast<int>(channels.size()), samples);
    layout.working_bytes = std::max(layout.working_bytes, later);
  }
  return layout;
}

/// A channel's way into the store.
class ChannelLoader {
 public:
  /// fir: null for none. samples: memory for one stretch as it was recorded, kept from one channel to the next.
  ChannelLoader(const Layout& layout, const LoadOptions& options, const BlockFir* fir, EpochStore& store,
                AlignedBuffer<double>& samples)
      : layout_(layout), options_(options), fir_(fir), store_(store), samples_(samples) {}

  void load(const ChannelInput& input, int channel, Job& job) {
    for (size_t i = 0; i < input.stretches.size(); i++) {
      if (layout_.epochs_of(i) == 0) continue;
      const SampleSource& source = *input.stretches[i];
      store_.recorded_rate_hz(channel) = source.rate();
      read(source, job);
      measure(source, input.rails, channel, i);
      if (source.rate() == options_.rate_hz) {
        store(samples_.data(), source.size(), channel, i, job);
      } else {
        const ArraySource recorded(samples_.data(), source.size(), source.rate());
        const std::vector<double> resampled = resample_fft(recorded, options_.rate_hz, job);
        store(resampled.data(), static_cast<int64_t>(resampled.size()), channel, i, job);
      }
    }
  }

 private:
  void read(const SampleSource& source, Job& job) {
    samples_.reserve(static_cast<size_t>(source.size()));
    for (int64_t at = 0; at < source.size(); at += kReadBlock) {
      job.check();
      source.read(at, std::min(kReadBlock, source.size() - at), samples_.data() + at);
    }
  }

  void measure(const SampleSource& recorded, Rails rails, int channel, size_t stretch) {
    const double length = layout_.grid.length_s * recorded.rate();  // of an epoch, in recorded samples
    const int pieces = pieces_of(length, recorded.rate());
    for (int e = 0; e < layout_.epochs_of(stretch); e++) {
      const int64_t start = std::llround(e * length);
      const int64_t end = std::min<int64_t>(std::llround((e + 1) * length), recorded.size());
      store_.raw(channel, layout_.first_epoch[stretch] + e) =
          measure_raw_cell(samples_.data() + start, static_cast<int>(end - start), pieces, options_.flat_uv, rails);
    }
  }

  /// x: n samples at the store's rate.
  void store(const double* x, int64_t n, int channel, size_t stretch, Job& job) {
    const int64_t wanted = int64_t{layout_.epochs_of(stretch)} * layout_.grid.samples;
    float* out = store_.channel(channel) + int64_t{layout_.first_epoch[stretch]} * layout_.grid.samples;
    const auto put = [out, wanted](int64_t start, int64_t count, const double* values) {
      for (int64_t t = start; t < std::min(start + count, wanted); t++) out[t] = static_cast<float>(values[t - start]);
    };
    if (!fir_) return put(0, n, x);
    filter_stream(
        *fir_, ArraySource(x, n, options_.rate_hz),
        [&put](int64_t start, int64_t count, const double* const* outputs, int) { put(start, count, outputs[0]); },
        job);
  }

  const Layout& layout_;
  const LoadOptions& options_;
  const BlockFir* fir_;
  EpochStore& store_;
  AlignedBuffer<double>& samples_;
};

}  // namespace

std::shared_ptr<EpochStore> load_epochs(const std::vector<ChannelInput>& channels, const std::vector<double>& start_s,
                                        const LoadOptions& options, Job& job) {
  check(channels, start_s, options);
  const Layout layout = lay_out(channels, start_s, options);
  std::unique_ptr<const BlockFir> fir;
  if (options.high_pass_hz > 0)
    fir = std::make_unique<BlockFir>(design_highpass(options.rate_hz, options.high_pass_hz));
  const int count = static_cast<int>(channels.size());
  auto store = std::make_shared<EpochStore>(layout.grid, count, options.max_bytes, layout.working_bytes);
  std::vector<AlignedBuffer<double>> samples(static_cast<size_t>(worker_count()));
  std::atomic<int> done{0};
  parallel_for(count, [&](int channel, int worker) {
    ChannelLoader(layout, options, fir.get(), *store, samples[static_cast<size_t>(worker)])
        .load(channels[static_cast<size_t>(channel)], channel, job);
    job.report(static_cast<double>(++done) / count);
  });
  return store;
}

namespace {

[[noreturn]] void refuse(const float* samples, int count, int channel, int epoch) {
  int at = 0;
  while (at + 1 < count && std::isfinite(samples[at])) at++;
  throw Error("INVALID_ARGUMENT", "Sample " + std::to_string(at) + " of channel " + std::to_string(channel) +
                                      " in epoch " + std::to_string(epoch) +
                                      " is not a finite number; leave such epochs or channels out.");
}

}  // namespace

template <class Sample>
std::shared_ptr<EpochStore> epochs_from_array(const Sample* data, const ArrayShape& shape, const LoadOptions& options,
                                              Job& job) {
  EpochGrid grid;
  grid.rate_hz = shape.rate_hz;
  grid.samples = shape.samples;
  grid.length_s = shape.samples / shape.rate_hz;
  for (int e = 0; e < shape.epochs; e++) grid.start_s.push_back(e * grid.length_s);
  auto store = std::make_shared<EpochStore>(std::move(grid), shape.channels, options.max_bytes);
  const int pieces = pieces_of(shape.samples, shape.rate_hz);
  parallel_for(shape.channels, [&](int c, int) {
    job.check();
    std::vector<double> cell(static_cast<size_t>(shape.samples));
    for (int e = 0; e < shape.epochs; e++) {
      const Sample* in = data + (int64_t{e} * shape.channels + c) * shape.samples;
      float* out = store->channel(c) + int64_t{e} * shape.samples;
      float spoiled = 0;  // stays 0 unless a sample is not finite
      for (int t = 0; t < shape.samples; t++) {
        cell[static_cast<size_t>(t)] = in[t] * shape.to_uv;
        out[t] = static_cast<float>(cell[static_cast<size_t>(t)]);
        spoiled += out[t] * 0;
      }
      if (spoiled != 0) refuse(out, shape.samples, c, e);
      store->raw(c, e) = measure_raw_cell(cell.data(), shape.samples, pieces, options.flat_uv, Rails());
    }
  });
  return store;
}

template std::shared_ptr<EpochStore> epochs_from_array(const float*, const ArrayShape&, const LoadOptions&, Job&);
template std::shared_ptr<EpochStore> epochs_from_array(const double*, const ArrayShape&, const LoadOptions&, Job&);

}  // namespace brrr::quality
