#include "autoreject/epoch_array.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "autoreject/autoreject.h"
#include "autoreject/repair.h"
#include "common/aligned_buffer.h"
#include "common/error.h"
#include "common/parallel.h"

namespace brrr::autoreject {
namespace {

/// Stays 0 unless a sample is not finite.
template <class Sample>
Sample spoiled(const Sample* samples, int count) {
  Sample sum[8] = {};
  int i = 0;
  for (; i + 8 <= count; i += 8)
    for (int k = 0; k < 8; k++) sum[k] += samples[i + k] * 0;
  for (; i < count; i++) sum[0] += samples[i] * 0;
  for (int k = 1; k < 8; k++) sum[0] += sum[k];
  return sum[0];
}

template <class Sample>
void refuse_spoiled(const EpochArray& array, const Sample* data, int epoch) {
  for (int c : array.picks) {
    const Sample* row = data + (int64_t{epoch} * array.channels + c) * array.samples;
    if (spoiled(row, array.samples) == 0) continue;
    int t = 0;
    while (std::isfinite(row[t])) t++;
    throw Error("INVALID_ARGUMENT", "Sample " + std::to_string(t) + " of channel " + std::to_string(c) + " in epoch " +
                                        std::to_string(epoch) +
                                        " is not a finite number. Drop that epoch, or list the channel in bads.");
  }
}

template <class Sample>
void copy_epoch(const Sample* from, int64_t count, Sample* out) {
  std::copy_n(from, count, out);
}
template <class From, class To>
void copy_epoch(const From* from, int64_t count, To* out) {
  std::transform(from, from + count, out, [](From value) { return static_cast<To>(value); });
}

template <class Sample>
void repair(const EpochArray& array, const double* positions, const uint8_t* labels, const std::vector<int>& chosen,
            Sample* out, Job& job) {
  const int64_t size = int64_t{array.channels} * array.samples;
  const size_t picked = array.picks.size();
  std::vector<Cell> cells;
  std::vector<Sample*> targets;
  for (size_t i = 0; i < chosen.size(); i++) {
    const uint8_t* of_epoch = labels + static_cast<size_t>(chosen[i]) * picked;
    if (std::all_of(of_epoch, of_epoch + picked, [](uint8_t label) { return label == kRepaired; })) continue;
    for (size_t p = 0; p < picked; p++) {
      if (of_epoch[p] != kRepaired) continue;
      cells.push_back({chosen[i], static_cast<int>(p)});
      targets.push_back(out + static_cast<int64_t>(i) * size + int64_t{array.picks[p]} * array.samples);
    }
  }
  prefer_huge_pages(out, chosen.size() * static_cast<size_t>(size) * sizeof(Sample));
  parallel_for(static_cast<int>(chosen.size()), [&](int i, int) {
    job.check();
    const int64_t from = chosen[static_cast<size_t>(i)] * size;
    if (array.float32)
      copy_epoch(array.float32 + from, size, out + i * size);
    else
      copy_epoch(array.float64 + from, size, out + i * size);
  });
  repair_cells(array.view(), positions, labels, cells, targets, job);
}

}  // namespace

Epochs EpochArray::view() const {
  Epochs view;
  view.float32 = float32;
  view.float64 = float64;
  view.samples = samples;
  for (int64_t e = 0; e < epochs; e++) view.epoch_start.push_back(e * channels * samples);
  for (int64_t c : picks) view.channel_start.push_back(c * samples);
  return view;
}

void check_finite(const EpochArray& array, Job& job) {
  parallel_for(array.epochs, [&](int epoch, int) {
    job.check();
    if (array.float32)
      refuse_spoiled(array, array.float32, epoch);
    else
      refuse_spoiled(array, array.float64, epoch);
  });
}

void repair_array(const EpochArray& array, const double* positions, const uint8_t* labels,
                  const std::vector<int>& chosen, float* out, Job& job) {
  repair(array, positions, labels, chosen, out, job);
}
void repair_array(const EpochArray& array, const double* positions, const uint8_t* labels,
                  const std::vector<int>& chosen, double* out, Job& job) {
  repair(array, positions, labels, chosen, out, job);
}

}  // namespace brrr::autoreject
