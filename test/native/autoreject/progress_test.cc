#include <gtest/gtest.h>

#include "autoreject/autoreject.h"
#include "autoreject/global_threshold.h"
#include "autoreject/ransac.h"
#include "recorded_epochs.h"

namespace brrr::autoreject {
namespace {

TEST(Progress, IsWholeAtTheEnd) {
  auto recorded = brrr::test::recorded_epochs(12, 6, 70, 1);
  FitOptions options;
  options.consensus = {0.3, 0.6};
  options.n_interpolate = {1};
  options.folds = 3;
  Job of_fit, of_threshold, of_curve, of_ransac;
  fit(recorded.view(), recorded.positions.data(), options, of_fit);
  global_threshold(recorded.view(), 1, 3, of_threshold);
  validation_curve(recorded.view(), {}, 3, of_curve);
  ransac(recorded.view(), recorded.positions.data(), {}, of_ransac);
  for (const Job* job : {&of_fit, &of_threshold, &of_curve, &of_ransac}) EXPECT_DOUBLE_EQ(job->progress(), 1);
}

}  // namespace
}  // namespace brrr::autoreject
