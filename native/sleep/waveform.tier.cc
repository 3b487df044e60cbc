// Features of the waveform itself: moments, Hjorth parameters, sign changes and ordinal patterns.
#include <cmath>

#include "sleep/epoch_lanes.h"

namespace brrr::BRRR_TIER::epoch {
namespace {

constexpr int kN = kEpochSamples;

}  // namespace

Level moments(Series x, Vec* features) {
  Vec even{}, odd{};
  for (int t = 0; t < kN; t += 2) {
    even += x[t];
    odd += x[t + 1];
  }
  const Vec mean = (even + odd) / splat(kN);
  Vec sum2{}, sum3{}, sum4{};
  for (int t = 0; t < kN; ++t) {
    const Vec d = x[t] - mean, d2 = d * d;
    sum2 += d2;
    sum3 += d2 * d;
    sum4 += d2 * d2;
  }
  Vec deviation{};
  for (int l = 0; l < kLanes; ++l) {
    const double m2 = sum2[l] / kN, m3 = sum3[l] / kN, m4 = sum4[l] / kN;
    deviation[l] = std::sqrt(sum2[l] / (kN - 1));
    features[kSkew][l] = m3 / (m2 * std::sqrt(m2));
    features[kKurt][l] = m4 / (m2 * m2) - 3;
  }
  features[kStd] = deviation;
  return {mean, deviation};
}

// The mean of a difference is known from the ends of the epoch, so one sweep gives both variances.
void derivatives(Series x, Vec* features) {
  const Vec mean1 = (x[kN - 1] - x[0]) / splat(kN - 1);
  const Vec mean2 = (x[kN - 1] - x[kN - 2] - x[1] + x[0]) / splat(kN - 2);
  Vec sum1{}, sum2{};
  Bits crossings{}, turns{};
  Vec d = x[1] - x[0];
  sum1 += (d - mean1) * (d - mean1);
  crossings += ((Bits)x[0] ^ (Bits)x[1]) >> 63;
  for (int t = 2; t < kN; ++t) {
    const Vec next = x[t] - x[t - 1];
    const Vec e1 = next - mean1, e2 = next - d - mean2;
    sum1 += e1 * e1;
    sum2 += e2 * e2;
    crossings += ((Bits)x[t - 1] ^ (Bits)x[t]) >> 63;
    turns += ((Bits)d ^ (Bits)next) >> 63;
    d = next;
  }
  const double log_n = std::log10(kN);
  for (int l = 0; l < kLanes; ++l) {
    const double variance0 = features[kStd][l] * features[kStd][l] * (kN - 1) / kN;
    const double variance1 = sum1[l] / (kN - 1), variance2 = sum2[l] / (kN - 2);
    const double mobility = std::sqrt(variance1 / variance0);
    features[kHmob][l] = mobility;
    features[kHcomp][l] = std::sqrt(variance2 / variance1) / mobility;
    features[kNzc][l] = static_cast<double>(crossings[l]);
    features[kPetrosian][l] = log_n / (log_n + std::log10(kN / (kN + 0.4 * static_cast<double>(turns[l]))));
  }
}

// Patterns of three neighbours a, b, c as a stable argsort orders them (ties keep their order).
void permutation_entropy(Series x, Vec* features) {
  constexpr int kPatterns = 6, kTriples = kN - 2;
  Mask abc{}, acb{}, cab{}, bac{}, bca{};  // minus the counts: a comparison that holds is -1
  Mask rises = x[0] <= x[1];
  for (int t = 2; t < kN; ++t) {
    const Mask next_rises = x[t - 1] <= x[t], overall = x[t - 2] <= x[t];
    abc += rises & next_rises;
    acb += rises & ~next_rises & overall;
    cab += rises & ~next_rises & ~overall;
    bac += ~rises & next_rises & overall;
    bca += ~rises & next_rises & ~overall;
    rises = next_rises;
  }
  for (int l = 0; l < kLanes; ++l) {
    const int64_t others = -(abc[l] + acb[l] + cab[l] + bac[l] + bca[l]);
    const int64_t counts[kPatterns] = {-abc[l], -acb[l], -cab[l], -bac[l], -bca[l], kTriples - others};
    double entropy = 0;
    for (const int64_t count : counts) {
      const double p = static_cast<double>(count) / kTriples;
      if (count > 0) entropy -= p * std::log2(p);
    }
    features[kPerm][l] = entropy / std::log2(kPatterns);
  }
}

}  // namespace brrr::BRRR_TIER::epoch
