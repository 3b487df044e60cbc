#include "autoreject/autoreject.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "../signal/support.h"
#include "recorded_epochs.h"
#include "slow_reference.h"

namespace brrr::autoreject {
namespace {

using test::recorded_epochs;
using test::RecordedEpochs;

FitOptions options_of(std::vector<double> consensus, std::vector<int> n_interpolate, int folds, Method method,
                      uint32_t seed) {
  return {std::move(consensus), std::move(n_interpolate), folds, method, seed};
}

const std::vector<double> kTenths{0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6, 0.7000000000000001, 0.8, 0.9, 1.0};

/// Everything that a fit and its reject log say, in one list.
std::vector<double> decisions(const Epochs& epochs, const std::vector<double>& positions, const FitOptions& options) {
  Job job;
  const Fit found = fit(epochs, positions.data(), options, job);
  const RejectLog log = reject_log(epochs, found.thresholds, found.consensus, found.n_interpolate, job);
  std::vector<double> all{found.consensus, static_cast<double>(found.n_interpolate)};
  all.insert(all.end(), found.thresholds.begin(), found.thresholds.end());
  all.insert(all.end(), found.loss.begin(), found.loss.end());
  all.insert(all.end(), log.labels.begin(), log.labels.end());
  all.insert(all.end(), log.bad_epochs.begin(), log.bad_epochs.end());
  return all;
}

/// Checks thresholds, then what follows from them. Bayesian proposals can hang on the last digits of a process that is
/// close to singular: one threshold in twenty may be another one.
void expect_slow_decisions(const RecordedEpochs& recorded, const FitOptions& options) {
  const test::SlowEpochs x = test::slow_epochs(recorded.view());
  const bool bayesian = options.method == Method::kBayesianOptimization;
  Job job;
  const Fit found = fit(recorded.view(), recorded.positions.data(), options, job);
  const auto thresholds = test::slow_thresholds(x, recorded.positions, bayesian, options.seed);
  int other = 0;
  for (size_t c = 0; c < thresholds.size(); c++)
    other += std::fabs(found.thresholds[c] - thresholds[c]) > 1e-12 * thresholds[c];
  EXPECT_LE(other, bayesian ? (recorded.channels + 19) / 20 : 0);

  const test::SlowFit expected =
      test::slow_grid(x, recorded.positions, found.thresholds, options.consensus, options.n_interpolate, options.folds);
  EXPECT_EQ(found.consensus, expected.consensus);
  EXPECT_EQ(found.n_interpolate, expected.n_interpolate);
  const test::SlowLog log = test::slow_reject_log(x, expected.thresholds, expected.consensus, expected.n_interpolate);
  const RejectLog found_log = reject_log(recorded.view(), found.thresholds, found.consensus, found.n_interpolate, job);
  for (size_t e = 0; e < x.size(); e++) {
    EXPECT_EQ(found_log.bad_epochs[e] != 0, log.bad_epochs[e]) << "epoch " << e;
    for (size_t c = 0; c < x[e].size(); c++)
      EXPECT_EQ(found_log.labels[e * x[e].size() + c], log.labels[e][c]) << "epoch " << e << ", channel " << c;
  }
}

class FitWith : public testing::TestWithParam<Method> {};

TEST_P(FitWith, DecidesAsTheSlowReference) {
  for (unsigned seed = 1; seed <= 4; seed++) {
    SCOPED_TRACE(seed);
    const int n = static_cast<int>(seed), epochs = n == 1 ? 10 : 10 * n, channels = n == 2 ? 33 : 3 + 3 * n;
    expect_slow_decisions(recorded_epochs(epochs, channels, 9 + 8 * n, seed),
                          options_of(kTenths, {1, 4, std::min(channels - 1, 8)}, 2 + 2 * (n % 5), GetParam(), seed));
  }
}

TEST_P(FitWith, GivesTheSameBitsInEveryTierAndNumberOfThreads) {
  const RecordedEpochs recorded = recorded_epochs(41, 13, 101, 3);
  const FitOptions options = options_of(kTenths, {1, 4, 8}, 10, GetParam(), 42);
  const auto decide = [&] { return decisions(recorded.view(), recorded.positions, options); };
  test::expect_same_bits_everywhere(decide);
  const std::vector<double> expected = decide();
  const int workers = worker_count();
  for (int count : {2, 5}) {
    set_worker_count(count);
    EXPECT_EQ(decide(), expected) << count << " workers";
  }
  set_worker_count(workers);
}

INSTANTIATE_TEST_SUITE_P(Methods, FitWith, testing::Values(Method::kBayesianOptimization, Method::kRandomSearch));

TEST(Fit, ReadsFloatsInMicrovoltsAsTheSameVolts) {
  RecordedEpochs recorded = recorded_epochs(24, 7, 50, 4);
  std::vector<float> microvolts;
  for (double& volts : recorded.data) {
    microvolts.push_back(static_cast<float>(volts * 1e6));
    volts = microvolts.back() * 1e-6;
  }
  Epochs view = recorded.view();
  view.float64 = nullptr;
  view.float32 = microvolts.data();
  view.scale = 1e-6;
  const FitOptions options = options_of(kTenths, {1, 4}, 5, Method::kBayesianOptimization, 1);
  EXPECT_EQ(decisions(view, recorded.positions, options), decisions(recorded.view(), recorded.positions, options));
}

TEST(Fit, TakesTheFirstPairWhereNoneIsPossible) {
  const RecordedEpochs recorded = recorded_epochs(20, 6, 40, 5);
  Job job;
  const Fit found = fit(recorded.view(), recorded.positions.data(),
                        options_of({0.5, 0.1}, {6, 4}, 10, Method::kRandomSearch, 1), job);
  EXPECT_EQ(found.consensus, 0.5);
  EXPECT_EQ(found.n_interpolate, 6);
  for (double loss : found.loss) EXPECT_EQ(loss, INFINITY);
}

TEST(Fit, TakesConstantChannels) {
  RecordedEpochs recorded = recorded_epochs(30, 8, 40, 6);
  for (int e = 0; e < recorded.epochs; e++) std::fill_n(recorded.cell(e, 2), recorded.samples, 7e-6);
  expect_slow_decisions(recorded, options_of(kTenths, {1, 4}, 10, Method::kBayesianOptimization, 1));
  std::fill(recorded.data.begin(), recorded.data.end(), 0.0);
  Job job;
  const Fit found = fit(recorded.view(), recorded.positions.data(),
                        options_of(kTenths, {1, 4}, 10, Method::kBayesianOptimization, 1), job);
  EXPECT_EQ(found.thresholds, std::vector<double>(8, 0.0));
  EXPECT_EQ(reject_log(recorded.view(), found.thresholds, found.consensus, found.n_interpolate, job).bad_epochs,
            std::vector<uint8_t>(30, 0));
}

TEST(Fit, TakesElectrodesAtOnePlace) {
  RecordedEpochs recorded = recorded_epochs(24, 9, 40, 7);
  std::copy_n(recorded.positions.begin(), 3, recorded.positions.begin() + 12);
  std::copy_n(recorded.positions.begin(), 3, recorded.positions.begin() + 21);
  expect_slow_decisions(recorded, options_of(kTenths, {1, 4}, 6, Method::kBayesianOptimization, 2));
}

// The reference set synth_tiny8, Python's results with the grid [1, 2, 4].
TEST(Fit, DecidesAsPythonOnAReferenceSet) {
  std::string folder = std::getenv("BRRR_REFERENCE") ? std::getenv("BRRR_REFERENCE") : "";
  const std::string file = __FILE__;
  if (folder.empty()) folder = file.substr(0, file.rfind("test/native/")) + "../shared/reference";
  std::ifstream in(folder + "/autoreject/synth_tiny8/epochs.f32", std::ios::binary);
  if (!in) GTEST_SKIP() << "no reference epochs (BRRR_REFERENCE)";
  std::vector<float> data(12 * 8 * 128);
  in.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(data.size() * sizeof(float)));
  const std::vector<double> positions{-0.03090258833242555,   0.11458517879242798,   0.02786657432908913,   //
                                      -0.001229271161566281,  0.09327445200029715,   0.1026392934768164,    //
                                      -0.0671487229331174,    0.023358230537446293,  0.1045106810602483,    //
                                      -0.0013741334028190722, 0.027617093595102737,  0.14019949417439556,   //
                                      0.06532888071838541,    0.023573104961569495,  0.10369243420047652,   //
                                      0.08326136985759491,    0.015258189278681375,  0.030972968524059938,  //
                                      -0.001709445046746896,  -0.045212993324122014, 0.12667292418209622,   //
                                      -0.0020602461029908406, -0.0827829905012281,   0.06073663060773575};
  Epochs view;
  view.float32 = data.data();
  view.samples = 128;
  for (int e = 0; e < 12; e++) view.epoch_start.push_back(int64_t{e} * 8 * 128);
  for (int c = 0; c < 8; c++) view.channel_start.push_back(int64_t{c} * 128);
  Job job;
  const Fit found =
      fit(view, positions.data(), options_of(kTenths, {1, 2, 4}, 10, Method::kBayesianOptimization, 42), job);
  const double thresholds[] = {4.457077920960728e-05, 9.771108164102662e-05, 8.561158009613025e-05,
                               9.371017586090602e-05, 0.0001075428581432345, 0.00010443321238041066,
                               8.981877668921743e-05, 7.6175136200618e-05};
  for (size_t c = 0; c < 8; c++) EXPECT_NEAR(found.thresholds[c], thresholds[c], 1e-12 * thresholds[c]);
  EXPECT_EQ(found.consensus, 0.4);
  EXPECT_EQ(found.n_interpolate, 1);
  EXPECT_NEAR(found.loss[(3 * 3 + 1) * 10], 1.1905635847605647e-05, 1e-15);
  EXPECT_NEAR(found.loss[(3 * 3 + 1) * 10 + 9], 1.5628204411260274e-05, 1e-15);
  const RejectLog log = reject_log(view, found.thresholds, found.consensus, found.n_interpolate, job);
  std::string labels;
  for (uint8_t label : log.labels) labels += static_cast<char>('0' + label);
  EXPECT_EQ(labels,
            "000102000000020000000200000021000000210000000200"
            "000002001111121100000210000002000000020010000210");
  EXPECT_EQ(log.bad_epochs, (std::vector<uint8_t>{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}));
}

TEST(Fit, StopsWhenCancelled) {
  const RecordedEpochs recorded = recorded_epochs(20, 5, 40, 8);
  Job job;
  job.cancel();
  try {
    fit(recorded.view(), recorded.positions.data(), options_of(kTenths, {1}, 5, Method::kRandomSearch, 1), job);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.code(), "ABORTED");
  }
}

std::string refusal(const RecordedEpochs& recorded, const FitOptions& options) {
  Job job;
  try {
    fit(recorded.view(), recorded.positions.data(), options, job);
  } catch (const Error& error) {
    EXPECT_STREQ(error.code(), "INVALID_ARGUMENT");
    return error.what();
  }
  return "";
}

TEST(Fit, SaysWhatIsMissing) {
  const RecordedEpochs recorded = recorded_epochs(8, 5, 40, 8);
  EXPECT_EQ(refusal(recorded, options_of(kTenths, {1}, 10, Method::kRandomSearch, 1)),
            "AutoReject needs at least as many epochs as folds, and 2 folds; it was given 8 epochs and 10 folds.");
  EXPECT_EQ(refusal(recorded, options_of({}, {1}, 5, Method::kRandomSearch, 1)),
            "AutoReject needs at least one candidate for consensus and one for n_interpolate.");
  EXPECT_EQ(refusal(recorded_epochs(8, 5, 0, 8), options_of(kTenths, {1}, 5, Method::kRandomSearch, 1)),
            "AutoReject needs epochs, channels and samples; it was given 8 x 5 x 0.");
  EXPECT_NE(refusal(recorded_epochs(20, 1, 40, 8), options_of(kTenths, {1}, 5, Method::kRandomSearch, 1)), "");
}

// Enough rows for std::sort to leave its memory, were it given what cannot be ordered.
TEST(Fit, RefusesSamplesWhosePredictionsOverflow) {
  RecordedEpochs recorded = recorded_epochs(60, 6, 40, 9);
  for (double& x : recorded.data) x = 1.7e308 * std::sin(1e9 * x);
  for (Method method : {Method::kBayesianOptimization, Method::kRandomSearch})
    EXPECT_EQ(refusal(recorded, options_of(kTenths, {1}, 5, method, 1)),
              "The samples are too large for any threshold to be judged: they should be volts.");
}

TEST(RejectLog, NeedsAThresholdForEachChannel) {
  const RecordedEpochs recorded = recorded_epochs(8, 5, 40, 8);
  Job job;
  try {
    reject_log(recorded.view(), {1, 2}, 0.5, 1, job);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "A reject log needs a threshold for each of the 5 channels, it was given 2.");
  }
}

}  // namespace
}  // namespace brrr::autoreject
