#include "events/sparse_hilbert.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "events/weighted_rows.h"
#include "signal/fft.h"

namespace brrr::events {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr int kNodeCount = 16;
constexpr int kHalfBox = static_cast<int>(SparseHilbert::kBox / 2);
constexpr int kEndBoxes = 3;
constexpr int64_t kNearest = 3 * SparseHilbert::kBox - 1;  // no near source is farther

double node(int j) { return std::cos(kPi * (2 * j + 1) / (2 * kNodeCount)); }

/// The polynomial that is 1 at node j and 0 at the others, at u in [-1, 1].
double lagrange(int j, double u) {
  double value = 1;
  for (int i = 0; i < kNodeCount; i++)
    if (i != j) value *= (u - node(i)) / (node(j) - node(i));
  return value;
}

/// Interpolation between nodes, samples and the nodes of the next level; the same for every signal.
struct Tables {
  double nodes[kNodeCount];
  double at_sample[SparseHilbert::kBox][kNodeCount];  ///< (sample of a box, node)
  double to_samples[2][kNodeCount][kHalfBox];         ///< (even or odd samples, node, sample)
  double to_parent[2][kNodeCount][kNodeCount];        ///< (which child, child's node, parent's node)
  double to_child[2][kNodeCount][kNodeCount];         ///< (which child, parent's node, child's node)

  Tables() {
    for (int j = 0; j < kNodeCount; j++) {
      nodes[j] = node(j);
      for (int s = 0; s < SparseHilbert::kBox; s++)
        to_samples[s % 2][j][s / 2] = at_sample[s][j] = lagrange(j, static_cast<double>(s) / kHalfBox - 1);
      for (int child = 0; child < 2; child++)
        for (int i = 0; i < kNodeCount; i++)
          to_parent[child][i][j] = to_child[child][j][i] = lagrange(j, (node(i) + (child ? 1 : -1)) / 2);
    }
  }
};

const Tables& tables() {
  static const Tables* const built = new Tables;
  return *built;
}

void add_rows(const double* matrix, int64_t row_stride, int columns, const double* weights, int64_t weight_stride,
              int64_t rows, double* out) {
  BRRR_DISPATCH(add_weighted_rows)(matrix, row_stride, columns, weights, weight_stride, rows, out);
}

/// out += matrix^T in for a matrix of kNodeCount x kNodeCount.
void transfer(const double* matrix, const double* in, double* out) {
  add_rows(matrix, kNodeCount, kNodeCount, in, 1, kNodeCount, out);
}

}  // namespace

SparseHilbert::SparseHilbert(int64_t n) : n_(n) {
  const int64_t fft_length = next_fast_length(n);
  // An odd length is the same as twice that length with the signal in it twice.
  period_ = fft_length % 2 ? 2 * fft_length : fft_length;
  shifts_ = {0};
  if (period_ != fft_length) shifts_.push_back(fft_length);

  for (int64_t count = (n + kBox - 1) / kBox;; count = (count + 1) / 2) {
    weights_.emplace_back(kept(static_cast<int>(boxes_.size())) ? static_cast<size_t>(count * kWeights) : 0);
    boxes_.push_back(count);
    if (count <= 4) break;
  }
  const int levels = static_cast<int>(weights_.size());
  far_matrices_.resize(static_cast<size_t>(levels) * 4 * kNodes * kNodes);
  for (int level = 0; level < levels; level++)
    for (int k = 0; k < 4; k++)
      kernel_matrix(level, (k < 2 ? k - 3 : k) * width(level), &far_matrices_[(level * 4 + k) * kNodes * kNodes]);

  for (int64_t k = -kNearest; k <= kNearest; k += 2)
    near_kernel_.push_back(2.0 / period_ / std::tan(kPi * k / period_));
  near_kernel_.resize(near_kernel_.size() + kHalfBox);

  head_.resize(std::min(n, kEndBoxes * kBox));
  tail_begin_ = std::max<int64_t>(0, ((n + kBox - 1) / kBox - kEndBoxes) * kBox);
  tail_.resize(n - tail_begin_);
}

void SparseHilbert::add(const SignalView& signal, int64_t begin, int64_t end) {
  const Tables& t = tables();
  for (int64_t start = begin; start < end; start += kBox) {
    const int64_t count = std::min(kBox, end - start);
    const double* x = signal.from(start);
    double* weights = weights_[0].data() + start / kBox * kWeights;
    std::fill(weights, weights + kWeights, 0.0);
    for (int parity = 0; parity < 2; parity++)
      add_rows(t.at_sample[parity], 2 * kNodes, kNodes, x + parity, 2, (count + 1 - parity) / 2,
               weights + parity * kNodes);
    if (start < static_cast<int64_t>(head_.size())) std::copy(x, x + count, head_.begin() + start);
    if (start >= tail_begin_) std::copy(x, x + count, tail_.begin() + (start - tail_begin_));
  }
}

void SparseHilbert::finish() {
  for (int level = kDerived + 1; level < static_cast<int>(boxes_.size()); level++)
    for (int64_t box = 0; box < boxes_[level]; box++)
      join_children(level, box, weights_[level].data() + box * kWeights);
}

const double* SparseHilbert::weights(int level, int64_t box, double* own) const {
  if (kept(level)) return weights_[level].data() + box * kWeights;
  join_children(level, box, own);
  return own;
}

void SparseHilbert::join_children(int level, int64_t box, double* joined) const {
  std::fill(joined, joined + kWeights, 0.0);
  for (int64_t child = 2 * box; child < std::min(2 * box + 2, boxes_[level - 1]); child++) {
    double own[kWeights];
    const double* part = weights(level - 1, child, own);
    for (int parity = 0; parity < 2; parity++)
      transfer(tables().to_parent[child % 2][0], part + parity * kNodes, joined + parity * kNodes);
  }
}

int64_t SparseHilbert::circular_distance(int level, int64_t target, const Source& source) const {
  const int64_t d = std::abs((target - source.box) * width(level) - source.shift) % period_;
  return std::min(d, period_ - d);
}

void SparseHilbert::kernel_matrix(int level, int64_t distance, double* matrix) const {
  distance %= period_;
  if (distance > period_ / 2) distance -= period_;
  if (distance < -period_ / 2) distance += period_;
  // cot(target - source) from the sines and cosines of both: the boxes are so far apart that nothing cancels.
  double sine[kNodes], cosine[kNodes], target_sine[kNodes], target_cosine[kNodes];
  const double centre_sine = std::sin(kPi * distance / period_), centre_cosine = std::cos(kPi * distance / period_);
  for (int j = 0; j < kNodes; j++) {
    const double angle = kPi * 0.5 * width(level) * tables().nodes[j] / period_;
    sine[j] = std::sin(angle);
    cosine[j] = std::cos(angle);
    target_sine[j] = centre_sine * cosine[j] + centre_cosine * sine[j];
    target_cosine[j] = centre_cosine * cosine[j] - centre_sine * sine[j];
  }
  for (int j = 0; j < kNodes; j++)
    for (int i = 0; i < kNodes; i++)
      matrix[j * kNodes + i] = 2.0 / period_ * (target_cosine[i] * cosine[j] + target_sine[i] * sine[j]) /
                               (target_sine[i] * cosine[j] - target_cosine[i] * sine[j]);
}

void SparseHilbert::add_far(int level, int64_t target, const Source& source, double* local) const {
  const int64_t apart = target - source.box;
  const double* matrix;
  double own[kNodes * kNodes];
  if (source.shift == 0 && std::abs(apart) <= 3) {
    matrix = &far_matrices_[(level * 4 + (apart < 0 ? apart + 3 : apart)) * kNodes * kNodes];
  } else {
    kernel_matrix(level, apart * width(level) - source.shift, own);
    matrix = own;
  }
  double joined[kWeights];
  const double* sources = weights(level, source.box, joined);
  for (int parity = 0; parity < 2; parity++)
    transfer(matrix, sources + parity * kNodes, local + ((parity + source.shift) % 2) * kNodes);
}

struct SparseHilbert::Request {
  const SignalView& signal;
  int64_t begin, end;
  double* out;
};

void SparseHilbert::evaluate(const SignalView& signal, int64_t begin, int64_t end, double* out) const {
  const Request request{signal, begin, end, out};
  const int top = static_cast<int>(weights_.size()) - 1;
  std::vector<Source> all;
  for (int64_t shift : shifts_)
    for (int64_t box = 0; box < boxes_[top]; box++) all.push_back({box, shift});
  const double nothing[kWeights] = {};
  for (int64_t box = begin / width(top); box * width(top) < end; box++) descend(request, top, box, nothing, all);
}

// `local` holds what all sources outside the candidates do at the box's nodes. Those candidates that are a box's width
// away join it; what remains is near and passed on to the children.
void SparseHilbert::descend(const Request& request, int level, int64_t box, const double* local,
                            const std::vector<Source>& candidates) const {
  double sum[kWeights];
  std::copy(local, local + kWeights, sum);
  std::vector<Source> near;
  for (const Source& source : candidates)
    if (circular_distance(level, box, source) >= 2 * width(level))
      add_far(level, box, source, sum);
    else
      near.push_back(source);
  if (level == 0) return evaluate_box(request, box, sum, near);

  std::vector<Source> smaller;
  for (const Source& source : near)
    for (int64_t child = 2 * source.box; child < std::min(2 * source.box + 2, boxes_[level - 1]); child++)
      smaller.push_back({child, source.shift});
  for (int64_t child = 2 * box; child < 2 * box + 2; child++) {
    if (child * width(level - 1) >= request.end || (child + 1) * width(level - 1) <= request.begin) continue;
    double moved[kWeights] = {};
    for (int parity = 0; parity < 2; parity++)
      transfer(tables().to_child[child % 2][0], sum + parity * kNodes, moved + parity * kNodes);
    descend(request, level - 1, child, moved, smaller);
  }
}

void SparseHilbert::evaluate_box(const Request& request, int64_t box, const double* local,
                                 const std::vector<Source>& near) const {
  const int64_t origin = box * kBox;
  const int64_t begin = std::max(request.begin, origin), end = std::min(request.end, origin + kBox);
  const int first = static_cast<int>(begin - origin) / 16 * 8;
  const int columns = (static_cast<int>(end - origin) + 15) / 16 * 8 - first;
  for (int parity = 0; parity < 2; parity++) {  // of the samples asked for; their sources have the other one
    double sums[kHalfBox] = {};
    add_rows(tables().to_samples[parity][0] + first, kHalfBox, columns, local + (1 - parity) * kNodes, 1, kNodes, sums);
    for (const Source& source : near) add_near(request, source, origin + 2 * first + parity, columns, sums);
    for (int64_t t = begin + ((begin + parity) & 1); t < end; t += 2)
      request.out[t - request.begin] = sums[(t - origin) / 2 - first];
  }
}

/// Adds what the samples of a source box do at samples first, first + 2, ...
void SparseHilbert::add_near(const Request& request, const Source& source, int64_t first, int columns,
                             double* sums) const {
  const int64_t begin = source.box * kBox, end = std::min(n_, begin + kBox);
  const double* x;
  if (request.signal.begin <= begin && end <= request.signal.end)
    x = request.signal.from(begin);
  else if (end <= static_cast<int64_t>(head_.size()))
    x = head_.data() + begin;
  else
    x = tail_.data() + (begin - tail_begin_);
  // first - source must be odd.
  const int64_t skip = (first - begin - source.shift) % 2 ? 0 : 1;
  int64_t distance = (first - begin - skip - source.shift) % period_;
  if (distance > period_ / 2) distance -= period_;
  if (distance < -period_ / 2) distance += period_;
  add_rows(&near_kernel_[(distance + kNearest) / 2], -1, columns, x + skip, 2, (end - begin + 1 - skip) / 2, sums);
}

}  // namespace brrr::events
