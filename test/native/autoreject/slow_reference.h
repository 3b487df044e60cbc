// AutoReject's local version written down plainly, step by step and without regard for time: what the fast code is
// tested against. Only the generator and the splits are shared with it; those have goldens of their own.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "autoreject/epochs.h"
#include "autoreject/random_state.h"
#include "autoreject/splits.h"
#include "slow_splines.h"

namespace brrr::test {

using Row = std::vector<double>;

/// x[epoch][channel][sample], volts.
using SlowEpochs = std::vector<std::vector<Row>>;

inline SlowEpochs slow_epochs(const autoreject::Epochs& view) {
  SlowEpochs x(view.epochs(), std::vector<Row>(view.channels(), Row(view.samples)));
  for (int e = 0; e < view.epochs(); e++)
    for (int c = 0; c < view.channels(); c++)
      for (int t = 0; t < view.samples; t++) {
        const int64_t at = view.epoch_start[e] + view.channel_start[c] + t;
        x[e][c][t] = view.scale * (view.float32 ? static_cast<double>(view.float32[at]) : view.float64[at]);
      }
  return x;
}

inline double ptp(const Row& row) {
  return *std::max_element(row.begin(), row.end()) - *std::min_element(row.begin(), row.end());
}

inline double median(Row values) {
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/// Channels that are not among `targets`.
inline std::vector<int> slow_sources(size_t channels, const std::vector<int>& targets) {
  std::vector<int> sources;
  for (int c = 0; c < static_cast<int>(channels); c++)
    if (std::find(targets.begin(), targets.end(), c) == targets.end()) sources.push_back(c);
  return sources;
}

inline Row weighted_sum(const std::vector<Row>& epoch, const std::vector<int>& sources, const Row& weights) {
  Row out(epoch[0].size());
  for (size_t t = 0; t < out.size(); t++)
    for (size_t j = 0; j < sources.size(); j++) out[t] += weights[j] * epoch[sources[j]][t];
  return out;
}

/// epoch[channel] = weights * samples of the sources, for each of `targets`.
inline void repair_epoch(std::vector<Row>& epoch, const std::vector<double>& positions,
                         const std::vector<int>& targets) {
  const std::vector<int> sources = slow_sources(epoch.size(), targets);
  const auto weights = slow_weights(positions, sources, targets);
  for (size_t i = 0; i < targets.size(); i++) epoch[targets[i]] = weighted_sum(epoch, sources, weights[i]);
}

/// Each channel predicted from all others.
inline SlowEpochs slow_predictions(const SlowEpochs& x, const std::vector<double>& positions) {
  SlowEpochs predicted = x;
  for (int c = 0; c < static_cast<int>(x[0].size()); c++) {
    const std::vector<int> others = slow_sources(x[0].size(), {c});
    const auto weights = slow_weights(positions, others, {c});
    for (size_t e = 0; e < x.size(); e++) predicted[e][c] = weighted_sum(x[e], others, weights[0]);
  }
  return predicted;
}

/// Mean over the splits of the distance between the mean of the kept train rows and the median of the test rows.
inline double threshold_loss(const std::vector<Row>& rows, const std::vector<autoreject::Split>& splits, double tau) {
  double total = 0;
  for (const autoreject::Split& split : splits) {
    double smallest = std::numeric_limits<double>::infinity();
    for (int row : split.train) smallest = std::min(smallest, ptp(rows[row]));
    std::vector<int> kept;
    for (int row : split.train)
      if (ptp(rows[row]) <= std::max(tau, smallest)) kept.push_back(row);
    double squares = 0;
    for (size_t t = 0; t < rows[0].size(); t++) {
      double mean = 0;
      for (int row : kept) mean += rows[row][t];
      mean /= kept.size();
      Row test;
      for (int row : split.test) test.push_back(rows[row][t]);
      squares += (median(test) - mean) * (median(test) - mean);
    }
    total += std::sqrt(squares / rows[0].size());
  }
  return total / splits.size();
}

/// What expected improvement over `best` gives each candidate, from a Gaussian process (zero mean, kernel
/// exp(-d^2 / 2), 1e-10 on the diagonal) through the points (x, y).
inline Row slow_acquisition(const Row& x, const Row& y, double best, const Row& candidates) {
  const size_t n = x.size();
  const auto kernel = [](double a, double b) { return std::exp(-0.5 * (a - b) * (a - b)); };
  std::vector<Row> lower(n, Row(n));
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) {
      double sum = kernel(x[i], x[j]) + (i == j ? 1e-10 : 0);
      for (size_t k = 0; k < j; k++) sum -= lower[i][k] * lower[j][k];
      lower[i][j] = i == j ? std::sqrt(sum) : sum / lower[j][j];
    }
  const auto forward = [&](Row b) {
    for (size_t i = 0; i < n; i++) {
      for (size_t k = 0; k < i; k++) b[i] -= lower[i][k] * b[k];
      b[i] /= lower[i][i];
    }
    return b;
  };
  Row alpha = forward(y);
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; k++) alpha[i] -= lower[k][i] * alpha[k];
    alpha[i] /= lower[i][i];
  }
  Row acquisition;
  for (double candidate : candidates) {
    Row k;
    for (double value : x) k.push_back(kernel(candidate, value));
    double mean = 0, variance = 1;
    for (size_t i = 0; i < n; i++) mean += k[i] * alpha[i];
    for (double v : forward(k)) variance -= v * v;
    const double deviation = std::sqrt(std::max(variance, 0.0)), gain = mean - best, z = gain / (deviation + 1e-12);
    const double pi = std::acos(-1.0);
    const double below = 0.5 * std::erfc(-z / std::sqrt(2)), density = std::exp(-z * z / 2) / std::sqrt(2 * pi);
    acquisition.push_back(gain * below + deviation * density);
  }
  return acquisition;
}

/// `count` start points and the last candidate, then ten proposals of the Gaussian process. `candidates` ascend.
inline double slow_bayes_search(const Row& candidates, int count, const std::function<double(double)>& loss) {
  const int n = static_cast<int>(candidates.size());
  std::vector<int> start;
  for (int k = 0; k < count; k++) start.push_back(static_cast<int>(k * (n / static_cast<double>(count))));
  start.push_back(n - 1);
  start.erase(std::unique(start.begin(), start.end()), start.end());
  Row x, y;
  const auto visit = [&](double candidate) {
    const double value = loss(candidate);
    if (std::isinf(value)) return;
    x.push_back(candidate);
    y.push_back(value);
  };
  for (int index : start) visit(candidates[index]);
  for (int i = 0; i < 10; i++) {
    const Row acquisition = slow_acquisition(x, y, *std::min_element(y.begin(), y.end()), candidates);
    visit(candidates[std::min_element(acquisition.begin(), acquisition.end()) - acquisition.begin()]);
  }
  return x[std::min_element(y.begin(), y.end()) - y.begin()];
}

inline double slow_random_search(const Row& candidates, uint32_t seed, const std::function<double(double)>& loss) {
  autoreject::RandomState random(seed);
  double best = 0, lowest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 20; i++) {
    const double tau = candidates.front() + candidates.back() * random.uniform();
    if (loss(tau) < lowest) {
      lowest = loss(tau);
      best = tau;
    }
  }
  return best;
}

/// Thresholds of all channels; without positions from the originals alone.
inline Row slow_thresholds(const SlowEpochs& x, const std::vector<double>& positions, bool bayesian, uint32_t seed) {
  const int epochs = static_cast<int>(x.size());
  const bool augment = !positions.empty();
  const SlowEpochs predicted = augment ? slow_predictions(x, positions) : SlowEpochs();
  const auto splits = autoreject::stratified_shuffle_splits(
      augment ? std::vector<int>{epochs, epochs} : std::vector<int>{epochs}, 10, 0.2, seed);
  Row thresholds;
  for (size_t c = 0; c < x[0].size(); c++) {
    std::vector<Row> rows;
    for (const auto& epoch : x) rows.push_back(epoch[c]);
    for (const auto& epoch : predicted) rows.push_back(epoch[c]);
    Row candidates;
    for (const Row& row : rows) candidates.push_back(ptp(row));
    std::sort(candidates.begin(), candidates.end());
    const auto loss = [&](double tau) { return threshold_loss(rows, splits, tau); };
    thresholds.push_back(bayesian ? slow_bayes_search(candidates, 40, loss)
                                  : slow_random_search(candidates, seed, loss));
  }
  return thresholds;
}

/// labels[epoch][channel]: 0 good, 1 bad, 2 bad and repaired.
using SlowLabels = std::vector<std::vector<int>>;

inline SlowLabels slow_votes(const SlowEpochs& x, const Row& thresholds) {
  SlowLabels votes;
  for (const auto& epoch : x) {
    votes.emplace_back();
    for (size_t c = 0; c < epoch.size(); c++) votes.back().push_back(ptp(epoch[c]) > thresholds[c]);
  }
  return votes;
}

/// Marks the cells that rho allows to repair. Labels of an earlier rho stay, and count as 2 in the number of bads.
inline void mark_repairs(SlowLabels& labels, const SlowEpochs& x, int rho) {
  for (size_t e = 0; e < x.size(); e++) {
    int bads = 0;
    std::vector<int> bad_channels;
    for (size_t c = 0; c < x[e].size(); c++) {
      bads += labels[e][c];
      if (labels[e][c] == 1) bad_channels.push_back(static_cast<int>(c));
    }
    std::sort(bad_channels.begin(), bad_channels.end(), [&](int a, int b) { return ptp(x[e][a]) > ptp(x[e][b]); });
    if (bads > rho && static_cast<int>(bad_channels.size()) > rho) bad_channels.resize(rho);
    for (int c : bad_channels) labels[e][c] = 2;
  }
}

inline SlowEpochs slow_repair(SlowEpochs x, const std::vector<double>& positions, const SlowLabels& labels) {
  for (size_t e = 0; e < x.size(); e++) {
    std::vector<int> targets;
    for (size_t c = 0; c < x[e].size(); c++)
      if (labels[e][c] == 2) targets.push_back(static_cast<int>(c));
    if (!targets.empty()) repair_epoch(x[e], positions, targets);
  }
  return x;
}

inline std::vector<int> count_votes(const SlowLabels& votes) {
  std::vector<int> counts;
  for (const auto& row : votes) counts.push_back(static_cast<int>(row.size() - std::count(row.begin(), row.end(), 0)));
  return counts;
}

/// Loss of one fold: `repaired` train epochs that kappa leaves against all test epochs as they were.
inline double slow_fold_loss(const SlowEpochs& x, const SlowEpochs& repaired, const std::vector<int>& counts,
                             const autoreject::Split& fold, double bads_allowed) {
  std::vector<int> good;
  for (int e : fold.train)
    if (!(counts[e] >= bads_allowed)) good.push_back(e);
  if (good.empty()) return std::numeric_limits<double>::infinity();
  double squares = 0;
  for (size_t c = 0; c < x[0].size(); c++)
    for (size_t t = 0; t < x[0][0].size(); t++) {
      double mean = 0;
      for (int e : good) mean += repaired[e][c][t];
      mean /= good.size();
      Row test;
      for (int e : fold.test) test.push_back(x[e][c][t]);
      squares += (median(test) - mean) * (median(test) - mean);
    }
  return std::sqrt(squares / (x[0].size() * x[0][0].size()));
}

struct SlowFit {
  Row thresholds;
  double consensus;
  int n_interpolate;
  /// [kappa][rho][fold]
  std::vector<std::vector<Row>> loss;
};

/// consensus and n_interpolate for given thresholds.
inline SlowFit slow_grid(const SlowEpochs& x, const std::vector<double>& positions, const Row& thresholds,
                         const Row& consensus, const std::vector<int>& n_interpolate, int n_folds) {
  const double channels = static_cast<double>(x[0].size()), infinity = std::numeric_limits<double>::infinity();
  SlowLabels labels = slow_votes(x, thresholds);
  const std::vector<int> counts = count_votes(labels);
  const auto folds = autoreject::k_folds(static_cast<int>(x.size()), n_folds);
  SlowFit fit{thresholds, 0, 0, {}};
  fit.loss.assign(consensus.size(), std::vector<Row>(n_interpolate.size(), Row(folds.size(), infinity)));
  for (size_t r = 0; r < n_interpolate.size(); r++) {
    mark_repairs(labels, x, n_interpolate[r]);
    const SlowEpochs repaired = slow_repair(x, positions, labels);
    for (size_t f = 0; f < folds.size(); f++)
      for (size_t k = 0; k < consensus.size(); k++)
        if (!(consensus[k] * channels <= n_interpolate[r]))
          fit.loss[k][r][f] = slow_fold_loss(x, repaired, counts, folds[f], consensus[k] * channels);
  }
  double lowest = infinity;
  fit.consensus = consensus[0];
  fit.n_interpolate = n_interpolate[0];
  for (size_t k = 0; k < consensus.size(); k++)
    for (size_t r = 0; r < n_interpolate.size(); r++) {
      double mean = 0;
      for (double loss : fit.loss[k][r]) mean += loss / folds.size();
      if (mean < lowest) {
        lowest = mean;
        fit.consensus = consensus[k];
        fit.n_interpolate = n_interpolate[r];
      }
    }
  return fit;
}

inline SlowFit slow_fit(const SlowEpochs& x, const std::vector<double>& positions, const Row& consensus,
                        const std::vector<int>& n_interpolate, int n_folds, bool bayesian, uint32_t seed) {
  return slow_grid(x, positions, slow_thresholds(x, positions, bayesian, seed), consensus, n_interpolate, n_folds);
}

struct SlowLog {
  SlowLabels labels;
  std::vector<bool> bad_epochs;
};

inline SlowLog slow_reject_log(const SlowEpochs& x, const Row& thresholds, double consensus, int n_interpolate) {
  SlowLog log{slow_votes(x, thresholds), {}};
  for (int count : count_votes(log.labels))
    log.bad_epochs.push_back(count >= consensus * static_cast<double>(x[0].size()));
  mark_repairs(log.labels, x, n_interpolate);
  return log;
}

}  // namespace brrr::test
