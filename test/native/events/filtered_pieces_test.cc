// Channels filtered piece by piece give what the filter gives on the whole.
#include <gtest/gtest.h>

#include <cmath>

#include "common/parallel.h"
#include "events/channel_check.h"
#include "events/descriptive.h"
#include "events/filter_chunks.h"
#include "events/filter_stretches.h"
#include "planted.h"

namespace brrr::events {
namespace {

std::vector<double> filtered(const std::vector<double>& taps, const ArraySource& source) {
  Job job;
  std::vector<double> y(static_cast<size_t>(source.size()));
  filter_zero_phase(taps, source, y.data(), job);
  return y;
}

TEST(FilterChunks, CoverTheChannelOnceWithContext) {
  const double rate = 100;
  const std::vector<double> low = design_bandpass(rate, 1, 30), high = design_bandpass(rate, 12, 15, 1.5, 1.5);
  const BlockFir fir = make_chunk_filters({low, high});
  for (int64_t n : {200, 5000, 200000}) {
    const std::vector<double> x = planted::noise(n, 50, 3), z = planted::noise(n, 50, 4);
    const ArraySource a(x.data(), n, rate), b(z.data(), n, rate);
    const std::vector<double> expected[] = {filtered(low, a), filtered(high, a), filtered(low, b), filtered(high, b)};
    const ChunkPlan plan(fir, n, 50, 128);
    std::vector<int> seen(static_cast<size_t>(n));
    Job job;
    set_worker_count(1);  // so that expectations need no lock
    for_each_chunk(
        plan, fir, {&a, &b},
        [&](const Chunk& chunk, int index) {
          EXPECT_EQ(chunk.begin, plan.chunk(index).begin);
          EXPECT_EQ(chunk.begin % 128, 0);
          for (int64_t i = chunk.begin; i < chunk.end; i++) seen[i]++;
          ASSERT_EQ(chunk.filtered.size(), 4u);
          for (size_t f = 0; f < 4; f++) {
            const SignalView& view = chunk.filtered[f];
            EXPECT_EQ(view.begin, std::max<int64_t>(0, chunk.begin - 50));
            EXPECT_EQ(view.end, std::min(n, chunk.end + 50));
            for (int64_t i = view.begin; i < view.end; i++) ASSERT_NEAR(view[i], expected[f][i], 1e-11);
          }
          for (int64_t i = chunk.raw[1].begin; i < chunk.raw[1].end; i++) ASSERT_EQ(chunk.raw[1][i], z[i]);
        },
        job);
    set_worker_count(0);
    EXPECT_EQ(seen, std::vector<int>(static_cast<size_t>(n), 1));
  }
}

TEST(FilterChunks, RefuseAContextThatLeavesNoRoom) {
  const BlockFir fir = make_chunk_filters({design_bandpass(100, 1, 30)});
  EXPECT_THROW(ChunkPlan(fir, 1000, int64_t{16} * fir.block), Error);
}

TEST(FilterChunks, StopWhenTheJobIsCancelled) {
  const std::vector<double> x = planted::noise(1000, 50, 3);
  const ArraySource source(x.data(), 1000, 100);
  const BlockFir fir = make_chunk_filters({design_bandpass(100, 1, 30)});
  Job job;
  job.cancel();
  EXPECT_THROW(for_each_chunk(
                   ChunkPlan(fir, 1000, 0), fir, {&source}, [](const Chunk&, int) {}, job),
               Error);
}

TEST(FilterStretches, SeeTheFilteredChannelAtEachStretch) {
  const int64_t n = 400000, margin = 60;
  const std::vector<double> x = planted::noise(n, 50, 9), low = design_bandpass(100, 1, 30),
                            high = design_bandpass(100, 12, 15, 1.5, 1.5);
  const ArraySource source(x.data(), n, 100);
  const std::vector<double> expected[] = {filtered(low, source), filtered(high, source)};
  const BlockFir fir = make_chunk_filters({low, high});
  // Ends of the channel, one sample, overlaps, margins that meet, more than is filtered at once, and many far apart.
  std::vector<Interval> stretches = {{0, 1}, {100, 400}, {300, 420}, {500, 501}, {4000, 230000}, {229000, 230002}};
  for (int64_t begin = 240000; begin < n - 500; begin += 700) stretches.push_back({begin, begin + 300});
  stretches.push_back({n - 10, n});
  std::vector<std::vector<double>> first;
  for (int workers : {1, 3}) {
    set_worker_count(workers);
    Job job;
    std::vector<std::vector<double>> seen(stretches.size());
    for_each_stretch(
        fir, source, stretches, margin,
        [&](const std::vector<SignalView>& views, int index) {
          const Interval& s = stretches[static_cast<size_t>(index)];
          for (const SignalView& view : views) {
            ASSERT_EQ(view.begin, std::max<int64_t>(0, s.begin - margin));
            ASSERT_EQ(view.end, std::min(n, s.end + margin));
            seen[static_cast<size_t>(index)].insert(seen[static_cast<size_t>(index)].end(), view.data,
                                                    view.from(view.end));
          }
        },
        job);
    set_worker_count(0);
    for (size_t s = 0; s < stretches.size(); s++) {
      const int64_t begin = std::max<int64_t>(0, stretches[s].begin - margin);
      const int64_t size = std::min(n, stretches[s].end + margin) - begin;
      ASSERT_EQ(static_cast<int64_t>(seen[s].size()), 2 * size);
      for (int64_t i = 0; i < 2 * size; i++) ASSERT_NEAR(seen[s][i], expected[i / size][begin + i % size], 1e-11) << i;
    }
    if (first.empty()) first = seen;
    EXPECT_EQ(seen, first);
  }
}

TEST(FilterStretches, MayBeNone) {
  const ArraySource source(nullptr, 0, 100);
  Job job;
  for_each_stretch(
      make_chunk_filters({design_bandpass(100, 1, 30)}), source, {}, 10,
      [](const std::vector<SignalView>&, int) { FAIL(); }, job);
}

TEST(ChannelCheck, SeesTheTypicalChannelWithoutSorting) {
  const std::vector<double> x = planted::noise(20001, 40, 2);
  ChannelLevel whole(3), first(3), second(3);
  whole.add(x.data(), 20001);
  first.add(x.data(), 777);
  second.add(x.data() + 777, 20001 - 777);
  first.merge(second);
  EXPECT_TRUE(whole.surely_passes());
  EXPECT_TRUE(first.surely_passes());
  for (double amplitude : {0.1, 1e5}) {
    const std::vector<double> odd = planted::noise(20001, amplitude, 2);
    ChannelLevel level;
    level.add(odd.data(), 20001);
    EXPECT_FALSE(level.surely_passes());
  }
}

std::string problem(const std::vector<double>& x) {
  Job job;
  return channel_problem(ArraySource(x.data(), static_cast<int64_t>(x.size()), 100), job);
}

TEST(ChannelCheck, SaysWhyAChannelIsSkipped) {
  EXPECT_EQ(problem(planted::noise(5000, 40, 2)), "");
  EXPECT_EQ(problem(std::vector<double>(5000, 7.0)),
            "flat signal: its trimmed standard deviation is 0 uV, expected 0.1 to 1000 uV");
  EXPECT_EQ(problem(planted::noise(5000, 1e4, 2)).substr(0, 24), "implausibly large signal");
  std::vector<double> broken = planted::noise(5000, 40, 2);
  broken[77] = NAN;
  EXPECT_EQ(problem(broken), "the signal holds values that are not finite");
  // A few outliers are trimmed away: this channel is quiet, not loud.
  std::vector<double> quiet = planted::noise(5000, 0.01, 2);
  for (int i = 0; i < 200; i++) quiet[i * 20] = 1e6;
  EXPECT_EQ(problem(quiet).substr(0, 11), "flat signal");
}

TEST(Descriptive, MedianDetrendAndTrimmedDeviation) {
  std::vector<double> odd = {5, 1, 3}, even = {4, 1, 3, 2}, none;
  EXPECT_EQ(median(odd), 3);
  EXPECT_EQ(median(even), 2.5);
  EXPECT_TRUE(std::isnan(median(none)));
  std::vector<double> line = {1, 3, 5, 7, 9};
  detrend(line.data(), 5);
  for (double v : line) EXPECT_NEAR(v, 0, 1e-14);
  double single = 4;
  detrend(&single, 1);
  EXPECT_EQ(single, 0);
  std::vector<double> values = {100, 1, 2, 3, 4, 5, 6, 7, 8, -90};
  EXPECT_NEAR(trimmed_deviation(values, 0.1), std::sqrt(6.0), 1e-14);
  std::vector<double> few = {1, 2};
  EXPECT_TRUE(std::isnan(trimmed_deviation(few, 0.5)));
}

}  // namespace
}  // namespace brrr::events
