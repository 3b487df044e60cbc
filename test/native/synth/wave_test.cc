#include "synth/wave.h"

#include <gtest/gtest.h>

#include <cmath>

namespace brrr::synth {
namespace {

TEST(WaveTrack, AddsWavesAcrossChunksAsInOne) {
  const auto make = [] {
    std::vector<Wave> waves;
    waves.push_back({2.5, 1, [](double t) { return 10 * t; }, {0, -1}});
    waves.push_back({0.3, 2.9, [](double t) { return arch(t, 2.9); }, {1, 0.5}});
    waves.push_back({3.99, 5, [](double) { return 1.0; }, {1, 0}});
    return waves;
  };
  const int rate = 100, count = 400;
  std::vector<double> whole(2 * count), pieces(2 * count);
  WaveTrack one(make(), rate);
  one.add_next(count, {whole.data(), whole.data() + count});
  WaveTrack many(make(), rate);
  for (int start = 0; start < count; start += 50) {
    many.add_next(50, {pieces.data() + start, pieces.data() + count + start});
  }
  EXPECT_EQ(whole, pieces);
  EXPECT_EQ(whole[29], 0);
  EXPECT_DOUBLE_EQ(whole[30 + 145], 1);
  EXPECT_DOUBLE_EQ(whole[count + 30 + 145], 0.5);
  EXPECT_NEAR(whole[count + 250 + 60], 0.5 * arch(2.8, 2.9) - 6, 1e-12);
  EXPECT_EQ(whole[count + 350], 0);
  EXPECT_EQ(whole[399], 1);
}

TEST(WaveTrack, IgnoresWavesBeyondTheEnd) {
  std::vector<double> x(10);
  WaveTrack track({{5, 1, [](double) { return 1.0; }, {1}}}, 10);
  track.add_next(10, {x.data()});
  EXPECT_EQ(x, std::vector<double>(10, 0.0));
}

}  // namespace
}  // namespace brrr::synth
