#include "events/channel_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "events/descriptive.h"
#include "events/level_sums.h"

namespace brrr::events {
namespace {

constexpr double kLowest = 0.1, kHighest = 1000, kCut = 0.05;
constexpr double kShortest_s = 2;

}  // namespace

void ChannelLevel::add(const double* x, int64_t count) {
  const LevelSums sums = BRRR_DISPATCH(level_sums)(x, count, centre_);
  count_ += count;
  above_ += sums.above;
  below_ += sums.below;
  sum_ += sums.sum;
  squares_ += sums.squares;
}

void ChannelLevel::merge(const ChannelLevel& other) {
  count_ += other.count_;
  above_ += other.above_;
  below_ += other.below_;
  sum_ += other.sum_;
  squares_ += other.squares_;
}

bool ChannelLevel::surely_passes() const {
  // Trimming never adds to the sum of squares about the mean, so the untrimmed one bounds it from above. From below:
  // after trimming a fifth of the samples and more lies 1 uV above the centre and another fifth 1 uV below it.
  const double n = static_cast<double>(count_);
  const double spread = squares_ - sum_ * sum_ / n;
  const bool not_huge = spread / ((1 - 2 * kCut) * n - 2) < 0.99 * kHighest * kHighest;
  return n > 100 && not_huge && above_ > n / 4 && below_ > n / 4;
}

double typical_value(const SampleSource& channel) {
  constexpr int64_t kPlaces = 32, kSamples = 32;
  const int64_t n = channel.size(), run = std::min(n, kSamples);
  std::vector<double> samples(static_cast<size_t>(kPlaces * run));
  for (int64_t i = 0; i < kPlaces; i++) channel.read((n - run) * i / kPlaces, run, samples.data() + i * run);
  return median(samples);
}

std::string channel_problem(const SampleSource& channel, Job& job) {
  constexpr int64_t kBlock = 1 << 16;
  std::vector<double> samples(static_cast<size_t>(channel.size()));
  for (int64_t start = 0; start < channel.size(); start += kBlock) {
    job.check();
    channel.read(start, std::min(kBlock, channel.size() - start), samples.data() + start);
  }
  for (double x : samples)
    if (!std::isfinite(x)) return "the signal holds values that are not finite";
  const double deviation = trimmed_deviation(samples, kCut);
  if (deviation > kLowest && deviation < kHighest) return "";
  char text[120];
  std::snprintf(text, sizeof text, "%s signal: its trimmed standard deviation is %.3g uV, expected %g to %g uV",
                deviation >= kHighest ? "implausibly large" : "flat", deviation, kLowest, kHighest);
  return text;
}

std::string length_problem(const SampleSource& channel) {
  if (static_cast<double>(channel.size()) >= kShortest_s * channel.rate()) return "";
  char text[80];
  std::snprintf(text, sizeof text, "too short: %.3g s of signal, expected %g s at least",
                static_cast<double>(channel.size()) / channel.rate(), kShortest_s);
  return text;
}

}  // namespace brrr::events
