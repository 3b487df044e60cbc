#include "quality/clean_recording.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>

#include "common/aligned_buffer.h"
#include "common/parallel.h"
#include "edf/channel_source.h"
#include "signal/fir.h"
#include "signal/fir_rows.h"

namespace brrr::quality {
namespace {

// A piece of this many filter blocks touches at most 16, wherever it starts: one run of the widest tier.
constexpr int kBlocksPerPiece = 13;
// Samples of all signals together that are in memory at a time.
constexpr int64_t kPieceSamples = 1 << 22;

// Samples [start, start + count) of the filtered signal. Blocks begin at multiples of the block length and are paired
// as in filter_stream, so that a sample does not depend on the range that it is asked for in.
void filter_range(const BlockFir& fir, const SampleSource& x, int64_t start, int64_t count, double* out) {
  const int64_t blocks = (x.size() + fir.block - 1) / fir.block;
  const int run = 2 * BRRR_DISPATCH(filter_rows_lanes)();
  AlignedBuffer<double> work(fir.work_doubles());
  AlignedBuffer<double> rows(static_cast<size_t>(fir.block) * run);
  for (int64_t block = start / fir.block / 2 * 2; block * fir.block < start + count; block += run) {
    double* row = rows.data();
    BRRR_DISPATCH(filter_rows)(fir, x, block, blocks, work.data(), &row);
    const int64_t origin = block * fir.block;
    const int64_t from = std::max(origin, start), to = std::min(origin + int64_t{run} * fir.block, start + count);
    std::memcpy(out + (from - start), row + (from - origin), static_cast<size_t>(to - from) * sizeof(double));
  }
}

// Records of one stretch, all signals in the units in which they are written.
struct Piece {
  int64_t first_record = 0, records = 0;
  std::vector<std::vector<double>> samples;
};

class Copier {
 public:
  Copier(std::shared_ptr<const edf::Reader> recording, const CleanCopy& copy)
      : recording_(std::move(recording)), copy_(copy) {
    for (const CopiedSignal& copied : copy.signals) {
      const edf::SignalHeader& header = recording_->header().signals.at(static_cast<size_t>(copied.signal));
      samples_per_record_.push_back(header.samples_per_record);
      if (copied.to_uv != 0 && copy.high_pass_hz > 0 && filters_.count(header.rate_hz) == 0)
        filters_.emplace(header.rate_hz, BlockFir(design_highpass(header.rate_hz, copy.high_pass_hz)));
    }
    check_interpolations();
  }

  int signals() const { return static_cast<int>(copy_.signals.size()); }
  bool cleaned(int k) const { return copy_.signals[k].to_uv != 0; }

  /// Goes through the recording in order; each piece may be used until the next.
  void each_piece(bool cleaned_only, Job& job, const std::function<void(const Piece&)>& use) const {
    Piece piece;
    piece.samples.resize(copy_.signals.size());
    const int64_t most = records_per_piece();
    for (const edf::Segment& segment : recording_->segments())
      for (int64_t done = 0; done < segment.records; done += most) {
        piece.first_record = segment.first_record + done;
        piece.records = std::min(most, segment.records - done);
        parallel_for(signals(), [&](int k, int) {
          job.check();
          if (cleaned(k))
            clean(segment, k, piece);
          else if (!cleaned_only)
            keep(k, piece);
        });
        parallel_for(static_cast<int>(copy_.interpolations.size()),
                     [&](int i, int) { interpolate(copy_.interpolations[static_cast<size_t>(i)], piece); });
        use(piece);
      }
  }

 private:
  int64_t records_per_piece() const {
    int64_t a_record = 1, records = kPieceSamples;
    for (int k = 0; k < signals(); k++) {
      a_record += samples_per_record_[k];
      if (!cleaned(k) || filters_.empty()) continue;
      const BlockFir& fir = filters_.at(recording_->rate(copy_.signals[k].signal));
      records = std::min<int64_t>(records, int64_t{kBlocksPerPiece} * fir.block / samples_per_record_[k]);
    }
    return std::max<int64_t>(1, std::min(records, kPieceSamples / a_record));
  }

  void keep(int k, Piece& piece) const {
    const int64_t per_record = samples_per_record_[k];
    piece.samples[k].resize(static_cast<size_t>(piece.records * per_record));
    recording_->read_physical(copy_.signals[k].signal, piece.first_record * per_record, piece.records * per_record,
                              piece.samples[k].data());
  }

  void clean(const edf::Segment& segment, int k, Piece& piece) const {
    const CopiedSignal& copied = copy_.signals[k];
    const int64_t per_record = samples_per_record_[k];
    std::vector<double>& out = piece.samples[k];
    out.resize(static_cast<size_t>(piece.records * per_record));
    const edf::ChannelSource source(recording_, segment, copied.signal, edf::ChannelSource::kNone, copied.to_uv);
    const int64_t start = (piece.first_record - segment.first_record) * per_record;
    const int64_t count = piece.records * per_record;
    if (filters_.empty())
      source.read(start, count, out.data());
    else
      filter_range(filters_.at(source.rate()), source, start, count, out.data());
    const int64_t begin = piece.first_record * per_record, end = begin + piece.records * per_record;
    for (const Repair& repair : copy_.repairs) {
      if (repair.copied != k) continue;
      const int64_t from = std::max(begin, repair.start), to = std::min(end, repair.start + repair.count);
      for (int64_t i = from; i < to; i++) out[static_cast<size_t>(i - begin)] = repair.samples[i - repair.start];
    }
  }

  void check_interpolations() const {
    const auto fits = [&](int k, int like) {
      return k >= 0 && k < signals() && cleaned(k) && samples_per_record_[k] == samples_per_record_[like];
    };
    const auto interpolated = [&](int k) {
      return std::any_of(copy_.interpolations.begin(), copy_.interpolations.end(),
                         [k](const Interpolation& other) { return other.copied == k; });
    };
    for (const Interpolation& interpolation : copy_.interpolations) {
      bool good = interpolation.copied >= 0 && interpolation.copied < signals() && cleaned(interpolation.copied) &&
                  interpolation.sources.size() == interpolation.weights.size();
      for (int source : interpolation.sources)
        good = good && fits(source, interpolation.copied) && !interpolated(source);
      if (!good)
        throw Error("INVALID_ARGUMENT",
                    "Signal " + std::to_string(interpolation.copied) +
                        " cannot be interpolated: it and its sources must be cleaned signals of one rate.");
    }
  }

  void interpolate(const Interpolation& interpolation, Piece& piece) const {
    std::vector<double>& out = piece.samples[interpolation.copied];
    std::fill(out.begin(), out.end(), 0);
    for (size_t s = 0; s < interpolation.sources.size(); s++) {
      const std::vector<double>& source = piece.samples[interpolation.sources[s]];
      for (size_t t = 0; t < out.size(); t++) out[t] += interpolation.weights[s] * source[t];
    }
  }

  std::shared_ptr<const edf::Reader> recording_;
  const CleanCopy& copy_;
  std::vector<int64_t> samples_per_record_;
  std::map<double, BlockFir> filters_;
};

// The least limit of four digits that the signal stays within.
double physical_limit(double highest) {
  if (highest == 0) return 1;
  const double step = std::pow(10.0, std::floor(std::log10(highest)) - 3);
  return std::ceil(highest / step) * step;
}

void find_limits(const Copier& copier, CleanCopy& copy, Job& job) {
  std::vector<double> highest(copy.signals.size(), 0);
  copier.each_piece(true, job, [&](const Piece& piece) {
    for (size_t k = 0; k < highest.size(); k++)
      if (copier.cleaned(static_cast<int>(k)))
        for (double value : piece.samples[k]) highest[k] = std::max(highest[k], std::abs(value));
  });
  for (size_t k = 0; k < highest.size(); k++) {
    if (copy.signals[k].to_uv == 0) continue;
    copy.signals[k].header.physical_max = physical_limit(highest[k]);
    copy.signals[k].header.physical_min = -copy.signals[k].header.physical_max;
  }
}

// Room in each record that takes all annotations, whatever their order.
int annotation_room(const std::vector<edf::Annotation>& annotations, int64_t records) {
  // Onset, duration and separators of a TAL at their longest.
  constexpr size_t kTimes = 64;
  size_t total = 0, longest = 0;
  for (const edf::Annotation& annotation : annotations) {
    const size_t bytes = annotation.text.size() + kTimes;
    total += bytes;
    longest = std::max(longest, bytes);
  }
  return static_cast<int>(longest + total / static_cast<size_t>(std::max<int64_t>(records, 1)));
}

}  // namespace

void write_clean_copy(const std::string& path, std::shared_ptr<const edf::Reader> recording, CleanCopy copy, Job& job) {
  const Copier copier(recording, copy);
  find_limits(copier, copy, job);
  edf::RecordingSpec header = copy.header;
  header.record_duration_s = recording->header().record_duration_s;
  header.annotation_bytes = annotation_room(copy.annotations, recording->records());
  header.signals.clear();
  for (const CopiedSignal& copied : copy.signals) {
    header.signals.push_back(copied.header);
    header.signals.back().samples_per_record =
        recording->header().signals[static_cast<size_t>(copied.signal)].samples_per_record;
  }
  edf::Writer writer(path, header);
  for (const edf::Annotation& annotation : copy.annotations) writer.annotate(annotation);
  const std::vector<double>& onsets = recording->record_onsets();
  copier.each_piece(false, job, [&](const Piece& piece) {
    std::vector<const double*> record(copy.signals.size());
    for (int64_t r = 0; r < piece.records; r++) {
      for (size_t k = 0; k < record.size(); k++)
        record[k] = piece.samples[k].data() + r * header.signals[k].samples_per_record;
      const auto number = static_cast<size_t>(piece.first_record + r);
      const double onset = onsets.empty() ? static_cast<double>(number) * header.record_duration_s : onsets[number];
      writer.write_record(record.data(), onset);
    }
    job.report(static_cast<double>(piece.first_record + piece.records) / static_cast<double>(recording->records()));
  });
  writer.finish();
}

}  // namespace brrr::quality
