#include <algorithm>
#include <cmath>

#include "synth/night_plan.h"

namespace brrr::synth {

namespace {

constexpr int kFullPaceEpochs = 480;

/// Appends bouts of stages to a night, scaled to its pace, and stops at its end.
class Course {
 public:
  Course(int epochs, Random& random) : random_(random), pace_(std::min(1.0, epochs / double{kFullPaceEpochs})) {
    stages_.assign(epochs, kWake);
  }

  bool over() const { return position_ + 6 >= static_cast<int>(stages_.size()); }

  void bout(Stage stage, int low, int high, double share = 1) {
    const double length = random_.integer(low, high) * share * pace_;
    const int end = std::min(static_cast<int>(stages_.size()), position_ + std::max(2, static_cast<int>(length)));
    std::fill(stages_.begin() + position_, stages_.begin() + end, stage);
    position_ = end;
  }

  std::vector<int8_t> finish() {
    awaken();
    const int last = std::max(2, static_cast<int>(random_.integer(6, 14) * pace_));
    std::fill(stages_.end() - std::min<int>(last, stages_.size()), stages_.end(), kWake);
    return std::move(stages_);
  }

 private:
  /// An awakening or a lightening of one epoch every 25 minutes or so, followed by an epoch of N1.
  void awaken() {
    const int epochs = static_cast<int>(stages_.size());
    for (int n = epochs / 50; n > 0; --n) {
      const int epoch = random_.integer(0, epochs);
      if (stages_[epoch] == kWake) continue;
      stages_[epoch] = random_.chance(0.5) ? kWake : kN1;
      if (epoch + 1 < epochs && stages_[epoch + 1] != kWake) stages_[epoch + 1] = kN1;
    }
  }

  Random& random_;
  double pace_;
  int position_ = 0;
  std::vector<int8_t> stages_;
};

}  // namespace

std::vector<int8_t> plan_hypnogram(int epochs, Random& random) {
  Course course(epochs, random);
  course.bout(kWake, 12, 26);
  for (int cycle = 0; !course.over(); ++cycle) {
    const double deep = std::max(0.0, 1 - 0.25 * cycle);
    course.bout(kN1, 4, 9);
    course.bout(kN2, 20, 40);
    if (deep > 0) {
      course.bout(kN3, 34, 60, deep);
      course.bout(kN2, 12, 28);
    } else {
      course.bout(kN2, 20, 40);
    }
    course.bout(kRem, 10 + 6 * cycle, 20 + 6 * cycle);
    if (random.chance(0.6)) course.bout(kWake, 3, 10);
  }
  return course.finish();
}

}  // namespace brrr::synth
