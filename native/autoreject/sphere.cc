#include "autoreject/sphere.h"

#include "autoreject/linear_solve.h"
#include "common/error.h"

namespace brrr::autoreject {
namespace {

/// Metres, as in MNE-Python, for what lies below the ears and in front of them.
constexpr double kMargin = 1e-6;

}  // namespace

std::array<double, 3> head_centre(const std::vector<double>& positions) {
  double normal[16] = {}, right[4] = {};
  int used = 0;
  for (size_t i = 0; i + 2 < positions.size(); i += 3) {
    const double x = positions[i], y = positions[i + 1], z = positions[i + 2];
    if (z < -kMargin && y > kMargin) continue;
    used++;
    const double row[4] = {2 * x, 2 * y, 2 * z, 1};
    for (int j = 0; j < 4; j++) {
      for (int k = 0; k < 4; k++) normal[4 * j + k] += row[j] * row[k];
      right[j] += row[j] * (x * x + y * y + z * z);
    }
  }
  if (used < 4 || !solve_in_place(normal, 4, right, 1))
    throw Error("INVALID_ARGUMENT", "A head's centre needs at least 4 electrodes that do not lie in one plane.");
  return {right[0], right[1], right[2]};
}

}  // namespace brrr::autoreject
