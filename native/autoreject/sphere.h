// The head's centre as MNE-Python finds it ('auto' origin): autoreject itself interpolates without one, MNE's own
// interpolation, which RANSAC's repair uses, subtracts it first.
#pragma once

#include <array>
#include <vector>

namespace brrr::autoreject {

/// Centre of the least-squares sphere through the electrodes (x, y, z each, head frame), linear in centre and
/// |radius|^2 - |centre|^2. Electrodes below the nasion and before the ears (z < 0, y > 0) are left out.
/// Throws INVALID_ARGUMENT where fewer than 4 remain or they lie in a plane.
std::array<double, 3> head_centre(const std::vector<double>& positions);

}  // namespace brrr::autoreject
