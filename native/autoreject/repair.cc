#include "autoreject/repair.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "autoreject/autoreject.h"
#include "autoreject/repair_rows.h"
#include "autoreject/repair_sets.h"
#include "common/aligned_buffer.h"
#include "common/parallel.h"

namespace brrr::autoreject {
namespace {

SphericalSplines splines_of(const Epochs& epochs, const double* positions) {
  return SphericalSplines(std::vector<double>(positions, positions + 3 * epochs.channels()));
}

/// In the unit of the data.
Samples unscaled(const Epochs& epochs) {
  Samples x = samples_of(epochs);
  x.scale = 1;
  return x;
}

RepairedRows to(const std::vector<float*>& rows) { return {rows.data(), nullptr}; }
RepairedRows to(const std::vector<double*>& rows) { return {nullptr, rows.data()}; }

template <class Sample>
void copy_row(const Samples& x, int64_t row, Sample* out) {
  if (x.float32)
    std::copy_n(x.float32 + row, x.samples, out);
  else
    std::transform(x.float64 + row, x.float64 + row + x.samples, out, [](double v) { return static_cast<Sample>(v); });
}

template <class Sample>
void write_epochs(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<int>& chosen,
                  Sample* out, Job& job) {
  const Samples x = unscaled(epochs);
  const size_t q = static_cast<size_t>(x.channels), length = static_cast<size_t>(x.samples);
  const SphericalSplines splines = splines_of(epochs, positions);
  RepairSets sets(splines);
  std::vector<int> numbers;
  for (int epoch : chosen) numbers.push_back(sets.add(labels + static_cast<size_t>(epoch) * q));
  sets.solve(job);
  std::vector<AlignedBuffer<double>> scratch(static_cast<size_t>(worker_count()));
  parallel_for(static_cast<int>(chosen.size()), [&](int item, int worker) {
    job.check();
    const int epoch = chosen[static_cast<size_t>(item)];
    Sample* first = out + static_cast<size_t>(item) * q * length;
    const RepairSet* set = sets.get(numbers[static_cast<size_t>(item)]);
    int next = 0;
    std::vector<Sample*> repaired;
    for (int c = 0; c < x.channels; c++) {
      Sample* row = first + static_cast<size_t>(c) * length;
      if (set && next < set->count && set->channels[next] == c) {
        repaired.push_back(row);
        next++;
      } else {
        copy_row(x, x.epoch_start[epoch] + x.channel_start[c], row);
      }
    }
    if (!set) return;
    AlignedBuffer<double>& work = scratch[static_cast<size_t>(worker)];
    work.reserve(2 * q * kTile);
    BRRR_DISPATCH(autoreject::repair_rows)(x, epoch, *set, work.data(), to(repaired));
  });
}

/// Cells of one epoch that are asked for, by channel.
struct EpochCells {
  int epoch, set;
  std::vector<std::pair<int, size_t>> cells;  // channel, place in the list of cells
};

template <class Sample>
void write_cells(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<Cell>& cells,
                 const std::vector<Sample*>& out, Job& job) {
  const Samples x = unscaled(epochs);
  const size_t q = static_cast<size_t>(x.channels);
  const SphericalSplines splines = splines_of(epochs, positions);
  RepairSets sets(splines);
  std::map<int, EpochCells> by_epoch;
  for (size_t i = 0; i < cells.size(); i++) {
    const uint8_t* of_epoch = labels + static_cast<size_t>(cells[i].epoch) * q;
    auto& [epoch, set, wanted] = by_epoch[cells[i].epoch];
    if (wanted.empty()) set = sets.add(of_epoch);
    if (of_epoch[cells[i].channel] != kRepaired || set < 0)
      throw Error("INVALID_ARGUMENT", "Channel " + std::to_string(cells[i].channel) + " of epoch " +
                                          std::to_string(cells[i].epoch) + " is not one that its labels let repair.");
    epoch = cells[i].epoch;
    wanted.emplace_back(cells[i].channel, i);
  }
  sets.solve(job);
  std::vector<const EpochCells*> items;
  for (const auto& entry : by_epoch) items.push_back(&entry.second);
  std::vector<AlignedBuffer<double>> scratch(static_cast<size_t>(worker_count()));
  parallel_for(static_cast<int>(items.size()), [&](int item, int worker) {
    job.check();
    const EpochCells& wanted = *items[static_cast<size_t>(item)];
    const RepairSet& set = *sets.get(wanted.set);
    std::vector<Sample*> rows(static_cast<size_t>(set.count), nullptr);
    for (const auto& [channel, place] : wanted.cells)
      rows[static_cast<size_t>(std::find(set.channels, set.channels + set.count, channel) - set.channels)] = out[place];
    AlignedBuffer<double>& work = scratch[static_cast<size_t>(worker)];
    work.reserve(2 * q * kTile);
    BRRR_DISPATCH(autoreject::repair_rows)(x, wanted.epoch, set, work.data(), to(rows));
  });
}

template <class Sample>
std::vector<Sample*> rows_of(Sample* out, size_t rows, int samples) {
  std::vector<Sample*> pointers;
  for (size_t i = 0; i < rows; i++) pointers.push_back(out + i * static_cast<size_t>(samples));
  return pointers;
}

}  // namespace

void repair_epochs(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<int>& chosen,
                   float* out, Job& job) {
  write_epochs(epochs, positions, labels, chosen, out, job);
}
void repair_epochs(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<int>& chosen,
                   double* out, Job& job) {
  write_epochs(epochs, positions, labels, chosen, out, job);
}

void repair_cells(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<Cell>& cells,
                  float* out, Job& job) {
  write_cells(epochs, positions, labels, cells, rows_of(out, cells.size(), epochs.samples), job);
}
void repair_cells(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<Cell>& cells,
                  double* out, Job& job) {
  write_cells(epochs, positions, labels, cells, rows_of(out, cells.size(), epochs.samples), job);
}
void repair_cells(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<Cell>& cells,
                  const std::vector<float*>& out, Job& job) {
  write_cells(epochs, positions, labels, cells, out, job);
}
void repair_cells(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<Cell>& cells,
                  const std::vector<double*>& out, Job& job) {
  write_cells(epochs, positions, labels, cells, out, job);
}

}  // namespace brrr::autoreject
