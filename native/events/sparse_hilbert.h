// The Hilbert transform at some samples of a long signal, without the FFT of the whole.
//
// The transform by an FFT of length L (scipy.signal.hilbert) is the circular convolution with (2/L) cot(pi k/L), k odd.
// Sources near a sample are summed one by one; farther ones in boxes, each replaced by weights at a few Chebyshev
// nodes: a fast multipole method in one dimension (Dutt, Gu and Rokhlin, SIAM J. Numer. Anal. 33, 1996). The error is
// about 1e-12 of the signal's size.
#pragma once

#include <cstdint>
#include <vector>

#include "common/aligned_buffer.h"
#include "events/signal_view.h"

namespace brrr::events {

class SparseHilbert {
 public:
  /// Samples in a box.
  static constexpr int64_t kBox = 256;
  /// The signal must be at hand this far around each sample asked for.
  static constexpr int64_t kMargin = 2 * kBox;

  /// For a signal of n >= 1 samples; the FFT it stands for has length next_fast_length(n).
  explicit SparseHilbert(int64_t n);

  /// Takes in samples [begin, end): begin a multiple of kBox, end too or the signal's end. Each sample once, in any
  /// order; distinct stretches from several threads at once.
  void add(const SignalView& signal, int64_t begin, int64_t end);
  /// To be called once, after all samples were added.
  void finish();

  /// out[i] = the transform at sample begin + i < end. signal reaches kMargin further on both sides, as far as the
  /// whole signal does. From several threads at once.
  void evaluate(const SignalView& signal, int64_t begin, int64_t end, double* out) const;

 private:
  static constexpr int kNodes = 16;
  /// Weights of a box: kNodes for its even samples, then kNodes for its odd ones.
  static constexpr int kWeights = 2 * kNodes;
  /// Levels 1 to kDerived are joined from the smallest boxes wherever they are needed: to keep them would take three
  /// quarters of the smallest boxes' memory again, and time is lost only with more of them.
  static constexpr int kDerived = 2;

  /// A box of sources at some level; for an odd L each also counts as moved by L.
  struct Source {
    int64_t box, shift;
  };
  struct Request;

  int64_t width(int level) const { return kBox << level; }
  static bool kept(int level) { return level == 0 || level > kDerived; }
  /// The weights of a box: those kept, or those of its children joined, in `own`.
  const double* weights(int level, int64_t box, double* own) const;
  void join_children(int level, int64_t box, double* joined) const;
  int64_t circular_distance(int level, int64_t target, const Source& source) const;
  /// matrix[source node][target node] for boxes whose centres lie that many samples apart.
  void kernel_matrix(int level, int64_t distance, double* matrix) const;
  void add_far(int level, int64_t target, const Source& source, double* local) const;
  void descend(const Request& request, int level, int64_t box, const double* local,
               const std::vector<Source>& candidates) const;
  void evaluate_box(const Request& request, int64_t box, const double* local, const std::vector<Source>& near) const;
  void add_near(const Request& request, const Source& source, int64_t first, int columns, double* sums) const;

  int64_t n_, period_;
  std::vector<int64_t> shifts_;
  std::vector<int64_t> boxes_;  ///< in each level
  /// weights_[level][box * kWeights + ...]: the boxes' weights, of the levels that are kept.
  std::vector<AlignedBuffer<double>> weights_;
  /// Kernels between boxes of a level 2 and 3 boxes apart, both ways.
  std::vector<double> far_matrices_;
  /// 2/period cot(pi k/period) for odd k, from -(3 kBox - 1) on.
  std::vector<double> near_kernel_;
  /// The signal's first and last boxes, which are near each other on the circle.
  std::vector<double> head_, tail_;
  int64_t tail_begin_;
};

}  // namespace brrr::events
